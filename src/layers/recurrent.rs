//! What SimpleRNN, GRU and LSTM share: a cell that is applied step by step, forwards and back
//! through time (`keras/src/layers/rnn/rnn.py`).
//!
//! The input's products with the kernel are one matrix product over all steps, and so are the
//! gradients of kernel and recurrent kernel; step by step go only the products with the state.

use super::recurrent_cells::Cell;
use super::{
    Backward, CacheLen, CallInfo, Forward, Inputs, Layer, OutputMask, Shape, VariableSpec,
    last_dim, show,
};
use crate::activations::Activation;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::kernels::elementwise::add_assign;
use crate::kernels::matmul::{Mat, matmul};
use crate::kernels::sums::sum_rows;
use crate::kernels::team::Team;
use crate::regularizers::Regularizer;
use crate::rng::Rng;
use serde_json::json;
use std::ops::Range;

/// A layer of one recurrent cell.
pub trait RecurrentLayer {
    fn recurrent(&self) -> Recurrent<'_>;

    fn weighting(&self) -> Weighting<'_>;

    fn seed(&self) -> Option<u32>;

    /// Elements of the bias that are 1 at first, whatever its initializer.
    fn ones(&self) -> Range<usize> {
        0..0
    }
}

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
        let batch = |shape: &Shape| -> serde_json::Value {
            let dims = std::iter::once(&None).chain(shape);
            dims.map(|dim| json!(dim)).collect()
        };
        match inputs {
            [one] => json!({"input_shape": batch(one)}),
            [first, states @ ..] => json!({"shapes_dict": {
                "sequences_shape": batch(first),
                "initial_state_shape": states.iter().map(batch).collect::<Vec<_>>(),
            }}),
            [] => json!({}),
        }
    }

    fn mask(&self, _inputs: &[&[usize]], masks: &[Option<usize>]) -> OutputMask {
        match (masks.first(), self.recurrent().return_sequences) {
            (Some(Some(_)), true) => OutputMask::Of(0),
            _ => OutputMask::None,
        }
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
        let [kernel, recurrent, bias] = pass.d_weights.three(0);
        let gradients = Gradients {
            kernel,
            recurrent,
            bias,
        };
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

/// One batch as a recurrent layer reads it.
#[derive(Clone, Copy)]
pub struct Sequences<'a> {
    /// rows × steps × features
    pub x: &'a [f32],
    pub rows: usize,
    pub steps: usize,
    pub features: usize,
    pub mask: Option<&'a [bool]>,
}

impl<'a> Sequences<'a> {
    /// The first input.
    pub fn of(inputs: &Inputs<'a>) -> Self {
        let shape = inputs.shape(0);
        Sequences {
            x: inputs.dense(0),
            rows: inputs.rows,
            steps: shape[0],
            features: shape[1],
            mask: inputs.mask(0),
        }
    }

    /// Whether step `t` of a row is not masked.
    pub fn counts(&self, row: usize, t: usize) -> bool {
        self.mask.is_none_or(|mask| mask[row * self.steps + t])
    }
}

/// Kernel, recurrent kernel and bias.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    pub kernel: &'a [f32],
    pub recurrent: &'a [f32],
    pub bias: Option<&'a [f32]>,
}

impl<'a> Weights<'a> {
    /// Those that begin with the layer's variable `first`.
    pub fn of(weights: &'a super::Weights, first: usize, use_bias: bool) -> Self {
        Weights {
            kernel: weights.get(first),
            recurrent: weights.get(first + 1),
            bias: use_bias.then(|| weights.get(first + 2)),
        }
    }
}

/// Where the gradients of the three go; None where they are not trained.
pub struct Gradients<'a> {
    pub kernel: Option<&'a mut [f32]>,
    pub recurrent: Option<&'a mut [f32]>,
    pub bias: Option<&'a mut [f32]>,
}

