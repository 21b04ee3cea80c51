//! One step: what Keras does around a class' own update.

use super::{Optimizer, OptimizerState};
use crate::kernels::sums::dot;
use crate::kernels::team::Team;
use crate::model::Variable;
use std::ops::Range;

/// Buffers shorter than this are not worth splitting.
const SERIAL: usize = 1 << 15;
/// Elements that a thread takes at once.
const CHUNK: usize = 1 << 13;

/// What an update needs to know besides the buffers.
pub struct Step<'a> {
    pub lr: f32,
    /// Updates made including this one.
    pub iteration: u64,
    pub variables: &'a [Variable],
    pub team: &'a Team,
}

impl Step<'_> {
    /// Calls `job` with stretches of buffers of equal length and where they start, spread over the
    /// team. What a job writes must depend on nothing but the same element of each buffer.
    pub fn split<const N: usize>(
        &self,
        buffers: [&mut [f32]; N],
        job: &(dyn Fn(usize, [&mut [f32]; N]) + Sync),
    ) {
        let len = buffers.first().map_or(0, |buffer| buffer.len());
        let chunk = if len < SERIAL { len } else { CHUNK };
        self.team.for_slices_n(buffers, chunk, job);
    }

    /// `base` to the power of the iteration: Keras rounds bases to float32 first.
    pub fn power(&self, base: f64) -> f32 {
        power(base as f32, self.iteration as f32)
    }

    /// The trained variables.
    pub fn trained(&self) -> impl Iterator<Item = &Variable> {
        Variable::trained(self.variables)
    }

    /// Multiplies all elements.
    fn scale(&self, values: &mut [f32], factor: f32) {
        self.split([values], &|_, [values]| {
            values.iter_mut().for_each(|v| *v *= factor);
        });
    }
}

/// xʸ, rounded once.
pub fn power(x: f32, y: f32) -> f32 {
    f64::from(x).powf(f64::from(y)) as f32
}

/// √Σx²
pub fn norm(x: &[f32]) -> f32 {
    dot(x, x).sqrt()
}

impl Optimizer {
    /// One step: clips `g`, decays and updates `w`, or only adds `g` up. `variables` tell the
    /// trained ranges. Constraints are the caller's part.
    pub fn step(
        &self,
        team: &Team,
        state: &mut OptimizerState,
        w: &mut [f32],
        g: &mut [f32],
        variables: &[Variable],
    ) {
        let accumulation = self.accumulation_steps();
        let updates = state.iterations / accumulation.unwrap_or(1);
        let step = Step {
            lr: self.learning_rate(state.iterations) as f32,
            iteration: updates + 1,
            variables,
            team,
        };
        if let Some(factor) = self.loss_scale_factor {
            let factor = factor as f32;
            step.split([g], &|_, [g]| g.iter_mut().for_each(|g| *g /= factor));
        }
        let (average, others) = state.slots.split_at_mut(usize::from(self.use_ema));
        let (sums, own) = others.split_at_mut(usize::from(accumulation.is_some()));
        let due = match (sums, accumulation) {
            ([sum], Some(steps)) => accumulate(&step, sum, g, state.iterations, steps),
            _ => true,
        };
        if due {
            self.clip(&step, g);
            self.decay(&step, w);
            self.update.update_step(&step, w, g, own);
        }
        if let [average] = average {
            self.update_average(&step, w, average);
        }
        state.iterations += 1;
    }

    /// Multiplies gradients of the loss by `loss_scale_factor`, as if the loss had been: the way
    /// back is linear. [`step`](Optimizer::step) divides by it.
    pub fn scale_loss(&self, team: &Team, g: &mut [f32]) {
        if let Some(factor) = self.loss_scale_factor {
            team.for_slices(g, CHUNK, &|_, g| {
                g.iter_mut().for_each(|g| *g *= factor as f32);
            });
        }
    }

    /// Sets the weights to their moving averages where the optimizer keeps some: at the end of
    /// `fit`. Before the first step there are none.
    pub fn finalize_variable_values(&self, state: &OptimizerState, w: &mut [f32]) {
        if let (true, [average, ..]) = (self.use_ema && state.iterations > 0, &state.slots[..]) {
            w[..average.len()].copy_from_slice(average);
        }
    }

    /// At most one of the three is set.
    fn clip(&self, step: &Step, g: &mut [f32]) {
        let positive = |clip: Option<f64>| clip.filter(|clip| *clip > 0.0).map(|clip| clip as f32);
        if let Some(clip) = positive(self.clipnorm) {
            for variable in step.trained() {
                let g = &mut g[variable.range.clone()];
                let divisor = norm(g).max(clip);
                step.split([g], &|_, [g]| {
                    g.iter_mut().for_each(|g| *g = *g * clip / divisor);
                });
            }
        } else if let Some(clip) = positive(self.global_clipnorm) {
            // Keras adds the sums of the variables.
            let squares = |range: Range<usize>| dot(&g[range.clone()], &g[range]);
            let sum: f32 = step.trained().map(|v| squares(v.range.clone())).sum();
            let norm = sum.sqrt();
            // Infinite and NaN norms give NaN, as in Keras.
            let scale = if norm.is_finite() {
                clip * (1.0 / norm).min(1.0 / clip)
            } else {
                f32::NAN
            };
            step.scale(g, scale);
        } else if let Some(clip) = positive(self.clipvalue) {
            step.split([g], &|_, [g]| {
                let numbers = g.iter_mut().filter(|g| !g.is_nan());
                numbers.for_each(|g| *g = g.clamp(-clip, clip));
            });
        }
    }

    fn decay(&self, step: &Step, w: &mut [f32]) {
        if let Some(weight_decay) = self.weight_decay {
            let (weight_decay, lr) = (weight_decay as f32, step.lr);
            step.split([w], &|_, [w]| {
                w.iter_mut().for_each(|w| *w -= *w * weight_decay * lr);
            });
        }
    }

    /// average = momentum·average + (1 − momentum)·w, where the momentum is 0 before the first
    /// update is through; every `ema_overwrite_frequency` updates w = average.
    fn update_average(&self, step: &Step, w: &mut [f32], average: &mut [f32]) {
        let first = step.iteration == 1;
        let momentum = if first { 0.0 } else { self.ema_momentum as f32 };
        let frequency = self.ema_overwrite_frequency;
        let overwrite = frequency.is_some_and(|n| step.iteration.is_multiple_of(n));
        step.split([w, average], &|_, [w, average]| {
            for (w, average) in w.iter_mut().zip(average) {
                *average = momentum * *average + (1.0 - momentum) * *w;
                if overwrite {
                    *w = *average;
                }
            }
        });
    }
}

/// Adds `g` up. When the last of `steps` is there: `g` is the mean, the sum is 0 and an update due.
fn accumulate(step: &Step, sum: &mut [f32], g: &mut [f32], iterations: u64, steps: u64) -> bool {
    let due = (iterations + 1).is_multiple_of(steps);
    step.split([sum, g], &|_, [sum, g]| {
        for (sum, g) in sum.iter_mut().zip(g) {
            *sum += *g;
            if due {
                *g = *sum / steps as f32;
                *sum = 0.0;
            }
        }
    });
    due
}
