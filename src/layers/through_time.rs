//! Recurrent layers step by step, forwards and back through time (`keras/src/layers/rnn/rnn.py`).
//!
//! The input's products with the kernel are one matrix product over all steps, and so are the
//! gradients of kernel and recurrent kernel; step by step go only the products with the state.

use super::recurrent::Recurrent;
use super::recurrent_kept::{Gradients, Kept, Sequences, Weights};
use crate::kernels::elementwise::add_assign;
use crate::kernels::matmul::{Mat, matmul};
use crate::kernels::sums::sum_rows;
use crate::kernels::team::Team;
use crate::rng::Rng;

impl Recurrent<'_> {
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
    let len = of.rows * of.features;
    multiply_steps(x, &factors[set * len..][..len], of.steps, of.features);
}

/// Every step of each sample times the sample's factors.
pub(super) fn multiply_steps(x: &mut [f32], factors: &[f32], steps: usize, width: usize) {
    let samples = x.chunks_exact_mut(steps * width);
    for (x, factors) in samples.zip(factors.chunks_exact(width)) {
        for x in x.chunks_exact_mut(width) {
            (x.iter_mut().zip(factors)).for_each(|(x, factor)| *x *= factor);
        }
    }
}
