//! `keras.optimizers.schedules.CosineDecay`

use super::{Schedule, check_positive, half_cosine, steps};
use crate::config::Config;
use crate::error::{Error, Result};
use serde_json::Number;

/// lr = initial · ((1 − α)·½(1 + cos(π·step / decay_steps)) + α), constant from `decay_steps` on.
///
/// With a `warmup_target`, `warmup_steps` lead there in a line from `initial`, and the decay
/// starts behind them from the target.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct CosineDecay {
    pub initial_learning_rate: f64,
    pub decay_steps: Number,
    #[serde(default)]
    pub alpha: f64,
    #[serde(default = "name")]
    pub name: String,
    #[serde(default)]
    pub warmup_target: Option<f64>,
    #[serde(default = "zero")]
    pub warmup_steps: Number,
}

fn name() -> String {
    "CosineDecay".into()
}

fn zero() -> Number {
    Number::from(0)
}

impl Schedule for CosineDecay {
    fn at(&self, step: f32) -> f32 {
        let (initial, decay_steps) = (self.initial_learning_rate as f32, steps(&self.decay_steps));
        let decayed = |from: f32, step: f32| {
            let share = half_cosine(step / decay_steps);
            from * ((1.0 - self.alpha) as f32 * share + self.alpha as f32)
        };
        let Some(target) = self.warmup_target else {
            return decayed(initial, step.min(decay_steps));
        };
        let (target, warmup) = (target as f32, steps(&self.warmup_steps));
        let step = step.min(decay_steps + warmup);
        if step < warmup {
            (target - initial) * (step / warmup) + initial
        } else {
            decayed(target, step - warmup)
        }
    }

    fn check(&self) -> Result<()> {
        if steps(&self.warmup_steps) < 0.0 {
            return Err(Error::unsupported(format!(
                "CosineDecay(warmup_steps={}): must be ≥ 0",
                self.warmup_steps
            )));
        }
        check_positive("CosineDecay", "decay_steps", &self.decay_steps)
    }
}
