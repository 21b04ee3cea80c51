//! What SimpleRNN, GRU and LSTM share: their arguments, shapes and variables, and how they stand in a
//! graph. The passes through the steps are in `through_time`, a step in `recurrent_cells`.

use super::recurrent_cells::Cell;
use super::recurrent_kept::{Gradients, Sequences, Weights};
use super::{
    Backward, CacheLen, CallInfo, Forward, Inputs, Layer, OutputMask, Shape, VariableSpec,
    batch_shape, last_dim, show,
};
use crate::activations::Activation;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;
use serde_json::json;
use std::ops::Range;

/// A layer of one recurrent cell.
pub trait RecurrentLayer {
    fn recurrent(&self) -> Recurrent<'_>;

    fn weighting(&self) -> Weighting<'_>;

    fn seed(&self) -> Option<u32>;

    /// Elements of the bias that are 1 at first, whatever its initializer.
    fn ones(&self) -> Range<usize>;
}

/// Makes a struct with the arguments of a recurrent layer one: the field with its gates' activation,
/// its cell, and the elements of the bias that are 1 at first.
macro_rules! recurrent_layer {
    ($class:ident, $gates:ident, $cell:expr, $ones:expr) => {
        impl $crate::layers::recurrent::RecurrentLayer for $class {
            fn recurrent(&self) -> $crate::layers::recurrent::Recurrent<'_> {
                let cell: fn(&Self) -> Cell = $cell;
                $crate::layers::recurrent::Recurrent {
                    class: stringify!($class),
                    cell: cell(self),
                    units: self.units,
                    activation: &self.activation,
                    recurrent_activation: &self.$gates,
                    use_bias: self.use_bias,
                    dropout: self.dropout,
                    recurrent_dropout: self.recurrent_dropout,
                    return_sequences: self.return_sequences,
                    return_state: self.return_state,
                    go_backwards: self.go_backwards,
                    stateful: self.stateful,
                    zero_output_for_mask: self.zero_output_for_mask,
                }
            }

            fn weighting(&self) -> $crate::layers::recurrent::Weighting<'_> {
                $crate::layers::recurrent::Weighting {
                    initializers: [
                        &self.kernel_initializer,
                        &self.recurrent_initializer,
                        &self.bias_initializer,
                    ],
                    regularizers: [
                        &self.kernel_regularizer,
                        &self.recurrent_regularizer,
                        &self.bias_regularizer,
                    ],
                    constraints: [
                        &self.kernel_constraint,
                        &self.recurrent_constraint,
                        &self.bias_constraint,
                    ],
                }
            }

            fn seed(&self) -> Option<u32> {
                self.seed
            }

            fn ones(&self) -> std::ops::Range<usize> {
                let ones: fn(&Self) -> std::ops::Range<usize> = $ones;
                ones(self)
            }
        }
    };
}
pub(super) use recurrent_layer;

