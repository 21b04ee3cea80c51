//! The buffers of one batch, planned once: every value, gradient and cache of a graph.

use super::graph::Graph;
use super::variables::{Variables, out_of_memory};
use crate::error::{Error, Result};
use crate::kernels::elementwise::add_assign;
use crate::kernels::team::Team;
use crate::layers::{
    Backward, CacheLen, DInputs, DWeights, Forward, Inputs, Shape, Value, Weights,
};
use crate::rng::Rng;
use crate::tensor::SparseRows;

/// Buffers for batches of up to `rows` samples; a shorter batch uses their front.
#[derive(Debug)]
pub struct Workspace {
    /// Concrete shape of one sample of each value.
    pub shapes: Vec<Vec<usize>>,
    lens: Vec<usize>,
    pub values: Vec<Value>,
    /// dL/dvalue; empty where nothing trained lies below.
    d_values: Vec<Vec<f32>>,
    caches: Vec<Vec<f32>>,
    batch_caches: Vec<Vec<f32>>,
    /// Of each call's cache, per sample.
    cache_lens: Vec<usize>,
    /// dL/dw of the trained variables; empty in a workspace that only predicts.
    pub d_weights: Vec<f32>,
    /// Σ of the activity regularizers' penalties in the last forward pass.
    pub activity_penalty: f32,
    /// The gradient of one activity regularizer's penalty.
    activity_gradient: Vec<f32>,
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
    /// Plans the buffers for inputs of these concrete shapes; `sparse[i]`: input i comes as sparse
    /// rows. With `training`, gradients too.
    pub fn new(
        graph: &Graph,
        variables: &Variables,
        inputs: &[Vec<usize>],
        sparse: &[bool],
        rows: usize,
        training: bool,
    ) -> Result<Self> {
        let symbolic: Vec<Shape> = inputs
            .iter()
            .map(|shape| shape.iter().map(|&n| Some(n)).collect())
            .collect();
        let shapes: Vec<Vec<usize>> = graph
            .shapes(&symbolic)?
            .iter()
            .map(|shape| shape.iter().map(|dim| dim.unwrap_or(0)).collect())
            .collect();
        let lens: Vec<usize> = shapes.iter().map(|shape| shape.iter().product()).collect();
        let trained = trained_values(graph, variables);
        let mut values = Vec::with_capacity(lens.len());
        let mut d_values = Vec::with_capacity(lens.len());
        for (v, &len) in lens.iter().enumerate() {
            let stays_sparse = v < sparse.len() && sparse[v] && reads_sparse(graph, v);
            values.push(if stays_sparse {
                Value::Sparse(SparseRows::default())
            } else {
                Value::Dense(zeros(rows * len)?)
            });
            d_values.push(if training && trained[v] {
                zeros(rows * len)?
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
        let regularized = (0..graph.calls.len()).filter(|&c| {
            let node = &graph.layers[graph.calls[c].layer];
            training && node.activity_regularizer.is_some()
        });
        let longest = regularized.map(|c| lens[graph.value_of(c)]).max();
        let activity_gradient = zeros(rows * longest.unwrap_or(0))?;
        let d_weights = zeros(if training { variables.trainable_len } else { 0 })?;
        Ok(Workspace {
            shapes,
            lens,
            values,
            d_values,
            caches,
            batch_caches,
            cache_lens,
            d_weights,
            activity_penalty: 0.0,
            activity_gradient,
        })
    }

    /// The first `rows` samples of value `v`.
    pub fn dense(&self, v: usize, rows: usize) -> &[f32] {
        front(&self.values[v], rows * self.lens[v])
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
            let result = match &mut output {
                Value::Dense(output) => node.layer.forward(&mut Forward {
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
                    output: &mut output[..rows * self.lens[v]],
                    output_shape: &self.shapes[v],
                    weights: Weights {
                        all: &mut weights.values,
                        ranges: &weights.of_layer[call.layer],
                    },
                    cache: &mut self.caches[c][..rows * self.cache_lens[c]],
                    batch_cache: &mut self.batch_caches[c],
                    rng: &mut rng,
                    step: ctx.step,
                }),
                Value::Sparse(_) => Err(Error::shape("a layer cannot write sparse values")),
            };
            self.values[v] = output;
            result.map_err(|e| e.in_layer(&node.name))?;
            if let Some(regularizer) = &node.activity_regularizer {
                let penalty = regularizer.penalty(self.dense(v, rows), None);
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
            let d = &mut d_output[..rows * self.lens[v]];
            if let Some(regularizer) = &node.activity_regularizer {
                self.add_activity_gradient(regularizer, v, rows, d);
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
                output_shape: &self.shapes[v],
                d_output: d,
                d_inputs: DInputs {
                    all: &mut self.d_values,
                    lens: &self.lens,
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

    fn add_activity_gradient(
        &mut self,
        regularizer: &crate::regularizers::Regularizer,
        v: usize,
        rows: usize,
        d_output: &mut [f32],
    ) {
        let gradient = &mut self.activity_gradient[..d_output.len()];
        gradient.fill(0.0);
        regularizer.penalty(front(&self.values[v], d_output.len()), Some(gradient));
        gradient.iter_mut().for_each(|g| *g /= rows as f32);
        add_assign(d_output, gradient);
    }
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
        Value::Sparse(_) => &[],
    }
}

/// Whether all layers that read value `v` take sparse rows.
fn reads_sparse(graph: &Graph, v: usize) -> bool {
    let mut readers = graph.calls.iter().filter(|call| call.inputs.contains(&v));
    readers.all(|call| graph.layers[call.layer].layer.reads_sparse())
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
