//! The buffers of one batch, planned once: every value, gradient and cache of a graph.

use super::graph::Graph;
use super::variables::{Variables, out_of_memory};
use crate::data::batches::texts_for_numbers;
use crate::error::{Error, Result};
use crate::kernels::team::Team;
use crate::layers::{
    Backward, CacheLen, DInputs, DWeights, Forward, Inputs, Kind, Shape, Special, TableRows, Value,
    Weights,
};
use crate::rng::Rng;
use crate::tensor::{Data, SparseRows, Texts};

/// Buffers for batches of up to `rows` samples; a shorter batch uses their front.
#[derive(Debug)]
pub struct Workspace {
    /// Concrete shape of one sample of each value.
    pub shapes: Vec<Vec<usize>>,
    lens: Vec<usize>,
    pub values: Vec<Value>,
    /// dL/dvalue; empty where nothing trained lies below.
    d_values: Vec<Vec<f32>>,
    /// Elements per sample of each value's gradient.
    d_lens: Vec<usize>,
    caches: Vec<Vec<f32>>,
    batch_caches: Vec<Vec<f32>>,
    /// Of each call's cache, per sample.
    cache_lens: Vec<usize>,
    /// dL/dw of the trained variables; empty in a workspace that only predicts.
    pub d_weights: Vec<f32>,
    /// Σ of the activity regularizers' penalties in the last forward pass.
    pub activity_penalty: f32,
}

/// What a pass needs to know besides the buffers.
#[derive(Clone, Copy)]
pub struct PassContext<'a> {
    pub graph: &'a Graph,
    pub team: &'a Team,
    pub training: bool,
    pub seed: u32,
    pub step: u64,
}

fn zeros(len: usize) -> Result<Vec<f32>> {
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(len)
        .map_err(|_| out_of_memory(len))?;
    buffer.resize(len, 0.0);
    Ok(buffer)
}

impl Workspace {
    /// Plans the buffers for inputs of these concrete shapes and kinds. With `training`, gradients
    /// too.
    pub fn new(
        graph: &Graph,
        variables: &Variables,
        inputs: &[Vec<usize>],
        kinds: &[Kind],
        rows: usize,
        training: bool,
    ) -> Result<Self> {
        let symbolic: Vec<Shape> = inputs
            .iter()
            .map(|shape| shape.iter().map(|&n| Some(n)).collect())
            .collect();
        let shapes: Vec<Vec<usize>> = graph
            .output_shapes(&symbolic)?
            .iter()
            .map(|shape| shape.iter().map(|dim| dim.unwrap_or(0)).collect())
            .collect();
        check_activities(graph, &shapes, rows)?;
        let lens: Vec<usize> = shapes.iter().map(|shape| shape.iter().product()).collect();
        let trained = trained_values(graph, variables);
        let mut values = Vec::with_capacity(lens.len());
        let mut d_values = Vec::with_capacity(lens.len());
        let mut d_lens = lens.clone();
        for (v, &len) in lens.iter().enumerate() {
            values.push(match kind_of(graph, kinds, v)? {
                Kind::Dense => Value::Dense(zeros(rows * len)?),
                Kind::Sparse => Value::Sparse(SparseRows::default()),
                Kind::Integers => Value::Integers(vec![0; rows * len]),
                Kind::Text => Value::Text(Texts::default()),
                Kind::TableRows => {
                    d_lens[v] = shapes[v].last().copied().unwrap_or(1);
                    Value::TableRows(TableRows::new(rows, len / d_lens[v].max(1)))
                }
            });
            d_values.push(if training && trained[v] {
                zeros(rows * d_lens[v])?
            } else {
                vec![]
            });
        }
        let wanted: Vec<CacheLen> = (0..graph.calls.len())
            .map(|c| cache_len(graph, &shapes, c))
            .collect();
        let caches = wanted.iter().map(|len| zeros(rows * len.sample));
        let caches = caches.collect::<Result<_>>()?;
        let batch_caches = wanted.iter().map(|len| zeros(len.batch));
        let batch_caches = batch_caches.collect::<Result<_>>()?;
        let cache_lens = wanted.iter().map(|len| len.sample).collect();
        let d_weights = zeros(if training { variables.trainable_len } else { 0 })?;
        Ok(Workspace {
            shapes,
            lens,
            values,
            d_values,
            d_lens,
            caches,
            batch_caches,
            cache_lens,
            d_weights,
            activity_penalty: 0.0,
        })
    }

