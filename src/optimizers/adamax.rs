//! `keras.optimizers.Adamax`

use super::{Slot, Step, UpdateStep};
use crate::config::Config;

/// Adam with the largest gradient in place of the mean square (Kingma & Ba, 2014):
/// m += (g − m)(1 − β₁), u = max(β₂·u, |g|), w −= lr·m / ((1 − β₁ᵗ)(u + ε)).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Adamax {
    pub beta_1: f64,
    pub beta_2: f64,
    pub epsilon: f64,
}

impl Default for Adamax {
    fn default() -> Self {
        Adamax {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
        }
    }
}

impl UpdateStep for Adamax {
    fn slots(&self) -> Vec<Vec<Slot>> {
        vec![vec![Slot::zeros("momentum"), Slot::zeros("norm")]]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [m, u] = slots else { return };
        let (g, lr, epsilon) = (&*g, step.lr, self.epsilon as f32);
        let (rate_1, beta_2) = ((1.0 - self.beta_1) as f32, self.beta_2 as f32);
        let correction = 1.0 - step.power(self.beta_1);
        step.split([w, m, u], &|start, [w, m, u]| {
            for (((w, &g), m), u) in w.iter_mut().zip(&g[start..]).zip(m).zip(u) {
                *m += (g - *m) * rate_1;
                let faded = beta_2 * *u;
                // Written so that a NaN gradient stays one.
                *u = if faded > g.abs() { faded } else { g.abs() };
                *w -= lr * *m / (correction * (*u + epsilon));
            }
        });
    }
}
