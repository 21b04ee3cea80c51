//! `keras.optimizers.schedules.CosineDecayRestarts`

use super::{Schedule, check_positive, half_cosine, steps};
use crate::config::Config;
use crate::error::Result;
use crate::kernels::elementwise::log;
use crate::optimizers::step::power;
use serde_json::Number;

/// A cosine decay that starts again, each time `t_mul` times as long and from `m_mul` times as
/// high: lr = initial · ((1 − α)·m_mulⁱ·½(1 + cos(π·x)) + α), where x is how much of period i is
/// over (Loshchilov & Hutter, 2016).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct CosineDecayRestarts {
    pub initial_learning_rate: f64,
    pub first_decay_steps: Number,
    #[serde(default = "two")]
    pub t_mul: f64,
    #[serde(default = "one")]
    pub m_mul: f64,
    #[serde(default)]
    pub alpha: f64,
    #[serde(default = "name")]
    pub name: String,
}

fn two() -> f64 {
    2.0
}

fn one() -> f64 {
    1.0
}

fn name() -> String {
    "SGDRDecay".into()
}

impl Schedule for CosineDecayRestarts {
    fn at(&self, step: f32) -> f32 {
        let (t_mul, m_mul) = (self.t_mul as f32, self.m_mul as f32);
        let alpha = self.alpha as f32;
        let periods = step / steps(&self.first_decay_steps);
        let (restarts, done) = if t_mul == 1.0 {
            (periods.floor(), periods - periods.floor())
        } else {
            let restarts = (log(1.0 - periods * (1.0 - t_mul)) / log(t_mul)).floor();
            let before = (1.0 - power(t_mul, restarts)) / (1.0 - t_mul);
            (restarts, (periods - before) / power(t_mul, restarts))
        };
        let cosine = power(m_mul, restarts) * half_cosine(done);
        self.initial_learning_rate as f32 * ((1.0 - alpha) * cosine + alpha)
    }

    fn check(&self) -> Result<()> {
        let first = &self.first_decay_steps;
        check_positive("CosineDecayRestarts", "first_decay_steps", first)
    }
}
