//! `keras.layers.Bidirectional`

use super::recurrent::{Recurrent, RecurrentLayer};
use super::recurrent_kept::{Gradients, Parts, Sequences, Weights};
use super::{
    AnyLayer, Backward, CacheLen, CallInfo, Forward, Layer, LayerNode, OutputMask, Shape,
    VariableSpec,
};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::elementwise::add_assign;
use crate::rng::Rng;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// A recurrent layer along the steps and another against them; their outputs are merged.
///
/// Shapes: those of the layer, twice as wide for "concat"; two outputs where `merge_mode` is null;
/// with `return_state` the states of both behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Bidirectional {
    forward: Box<LayerNode>,
    backward: Box<LayerNode>,
    merge_mode: MergeMode,
}

/// What becomes of the two outputs; None: both are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Merge {
    Sum,
    Mul,
    Ave,
    #[default]
    Concat,
}
type MergeMode = Option<Merge>;

/// The arguments as they are given.
#[derive(Config)]
#[serde(deny_unknown_fields)]
struct Arguments {
    layer: Value,
    #[serde(default)]
    backward_layer: Option<Value>,
    #[serde(default = "concat")]
    merge_mode: MergeMode,
}

fn concat() -> MergeMode {
    Some(Merge::Concat)
}

impl<'de> Deserialize<'de> for Bidirectional {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        Arguments::deserialize(d)?.make().map_err(D::Error::custom)
    }
}

impl Serialize for Bidirectional {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        let config = json!({
            "merge_mode": self.merge_mode, "layer": self.forward.to_json(),
            "backward_layer": self.backward.to_json(),
        });
        config.serialize(s)
    }
}

impl Arguments {
    /// Makes the two layers as Keras does: without a second the first, turned round.
    fn make(self) -> Result<Bidirectional> {
        let forward = direction(&self.layer, "forward_", None)?;
        let backward = match &self.backward_layer {
            Some(layer) => direction(layer, "", None)?,
            None => direction(&self.layer, "backward_", Some(true))?,
        };
        let of = [&forward, &backward].map(|node| recurrent(node).recurrent());
        let same = |a: fn(&Recurrent) -> bool| a(&of[0]) == a(&of[1]);
        if same(|of| of.go_backwards) {
            return Err(Error::unsupported(
                "Bidirectional's two layers go the same way; give one of them go_backwards=True",
            ));
        }
        if !(same(|of| of.return_sequences) && same(|of| of.return_state) && same(|of| of.stateful))
        {
            return Err(Error::unsupported(
                "Bidirectional's two layers need the same return_sequences, return_state and stateful",
            ));
        }
        if of[0].stateful {
            return Err(Error::unsupported(
                "Bidirectional of stateful layers is not supported; leave stateful out",
            ));
        }
        Ok(Bidirectional {
            forward: Box::new(forward),
            backward: Box::new(backward),
            merge_mode: self.merge_mode,
        })
    }
}

fn direction(layer: &Value, prefix: &str, go_backwards: Option<bool>) -> Result<LayerNode> {
    let mut node = LayerNode::from_json(layer, &[])?;
    let mut value = node.to_json();
    let sequences = value.pointer("/config/return_sequences").cloned();
    if let (Some(Value::Object(config)), Some(sequences)) = (value.get_mut("config"), sequences) {
        let name = node.name.strip_prefix(prefix).unwrap_or(&node.name);
        config.insert("name".into(), json!(format!("{prefix}{name}")));
        // A masked step of a sequence is no output of either.
        config.insert("zero_output_for_mask".into(), sequences);
        if let Some(go_backwards) = go_backwards {
            config.insert("go_backwards".into(), json!(go_backwards));
        }
        node = LayerNode::from_json(&value, &[])?;
    }
    match as_recurrent(&node.layer) {
        Some(_) => Ok(node),
        None => Err(Error::unsupported(format!(
            "Bidirectional takes SimpleRNN, GRU or LSTM, found {}",
            node.layer.class_name()
        ))),
    }
}

