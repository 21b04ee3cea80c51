//! `keras.optimizers.Lion`

use super::{Slot, Step, UpdateStep};
use crate::config::Config;
use crate::error::{Error, Result};

/// Lion (Chen et al., 2023): w −= lr·sign(β₁·m + (1 − β₁)·g), m = β₂·m + (1 − β₂)·g.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Lion {
    pub beta_1: f64,
    pub beta_2: f64,
}

impl Default for Lion {
    fn default() -> Self {
        Lion {
            beta_1: 0.9,
            beta_2: 0.99,
        }
    }
}

impl UpdateStep for Lion {
    fn slots(&self) -> Vec<Vec<Slot>> {
        vec![vec![Slot::zeros("momentum")]]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [m] = slots else { return };
        let (g, lr) = (&*g, step.lr);
        let (beta_1, beta_2) = (self.beta_1 as f32, self.beta_2 as f32);
        step.split([w, m], &|start, [w, m]| {
            for ((w, &g), m) in w.iter_mut().zip(&g[start..]).zip(m) {
                *w -= lr * sign(*m * beta_1 + g * (1.0 - beta_1));
                *m = *m * beta_2 + g * (1.0 - beta_2);
            }
        });
    }

    fn check(&self) -> Result<()> {
        if self.beta_1 > 0.0 && self.beta_1 <= 1.0 {
            return Ok(());
        }
        Err(Error::unsupported(format!(
            "Lion(beta_1={}): must be above 0 and at most 1, or only the gradient's sign counts",
            self.beta_1
        )))
    }
}

/// −1, 0 or 1; NaN stays NaN.
fn sign(x: f32) -> f32 {
    if x == 0.0 { 0.0 } else { x.signum() }
}
