//! `keras.optimizers.schedules.InverseTimeDecay`

use super::{Schedule, check_positive, share};
use crate::config::Config;
use crate::error::Result;
use serde_json::Number;

/// lr = initial / (1 + rate · step / decay_steps); with `staircase` the fraction is rounded down.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct InverseTimeDecay {
    pub initial_learning_rate: f64,
    pub decay_steps: Number,
    pub decay_rate: f64,
    #[serde(default)]
    pub staircase: bool,
    #[serde(default = "name")]
    pub name: String,
}

fn name() -> String {
    "InverseTimeDecay".into()
}

impl Schedule for InverseTimeDecay {
    fn at(&self, step: f32) -> f32 {
        let p = share(step, &self.decay_steps, self.staircase);
        self.initial_learning_rate as f32 / (1.0 + self.decay_rate as f32 * p)
    }

    fn check(&self) -> Result<()> {
        check_positive("InverseTimeDecay", "decay_steps", &self.decay_steps)
    }
}
