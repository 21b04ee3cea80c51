//! What a layer sees in a forward or backward pass: views over the graph's buffers.

use super::TableRows;
use crate::kernels::sparse::Rows;
use crate::kernels::team::Team;
use crate::rng::Rng;
use crate::tensor::{SparseRows, Texts};
use std::ops::Range;

/// The elements of one value of the graph for a whole batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Dense(Vec<f32>),
    Sparse(SparseRows),
    /// Whole numbers, exact where float32 is not (beyond 2^24).
    Integers(Vec<i64>),
    Text(Texts),
    TableRows(TableRows),
}

/// What a [`Value`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Dense,
    Sparse,
    Integers,
    Text,
    /// Rows of a table by their numbers. Whoever reads these gives a gradient of one row per
    /// sample, that of each of its steps.
    TableRows,
}

/// The inputs of a layer call.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub values: &'a [Value],
    /// Concrete shape of one sample of each value.
    pub shapes: &'a [Vec<usize>],
    /// Elements per sample of each value.
    pub lens: &'a [usize],
    pub ids: &'a [usize],
    /// Which of [`super::Layer::arguments`] each input is.
    pub slots: &'a [usize],
    pub masks: Masks<'a>,
    pub rows: usize,
}

impl<'a> Inputs<'a> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// The mask of input `i`, where it has one: what counts, rows × its elements.
    pub fn mask(&self, i: usize) -> Option<&'a [bool]> {
        self.masks.get(self.ids[i], self.rows)
    }

    /// Concrete shape of one sample of input `i`.
    pub fn shape(&self, i: usize) -> &'a [usize] {
        &self.shapes[self.ids[i]]
    }

    /// Input `i` as rows × elements. A layer that does not read sparse values never gets one.
    pub fn dense(&self, i: usize) -> &'a [f32] {
        let id = self.ids[i];
        match &self.values[id] {
            Value::Dense(v) => &v[..self.rows * self.lens[id]],
            _ => &[],
        }
    }

    /// Input `i` as whole numbers, where it is so.
    pub fn integers(&self, i: usize) -> Option<&'a [i64]> {
        let id = self.ids[i];
        match &self.values[id] {
            Value::Integers(v) => Some(&v[..self.rows * self.lens[id]]),
            _ => None,
        }
    }

    /// Input `i` as texts, where it is so.
    pub fn text(&self, i: usize) -> Option<&'a Texts> {
        match &self.values[self.ids[i]] {
            Value::Text(texts) => Some(texts),
            _ => None,
        }
    }

    /// Input `i` as rows of a table, where it is so: their sums' matrix, and where the table lies.
    pub fn table_rows(&self, i: usize) -> Option<(Rows<'a>, Range<usize>)> {
        match &self.values[self.ids[i]] {
            Value::TableRows(picked) => Some((picked.sums(self.rows), picked.table.clone())),
            _ => None,
        }
    }

    /// Input `i` as sparse rows, where it is so.
    pub fn sparse(&self, i: usize) -> Option<Rows<'a>> {
        match &self.values[self.ids[i]] {
            Value::Sparse(rows) => Some(Rows {
                offsets: &rows.offsets,
                indices: &rows.indices,
                values: rows.values.as_deref(),
            }),
            _ => None,
        }
    }
}

/// The masks of values.
#[derive(Clone, Copy)]
pub struct Masks<'a> {
    pub all: &'a [Vec<bool>],
    /// Each value's mask and its elements per sample; several values may share one.
    pub of_value: &'a [Option<(usize, usize)>],
}

impl<'a> Masks<'a> {
    pub fn get(&self, value: usize, rows: usize) -> Option<&'a [bool]> {
        let (mask, len) = self.of_value[value]?;
        Some(&self.all[mask][..rows * len])
    }
}

/// The variables of a layer.
pub struct Weights<'a> {
    pub all: &'a mut [f32],
    pub ranges: &'a [Range<usize>],
}

impl Weights<'_> {
    pub fn get(&self, i: usize) -> &[f32] {
        &self.all[self.ranges[i].clone()]
    }

    /// For state that no gradient changes (moving averages).
    pub fn get_mut(&mut self, i: usize) -> &mut [f32] {
        &mut self.all[self.ranges[i].clone()]
    }
}

/// Where the gradients of a layer's variables go.
pub struct DWeights<'a> {
    pub all: &'a mut [f32],
    /// None: this variable is not trained.
    pub ranges: &'a [Option<Range<usize>>],
}

impl DWeights<'_> {
    pub fn get(&mut self, i: usize) -> Option<&mut [f32]> {
        let range = self.ranges.get(i)?.clone()?;
        Some(&mut self.all[range])
    }

    /// Three at once, from `first` on.
    pub fn three(&mut self, first: usize) -> [Option<&mut [f32]>; 3] {
        let range = |i: usize| self.ranges.get(first + i).cloned().flatten();
        let wanted = [0, 1, 2].map(range);
        disjoint(self.all, wanted)
    }
}

/// Parts that do not overlap, in increasing order.
fn disjoint(all: &mut [f32], wanted: [Option<Range<usize>>; 3]) -> [Option<&mut [f32]>; 3] {
    let (mut rest, mut start) = (all, 0);
    wanted.map(|range| {
        let range = range?;
        let (_, from) = std::mem::take(&mut rest).split_at_mut(range.start - start);
        let (part, behind) = from.split_at_mut(range.len());
        (rest, start) = (behind, range.end);
        Some(part)
    })
}