/// What is kept of a pass, all of it rows × … . What is kept of a step lies where the step lies in
/// the input, whichever way the computation goes.
pub struct Kept<'a> {
    /// Gates behind their activations, then their gradients before them: steps × gates·units.
    pub z: &'a mut [f32],
    /// The gates before their activations, where these need them.
    pub before: &'a mut [f32],
    /// The state before each step, and behind the last: steps × units, units.
    pub h: &'a mut [f32],
    pub h_last: &'a mut [f32],
    /// Of an LSTM: the cell before each step, behind the last, and each step's behind the activation.
    pub c: &'a mut [f32],
    pub c_last: &'a mut [f32],
    pub c_active: &'a mut [f32],
    /// Of a GRU: what the reset gate multiplies or has multiplied, steps × units; with
    /// `reset_after`, the gradients of the recurrent products, steps × gates·units.
    pub inner: &'a mut [f32],
    pub d_inner: &'a mut [f32],
    /// Factors of dropout, one set for all gates or one for each: of the features and of the state.
    pub x_factors: &'a mut [f32],
    pub h_factors: &'a mut [f32],
    /// Room for the input times its factors, and for what is one gate's of all steps.
    pub x_dropped: &'a mut [f32],
    pub gate: &'a mut [f32],
    /// Each row's product of the state with the recurrent kernel; and room for those of all rows.
    pub scratch: &'a mut [f32],
    pub products: &'a mut [f32],
    pub dh: &'a mut [f32],
    pub dc: &'a mut [f32],
}