impl<T: RecurrentLayer> Layer for T {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let slots: Vec<usize> = (0..inputs.len()).map(|i| i.min(1)).collect();
        Ok(self.recurrent().check(inputs, &slots)?.swap_remove(0))
    }

    fn output_shapes(&self, call: &CallInfo) -> Result<Vec<Shape>> {
        self.recurrent().check(call.shapes, call.slots)
    }

    fn arguments(&self) -> &'static [&'static str] {
        &["sequences", "initial_state"]
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let input = inputs.first().cloned().unwrap_or_default();
        let of = self.recurrent();
        of.variables(&input, &self.weighting(), "cell", self.ones())
    }

    fn build_config(&self, inputs: &[Shape]) -> serde_json::Value {
        match inputs {
            [one] => json!({"input_shape": batch_shape(one)}),
            [first, states @ ..] => json!({"shapes_dict": {
                "sequences_shape": batch_shape(first),
                "initial_state_shape": states.iter().map(batch_shape).collect::<Vec<_>>(),
            }}),
            [] => json!({}),
        }
    }

    fn mask(&self, _inputs: &[&[usize]], masks: &[Option<usize>]) -> OutputMask {
        self.recurrent().mask(masks)
    }

    fn cache_len(&self, inputs: &[&[usize]], _output: &[usize]) -> CacheLen {
        self.recurrent().cache_len(inputs[0][0], inputs[0][1])
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let of = self.recurrent();
        let sequences = Sequences::of(&pass.inputs);
        let weights = Weights::of(&pass.weights, 0, of.use_bias);
        let mut kept = of.kept(pass.cache, &sequences);
        let mut states = InitialStates::of(&of, &pass.inputs, pass.state)?;
        let mut rng = super::noise::stream(self.seed(), of.class, pass.rng, pass.step);
        let dropping = pass.training.then_some(&mut rng);
        of.forward(
            pass.team,
            &sequences,
            weights,
            states.initial(),
            &mut kept,
            dropping,
        );
        of.write_outputs(&sequences, &kept, pass.output);
        let last = [&*kept.h_last, &*kept.c_last];
        for (i, last) in last.iter().take(pass.more.count()).enumerate() {
            pass.more.get(i).copy_from_slice(last);
        }
        if of.stateful {
            states.keep(last);
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let of = self.recurrent();
        let sequences = Sequences::of(&pass.inputs);
        let weights = Weights::of(&pass.weights, 0, of.use_bias);
        let mut kept = of.kept(pass.cache, &sequences);
        let state = |i: usize| match of.return_state && i < of.states() {
            true => pass.d_more.get(i),
            false => &[],
        };
        let d_states = [state(0), state(1)];
        let gradients = Gradients::of(&mut pass.d_weights, 0, of.use_bias);
        let (d_output, scratch) = (&*pass.d_output, &mut *pass.batch_cache);
        let dx = pass.d_inputs.get(0);
        of.backward(
            pass.team, &sequences, weights, d_output, d_states, &mut kept, gradients, scratch, dx,
        );
        let len = sequences.rows * of.units;
        let of_states = [&*kept.dh, &*kept.dc];
        for (i, d) in of_states.iter().take(pass.inputs.count() - 1).enumerate() {
            if let Some(to) = pass.d_inputs.get(i + 1) {
                to.copy_from_slice(&d[..len]);
            }
        }
    }
}

