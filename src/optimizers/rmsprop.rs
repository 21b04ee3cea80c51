//! `keras.optimizers.RMSprop`

use super::{Slot, Step, UpdateStep};
use crate::config::Config;

/// RMSprop (Hinton, 2012): v = ρ·v + (1 − ρ)·g², w −= lr·g / √(v + ε).
///
/// `centered` takes the squared mean gradient off v; `momentum` keeps a share of the last change.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct RMSprop {
    pub rho: f64,
    pub momentum: f64,
    pub epsilon: f64,
    pub centered: bool,
}

impl Default for RMSprop {
    fn default() -> Self {
        RMSprop {
            rho: 0.9,
            momentum: 0.0,
            epsilon: 1e-7,
            centered: false,
        }
    }
}

impl UpdateStep for RMSprop {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let mut groups = vec![vec![Slot::zeros("velocity")]];
        if self.momentum > 0.0 {
            groups.push(vec![Slot::zeros("momentum")]);
        }
        if self.centered {
            groups.push(vec![Slot::zeros("average_gradient")]);
        }
        groups
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let (g, lr) = (&*g, step.lr);
        let (rho, rest) = (self.rho as f32, (1.0 - self.rho) as f32);
        let (epsilon, momentum) = (self.epsilon as f32, self.momentum as f32);
        let velocity = |v: &mut f32, g: f32| {
            *v = rho * *v + rest * (g * g);
            *v
        };
        let centered = |v: f32, average: &mut f32, g: f32| {
            *average = rho * *average + rest * g;
            v - *average * *average
        };
        let change = |denominator: f32, g: f32| lr * g / (denominator + epsilon).sqrt();
        let kept = |kept: &mut f32, change: f32| {
            *kept = momentum * *kept + change;
            *kept
        };
        match slots {
            [v] => step.split([w, v], &|start, [w, v]| {
                for ((w, &g), v) in w.iter_mut().zip(&g[start..]).zip(v) {
                    *w -= change(velocity(v, g), g);
                }
            }),
            [v, m] if !self.centered => step.split([w, v, m], &|start, [w, v, m]| {
                for (((w, &g), v), m) in w.iter_mut().zip(&g[start..]).zip(v).zip(m) {
                    *w -= kept(m, change(velocity(v, g), g));
                }
            }),
            [v, a] => step.split([w, v, a], &|start, [w, v, a]| {
                for (((w, &g), v), a) in w.iter_mut().zip(&g[start..]).zip(v).zip(a) {
                    *w -= change(centered(velocity(v, g), a, g), g);
                }
            }),
            [v, m, a] => step.split([w, v, m, a], &|start, [w, v, m, a]| {
                let elements = w.iter_mut().zip(&g[start..]).zip(v).zip(m).zip(a);
                for ((((w, &g), v), m), a) in elements {
                    *w -= kept(m, change(centered(velocity(v, g), a, g), g));
                }
            }),
            _ => {}
        }
    }
}
