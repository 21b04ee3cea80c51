//! `keras.optimizers.SGD`

use super::UpdateStep;
use serde::{Deserialize, Serialize};

/// Gradient descent: w −= lr·g; with `momentum` m = μ·m − lr·g, w += m, or with `nesterov`
/// w += μ·m − lr·g.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SGD {
    pub momentum: f64,
    pub nesterov: bool,
}

impl UpdateStep for SGD {
    fn slot_groups(&self) -> Vec<Vec<&'static str>> {
        if self.momentum == 0.0 {
            vec![]
        } else {
            vec![vec!["momentum"]]
        }
    }

    fn update_step(&self, lr: f32, _t: u64, w: &mut [f32], g: &[f32], slots: &mut [Vec<f32>]) {
        let momentum = self.momentum as f32;
        let [kept] = slots else {
            w.iter_mut().zip(g).for_each(|(w, g)| *w -= g * lr);
            return;
        };
        for ((w, &g), m) in w.iter_mut().zip(g).zip(kept) {
            *m = *m * momentum - g * lr;
            *w += if self.nesterov {
                *m * momentum - g * lr
            } else {
                *m
            };
        }
    }

    fn default_learning_rate(&self) -> f64 {
        0.01
    }
}
