//! `keras.losses.CTC`

use super::LossFunction;
use super::categorical_crossentropy::log_sum_exp;
use super::reducer::Reducer;
use super::shapes::{Batch, Labels, Shapes, Values, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::elementwise::{exp, log1p};

/// Connectionist temporal classification: −log of the probability that logits of shape
/// (batch, steps, classes) give the labels (batch, length), where class 0 is the blank and pads
/// the labels. As in Keras, what cannot be (more labels than steps) has probability e^−100000.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct CTC {}

/// Keras' log 0.
const IMPOSSIBLE: f64 = -1e5;

/// log(eᵃ + eᵇ), and the share that a has in it.
fn log_add(a: f64, b: f64) -> (f64, f64) {
    let rest = exp(-(a - b).abs() as f32);
    let smaller = f64::from(rest) / (1.0 + f64::from(rest));
    let share = if a >= b { 1.0 - smaller } else { smaller };
    (a.max(b) + f64::from(log1p(rest)), share)
}

/// One sample: its labels, and a room for what the steps compute.
///
/// Between steps, `phi[n]` is the log probability of having given n labels and a blank or nothing
/// since, `emit[n]` that of having just given label n.
struct Sample<'a> {
    labels: &'a [f32],
    logits: &'a [f32],
    classes: usize,
}

impl Sample<'_> {
    /// Label n is the same as the next.
    fn repeats(&self, n: usize) -> bool {
        self.labels.get(n + 1) == Some(&self.labels[n])
    }

    /// Penalties of going from emit[n] to phi[n + 1] without and with a blank.
    fn penalties(&self, n: usize) -> (f64, f64) {
        if self.repeats(n) {
            (IMPOSSIBLE, 0.0)
        } else {
            (0.0, IMPOSSIBLE)
        }
    }

    fn log_probability(&self, logits: &[f32], class: usize, log_total: f32) -> f64 {
        f64::from(logits[class] - log_total)
    }

    /// phi behind the transitions that take no step.
    fn passed(&self, phi: &[f64], emit: &[f64], n: usize) -> (f64, f64) {
        match n.checked_sub(1) {
            None => (phi[0], 1.0),
            Some(before) => log_add(phi[n], emit[before] + self.penalties(before).0),
        }
    }

    /// One step: the next phi and emit, one behind the other.
    fn step(&self, logits: &[f32], state: &[f64], next: &mut [f64]) {
        let length = self.labels.len();
        let (phi, emit) = state.split_at(length + 1);
        let log_total = log_sum_exp(logits);
        let blank = self.log_probability(logits, 0, log_total);
        for n in 0..=length {
            let passed = self.passed(phi, emit, n).0;
            next[n] = passed + blank;
            if let Some(before) = n.checked_sub(1) {
                let penalty = self.penalties(before).1;
                next[n] = log_add(next[n], emit[before] + blank + penalty).0;
            }
            if n < length {
                let given = self.log_probability(logits, self.labels[n] as usize, log_total);
                next[length + 1 + n] = given + log_add(passed, emit[n]).0;
            }
        }
    }

    /// The same step backward: from derivatives in `next` to those in `state`, and in the log
    /// probabilities.
    fn step_back(
        &self,
        logits: &[f32],
        state: &[f64],
        d_next: &[f64],
        d_state: &mut [f64],
        d_logits: &mut [f32],
    ) {
        let length = self.labels.len();
        let (phi, emit) = state.split_at(length + 1);
        let log_total = log_sum_exp(logits);
        let blank = self.log_probability(logits, 0, log_total);
        d_state.fill(0.0);
        d_logits.fill(0.0);
        let (d_phi, d_emit) = d_state.split_at_mut(length + 1);
        for n in 0..=length {
            let (passed, from_phi) = self.passed(phi, emit, n);
            d_logits[0] += d_next[n] as f32;
            let mut d_passed = d_next[n];
            if let Some(before) = n.checked_sub(1) {
                let penalty = self.penalties(before).1;
                let share = log_add(passed + blank, emit[before] + blank + penalty).1;
                d_emit[before] += d_passed * (1.0 - share);
                d_passed *= share;
            }
            if n < length {
                let d = d_next[length + 1 + n];
                d_logits[self.labels[n] as usize] += d as f32;
                let share = log_add(passed, emit[n]).1;
                d_passed += d * share;
                d_emit[n] += d * (1.0 - share);
            }
            d_phi[n] += d_passed * from_phi;
            if let Some(before) = n.checked_sub(1) {
                d_emit[before] += d_passed * (1.0 - from_phi);
            }
        }
    }

    /// The loss; `states` has room for the states before and after all steps and for two more.
    fn loss(&self, states: &mut [f64], d_pred: Option<&mut [f32]>) -> f64 {
        let (length, classes) = (self.labels.len(), self.classes);
        let width = 2 * length + 1;
        let steps = self.logits.len() / classes;
        let (states, d_states) = states.split_at_mut((steps + 1) * width);
        states[..width].fill(IMPOSSIBLE);
        states[0] = 0.0;
        for (t, logits) in self.logits.chunks_exact(classes).enumerate() {
            let (before, after) = states.split_at_mut((t + 1) * width);
            self.step(logits, &before[t * width..], &mut after[..width]);
        }
        let given = self.labels.iter().filter(|&&label| label != 0.0).count();
        let (phi, emit) = states[steps * width..].split_at(length + 1);
        let (loss, from_phi) = match given.checked_sub(1) {
            None => (phi[0], 1.0),
            Some(last) => log_add(phi[given], emit[last]),
        };
        let Some(d_pred) = d_pred else {
            return -loss;
        };
        let (mut d_next, mut d_state) = d_states.split_at_mut(width);
        d_next.fill(0.0);
        d_next[given] = -from_phi;
        if let Some(last) = given.checked_sub(1) {
            d_next[length + 1 + last] = from_phi - 1.0;
        }
        for t in (0..steps).rev() {
            let logits = &self.logits[t * classes..][..classes];
            let d_logits = &mut d_pred[t * classes..][..classes];
            let state = &states[t * width..][..width];
            self.step_back(logits, state, d_next, d_state, d_logits);
            // Through the log softmax.
            let (log_total, sum) = (log_sum_exp(logits), d_logits.iter().sum::<f32>());
            for (d, z) in d_logits.iter_mut().zip(logits) {
                *d -= exp(z - log_total) * sum;
            }
            std::mem::swap(&mut d_next, &mut d_state);
        }
        -loss
    }
}

