//! `keras.optimizers.Nadam`

use super::step::power;
use super::{Slot, SlotShape, Step, UpdateStep};
use crate::config::Config;

/// Adam with Nesterov momentum (Dozat, 2016). With uₜ = β₁(1 − ½·0.96ᵗ) and U = Πuᵢ, i ≤ t:
/// m += (g − m)(1 − β₁), v += (g² − v)(1 − β₂),
/// m̂ = uₜ₊₁·m / (1 − U·uₜ₊₁) + (1 − uₜ)·g / (1 − U), w −= lr·m̂ / (√(v / (1 − β₂ᵗ)) + ε).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Nadam {
    pub beta_1: f64,
    pub beta_2: f64,
    pub epsilon: f64,
}

impl Default for Nadam {
    fn default() -> Self {
        Nadam {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
        }
    }
}

impl UpdateStep for Nadam {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let product = Slot {
            shape: SlotShape::Once,
            ..Slot::filled("u_product", 1.0)
        };
        vec![
            vec![Slot::zeros("momentum"), Slot::zeros("velocity")],
            vec![product],
        ]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [m, v, product] = slots else { return };
        let [product] = &mut product[..] else { return };
        let (g, lr, epsilon) = (&*g, step.lr, self.epsilon as f32);
        let (beta_1, beta_2) = (self.beta_1 as f32, self.beta_2 as f32);
        let shrunk = |t: u64| 1.0 - 0.5 * power(0.96, t as f32);
        let u = beta_1 * shrunk(step.iteration);
        let u_next = beta_1 * shrunk(step.iteration + 1);
        *product = *product * beta_1 * shrunk(step.iteration);
        let (rest, rest_next) = (1.0 - *product, 1.0 - *product * u_next);
        let correction = 1.0 - step.power(self.beta_2);
        step.split([w, m, v], &|start, [w, m, v]| {
            for (((w, &g), m), v) in w.iter_mut().zip(&g[start..]).zip(m).zip(v) {
                *m += (g - *m) * (1.0 - beta_1);
                *v += (g * g - *v) * (1.0 - beta_2);
                let m_hat = u_next * *m / rest_next + (1.0 - u) * g / rest;
                *w -= m_hat * lr / ((*v / correction).sqrt() + epsilon);
            }
        });
    }
}
