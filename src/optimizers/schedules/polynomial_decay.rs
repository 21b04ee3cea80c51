//! `keras.optimizers.schedules.PolynomialDecay`

use super::{Schedule, check_positive, steps};
use crate::config::Config;
use crate::error::Result;
use crate::optimizers::step::power;
use serde_json::Number;

/// lr = (initial − end)·(1 − step / decay_steps)^power + end, constant from `decay_steps` on; with
/// `cycle` they grow to their next multiple instead.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct PolynomialDecay {
    pub initial_learning_rate: f64,
    pub decay_steps: Number,
    #[serde(default = "end")]
    pub end_learning_rate: f64,
    #[serde(default = "one")]
    pub power: f64,
    #[serde(default)]
    pub cycle: bool,
    #[serde(default = "name")]
    pub name: String,
}

fn end() -> f64 {
    0.0001
}

fn one() -> f64 {
    1.0
}

fn name() -> String {
    "PolynomialDecay".into()
}

impl Schedule for PolynomialDecay {
    fn at(&self, step: f32) -> f32 {
        let decay_steps = steps(&self.decay_steps);
        let p = if !self.cycle {
            step.min(decay_steps) / decay_steps
        } else if step == 0.0 {
            0.0
        } else {
            step / (decay_steps * (step / decay_steps).ceil())
        };
        let (initial, end) = (
            self.initial_learning_rate as f32,
            self.end_learning_rate as f32,
        );
        (initial - end) * power(1.0 - p, self.power as f32) + end
    }

    fn check(&self) -> Result<()> {
        check_positive("PolynomialDecay", "decay_steps", &self.decay_steps)
    }
}