impl LossFunction for CTC {
    fn labels(&self) -> Labels {
        Labels::Sequence
    }

    fn values(&self, shapes: &Shapes) -> Result<Values> {
        if shapes.target.len() != 1 || shapes.pred.len() != 2 {
            return Err(Error::shape(format!(
                "it takes labels (None, length) and logits (None, steps, classes), but the labels \
                 are {} and the model gives {}",
                show(&shapes.target),
                show(&shapes.pred)
            )));
        }
        Ok(Values {
            per_sample: true,
            shape: vec![],
        })
    }

    fn batch(&self, batch: &Batch, reducer: &mut Reducer, mut d_pred: Option<&mut [f32]>) -> f64 {
        let Shapes { target, pred } = batch.shapes;
        let (length, steps, classes) = (target[0], pred[0], pred[1]);
        let mut states = std::mem::take(&mut reducer.scratch);
        states.resize((steps + 3) * (2 * length + 1), 0.0);
        let mut total = 0.0;
        for i in 0..batch.rows {
            let sample = Sample {
                labels: &batch.y_true[i * length..][..length],
                logits: &batch.y_pred[i * steps * classes..][..steps * classes],
                classes,
            };
            let mut d = d_pred
                .as_deref_mut()
                .map(|d| &mut d[i * steps * classes..][..steps * classes]);
            total += sample.loss(&mut states, d.as_deref_mut()) * reducer.weight(i);
            if let Some(d) = d {
                let scale = reducer.scale(i);
                d.iter_mut().for_each(|d| *d *= scale);
            }
        }
        reducer.scratch = states;
        total
    }
}