fn as_recurrent(layer: &AnyLayer) -> Option<&dyn RecurrentLayer> {
    match layer {
        AnyLayer::SimpleRNN(it) => Some(it),
        AnyLayer::GRU(it) => Some(it),
        AnyLayer::LSTM(it) => Some(it),
        _ => None,
    }
}

/// Checked when the layer was read.
fn recurrent(node: &LayerNode) -> &dyn RecurrentLayer {
    as_recurrent(&node.layer).expect("a recurrent layer")
}

/// A direction's outputs and their gradients for a batch.
struct Outputs<'a> {
    along: &'a mut [f32],
    against: &'a mut [f32],
    steps: usize,
    units: [usize; 2],
}

impl Bidirectional {
    fn both(&self) -> [&dyn RecurrentLayer; 2] {
        [recurrent(&self.forward), recurrent(&self.backward)]
    }

    /// Steps of an output.
    fn output_steps(&self, steps: usize) -> usize {
        match recurrent(&self.forward).recurrent().return_sequences {
            true => steps,
            false => 1,
        }
    }

    /// Elements per sample: of the two caches, the two outputs, and the second gradient of the input.
    fn lens(&self, steps: usize, features: usize) -> [usize; 5] {
        let [a, b] = self.both().map(|it| it.recurrent());
        let outputs = self.output_steps(steps);
        [
            a.cache_len(steps, features).sample,
            b.cache_len(steps, features).sample,
            outputs * a.units,
            outputs * b.units,
            steps * features,
        ]
    }

    fn parts<'c>(&self, cache: &'c mut [f32], of: &Sequences) -> [&'c mut [f32]; 5] {
        let mut parts = Parts {
            rest: cache,
            rows: of.rows,
        };
        self.lens(of.steps, of.features).map(|len| parts.next(len))
    }

    /// The states that come in, by direction.
    fn initial<'a>(&self, inputs: &super::Inputs<'a>) -> [[Option<&'a [f32]>; 2]; 2] {
        let each = recurrent(&self.forward).recurrent().states();
        let state = |i: usize| (1 + i < inputs.count()).then(|| inputs.dense(1 + i));
        [0, each].map(|first| [state(first), state(first + 1).filter(|_| each == 2)])
    }
}

