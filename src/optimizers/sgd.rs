//! `keras.optimizers.SGD`

use super::{Slot, Step, UpdateStep};
use crate::config::Config;

/// Gradient descent: w −= lr·g; with `momentum` m = μ·m − lr·g, w += m, or with `nesterov`
/// w += μ·m − lr·g.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct SGD {
    pub momentum: f64,
    pub nesterov: bool,
}

impl UpdateStep for SGD {
    fn slots(&self) -> Vec<Vec<Slot>> {
        if self.momentum == 0.0 {
            vec![]
        } else {
            vec![vec![Slot::zeros("momentum")]]
        }
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let (g, lr, momentum) = (&*g, step.lr, self.momentum as f32);
        let [kept] = slots else {
            return step.split([w], &|start, [w]| {
                w.iter_mut()
                    .zip(&g[start..])
                    .for_each(|(w, g)| *w -= g * lr);
            });
        };
        step.split([w, kept], &|start, [w, kept]| {
            for ((w, &g), m) in w.iter_mut().zip(&g[start..]).zip(kept) {
                *m = *m * momentum - g * lr;
                *w += if self.nesterov {
                    *m * momentum - g * lr
                } else {
                    *m
                };
            }
        });
    }

    fn default_learning_rate(&self) -> f64 {
        0.01
    }
}