impl<'a> Recurrent<'a> {
    pub fn states(&self) -> usize {
        self.cell.states()
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

    /// Elements per sample of each part of [`Kept`].
    fn lens(&self, steps: usize, features: usize) -> [usize; 17] {
        let (u, w) = (self.units, self.width());
        let sets = self.sets();
        let if_ = |condition: bool, len: usize| if condition { len } else { 0 };
        let lstm = matches!(self.cell, Cell::Lstm);
        let gru = matches!(self.cell, Cell::Gru { .. });
        let drops = self.dropout > 0.0;
        let recurrent_drops = self.recurrent_dropout > 0.0;
        let keeps = self.activation.keeps_input() || self.recurrent_activation.keeps_input();
        [
            steps * w,
            if_(keeps, steps * w),
            steps * u,
            u,
            if_(lstm, steps * u),
            if_(lstm, u),
            if_(lstm, steps * u),
            if_(gru, steps * u),
            if_(gru, steps * w),
            if_(drops, sets * features),
            if_(recurrent_drops, sets * u),
            if_(drops, steps * features),
            if_(recurrent_drops, steps * u.max(features)),
            w + u,
            w.max(2 * u),
            u,
            if_(lstm, 2 * u),
        ]
    }

    pub fn cache_len(&self, steps: usize, features: usize) -> CacheLen {
        CacheLen {
            sample: self.lens(steps, features).iter().sum(),
            batch: match (self.sets(), self.cell) {
                (1, Cell::Simple | Cell::Lstm | Cell::Gru { reset_after: true }) => 0,
                _ => features.max(self.units) * self.units,
            },
        }
    }

    /// The cache by its parts.
    pub fn kept<'c>(&self, cache: &'c mut [f32], of: &Sequences) -> Kept<'c> {
        let mut rest = cache;
        let lens = self.lens(of.steps, of.features);
        let [
            z,
            before,
            h,
            h_last,
            c,
            c_last,
            c_active,
            inner,
            d_inner,
            x_factors,
            h_factors,
            x_dropped,
            gate,
            scratch,
            products,
            dh,
            dc,
        ] = lens.map(|len| {
            let (part, others) = std::mem::take(&mut rest).split_at_mut(len * of.rows);
            rest = others;
            part
        });
        Kept {
            z,
            before,
            h,
            h_last,
            c,
            c_last,
            c_active,
            inner,
            d_inner,
            x_factors,
            h_factors,
            x_dropped,
            gate,
            scratch,
            products,
            dh,
            dc,
        }
    }

    /// The step at which time `s` of the computation is.
    pub fn time(&self, steps: usize, s: usize) -> usize {
        match self.go_backwards {
            true => steps - 1 - s,
            false => s,
        }
    }

    /// Draws the factors of dropout: 0, or what keeps the mean.
    fn draw(&self, kept: &mut Kept, rng: &mut Rng, training: bool) {
        for (factors, rate) in [
            (&mut *kept.x_factors, self.dropout),
            (&mut *kept.h_factors, self.recurrent_dropout),
        ] {
            // Keras drops nothing at a rate of 1.
            let rate = if training && rate < 1.0 {
                rate as f32
            } else {
                0.0
            };
            for factor in factors {
                *factor = match rate > 0.0 && rng.uniform() < rate {
                    true => 0.0,
                    false => 1.0 / (1.0 - rate),
                };
            }
        }
    }

    /// All steps. The outputs lie in `kept.h` and `kept.h_last` afterwards: see
    /// [`Recurrent::write_outputs`].
    pub fn forward(
        &self,
        team: &Team,
        of: &Sequences,
        weights: Weights,
        initial: [Option<&[f32]>; 2],
        kept: &mut Kept,
        dropping: Option<&mut Rng>,
    ) {
        let Sequences { steps, .. } = *of;
        let u = self.units;
        if self.dropout > 0.0 || self.recurrent_dropout > 0.0 {
            match dropping {
                Some(rng) => self.draw(kept, rng, true),
                None => self.draw(kept, &mut Rng::stream(0, ""), false),
            }
        }
        self.input_products(team, of, weights, kept);
        let start = |state: &mut [f32], initial: Option<&[f32]>| match initial {
            Some(initial) => state.copy_from_slice(initial),
            None => state.fill(0.0),
        };
        start(kept.h_last, initial[0]);
        start(kept.c_last, initial[1].filter(|_| !kept.c_last.is_empty()));
        for s in 0..steps {
            let t = self.time(steps, s);
            put_column(kept.h, kept.h_last, t, steps, u);
            if !kept.c.is_empty() {
                put_column(kept.c, kept.c_last, t, steps, u);
            }
            self.cell.forward(self, team, of, weights, kept, t);
        }
    }

    /// The products of the input with the kernel, plus the bias, in `kept.z`.
    fn input_products(&self, team: &Team, of: &Sequences, weights: Weights, kept: &mut Kept) {
        let Sequences {
            x,
            rows,
            steps,
            features,
            ..
        } = *of;
        let (w, u) = (self.width(), self.units);
        // The second row of a GRU's bias belongs to the recurrent products.
        let bias = weights.bias.map(|bias| &bias[..w]);
        let kernel = Mat::new(weights.kernel, features, w);
        let all = rows * steps;
        if self.dropout == 0.0 {
            matmul(team, Mat::new(x, all, features), kernel, bias, kept.z);
            return;
        }
        for set in 0..self.sets() {
            drop_features(of, kept.x_factors, set, kept.x_dropped);
            let x = Mat::new(kept.x_dropped, all, features);
            if self.sets() == 1 {
                matmul(team, x, kernel, bias, kept.z);
                return;
            }
            let columns = set * u..(set + 1) * u;
            let bias = bias.map(|bias| &bias[columns.clone()]);
            let gate = &mut kept.gate[..all * u];
            matmul(team, x, kernel.columns(columns.clone()), bias, gate);
            for (z, gate) in kept.z.chunks_exact_mut(w).zip(gate.chunks_exact(u)) {
                z[columns.clone()].copy_from_slice(gate);
            }
        }
    }

    /// Copies the outputs: every step's, or the last.
    pub fn write_outputs(&self, of: &Sequences, kept: &Kept, output: &mut [f32]) {
        let Sequences { rows, steps, .. } = *of;
        let u = self.units;
        for row in 0..rows {
            let state = |s: usize| match s + 1 < steps {
                true => &kept.h[(row * steps + self.time(steps, s + 1)) * u..][..u],
                false => &kept.h_last[row * u..][..u],
            };
            let hidden = |s: usize| self.zero_output_for_mask && !self.counts(of, row, s);
            let first = if self.return_sequences { 0 } else { steps - 1 };
            for (i, s) in (first..steps).enumerate() {
                let at = (row * (steps - first) + i) * u;
                let to = &mut output[at..at + u];
                match hidden(s) {
                    true => to.fill(0.0),
                    false => to.copy_from_slice(state(s)),
                }
            }
        }
    }

    fn counts(&self, of: &Sequences, row: usize, s: usize) -> bool {
        of.counts(row, self.time(of.steps, s))
    }

    /// Back through time, from the gradients of the output and of the final states (empty where
    /// there are none). Leaves those of the initial states in `kept.dh` and `kept.dc`.
    #[allow(clippy::too_many_arguments)]
    pub fn backward(
        &self,
        team: &Team,
        of: &Sequences,
        weights: Weights,
        d_output: &[f32],
        d_states: [&[f32]; 2],
        kept: &mut Kept,
        gradients: Gradients,
        scratch: &mut [f32],
        dx: Option<&mut [f32]>,
    ) {
        let Sequences { rows, steps, .. } = *of;
        let u = self.units;
        let all = rows * u;
        let begin = |state: &mut [f32], d: &[f32]| match d.is_empty() {
            true => state.fill(0.0),
            false => state.copy_from_slice(d),
        };
        begin(&mut kept.dh[..all], d_states[0]);
        if !kept.dc.is_empty() {
            begin(&mut kept.dc[..all], d_states[1]);
        }
        for s in (0..steps).rev() {
            for row in 0..rows {
                let counts = self.counts(of, row, s);
                let from = match self.return_sequences {
                    true => Some((row * steps + s) * u),
                    false => (s + 1 == steps).then_some(row * u),
                };
                if let Some(from) = from.filter(|_| counts || !self.zero_output_for_mask) {
                    add_assign(&mut kept.dh[row * u..][..u], &d_output[from..from + u]);
                }
            }
            self.cell.backward(self, team, of, weights, kept, s);
        }
        self.weight_gradients(team, of, kept, gradients, scratch);
        if let Some(dx) = dx {
            self.input_gradient(team, of, weights, kept, dx);
        }
    }

    fn weight_gradients(
        &self,
        team: &Team,
        of: &Sequences,
        kept: &mut Kept,
        gradients: Gradients,
        scratch: &mut [f32],
    ) {
        let Sequences {
            rows,
            steps,
            features,
            x,
            ..
        } = *of;
        let (w, u, all) = (self.width(), self.units, rows * steps);
        let z = Mat::new(kept.z, all, w);
        if let Some(bias) = gradients.bias {
            let (first, second) = bias.split_at_mut(w);
            sum_rows(team, kept.z, w, first);
            if !second.is_empty() {
                sum_rows(team, kept.d_inner, w, second);
            }
        }
        if let Some(kernel) = gradients.kernel {
            // Without factors all gates see the same input.
            let sets = if self.dropout > 0.0 { self.sets() } else { 1 };
            for set in 0..sets {
                let mut x = Mat::new(x, all, features);
                if self.dropout > 0.0 {
                    drop_features(of, kept.x_factors, set, kept.x_dropped);
                    x = Mat::new(kept.x_dropped, all, features);
                }
                product_of_gate(team, x.t(), z, (set, sets), u, kernel, scratch);
            }
        }
        if let Some(recurrent) = gradients.recurrent {
            self.cell
                .recurrent_gradient(self, team, of, kept, recurrent, scratch);
        }
    }

    fn input_gradient(
        &self,
        team: &Team,
        of: &Sequences,
        weights: Weights,
        kept: &mut Kept,
        dx: &mut [f32],
    ) {
        let Sequences {
            rows,
            steps,
            features,
            ..
        } = *of;
        let (w, u, all) = (self.width(), self.units, rows * steps);
        let kernel = Mat::new(weights.kernel, features, w);
        let z = Mat::new(kept.z, all, w);
        if self.dropout == 0.0 || self.sets() == 1 {
            matmul(team, z, kernel.t(), None, dx);
            if self.dropout > 0.0 {
                multiply_features(of, kept.x_factors, 0, dx);
            }
            return;
        }
        dx.fill(0.0);
        for set in 0..self.sets() {
            let columns = set * u..(set + 1) * u;
            let product = &mut kept.x_dropped[..all * features];
            let kernel = kernel.columns(columns.clone());
            matmul(team, z.columns(columns), kernel.t(), None, product);
            multiply_features(of, kept.x_factors, set, product);
            add_assign(dx, product);
        }
    }
}

