//! A learning rate: a number, or a schedule of the steps made.

use super::schedules::AnySchedule;
use crate::error::{Error, Result};
use serde_json::{Value, json};

/// The argument `learning_rate`.
#[derive(Debug, Clone, PartialEq)]
pub enum LearningRate {
    /// Keras keeps it as a float32.
    Constant(f32),
    Schedule(AnySchedule),
}

impl LearningRate {
    /// Reads a number or a serialized schedule.
    pub fn from_json(value: &Value, class: &str) -> Result<Self> {
        match value {
            Value::Number(number) => {
                LearningRate::constant(number.as_f64().unwrap_or(f64::NAN), class)
            }
            Value::Object(_) => AnySchedule::from_json(value)
                .map(LearningRate::Schedule)
                .map_err(|e| Error {
                    message: format!("{class}(learning_rate=…): {}", e.message),
                    ..e
                }),
            other => Err(Error::unsupported(format!(
                "{class}(learning_rate={other}): expected a number or a schedule of \
                 keras.optimizers.schedules; leave learning_rate out for the default"
            ))),
        }
    }

    pub fn constant(learning_rate: f64, class: &str) -> Result<Self> {
        if learning_rate.is_finite() && learning_rate >= 0.0 {
            Ok(LearningRate::Constant(learning_rate as f32))
        } else {
            Err(Error::unsupported(format!(
                "{class}(learning_rate={learning_rate}): learning_rate must be a number ≥ 0"
            )))
        }
    }

    pub fn to_json(&self) -> Value {
        match self {
            LearningRate::Constant(lr) => json!(f64::from(*lr)),
            LearningRate::Schedule(schedule) => schedule.to_json(),
        }
    }

    /// The learning rate of the step after `iterations` steps.
    pub fn at(&self, iterations: u64) -> f32 {
        match self {
            LearningRate::Constant(lr) => *lr,
            LearningRate::Schedule(schedule) => schedule.at(iterations as f32),
        }
    }
}