/// The states a batch begins with: given, kept from the batch before, or zero.
enum InitialStates<'a> {
    Zero,
    Given([Option<&'a [f32]>; 2]),
    /// With the number of states.
    Kept(&'a mut Vec<f32>, usize),
}

impl<'a> InitialStates<'a> {
    fn of(of: &Recurrent, inputs: &Inputs<'a>, state: &'a mut Vec<f32>) -> Result<Self> {
        if inputs.count() > 1 {
            let second = (inputs.count() > 2).then(|| inputs.dense(2));
            return Ok(InitialStates::Given([Some(inputs.dense(1)), second]));
        }
        if !of.stateful {
            return Ok(InitialStates::Zero);
        }
        let len = inputs.rows * of.units * of.states();
        if !state.is_empty() && state.len() != len {
            return Err(Error::shape(format!(
                "{}(stateful=True) takes batches of the same size, {} rows before and {} now; \
                 choose a batch size that divides the rows",
                of.class,
                state.len() / (of.units * of.states()),
                inputs.rows
            )));
        }
        state.resize(len, 0.0);
        Ok(InitialStates::Kept(state, of.states()))
    }

    fn initial(&self) -> [Option<&[f32]>; 2] {
        match self {
            InitialStates::Zero => [None; 2],
            InitialStates::Given(given) => *given,
            InitialStates::Kept(state, states) => {
                let half = if *states == 2 {
                    state.len() / 2
                } else {
                    state.len()
                };
                let (h, c) = state.split_at(half);
                [Some(h), Some(c)]
            }
        }
    }

    fn keep(&mut self, last: [&[f32]; 2]) {
        if let InitialStates::Kept(state, _) = self {
            state.clear();
            last.iter().for_each(|last| state.extend_from_slice(last));
        }
    }
}

/// Initializer, regularizer and constraint of kernel, recurrent kernel and bias.
pub struct Weighting<'a> {
    pub initializers: [&'a Initializer; 3],
    pub regularizers: [&'a Option<Regularizer>; 3],
    pub constraints: [&'a Option<Constraint>; 3],
}

/// A recurrent layer's arguments.
#[derive(Clone, Copy)]
pub struct Recurrent<'a> {
    pub class: &'static str,
    pub cell: Cell,
    pub units: usize,
    pub activation: &'a Activation,
    /// Of the gates.
    pub recurrent_activation: &'a Activation,
    pub use_bias: bool,
    pub dropout: f64,
    pub recurrent_dropout: f64,
    pub return_sequences: bool,
    pub return_state: bool,
    pub go_backwards: bool,
    pub stateful: bool,
    /// The output of a masked step is 0 instead of the one before it.
    pub zero_output_for_mask: bool,
}

impl<'a> Recurrent<'a> {
    pub fn states(&self) -> usize {
        self.cell.states()
    }

    /// The input's mask is that of sequences.
    pub fn mask(&self, masks: &[Option<usize>]) -> OutputMask {
        match (masks.first(), self.return_sequences) {
            (Some(Some(_)), true) => OutputMask::Of(0),
            _ => OutputMask::None,
        }
    }

    pub fn width(&self) -> usize {
        self.cell.gates() * self.units
    }

    pub fn check(&self, inputs: &[Shape], slots: &[usize]) -> Result<Vec<Shape>> {
        if self.units == 0 {
            return Err(Error::unsupported(format!(
                "{}(units=0): units must be at least 1",
                self.class
            )));
        }
        for (argument, rate) in [
            ("dropout", self.dropout),
            ("recurrent_dropout", self.recurrent_dropout),
        ] {
            super::noise::check_rate(self.class, argument, rate)?;
        }
        for activation in [self.activation, self.recurrent_activation] {
            if activation.halves() {
                return Err(Error::unsupported(format!(
                    "{} cannot have the activation \"glu\", which halves its axis; choose another",
                    self.class
                )));
            }
        }
        let sequences = inputs.first().filter(|shape| shape.len() == 2);
        let sequences = sequences.ok_or_else(|| {
            let found: Vec<String> = inputs.iter().map(show).collect();
            Error::shape(format!(
                "{} takes (batch, steps, features), found {}; an Embedding gives that shape, or \
                 reshape the data",
                self.class,
                found.join(" and ")
            ))
        })?;
        last_dim(sequences, self.class)?;
        let initial = (1..inputs.len()).filter(|&i| slots.get(i) == Some(&1));
        let wrong = |shape: &Shape| *shape != [Some(self.units)];
        let count = initial.clone().count();
        if (count != 0 && count != self.states()) || initial.clone().any(|i| wrong(&inputs[i])) {
            return Err(Error::shape(format!(
                "{} takes an initial state of {} of shape (batch, {})",
                self.class,
                self.states(),
                self.units
            )));
        }
        let output = match self.return_sequences {
            true => vec![sequences[0], Some(self.units)],
            false => vec![Some(self.units)],
        };
        let mut outputs = vec![output];
        if self.return_state {
            outputs.resize(1 + self.states(), vec![Some(self.units)]);
        }
        Ok(outputs)
    }

    pub fn variables(
        &self,
        input: &Shape,
        weighting: &Weighting,
        part: &str,
        ones: Range<usize>,
    ) -> Result<Vec<VariableSpec>> {
        let width = self.width();
        let features = last_dim(input, self.class)?;
        let bias = match self.cell {
            Cell::Gru { reset_after: true } => vec![2, width],
            _ => vec![width],
        };
        let shapes = [vec![features, width], vec![self.units, width], bias];
        let names = ["kernel", "recurrent_kernel", "bias"];
        let count = if self.use_bias { 3 } else { 2 };
        let variable = |i: usize| {
            let of = VariableSpec::new(names[i], shapes[i].clone(), weighting.initializers[i]);
            VariableSpec {
                part: part.to_string(),
                ones: if i == 2 { ones.clone() } else { 0..0 },
                ..of.with(weighting.regularizers[i], weighting.constraints[i])
            }
        };
        Ok((0..count).map(variable).collect())
    }

    /// How many sets of dropout factors there are: with `recurrent_dropout` one for each gate
    /// (Keras' implementation 1; SimpleRNN has one gate).
    pub fn sets(&self) -> usize {
        match self.recurrent_dropout > 0.0 {
            true => self.cell.gates(),
            false => 1,
        }
    }
}
