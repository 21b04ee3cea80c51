//! `keras.optimizers.RMSprop`

use super::UpdateStep;
use serde::{Deserialize, Serialize};

/// RMSprop (Hinton, 2012): v = ρ·v + (1 − ρ)·g², w −= lr·g / √(v + ε).
///
/// `centered` takes the squared mean gradient off v; `momentum` keeps a share of the last change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    fn slot_groups(&self) -> Vec<Vec<&'static str>> {
        let mut groups = vec![vec!["velocity"]];
        if self.momentum > 0.0 {
            groups.push(vec!["momentum"]);
        }
        if self.centered {
            groups.push(vec!["average_gradient"]);
        }
        groups
    }

    fn update_step(&self, lr: f32, _t: u64, w: &mut [f32], g: &[f32], slots: &mut [Vec<f32>]) {
        let (rho, rest) = (self.rho as f32, (1.0 - self.rho) as f32);
        let (epsilon, momentum) = (self.epsilon as f32, self.momentum as f32);
        let [velocity, others @ ..] = slots else {
            return;
        };
        if others.is_empty() {
            for ((w, &g), v) in w.iter_mut().zip(g).zip(velocity) {
                *v = rho * *v + rest * (g * g);
                *w -= lr * g / (*v + epsilon).sqrt();
            }
            return;
        }
        for (i, (w, &g)) in w.iter_mut().zip(g).enumerate() {
            let v = &mut velocity[i];
            *v = rho * *v + rest * (g * g);
            let mut denominator = *v + epsilon;
            if self.centered {
                let average = &mut others[others.len() - 1][i];
                *average = rho * *average + rest * g;
                denominator = *v - *average * *average + epsilon;
            }
            let mut change = lr * g / denominator.sqrt();
            if self.momentum > 0.0 {
                let kept = &mut others[0][i];
                *kept = momentum * *kept + change;
                change = *kept;
            }
            *w -= change;
        }
    }
}