    /// The first `rows` samples of value `v`.
    pub fn dense(&self, v: usize, rows: usize) -> &[f32] {
        front(&self.values[v], rows * self.lens[v])
    }

    /// Appends the first `rows` samples of value `v` to data of its kind.
    pub fn append(&self, v: usize, rows: usize, out: &mut Data) {
        let len = rows * self.lens[v];
        match (&self.values[v], out) {
            (Value::Dense(values), Data::F32(out)) => out.extend_from_slice(&values[..len]),
            (Value::Integers(values), Data::I64(out)) => out.extend_from_slice(&values[..len]),
            (Value::Text(texts), Data::Str(out)) => out.extend(texts.iter().map(String::from)),
            _ => {}
        }
    }

    /// Value `v` and its gradient, to be filled from the loss.
    pub fn output_and_gradient(&mut self, v: usize, rows: usize) -> (&[f32], &mut [f32]) {
        let len = rows * self.lens[v];
        let value = front(&self.values[v], len);
        let gradient = &mut self.d_values[v];
        let len = len.min(gradient.len());
        (value, &mut gradient[..len])
    }

    /// Runs all calls on the `rows` samples that lie in the input values.
    pub fn forward(
        &mut self,
        ctx: PassContext,
        weights: &mut Variables,
        rows: usize,
    ) -> Result<()> {
        self.activity_penalty = 0.0;
        for (c, call) in ctx.graph.calls.iter().enumerate() {
            let node = &ctx.graph.layers[call.layer];
            let v = ctx.graph.value_of(c);
            // Taken out so that the other values can be read meanwhile.
            let mut output = std::mem::replace(&mut self.values[v], Value::Dense(vec![]));
            let mut rng = Rng::step(ctx.seed, &node.name, ctx.step);
            let (dense, special) = split_output(&mut output, rows * self.lens[v]);
            let result = node.layer.forward(&mut Forward {
                team: ctx.team,
                training: ctx.training,
                trainable: node.trainable,
                inputs: Inputs {
                    values: &self.values,
                    shapes: &self.shapes,
                    lens: &self.lens,
                    ids: &call.inputs,
                    rows,
                },
                output: dense,
                special,
                output_shape: &self.shapes[v],
                weights: Weights {
                    all: &mut weights.values,
                    ranges: &weights.of_layer[call.layer],
                },
                cache: &mut self.caches[c][..rows * self.cache_lens[c]],
                batch_cache: &mut self.batch_caches[c],
                rng: &mut rng,
                step: ctx.step,
            });
            self.values[v] = output;
            result.map_err(|e| e.in_layer(&node.name))?;
            if let Some(regularizer) = &node.activity_regularizer {
                let penalty = regularizer.penalty(&[rows, self.lens[v]], self.dense(v, rows));
                self.activity_penalty += penalty / rows as f32;
            }
        }
        Ok(())
    }

    /// From the output's gradient, the gradients of all trained variables.
    pub fn backward(&mut self, ctx: PassContext, weights: &mut Variables, rows: usize) {
        for (c, call) in ctx.graph.calls.iter().enumerate().rev() {
            let v = ctx.graph.value_of(c);
            if self.d_values[v].is_empty() {
                continue;
            }
            let node = &ctx.graph.layers[call.layer];
            let mut d_output = std::mem::take(&mut self.d_values[v]);
            let d = &mut d_output[..rows * self.d_lens[v]];
            if let Some(regularizer) = &node.activity_regularizer {
                let y = front(&self.values[v], rows * self.lens[v]);
                regularizer.add_gradient(&[rows, self.lens[v]], y, 1.0 / rows as f32, d);
            }
            node.layer.backward(&mut Backward {
                team: ctx.team,
                trainable: node.trainable,
                inputs: Inputs {
                    values: &self.values,
                    shapes: &self.shapes,
                    lens: &self.lens,
                    ids: &call.inputs,
                    rows,
                },
                output: front(&self.values[v], rows * self.lens[v]),
                table_rows: match &self.values[v] {
                    Value::TableRows(picked) => Some(picked.sums(rows)),
                    _ => None,
                },
                output_shape: &self.shapes[v],
                d_output: d,
                d_inputs: DInputs {
                    all: &mut self.d_values,
                    lens: &self.d_lens,
                    ids: &call.inputs,
                    rows,
                },
                weights: Weights {
                    all: &mut weights.values,
                    ranges: &weights.of_layer[call.layer],
                },
                d_weights: DWeights {
                    all: &mut self.d_weights,
                    ranges: &weights.trained_of_layer[call.layer],
                },
                cache: &self.caches[c][..rows * self.cache_lens[c]],
                batch_cache: &mut self.batch_caches[c],
            });
            self.d_values[v] = d_output;
        }
    }
}