impl Layer for Bidirectional {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let slots: Vec<usize> = (0..inputs.len()).map(|i| i.min(1)).collect();
        let call = CallInfo {
            shapes: inputs,
            slots: &slots,
        };
        Ok(self.output_shapes(&call)?.swap_remove(0))
    }

    fn output_shapes(&self, call: &CallInfo) -> Result<Vec<Shape>> {
        let [a, b] = self.both().map(|it| it.recurrent());
        let states = call.shapes.len().saturating_sub(1);
        let half = 1 + states / 2;
        let shapes: Vec<Shape> = call.shapes.iter().take(half).cloned().collect();
        let mut first = a.check(&shapes, &call.slots[..shapes.len()])?;
        let mut second = b.check(&shapes, &call.slots[..shapes.len()])?;
        if !states.is_multiple_of(2) || (self.merge_mode != concat() && a.units != b.units) {
            return Err(Error::shape(
                "Bidirectional takes as many states for either way, and layers of equal units \
                 unless merge_mode is \"concat\"",
            ));
        }
        let (mut merged, other) = (first.remove(0), second.remove(0));
        if self.merge_mode == concat() {
            let width = merged.len() - 1;
            merged[width] = Some(a.units + b.units);
        }
        let both = self.merge_mode.is_none().then_some(other);
        Ok([vec![merged], both.into_iter().collect(), first, second].concat())
    }

    fn arguments(&self) -> &'static [&'static str] {
        &["sequences", "initial_state"]
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let input = inputs.first().cloned().unwrap_or_default();
        let mut all = vec![];
        let sides = [
            (&self.forward, "forward_layer/cell"),
            (&self.backward, "backward_layer/cell"),
        ];
        for (node, part) in sides {
            let it = recurrent(node);
            let own = it
                .recurrent()
                .variables(&input, &it.weighting(), part, it.ones())?;
            all.extend(own.into_iter().map(|spec| VariableSpec {
                trainable: spec.trainable && node.trainable,
                ..spec
            }));
        }
        Ok(all)
    }

    fn mask(&self, _inputs: &[&[usize]], masks: &[Option<usize>]) -> OutputMask {
        recurrent(&self.forward).recurrent().mask(masks)
    }

    fn cache_len(&self, inputs: &[&[usize]], _output: &[usize]) -> CacheLen {
        let (steps, features) = (inputs[0][0], inputs[0][1]);
        let batch = self
            .both()
            .map(|it| it.recurrent().cache_len(steps, features).batch);
        CacheLen {
            sample: self.lens(steps, features).iter().sum(),
            batch: batch[0].max(batch[1]),
        }
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let of = Sequences::of(&pass.inputs);
        let [cache_a, cache_b, along, against, _] = self.parts(pass.cache, &of);
        let initial = self.initial(&pass.inputs);
        let mut seeds = pass.rng.clone();
        let mut states = if self.merge_mode.is_none() { 1 } else { 0 };
        let mut first = 0;
        let sides = [(cache_a, &mut *along), (cache_b, &mut *against)];
        for (i, (cache, output)) in sides.into_iter().enumerate() {
            let it = self.both()[i];
            let layer = it.recurrent();
            let weights = Weights::of(&pass.weights, first, layer.use_bias);
            first += if layer.use_bias { 3 } else { 2 };
            let mut kept = layer.kept(cache, &of);
            let seed = it.seed().unwrap_or_else(|| seeds.next_u32());
            let mut rng = Rng::step(seed, layer.class, pass.step);
            let dropping = pass.training.then_some(&mut rng);
            layer.forward(pass.team, &of, weights, initial[i], &mut kept, dropping);
            layer.write_outputs(&of, &kept, output);
            if layer.return_state {
                for last in [&*kept.h_last, &*kept.c_last]
                    .into_iter()
                    .take(layer.states())
                {
                    pass.more.get(states).copy_from_slice(last);
                    states += 1;
                }
            }
        }
        let outputs = Outputs {
            along,
            against,
            steps: self.output_steps(of.steps),
            units: self.both().map(|it| it.recurrent().units),
        };
        match self.merge_mode {
            Some(merge) => outputs.merge(merge, pass.output),
            None => {
                pass.output.copy_from_slice(outputs.along);
                outputs.turn(pass.more.get(0));
            }
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let of = Sequences::of(&pass.inputs);
        let [cache_a, cache_b, along, against, dx_against] = self.parts(pass.cache, &of);
        let mut outputs = Outputs {
            along: &mut *along,
            against: &mut *against,
            steps: self.output_steps(of.steps),
            units: self.both().map(|it| it.recurrent().units),
        };
        match self.merge_mode {
            Some(merge) => outputs.divide(merge, pass.d_output),
            None => {
                outputs.along.copy_from_slice(pass.d_output);
                outputs.turn_from(pass.d_more.get(0));
            }
        }
        let mut states = if self.merge_mode.is_none() { 1 } else { 0 };
        let mut first = 0;
        let each = recurrent(&self.forward).recurrent().states();
        let wants_dx = pass.d_inputs.wants(0);
        let sides = [(cache_a, &*along), (cache_b, &*against)];
        for (i, (cache, d_output)) in sides.into_iter().enumerate() {
            let layer = self.both()[i].recurrent();
            let weights = Weights::of(&pass.weights, first, layer.use_bias);
            let mut kept = layer.kept(cache, &of);
            let mut d_states: [&[f32]; 2] = [&[], &[]];
            if layer.return_state {
                for d in d_states.iter_mut().take(layer.states()) {
                    *d = pass.d_more.get(states);
                    states += 1;
                }
            }
            let gradients = Gradients::of(&mut pass.d_weights, first, layer.use_bias);
            first += if layer.use_bias { 3 } else { 2 };
            let dx = match i {
                0 => pass.d_inputs.get(0),
                _ => wants_dx.then_some(&mut *dx_against),
            };
            let scratch = &mut *pass.batch_cache;
            layer.backward(
                pass.team, &of, weights, d_output, d_states, &mut kept, gradients, scratch, dx,
            );
            if pass.inputs.count() > 1 {
                let len = of.rows * layer.units;
                for (k, d) in [&*kept.dh, &*kept.dc].into_iter().take(each).enumerate() {
                    if let Some(to) = pass.d_inputs.get(1 + i * each + k) {
                        to.copy_from_slice(&d[..len]);
                    }
                }
            }
        }
        if let Some(dx) = pass.d_inputs.get(0) {
            add_assign(dx, dx_against);
        }
    }
}

