//! What an optimizer remembers between steps, and in which order Keras saves it.

use super::Optimizer;
use crate::error::Result;
use crate::model::{Variable, out_of_memory};
use std::ops::Range;

/// One kind of number that an optimizer keeps, e.g. the momentum of each weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// Keras' name.
    pub name: &'static str,
    pub shape: SlotShape,
    pub start: SlotStart,
}

/// The shape of a slot for one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SlotShape {
    /// The variable's: the slot's buffer has the layout of the trained weights.
    Weight,
    /// The variable's without its last axis; below rank 2 an integer that is not used.
    Rows,
    /// The variable's without its last but one axis; below rank 2 an integer that is not used.
    Columns,
    /// One number for all variables, behind the others of its group.
    Once,
}

/// What a slot holds at first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SlotStart {
    Constant(f32),
    /// The weights themselves.
    Weights,
}

impl Slot {
    /// A number per weight, 0 at first.
    pub const fn zeros(name: &'static str) -> Slot {
        Slot::filled(name, 0.0)
    }

    /// A number per weight, `start` at first.
    pub const fn filled(name: &'static str, start: f32) -> Slot {
        Slot {
            name,
            shape: SlotShape::Weight,
            start: SlotStart::Constant(start),
        }
    }
}

impl SlotShape {
    fn of(self, shape: &[usize]) -> Vec<usize> {
        match (self, shape) {
            (SlotShape::Weight, _) => shape.to_vec(),
            (SlotShape::Rows, [rows @ .., _]) if !rows.is_empty() => rows.to_vec(),
            (SlotShape::Columns, [rest @ .., _, last]) => [rest, &[*last]].concat(),
            _ => vec![],
        }
    }
}

/// Where a variable of the optimizer lies in its slot's buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotVariable {
    /// Keras' name of the slot.
    pub name: &'static str,
    /// Index into [`OptimizerState::slots`].
    pub slot: usize,
    pub range: Range<usize>,
    pub shape: Vec<usize>,
    /// Keras keeps an int32 there.
    pub integer: bool,
    start: SlotStart,
    /// The weights it belongs to.
    weights: Range<usize>,
}

impl SlotVariable {
    /// What it holds before the first step; `w` are all weights.
    pub fn start(&self, w: &[f32]) -> Vec<f32> {
        match self.start {
            SlotStart::Constant(value) => vec![value; self.range.len()],
            SlotStart::Weights => w[self.weights.clone()].to_vec(),
        }
    }
}

/// What an optimizer remembers between steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OptimizerState {
    /// Steps made, those that only add up gradients included.
    pub iterations: u64,
    /// One flat buffer per slot, in the order of [`Optimizer::slots`].
    pub slots: Vec<Vec<f32>>,
}

impl Optimizer {
    /// The slots in groups: moving averages and gradients that add up, if asked for, then those of
    /// the class.
    pub fn slots(&self) -> Vec<Vec<Slot>> {
        let mut groups = vec![];
        if self.use_ema {
            groups.push(vec![Slot::zeros("average")]);
        }
        if self.accumulation_steps().is_some() {
            groups.push(vec![Slot::zeros("gradient_accumulator")]);
        }
        groups.extend(self.update.slots());
        groups
    }

    /// The optimizer's variables behind iteration and learning rate, in the order in which Keras
    /// saves them: those of a group alternate variable by variable, groups follow each other.
    pub fn slot_variables(&self, variables: &[Variable]) -> Vec<SlotVariable> {
        let mut found: Vec<SlotVariable> = vec![];
        let mut first = 0;
        for group in self.slots() {
            let mut ends = vec![0; group.len()];
            let mut add = |once: bool, shape: &[usize], weights: &Range<usize>| {
                for (i, slot) in group.iter().enumerate() {
                    if once != (slot.shape == SlotShape::Once) {
                        continue;
                    }
                    let factored = matches!(slot.shape, SlotShape::Rows | SlotShape::Columns);
                    let own = slot.shape.of(shape);
                    let start = ends[i];
                    ends[i] += own.iter().product::<usize>();
                    found.push(SlotVariable {
                        name: slot.name,
                        slot: first + i,
                        range: start..ends[i],
                        integer: factored && own.is_empty(),
                        shape: own,
                        start: slot.start,
                        weights: weights.clone(),
                    });
                }
            };
            for variable in Variable::trained(variables) {
                add(false, &variable.spec.shape, &variable.range);
            }
            add(true, &[], &(0..0));
            first += group.len();
        }
        found
    }

    /// The state before the first step on these variables with values `w`.
    pub fn new_state(&self, variables: &[Variable], w: &[f32]) -> Result<OptimizerState> {
        let count = self.slots().iter().map(Vec::len).sum();
        let mut slots: Vec<Vec<f32>> = vec![vec![]; count];
        for variable in self.slot_variables(variables) {
            let slot = &mut slots[variable.slot];
            let len = variable.range.len();
            slot.try_reserve(len).map_err(|_| out_of_memory(len))?;
            match variable.start {
                SlotStart::Constant(value) => slot.resize(variable.range.end, value),
                SlotStart::Weights => slot.extend_from_slice(&w[variable.weights]),
            }
        }
        Ok(OptimizerState {
            iterations: 0,
            slots,
        })
    }

    /// The number of elements of all variables of the optimizer, iteration and learning rate
    /// included.
    pub fn size(&self, state: &OptimizerState) -> usize {
        let learning_rate = usize::from(!self.is_scheduled());
        1 + learning_rate + state.slots.iter().map(Vec::len).sum::<usize>()
    }
}
