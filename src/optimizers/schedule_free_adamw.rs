//! `keras.optimizers.ScheduleFreeAdamW`

use super::{Slot, SlotStart, Step, UpdateStep};
use crate::config::Config;

/// AdamW that needs no schedule (Defazio et al., 2024): gradients move z, which starts from the
/// weights, and the weights lie between z and its mean x. With lr' = lr·min(t / warmup, 1):
/// v += (g² − v)(1 − β₂), x = (w − (1 − β₁)·z) / β₁, z −= lr'·g / (√(v / (1 − β₂ᵗ)) + ε),
/// x += (z − x) / t, w = (1 − β₁)·z + β₁·x.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleFreeAdamW {
    pub beta_1: f64,
    pub beta_2: f64,
    pub epsilon: f64,
    pub warmup_steps: u64,
}

impl Default for ScheduleFreeAdamW {
    fn default() -> Self {
        ScheduleFreeAdamW {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            warmup_steps: 0,
        }
    }
}

impl UpdateStep for ScheduleFreeAdamW {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let momentum = Slot {
            start: SlotStart::Weights,
            ..Slot::zeros("momentum")
        };
        vec![vec![momentum, Slot::zeros("velocity")]]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [z, v] = slots else { return };
        let (g, epsilon) = (&*g, self.epsilon as f32);
        let (beta_1, beta_2) = (self.beta_1 as f32, self.beta_2 as f32);
        let t = step.iteration as f32;
        let mut lr = step.lr;
        if self.warmup_steps > 0 {
            lr *= (t / self.warmup_steps as f32).min(1.0);
        }
        let correction = 1.0 - step.power(self.beta_2);
        let share = 1.0 / t;
        step.split([w, z, v], &|start, [w, z, v]| {
            for (((w, &g), z), v) in w.iter_mut().zip(&g[start..]).zip(z).zip(v) {
                *v += (g * g - *v) * (1.0 - beta_2);
                let x = (*w - (1.0 - beta_1) * *z) / beta_1;
                *z -= lr * g / ((*v / correction).sqrt() + epsilon);
                let x = (1.0 - share) * x + share * *z;
                *w = (1.0 - beta_1) * *z + beta_1 * x;
            }
        });
    }

    fn default_learning_rate(&self) -> f64 {
        0.0025
    }
}