impl Outputs<'_> {
    /// Calls `visit` with the starts of each step in either output: the second runs backwards.
    fn pairs(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let [a, b] = self.units;
        let rows = self.along.len() / (self.steps * a).max(1);
        for row in 0..rows {
            for t in 0..self.steps {
                let turned = self.steps - 1 - t;
                let step = row * self.steps + t;
                visit(step, step * a, (row * self.steps + turned) * b);
            }
        }
    }

    fn merge(&self, merge: Merge, output: &mut [f32]) {
        let [a, b] = self.units;
        let width = if merge == Merge::Concat { a + b } else { a };
        self.pairs(|step, i, j| {
            let y = &mut output[step * width..][..width];
            let (along, against) = (&self.along[i..i + a], &self.against[j..j + b]);
            if merge == Merge::Concat {
                y[..a].copy_from_slice(along);
                y[a..].copy_from_slice(against);
                return;
            }
            for ((y, p), q) in y.iter_mut().zip(along).zip(against) {
                *y = match merge {
                    Merge::Mul => p * q,
                    Merge::Ave => (p + q) / 2.0,
                    Merge::Sum | Merge::Concat => p + q,
                };
            }
        });
    }

    /// The outputs become their gradients.
    fn divide(&mut self, merge: Merge, d_output: &[f32]) {
        let [a, b] = self.units;
        let width = if merge == Merge::Concat { a + b } else { a };
        let steps = self.steps;
        let rows = self.along.len() / (steps * a).max(1);
        for step in 0..rows * steps {
            let (row, t) = (step / steps, step % steps);
            let dy = &d_output[step * width..][..width];
            let p = &mut self.along[step * a..][..a];
            let q = &mut self.against[(row * steps + steps - 1 - t) * b..][..b];
            match merge {
                Merge::Concat => {
                    p.copy_from_slice(&dy[..a]);
                    q.copy_from_slice(&dy[a..]);
                }
                Merge::Sum | Merge::Ave => {
                    let share = if merge == Merge::Ave { 0.5 } else { 1.0 };
                    for ((p, q), dy) in p.iter_mut().zip(q).zip(dy) {
                        (*p, *q) = (dy * share, dy * share);
                    }
                }
                Merge::Mul => {
                    for ((p, q), dy) in p.iter_mut().zip(q).zip(dy) {
                        (*p, *q) = (dy * *q, dy * *p);
                    }
                }
            }
        }
    }

    /// Writes the second output in the order of the steps.
    fn turn(&self, to: &mut [f32]) {
        let width = self.units[1];
        self.pairs(|step, _, j| {
            to[step * width..][..width].copy_from_slice(&self.against[j..j + width]);
        });
    }

    /// Reads the second output's gradient from the order of the steps.
    fn turn_from(&mut self, from: &[f32]) {
        let (width, steps) = (self.units[1], self.steps);
        for (step, from) in from.chunks_exact(width).enumerate() {
            let (row, t) = (step / steps, step % steps);
            let at = (row * steps + steps - 1 - t) * width;
            self.against[at..at + width].copy_from_slice(from);
        }
    }
}
