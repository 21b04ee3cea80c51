//! `keras.optimizers.Ftrl`

use super::step::power;
use super::{Slot, Step, UpdateStep};
use crate::config::Config;
use crate::error::{Error, Result};

/// Follow the regularized leader (McMahan et al., 2013). With p = −`learning_rate_power`,
/// λ₂ = `l2_regularization_strength` + β / 2lr and a' = a + g²:
/// z += g + 2·shrinkage·w − (a'ᵖ − aᵖ) / lr · w,
/// w = (clip(z, −λ₁, λ₁) − z) / (a'ᵖ / lr + 2λ₂), a = a'.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Ftrl {
    pub learning_rate_power: f64,
    /// What `a` starts from.
    pub initial_accumulator_value: f64,
    pub l1_regularization_strength: f64,
    pub l2_regularization_strength: f64,
    pub l2_shrinkage_regularization_strength: f64,
    pub beta: f64,
}

impl Default for Ftrl {
    fn default() -> Self {
        Ftrl {
            learning_rate_power: -0.5,
            initial_accumulator_value: 0.1,
            l1_regularization_strength: 0.0,
            l2_regularization_strength: 0.0,
            l2_shrinkage_regularization_strength: 0.0,
            beta: 0.0,
        }
    }
}

impl UpdateStep for Ftrl {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let start = self.initial_accumulator_value as f32;
        vec![vec![
            Slot::filled("accumulator", start),
            Slot::zeros("linear"),
        ]]
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        let [sums, linear] = slots else { return };
        let (g, lr) = (&*g, step.lr);
        let exponent = -self.learning_rate_power as f32;
        let root = exponent == 0.5;
        let powered = |a: f32| if root { a.sqrt() } else { power(a, exponent) };
        let shrinkage = (2.0 * self.l2_shrinkage_regularization_strength) as f32;
        let l1 = self.l1_regularization_strength as f32;
        let l2 = self.l2_regularization_strength as f32 + self.beta as f32 / (2.0 * lr);
        step.split([w, sums, linear], &|start, [w, sums, linear]| {
            let elements = w.iter_mut().zip(&g[start..]).zip(sums).zip(linear);
            for (((w, &g), a), z) in elements {
                let new = *a + g * g;
                let grown = powered(new);
                *z += g + shrinkage * *w - (grown - powered(*a)) / lr * *w;
                *w = (z.clamp(-l1, l1) - *z) / (grown / lr + 2.0 * l2);
                *a = new;
            }
        });
    }

    fn check(&self) -> Result<()> {
        let wrong = |name: &str, value: f64, what: &str| {
            Err(Error::unsupported(format!(
                "Ftrl({name}={value}): must be {what}"
            )))
        };
        if self.learning_rate_power > 0.0 {
            return wrong("learning_rate_power", self.learning_rate_power, "≤ 0");
        }
        for (name, value) in [
            ("initial_accumulator_value", self.initial_accumulator_value),
            (
                "l1_regularization_strength",
                self.l1_regularization_strength,
            ),
            (
                "l2_regularization_strength",
                self.l2_regularization_strength,
            ),
            (
                "l2_shrinkage_regularization_strength",
                self.l2_shrinkage_regularization_strength,
            ),
        ] {
            if value < 0.0 {
                return wrong(name, value, "≥ 0");
            }
        }
        Ok(())
    }
}