/// Where the gradients of a layer's inputs go.
pub struct DInputs<'a> {
    pub all: &'a mut [Vec<f32>],
    /// Elements per sample of each gradient.
    pub lens: &'a [usize],
    pub ids: &'a [usize],
    /// The inputs whose gradients another call or the loss has written already, and where theirs go
    /// instead, to be added afterwards.
    pub adds: &'a [bool],
    pub scratch: &'a mut [Vec<f32>],
    pub rows: usize,
}

impl DInputs<'_> {
    /// Whether dL/d(input i) is needed.
    pub fn wants(&self, i: usize) -> bool {
        !self.all[self.ids[i]].is_empty()
    }

    /// The buffer to overwrite with dL/d(input i); None where nobody needs it.
    pub fn get(&mut self, i: usize) -> Option<&mut [f32]> {
        let id = self.ids[i];
        let len = self.rows * self.lens[id];
        match (self.all[id].is_empty(), self.adds.get(i)) {
            (true, _) => None,
            (false, Some(true)) => Some(&mut self.scratch[i][..len]),
            (false, _) => Some(&mut self.all[id][..len]),
        }
    }
}

/// The outputs of a call behind its first (the states of recurrent layers, scores of attention).
pub struct More<'a> {
    pub values: &'a mut [Value],
    pub lens: &'a [usize],
    pub rows: usize,
}

impl More<'_> {
    /// Output `i` behind the first, rows × elements.
    pub fn get(&mut self, i: usize) -> &mut [f32] {
        let len = self.rows * self.lens[i];
        match &mut self.values[i] {
            Value::Dense(values) => &mut values[..len],
            _ => &mut [],
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.values.len()
    }
}

/// The gradients of the outputs behind the first.
#[derive(Clone, Copy)]
pub struct DMore<'a> {
    pub all: &'a [Vec<f32>],
    pub lens: &'a [usize],
    pub rows: usize,
}

impl<'a> DMore<'a> {
    /// That of output `i` behind the first.
    pub fn get(&self, i: usize) -> &'a [f32] {
        &self.all[i][..self.rows * self.lens[i]]
    }
}

/// Where a layer writes what is not float32.
pub enum Special<'a> {
    None,
    Integers(&'a mut [i64]),
    /// Empty at first.
    Text(&'a mut Texts),
    TableRows(&'a mut TableRows),
}

/// One layer call, forwards.
pub struct Forward<'a> {
    pub team: &'a Team,
    pub training: bool,
    /// The layer's `trainable`.
    pub trainable: bool,
    pub inputs: Inputs<'a>,
    /// Empty where the output is `special`.
    pub output: &'a mut [f32],
    /// The output of a layer that writes another kind than float32.
    pub special: Special<'a>,
    pub output_shape: &'a [usize],
    pub more: More<'a>,
    /// Where the output's mask goes, where it is [`super::OutputMask::Own`].
    pub mask: Option<&'a mut [bool]>,
    pub weights: Weights<'a>,
    /// What the layer keeps from batch to batch (`stateful`); empty at first.
    pub state: &'a mut Vec<f32>,
    /// What is kept for `backward`, sample by sample ([`CacheLen::sample`]).
    pub cache: &'a mut [f32],
    /// What is kept of the batch as a whole ([`CacheLen::batch`]).
    pub batch_cache: &'a mut [f32],
    /// This call's random stream in this step.
    pub rng: &'a mut Rng,
    /// The optimizer's iteration, for layers with a seed of their own.
    pub step: u64,
}

/// One layer call, backwards.
pub struct Backward<'a> {
    pub team: &'a Team,
    /// The layer's `trainable`.
    pub trainable: bool,
    pub inputs: Inputs<'a>,
    pub output: &'a [f32],
    /// The output where it is rows of a table: then `d_output` is one row per sample.
    pub table_rows: Option<Rows<'a>>,
    pub output_shape: &'a [usize],
    pub d_output: &'a mut [f32],
    pub d_more: DMore<'a>,
    pub d_inputs: DInputs<'a>,
    pub weights: Weights<'a>,
    pub d_weights: DWeights<'a>,
    pub cache: &'a mut [f32],
    pub batch_cache: &'a mut [f32],
}

impl Forward<'_> {
    /// The input is the output, element by element.
    pub fn pass_on(&mut self) {
        self.output.copy_from_slice(self.inputs.dense(0));
    }
}

impl Backward<'_> {
    /// The output's gradient is the input's, element by element.
    pub fn pass_on(&mut self) {
        if let Some(dx) = self.d_inputs.get(0) {
            dx.copy_from_slice(self.d_output);
        }
    }
}

/// Numbers that `forward` keeps for `backward` besides inputs and output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheLen {
    /// For each sample of the batch.
    pub sample: usize,
    /// For the batch as a whole.
    pub batch: usize,
}

impl CacheLen {
    /// `len` numbers for each sample.
    pub fn per_sample(len: usize) -> Self {
        CacheLen {
            sample: len,
            batch: 0,
        }
    }

    /// `len` numbers for the batch.
    pub fn per_batch(len: usize) -> Self {
        CacheLen {
            sample: 0,
            batch: len,
        }
    }
}
