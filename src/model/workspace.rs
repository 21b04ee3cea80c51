//! The buffers of one batch, planned once: every value, gradient and cache of a graph.

use super::flow::Flow;
use super::graph::Graph;
use super::planning::{PlannedMasks, cache_len, check_activities, kind_of};
use super::variables::{Variables, out_of_memory};
use crate::error::Result;
use crate::kernels::elementwise::add_assign;
use crate::kernels::team::Team;
use crate::layers::{
    Backward, CacheLen, DInputs, DMore, DWeights, Forward, Inputs, Kind, Masks, More, Shape,
    Special, TableRows, Value, Weights,
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
    masks: PlannedMasks,
    /// dL/dvalue; empty where nothing trained lies below, or no loss above.
    d_values: Vec<Vec<f32>>,
    /// Elements per sample of each value's gradient.
    d_lens: Vec<usize>,
    flow: Flow,
    /// Gradients that are to be added to others, by position among a call's inputs.
    scratch: Vec<Vec<f32>>,
    caches: Vec<Vec<f32>>,
    batch_caches: Vec<Vec<f32>>,
    /// Of each call's cache, per sample.
    cache_lens: Vec<usize>,
    /// dL/dw of the trained variables; empty in a workspace that only predicts.
    pub d_weights: Vec<f32>,
    /// Gradients of the further calls of shared layers.
    d_shared: Vec<f32>,
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

/// What a workspace is planned for.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// Concrete shapes and kinds of the inputs.
    pub inputs: &'a [Vec<usize>],
    pub kinds: &'a [Kind],
    /// Samples there is to be room for.
    pub rows: usize,
    /// The values that have a loss; none where nothing is trained.
    pub losses: &'a [usize],
    /// Gradients of the inputs are wanted, too.
    pub d_inputs: bool,
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
    /// Plans the buffers of a graph: for gradients, too, where there are losses.
    pub fn new(graph: &Graph, variables: &Variables, plan: Plan) -> Result<Self> {
        let Plan {
            inputs,
            kinds,
            rows,
            losses,
            d_inputs,
        } = plan;
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
        let flow = Flow::new(graph, variables, losses, d_inputs);
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
            d_values.push(zeros(if flow.flows[v] { rows * d_lens[v] } else { 0 })?);
        }
        let masks = PlannedMasks::new(graph, &shapes, rows);
        let wanted: Vec<CacheLen> = (graph.calls.iter())
            .map(|call| cache_len(graph, &shapes, call))
            .collect();
        let caches = wanted.iter().map(|len| zeros(rows * len.sample));
        let caches = caches.collect::<Result<_>>()?;
        let batch_caches = wanted.iter().map(|len| zeros(len.batch));
        let batch_caches = batch_caches.collect::<Result<_>>()?;
        let cache_lens = wanted.iter().map(|len| len.sample).collect();
        let scratch = flow.scratch_lens(graph, &d_lens).into_iter();
        let scratch = scratch.map(|len| zeros(rows * len));
        let scratch = scratch.collect::<Result<_>>()?;
        let training = !losses.is_empty();
        let d_weights = zeros(if training { variables.trainable_len } else { 0 })?;
        let d_shared = zeros(if training && flow.shares {
            d_weights.len()
        } else {
            0
        })?;
        Ok(Workspace {
            shapes,
            lens,
            values,
            masks,
            d_values,
            d_lens,
            flow,
            scratch,
            caches,
            batch_caches,
            cache_lens,
            d_weights,
            d_shared,
            activity_penalty: 0.0,
        })
    }

    /// The first `rows` samples of value `v`.
    pub fn dense(&self, v: usize, rows: usize) -> &[f32] {
        front(&self.values[v], rows * self.lens[v])
    }

    /// The gradient of value `v` after a backward pass; empty where none was wanted.
    pub fn gradient(&self, v: usize, rows: usize) -> &[f32] {
        let gradient = &self.d_values[v];
        &gradient[..gradient.len().min(rows * self.d_lens[v])]
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

    /// Elements per sample of value `v`'s mask, where it has one.
    pub fn mask_len(&self, v: usize) -> Option<usize> {
        self.masks.of_value[v].map(|(_, len)| len)
    }

    /// Value `v`, its mask, and its gradient, to be filled from the loss; no gradient where none is
    /// wanted.
    pub fn output(
        &mut self,
        v: usize,
        rows: usize,
    ) -> (&[f32], Option<&[bool]>, Option<&mut [f32]>) {
        let len = rows * self.lens[v];
        let value = front(&self.values[v], len);
        let mask =
            self.masks.of_value[v].map(|(mask, len)| &self.masks.buffers[mask][..rows * len]);
        let gradient = &mut self.d_values[v];
        let gradient = (!gradient.is_empty()).then(|| &mut gradient[..len]);
        (value, mask, gradient)
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
            let v = call.outputs.start;
            // What a call reads lies before what it writes.
            let (before, outputs) = self.values.split_at_mut(v);
            let (output, more) = outputs[..call.outputs.len()].split_at_mut(1);
            let own_mask = self.masks.of_value[v].filter(|_| self.masks.own[c]);
            let masks_before = own_mask.map_or(self.masks.buffers.len(), |(mask, _)| mask);
            let (masks, own) = self.masks.buffers.split_at_mut(masks_before);
            let (dense, special) = split_output(&mut output[0], rows * self.lens[v]);
            let mut rng = Rng::step(ctx.seed, &call.stream, ctx.step);
            let result = node.layer.forward(&mut Forward {
                team: ctx.team,
                training: ctx.training,
                trainable: node.trainable,
                inputs: Inputs {
                    values: before,
                    shapes: &self.shapes,
                    lens: &self.lens,
                    ids: &call.inputs,
                    slots: &call.slots,
                    masks: Masks {
                        all: masks,
                        of_value: &self.masks.of_value,
                    },
                    rows,
                },
                output: dense,
                special,
                output_shape: &self.shapes[v],
                more: More {
                    values: more,
                    lens: &self.lens[v + 1..],
                    rows,
                },
                mask: own_mask.map(|(_, len)| &mut own[0][..rows * len]),
                weights: Weights {
                    all: &mut weights.values,
                    ranges: &weights.of_layer[call.layer],
                },
                state: &mut weights.states[call.layer],
                cache: &mut self.caches[c][..rows * self.cache_lens[c]],
                batch_cache: &mut self.batch_caches[c],
                rng: &mut rng,
                step: ctx.step,
            });
            result.map_err(|e| e.in_layer(&node.name))?;
            if let Some(regularizer) = &node.activity_regularizer {
                for v in call.outputs.clone() {
                    let penalty = regularizer.penalty(&[rows, self.lens[v]], self.dense(v, rows));
                    self.activity_penalty += penalty / rows as f32;
                }
            }
        }
        Ok(())
    }

    /// From the outputs' gradients, the gradients of all trained variables.
    pub fn backward(&mut self, ctx: PassContext, weights: &mut Variables, rows: usize) {
        for &layer in &self.flow.idle {
            for range in weights.trained_of_layer[layer].iter().flatten() {
                self.d_weights[range.clone()].fill(0.0);
            }
        }
        for (c, call) in ctx.graph.calls.iter().enumerate().rev() {
            let v = call.outputs.start;
            if !self.flow.flows[v] {
                continue;
            }
            let node = &ctx.graph.layers[call.layer];
            for v in call.outputs.clone() {
                let d = &mut self.d_values[v][..rows * self.d_lens[v]];
                if !self.flow.written[v] {
                    d.fill(0.0);
                }
                if let Some(regularizer) = &node.activity_regularizer {
                    let y = front(&self.values[v], rows * self.lens[v]);
                    regularizer.add_gradient(&[rows, self.lens[v]], y, 1.0 / rows as f32, d);
                }
            }
            let (d_before, d_outputs) = self.d_values.split_at_mut(v);
            let (d_output, d_more) = d_outputs[..call.outputs.len()].split_at_mut(1);
            let (values, _) = self.values.split_at(v);
            let d_weights = match self.flow.again[c] {
                true => &mut self.d_shared,
                false => &mut self.d_weights,
            };
            node.layer.backward(&mut Backward {
                team: ctx.team,
                trainable: node.trainable,
                inputs: Inputs {
                    values,
                    shapes: &self.shapes,
                    lens: &self.lens,
                    ids: &call.inputs,
                    slots: &call.slots,
                    masks: Masks {
                        all: &self.masks.buffers,
                        of_value: &self.masks.of_value,
                    },
                    rows,
                },
                output: front(&self.values[v], rows * self.lens[v]),
                table_rows: match &self.values[v] {
                    Value::TableRows(picked) => Some(picked.sums(rows)),
                    _ => None,
                },
                output_shape: &self.shapes[v],
                d_output: &mut d_output[0][..rows * self.d_lens[v]],
                d_more: DMore {
                    all: d_more,
                    lens: &self.d_lens[v + 1..],
                    rows,
                },
                d_inputs: DInputs {
                    all: d_before,
                    lens: &self.d_lens,
                    ids: &call.inputs,
                    adds: &self.flow.adds[c],
                    scratch: &mut self.scratch,
                    rows,
                },
                weights: Weights {
                    all: &mut weights.values,
                    ranges: &weights.of_layer[call.layer],
                },
                d_weights: DWeights {
                    all: d_weights,
                    ranges: &weights.trained_of_layer[call.layer],
                },
                cache: &mut self.caches[c][..rows * self.cache_lens[c]],
                batch_cache: &mut self.batch_caches[c],
            });
            self.add_up(ctx, weights, c, rows);
        }
    }

    /// Adds what call `c` wrote beside the gradients that were there: of its inputs, and of
    /// variables that a call of the same layer has written.
    fn add_up(&mut self, ctx: PassContext, weights: &Variables, c: usize, rows: usize) {
        let call = &ctx.graph.calls[c];
        let add = |to: &mut [f32], from: &[f32]| {
            ctx.team.for_slices(to, 1 << 14, &|start, to| {
                let from = &from[start..][..to.len()];
                add_assign(to, from);
            });
        };
        for (i, &v) in call.inputs.iter().enumerate() {
            if self.flow.adds[c][i] && !self.d_values[v].is_empty() {
                let len = rows * self.d_lens[v];
                add(&mut self.d_values[v][..len], &self.scratch[i][..len]);
            }
        }
        if self.flow.again[c] {
            for range in weights.trained_of_layer[call.layer].iter().flatten() {
                add(
                    &mut self.d_weights[range.clone()],
                    &self.d_shared[range.clone()],
                );
            }
        }
    }
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