/// Whether the activity regularizers take the outputs' shapes.
fn check_activities(graph: &Graph, shapes: &[Vec<usize>], rows: usize) -> Result<()> {
    for (c, call) in graph.calls.iter().enumerate() {
        let node = &graph.layers[call.layer];
        if let Some(regularizer) = &node.activity_regularizer {
            let batch = [&[rows], &shapes[graph.value_of(c)][..]].concat();
            regularizer
                .check(&batch)
                .map_err(|e| e.in_layer(&node.name))?;
        }
    }
    Ok(())
}

/// What call `c` keeps for its way back.
fn cache_len(graph: &Graph, shapes: &[Vec<usize>], c: usize) -> CacheLen {
    let call = &graph.calls[c];
    let inputs: Vec<&[usize]> = call.inputs.iter().map(|&v| &shapes[v][..]).collect();
    let layer = &graph.layers[call.layer].layer;
    layer.cache_len(&inputs, &shapes[graph.value_of(c)])
}

/// The first `len` elements of a dense value.
fn front(value: &Value, len: usize) -> &[f32] {
    match value {
        Value::Dense(values) => &values[..len],
        _ => &[],
    }
}

/// Where a layer writes `len` elements of a value: as float32, or in the value's own kind.
fn split_output(value: &mut Value, len: usize) -> (&mut [f32], Special<'_>) {
    match value {
        Value::Dense(values) => (&mut values[..len], Special::None),
        Value::Integers(values) => (&mut [], Special::Integers(&mut values[..len])),
        Value::Text(texts) => {
            texts.clear();
            (&mut [], Special::Text(texts))
        }
        Value::TableRows(picked) => (&mut [], Special::TableRows(picked)),
        // No layer writes these.
        Value::Sparse(_) => (&mut [], Special::None),
    }
}

/// The kind of value `v`: as it comes where all its readers take that, else float32. `inputs` are
/// the kinds of the model's inputs.
fn kind_of(graph: &Graph, inputs: &[Kind], v: usize) -> Result<Kind> {
    let own = match v.checked_sub(graph.inputs.len()) {
        Some(c) => written(graph, c),
        None => inputs[v],
    };
    let readers = || graph.calls.iter().filter(|call| call.inputs.contains(&v));
    let refuses = |kind| readers().find(|call| !graph.layers[call.layer].layer.reads(kind));
    let Some(call) = refuses(own) else {
        return Ok(own);
    };
    if own == Kind::Text && v < inputs.len() {
        return Err(texts_for_numbers());
    }
    // Whoever refuses float32, too, reads texts only.
    let (call, text) = match (own, refuses(Kind::Dense)) {
        (Kind::Text, _) => (
            call,
            "it takes numbers, but the layer before it gives texts; put a StringLookup or \
             TextVectorization between them",
        ),
        (_, Some(call)) => (
            call,
            "it takes texts, but gets numbers; give it an array of strings, or use IntegerLookup \
             for whole numbers",
        ),
        (_, None) => return Ok(Kind::Dense),
    };
    Err(Error::data(text).in_layer(&graph.layers[call.layer].name))
}

/// The kind that call `c` writes where its readers take that. Rows of a table are only for layers
/// to read.
fn written(graph: &Graph, c: usize) -> Kind {
    let node = &graph.layers[graph.calls[c].layer];
    let others = graph.outputs.contains(&graph.value_of(c)) || node.activity_regularizer.is_some();
    match node.layer.writes() {
        Kind::TableRows if others => Kind::Dense,
        kind => kind,
    }
}

/// Which values depend on a trained variable.
fn trained_values(graph: &Graph, variables: &Variables) -> Vec<bool> {
    let mut trained = vec![false; graph.inputs.len()];
    for call in &graph.calls {
        let own = variables.trained_of_layer[call.layer]
            .iter()
            .any(Option::is_some);
        trained.push(own || call.inputs.iter().any(|&v| trained[v]));
    }
    trained
}
