//! `keras.optimizers.Adam`

use super::UpdateStep;
use serde::{Deserialize, Serialize};

/// Adam (Kingma & Ba, 2014):
/// m += (g − m)(1 − β₁), v += (g² − v)(1 − β₂),
/// w −= lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε); `amsgrad`: v is its largest so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    fn slot_groups(&self) -> Vec<Vec<&'static str>> {
        let mut groups = vec![vec!["momentum", "velocity"]];
        if self.amsgrad {
            groups.push(vec!["velocity_hat"]);
        }
        groups
    }

    fn update_step(&self, lr: f32, t: u64, w: &mut [f32], g: &[f32], slots: &mut [Vec<f32>]) {
        // Keras rounds the betas to float32 before it raises them to t.
        let power = |beta: f64| f64::from(beta as f32).powf(t as f64) as f32;
        let alpha = lr * (1.0 - power(self.beta_2)).sqrt() / (1.0 - power(self.beta_1));
        let (rate_1, rate_2) = ((1.0 - self.beta_1) as f32, (1.0 - self.beta_2) as f32);
        let epsilon = self.epsilon as f32;
        let [m, v, hat @ ..] = slots else { return };
        let elements = w.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut());
        if let [hat] = hat {
            for ((((w, &g), m), v), hat) in elements.zip(hat) {
                *m += (g - *m) * rate_1;
                *v += (g * g - *v) * rate_2;
                *hat = if *v > *hat { *v } else { *hat };
                *w -= *m * alpha / (hat.sqrt() + epsilon);
            }
        } else {
            for (((w, &g), m), v) in elements {
                *m += (g - *m) * rate_1;
                *v += (g * g - *v) * rate_2;
                *w -= *m * alpha / (v.sqrt() + epsilon);
            }
        }
    }
}
