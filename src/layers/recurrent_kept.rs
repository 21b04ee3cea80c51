//! What a recurrent layer reads and keeps of a batch: sequences, weights, and the parts of its cache.

use super::recurrent::Recurrent;
use super::recurrent_cells::Cell;
use super::{CacheLen, DWeights, Inputs};

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

impl<'a> Gradients<'a> {
    /// Those of the layer's variables from `first` on.
    pub fn of(d_weights: &'a mut DWeights, first: usize, use_bias: bool) -> Self {
        let [kernel, recurrent, bias] = d_weights.three(first);
        Gradients {
            kernel,
            recurrent,
            // Behind the last of a layer without bias come another's.
            bias: bias.filter(|_| use_bias),
        }
    }
}

/// A cache, given away part by part.
pub struct Parts<'c> {
    pub rest: &'c mut [f32],
    pub rows: usize,
}

impl<'c> Parts<'c> {
    /// The next `len` elements per sample.
    pub fn next(&mut self, len: usize) -> &'c mut [f32] {
        let (part, rest) = std::mem::take(&mut self.rest).split_at_mut(len * self.rows);
        self.rest = rest;
        part
    }
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

impl Recurrent<'_> {
    /// Elements per sample of each part of [`Kept`], in the order of its fields.
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
        let mut parts = Parts {
            rest: cache,
            rows: of.rows,
        };
        let mut lens = self.lens(of.steps, of.features).into_iter();
        let mut next = || parts.next(lens.next().unwrap_or(0));
        Kept {
            z: next(),
            before: next(),
            h: next(),
            h_last: next(),
            c: next(),
            c_last: next(),
            c_active: next(),
            inner: next(),
            d_inner: next(),
            x_factors: next(),
            h_factors: next(),
            x_dropped: next(),
            gate: next(),
            scratch: next(),
            products: next(),
            dh: next(),
            dc: next(),
        }
    }
}
