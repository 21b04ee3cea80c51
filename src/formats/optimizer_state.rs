//! An optimizer's variables in a `.keras` file: iteration, learning rate (unless a schedule tells
//! it) and the slots, numbered in the order in which Keras creates them.

use super::Weights;
use super::keras_model::find;
use crate::error::{Error, Result};
use crate::model::Variables;
use crate::optimizers::{Optimizer, OptimizerState, SlotVariable};
use crate::tensor::{Array, Data};

const ITERATION: &str = "optimizer/vars/0";
const LEARNING_RATE: &str = "optimizer/vars/1";

/// The slot variables and where they are saved.
fn saved_slots(
    optimizer: &Optimizer,
    variables: &Variables,
) -> impl Iterator<Item = (String, SlotVariable)> {
    let first = if optimizer.is_scheduled() { 1 } else { 2 };
    let slots = optimizer.slot_variables(&variables.list).into_iter();
    let path = move |i: usize| format!("optimizer/vars/{}", first + i);
    slots.enumerate().map(move |(i, slot)| (path(i), slot))
}

/// The state in the file and, set on `optimizer`, its learning rate; None where it does not fit.
pub fn read(
    weights: &Weights,
    optimizer: &mut Optimizer,
    variables: &Variables,
) -> Result<Option<OptimizerState>> {
    let saved = weights.keys().filter(|path| path.starts_with("optimizer/"));
    let fixed = if optimizer.is_scheduled() { 1 } else { 2 };
    if saved.count() != fixed + optimizer.slot_variables(&variables.list).len() {
        return Ok(None);
    }
    let mut state = optimizer.new_state(&variables.list, &variables.values)?;
    let iterations = match data(weights, ITERATION) {
        Some(Data::I32(i)) if i.len() == 1 => i64::from(i[0]),
        Some(Data::I64(i)) if i.len() == 1 => i[0],
        _ => return Err(foreign("an integer", ITERATION)),
    };
    state.iterations = iterations.max(0) as u64;
    if !optimizer.is_scheduled() {
        match data(weights, LEARNING_RATE) {
            Some(Data::F32(lr)) if lr.len() == 1 => {
                optimizer.set_learning_rate(f64::from(lr[0]))?;
            }
            _ => return Err(foreign("a float32", LEARNING_RATE)),
        }
    }
    for (path, slot) in saved_slots(optimizer, variables) {
        let values = find(weights, &path, slot.name, &slot.shape)?;
        state.slots[slot.slot][slot.range].copy_from_slice(&values);
    }
    Ok(Some(state))
}

fn foreign(expected: &str, path: &str) -> Error {
    Error::file(format!(
        "the file's optimizer state is not Keras': expected {expected} at \"{path}\"; save the model again"
    ))
}

fn data<'a>(weights: &'a Weights, path: &str) -> Option<&'a Data> {
    weights.get(path).map(|array| &array.data)
}

/// Adds the optimizer's variables; without a state those it will start from.
pub fn write(
    weights: &mut Weights,
    optimizer: &Optimizer,
    state: Option<&OptimizerState>,
    variables: &Variables,
) {
    let scalar = |data| Array {
        shape: vec![],
        data,
    };
    let iterations = state.map_or(0, |state| state.iterations);
    let iteration = scalar(Data::I32(vec![iterations as i32]));
    weights.insert(ITERATION.into(), iteration);
    if !optimizer.is_scheduled() {
        let learning_rate = optimizer.learning_rate(iterations) as f32;
        let learning_rate = scalar(Data::F32(vec![learning_rate]));
        weights.insert(LEARNING_RATE.into(), learning_rate);
    }
    for (path, slot) in saved_slots(optimizer, variables) {
        let values = match state {
            Some(state) => state.slots[slot.slot][slot.range.clone()].to_vec(),
            None => slot.start(&variables.values),
        };
        let data = if slot.integer {
            Data::I32(values.iter().map(|&value| value as i32).collect())
        } else {
            Data::F32(values)
        };
        let shape = slot.shape;
        weights.insert(path, Array { shape, data });
    }
}
