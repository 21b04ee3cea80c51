//! Learning rates that follow the number of steps made (`keras.optimizers.schedules`).
//!
//! As in Keras all is float32, steps included; numbers of the config are rounded on use.

mod cosine_decay;
mod cosine_decay_restarts;
mod exponential_decay;
mod inverse_time_decay;
mod piecewise_constant_decay;
mod polynomial_decay;

pub use cosine_decay::CosineDecay;
pub use cosine_decay_restarts::CosineDecayRestarts;
pub use exponential_decay::ExponentialDecay;
pub use inverse_time_decay::InverseTimeDecay;
pub use piecewise_constant_decay::PiecewiseConstantDecay;
pub use polynomial_decay::PolynomialDecay;

use crate::error::{Error, Result};
use crate::registry::{Named, registry};
use serde_json::{Number, Value};

/// A learning rate for each step.
pub trait Schedule {
    /// The learning rate after `step` steps.
    fn at(&self, step: f32) -> f32;

    /// An error where arguments are out of range.
    fn check(&self) -> Result<()>;
}

registry! {
    /// A schedule of `keras.optimizers.schedules`.
    pub enum AnySchedule: dyn Schedule, "keras.optimizers.schedules", "learning rate schedule" {
        CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay,
        PiecewiseConstantDecay, PolynomialDecay,
    }
}

impl AnySchedule {
    /// Reads `{class_name, config}`.
    pub fn from_json(value: &Value) -> Result<Self> {
        let schedule = AnySchedule::from_named(Named::from_json(value, "learning rate schedule")?)?;
        schedule.check()?;
        Ok(schedule)
    }
}

/// A count of steps, which Keras takes and writes back as an integer or a float.
fn steps(number: &Number) -> f32 {
    number.as_f64().unwrap_or(f64::NAN) as f32
}

/// The share of `decay_steps` that is over, in whole numbers with `staircase`.
fn share(step: f32, decay_steps: &Number, staircase: bool) -> f32 {
    let share = step / steps(decay_steps);
    if staircase { share.floor() } else { share }
}

fn check_positive(class: &str, name: &str, number: &Number) -> Result<()> {
    if steps(number) > 0.0 {
        return Ok(());
    }
    Err(Error::unsupported(format!(
        "{class}({name}={number}): must be > 0"
    )))
}

/// ½(1 + cos(π·x))
fn half_cosine(x: f32) -> f32 {
    let angle = std::f32::consts::PI * x;
    0.5 * (1.0 + f64::from(angle).cos() as f32)
}
