//! `keras.optimizers.Adam`

use super::{Slot, Step, UpdateStep};
use crate::config::Config;

/// Adam (Kingma & Ba, 2014):
/// m += (g − m)(1 − β₁), v += (g² − v)(1 − β₂),
/// w −= lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε); `amsgrad`: v is its largest so far.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Adam {
    pub beta_1: f64,
    pub beta_2: f64,
    pub epsilon: f64,
    pub amsgrad: bool,
}

impl Default for Adam {
    fn default() -> Self {
        Adam {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            amsgrad: false,
        }
    }
}

impl UpdateStep for Adam {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let mut groups = vec![vec![Slot::zeros("momentum"), Slot::zeros("velocity")]];
        if self.amsgrad {
            groups.push(vec![Slot::zeros("velocity_hat")]);
        }
        groups
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let g = &*g;
        let (power_1, power_2) = (step.power(self.beta_1), step.power(self.beta_2));
        let alpha = step.lr * (1.0 - power_2).sqrt() / (1.0 - power_1);
        let (rate_1, rate_2) = ((1.0 - self.beta_1) as f32, (1.0 - self.beta_2) as f32);
        let epsilon = self.epsilon as f32;
        match slots {
            [m, v] => step.split([w, m, v], &|start, [w, m, v]| {
                for (((w, &g), m), v) in w.iter_mut().zip(&g[start..]).zip(m).zip(v) {
                    *m += (g - *m) * rate_1;
                    *v += (g * g - *v) * rate_2;
                    *w -= *m * alpha / (v.sqrt() + epsilon);
                }
            }),
            [m, v, hat] => step.split([w, m, v, hat], &|start, [w, m, v, hat]| {
                let elements = w.iter_mut().zip(&g[start..]).zip(m).zip(v).zip(hat);
                for ((((w, &g), m), v), hat) in elements {
                    *m += (g - *m) * rate_1;
                    *v += (g * g - *v) * rate_2;
                    *hat = if *v > *hat { *v } else { *hat };
                    *w -= *m * alpha / (hat.sqrt() + epsilon);
                }
            }),
            _ => {}
        }
    }
}