/// a · z, or of several gates the columns of one.
pub(super) fn product_of_gate(
    team: &Team,
    a: Mat,
    z: Mat,
    (set, sets): (usize, usize),
    units: usize,
    out: &mut [f32],
    scratch: &mut [f32],
) {
    if sets == 1 {
        matmul(team, a, z, None, out);
        return;
    }
    let columns = set * units..(set + 1) * units;
    let width = sets * units;
    let product = &mut scratch[..out.len() / sets];
    matmul(team, a, z.columns(columns.clone()), None, product);
    for (to, from) in out.chunks_exact_mut(width).zip(product.chunks_exact(units)) {
        to[columns.clone()].copy_from_slice(from);
    }
}

/// Writes rows × units as column `t` of rows × steps × units.
fn put_column(to: &mut [f32], from: &[f32], t: usize, steps: usize, units: usize) {
    for (row, from) in from.chunks_exact(units).enumerate() {
        to[(row * steps + t) * units..][..units].copy_from_slice(from);
    }
}

/// The input times the factors of set `set`, each sample's the same at all steps.
fn drop_features(of: &Sequences, factors: &[f32], set: usize, to: &mut [f32]) {
    to.copy_from_slice(of.x);
    multiply_features(of, factors, set, to);
}

fn multiply_features(of: &Sequences, factors: &[f32], set: usize, x: &mut [f32]) {
    let features = of.features;
    let factors = &factors[set * of.rows * features..][..of.rows * features];
    let samples = x.chunks_exact_mut(of.steps * features);
    for (x, factors) in samples.zip(factors.chunks_exact(features)) {
        for x in x.chunks_exact_mut(features) {
            x.iter_mut()
                .zip(factors)
                .for_each(|(x, factor)| *x *= factor);
        }
    }
}
