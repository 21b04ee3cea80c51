//! `keras.optimizers.Adagrad`

use super::{Slot, Step, UpdateStep};
use crate::config::Config;

/// Adagrad (Duchi et al., 2011): a += g², w −= lr·g / √(a + ε).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Adagrad {
    /// What `a` starts from.
    pub initial_accumulator_value: f64,
    pub epsilon: f64,
}

impl Default for Adagrad {
    fn default() -> Self {
        Adagrad {
            initial_accumulator_value: 0.1,
            epsilon: 1e-7,
        }
    }
}

impl UpdateStep for Adagrad {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let start = self.initial_accumulator_value as f32;
        vec![vec![Slot::filled("accumulator", start)]]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [sums] = slots else { return };
        let (g, lr, epsilon) = (&*g, step.lr, self.epsilon as f32);
        step.split([w, sums], &|start, [w, sums]| {
            for ((w, &g), a) in w.iter_mut().zip(&g[start..]).zip(sums) {
                *a += g * g;
                *w -= lr * g / (*a + epsilon).sqrt();
            }
        });
    }
}
