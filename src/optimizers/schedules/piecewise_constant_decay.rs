//! `keras.optimizers.schedules.PiecewiseConstantDecay`

use super::Schedule;
use crate::config::Config;
use crate::error::{Error, Result};
use serde_json::Number;

/// lr = values[i] up to step boundaries[i], included, and the last value from there on.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct PiecewiseConstantDecay {
    pub boundaries: Vec<Number>,
    pub values: Vec<f64>,
    #[serde(default = "name")]
    pub name: String,
}

fn name() -> String {
    "PiecewiseConstant".into()
}

impl Schedule for PiecewiseConstantDecay {
    fn at(&self, step: f32) -> f32 {
        // Keras casts boundaries to the integers that steps are.
        let boundary = |number: &Number| number.as_f64().unwrap_or(f64::NAN).trunc();
        let passed = |number: &&Number| f64::from(step) > boundary(number);
        let count = self.boundaries.iter().take_while(passed).count();
        self.values.get(count).map_or(f32::NAN, |&v| v as f32)
    }

    fn check(&self) -> Result<()> {
        let (boundaries, values) = (&self.boundaries, &self.values);
        let wrong = |what: String| {
            Err(Error::unsupported(format!(
                "PiecewiseConstantDecay(boundaries={boundaries:?}, values={values:?}): {what}"
            )))
        };
        if boundaries.len() + 1 != values.len() {
            return wrong("one value more than boundaries is needed".into());
        }
        if boundaries.is_empty() {
            return wrong("give at least one boundary, or a number as learning_rate".into());
        }
        if !boundaries.iter().map(Number::as_f64).is_sorted() {
            return wrong("boundaries must ascend".into());
        }
        Ok(())
    }
}
