//! `keras.optimizers.Adafactor`

use super::step::{norm, power};
use super::{Slot, SlotShape, Step, UpdateStep};
use crate::config::Config;
use crate::kernels::sums::{dot, sum};

/// Adafactor (Shazeer & Stern, 2018): second moments of a matrix kept as those of its rows and
/// columns. With s = g² + ε₁, β = 1 − t^`beta_2_decay`, ρ = min(lr, 1/√t) and
/// rms(x) = √mean(x²):
/// r = β·r + (1 − β)·mean of s over the last axis, c likewise over the last but one,
/// v = r / mean(r) ⊗ c (below rank 2: v = β·v + (1 − β)·s), u = g / √v,
/// w −= max(ε₂, rms(w))·ρ·u / max(1, rms(u) / `clip_threshold`).
///
/// Without `relative_step`, or with a schedule, Keras computes the same: ρ is the smaller of both
/// in any case.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Adafactor {
    pub beta_2_decay: f64,
    pub epsilon_1: f64,
    pub epsilon_2: f64,
    pub clip_threshold: f64,
    pub relative_step: bool,
}

impl Default for Adafactor {
    fn default() -> Self {
        Adafactor {
            beta_2_decay: -0.8,
            epsilon_1: 1e-30,
            epsilon_2: 1e-3,
            clip_threshold: 1.0,
            relative_step: true,
        }
    }
}

impl UpdateStep for Adafactor {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let factor = |name, shape| Slot {
            shape,
            ..Slot::zeros(name)
        };
        vec![vec![
            factor("r", SlotShape::Rows),
            factor("c", SlotShape::Columns),
            Slot::zeros("velocity"),
        ]]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [all_r, all_c, all_v] = slots else { return };
        let (mut all_r, mut all_c) = (&mut all_r[..], &mut all_c[..]);
        let t = step.iteration as f32;
        let blend = Blend {
            beta: 1.0 - power(t, self.beta_2_decay as f32),
            epsilon: self.epsilon_1 as f32,
        };
        let rho = step.lr.min(1.0 / t.sqrt());
        for variable in step.trained() {
            let range = variable.range.clone();
            let (w, g) = (&mut w[range.clone()], &mut g[range.clone()]);
            let v = &mut all_v[range];
            let matrices = match &variable.spec.shape[..] {
                [batch @ .., rows, cols] => Some((batch.iter().product::<usize>(), *rows, *cols)),
                _ => None,
            };
            // An unused number stands for each factor of what is no matrix.
            let (r_len, c_len) = matrices.map_or((1, 1), |(n, rows, cols)| (n * rows, n * cols));
            let r = all_r.split_off_mut(..r_len).unwrap_or_default();
            let c = all_c.split_off_mut(..c_len).unwrap_or_default();
            match matrices {
                _ if w.is_empty() => continue,
                Some((_, rows, cols)) => {
                    let of_matrices = v.chunks_mut(rows * cols).zip(g.chunks_mut(rows * cols));
                    let factors = r.chunks_mut(rows).zip(c.chunks_mut(cols));
                    for ((v, g), (r, c)) in of_matrices.zip(factors) {
                        blend.factors(step, r, c, g);
                        product(step, r, c, v, g);
                    }
                }
                None => blend.whole(step, v, g),
            }
            let rms = |x: &[f32]| norm(x) / (x.len() as f32).sqrt();
            let alpha = rms(w).max(self.epsilon_2 as f32) * rho;
            let divisor = (rms(g) / self.clip_threshold as f32).max(1.0);
            step.split([w], &|start, [w]| {
                let elements = w.iter_mut().zip(&g[start..]);
                elements.for_each(|(w, &u)| *w -= alpha * (u / divisor));
            });
        }
    }
}

/// How second moments take in new ones.
struct Blend {
    beta: f32,
    epsilon: f32,
}

impl Blend {
    fn add(&self, moment: &mut f32, square: f32) {
        *moment = self.beta * *moment + (1.0 - self.beta) * square;
    }

    /// v of a variable that is no matrix; g becomes g / √v.
    fn whole(&self, step: &Step, v: &mut [f32], g: &mut [f32]) {
        step.split([v, g], &|_, [v, g]| {
            for (v, g) in v.iter_mut().zip(g) {
                self.add(v, *g * *g + self.epsilon);
                *g /= v.sqrt();
            }
        });
    }

    /// r and c of one matrix.
    fn factors(&self, step: &Step, r: &mut [f32], c: &mut [f32], g: &[f32]) {
        let (rows, cols) = (r.len(), c.len());
        let in_parts = |len: usize, part: usize| if g.len() < MATRIX { len } else { part };
        step.team.for_slices(r, in_parts(rows, 16), &|start, r| {
            for (r, row) in r.iter_mut().zip(g[start * cols..].chunks_exact(cols)) {
                self.add(r, dot(row, row) / cols as f32 + self.epsilon);
            }
        });
        step.team.for_slices(c, in_parts(cols, LANES), &|start, c| {
            for (block, c) in c.chunks_mut(LANES).enumerate() {
                let first = start + block * LANES;
                let mut sums = [0.0_f64; LANES];
                for row in g.chunks_exact(cols) {
                    let squares = row[first..first + c.len()].iter().map(|g| g * g);
                    let lanes = sums.iter_mut().zip(squares);
                    lanes.for_each(|(sum, square)| *sum += f64::from(square));
                }
                for (c, sum) in c.iter_mut().zip(sums) {
                    self.add(c, (sum / rows as f64) as f32 + self.epsilon);
                }
            }
        });
    }
}

/// Elements of a matrix from which on its factors are worth splitting.
const MATRIX: usize = 1 << 15;
/// Columns that are summed side by side.
const LANES: usize = 16;

/// v = r / mean(r) ⊗ c of one matrix; g becomes g / √v.
fn product(step: &Step, r: &[f32], c: &[f32], v: &mut [f32], g: &mut [f32]) {
    let cols = c.len();
    let mean = sum(r) / r.len() as f32;
    step.split([v, g], &|start, [v, g]| {
        let places = (start..).map(|i| (i / cols, i % cols));
        for ((v, g), (row, col)) in v.iter_mut().zip(g).zip(places) {
            *v = r[row] / mean * c[col];
            *g /= v.sqrt();
        }
    });
}
