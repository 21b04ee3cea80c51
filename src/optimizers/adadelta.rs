//! `keras.optimizers.Adadelta`

use super::{Slot, Step, UpdateStep};
use crate::config::Config;

/// Adadelta (Zeiler, 2012): with rms(x) = √(x + ε)
/// a = ρ·a + (1 − ρ)·g², Δ = −rms(d) · g / rms(a), d = ρ·d + (1 − ρ)·Δ², w += lr·Δ.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Adadelta {
    pub rho: f64,
    pub epsilon: f64,
}

impl Default for Adadelta {
    fn default() -> Self {
        Adadelta {
            rho: 0.95,
            epsilon: 1e-7,
        }
    }
}

impl UpdateStep for Adadelta {
    fn slots(&self) -> Vec<Vec<Slot>> {
        vec![vec![
            Slot::zeros("accumulated_grad"),
            Slot::zeros("accumulated_delta_var"),
        ]]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [grads, deltas] = slots else { return };
        let (g, lr, epsilon) = (&*g, step.lr, self.epsilon as f32);
        let (rho, rest) = (self.rho as f32, (1.0 - self.rho) as f32);
        let rms = |x: f32| (x + epsilon).sqrt();
        step.split([w, grads, deltas], &|start, [w, grads, deltas]| {
            let elements = w.iter_mut().zip(&g[start..]).zip(grads).zip(deltas);
            for (((w, &g), a), d) in elements {
                *a = rho * *a + rest * (g * g);
                let delta = -(rms(*d) * g / rms(*a));
                *d = rho * *d + rest * (delta * delta);
                *w += lr * delta;
            }
        });
    }
}
