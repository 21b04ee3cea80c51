//! `keras.optimizers.Lamb`

use super::step::norm;
use super::{Slot, Step, UpdateStep};
use crate::config::Config;

/// Layer-wise adaptive moments (You et al., 2019): Adam's m and v give
/// u = m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε), and each variable steps by the share of its own
/// norm: w −= lr·‖w‖/‖u‖·u, where a norm of 0 makes the ratio 1.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Lamb {
    pub beta_1: f64,
    pub beta_2: f64,
    pub epsilon: f64,
}

impl Default for Lamb {
    fn default() -> Self {
        Lamb {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
        }
    }
}

impl UpdateStep for Lamb {
    fn slots(&self) -> Vec<Vec<Slot>> {
        vec![vec![Slot::zeros("momentum"), Slot::zeros("velocity")]]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [m, v] = slots else { return };
        let epsilon = self.epsilon as f32;
        let (rate_1, rate_2) = ((1.0 - self.beta_1) as f32, (1.0 - self.beta_2) as f32);
        let rest_1 = 1.0 - step.power(self.beta_1);
        let rest_2 = 1.0 - step.power(self.beta_2);
        // The gradient becomes the update.
        step.split([&mut *g, m, v], &|_, [g, m, v]| {
            for ((g, m), v) in g.iter_mut().zip(m).zip(v) {
                *m += (*g - *m) * rate_1;
                *v += (*g * *g - *v) * rate_2;
                *g = *m / rest_1 / ((*v / rest_2).sqrt() + epsilon);
            }
        });
        for variable in step.trained() {
            let (w, update) = (&mut w[variable.range.clone()], &g[variable.range.clone()]);
            let (of_w, of_update) = (norm(w), norm(update));
            let ratio = if of_w > 0.0 && of_update > 0.0 {
                of_w / of_update
            } else {
                1.0
            };
            let rate = ratio * step.lr;
            step.split([w], &|start, [w]| {
                let elements = w.iter_mut().zip(&update[start..]);
                elements.for_each(|(w, u)| *w -= rate * u);
            });
        }
    }
}
