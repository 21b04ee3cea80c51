//! Losses: one file per Keras class; here what they share (reduction, names).

mod binary_crossentropy;
mod categorical_crossentropy;
mod mean_absolute_error;
mod mean_squared_error;
mod sparse_categorical_crossentropy;

pub use binary_crossentropy::BinaryCrossentropy;
pub use categorical_crossentropy::CategoricalCrossentropy;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::MeanSquaredError;
pub use sparse_categorical_crossentropy::SparseCategoricalCrossentropy;

use crate::error::{Error, Result};
use crate::registry::{Named, registry};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Probabilities are kept this far from 0 and 1 before a logarithm (`keras.config.epsilon`).
pub(crate) const EPSILON: f32 = 1e-7;

/// A loss of one prediction vector: the last axis at one position.
pub trait LossFunction {
    /// True: a target is one class number; false: a vector as long as the prediction.
    fn sparse_target(&self) -> bool {
        false
    }

    /// The loss; where `d_pred` is given, writes dL/d(y_pred) there.
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32;
}

registry! {
    /// A loss of `keras.losses`.
    pub enum AnyLoss: dyn LossFunction, "keras.losses", "loss" {
        BinaryCrossentropy, CategoricalCrossentropy, MeanAbsoluteError = ["mae", "MAE"],
        MeanSquaredError = ["mse", "MSE"], SparseCategoricalCrossentropy,
    }
}

/// How the losses of a batch become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// Σ loss·weight / number of losses.
    #[default]
    SumOverBatchSize,
    /// Σ loss·weight
    Sum,
}

/// A loss with its reduction, as `compile` takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    pub function: AnyLoss,
    pub reduction: Reduction,
    /// As it was given, to be written back into `compile_config`.
    pub given: Value,
}

impl Loss {
    /// Reads `"mse"` or `{class_name, config}`.
    pub fn from_json(value: &Value) -> Result<Self> {
        let mut named = Named::from_json(value, "loss")?;
        let _name: Option<String> = named.take("name", None)?;
        named.refuse_unless("dtype", &Value::from("float32"))?;
        let reduction = read_reduction(&mut named)?;
        Ok(Loss {
            function: AnyLoss::from_named(named)?,
            reduction,
            given: value.clone(),
        })
    }

    /// The reduced loss of `rows` samples whose predictions' last axis is `width` long; `d_pred`
    /// becomes its gradient. `weights` are per sample.
    pub fn of_batch(
        &self,
        y_true: &[f32],
        y_pred: &[f32],
        width: usize,
        rows: usize,
        weights: Option<&[f32]>,
        mut d_pred: Option<&mut [f32]>,
    ) -> f32 {
        let positions = y_pred.len() / width;
        let (per_row, target) = (
            (positions / rows.max(1)).max(1),
            y_true.len() / positions.max(1),
        );
        let count = match self.reduction {
            Reduction::SumOverBatchSize => positions as f32,
            Reduction::Sum => 1.0,
        };
        let mut total = 0.0_f64;
        for i in 0..positions {
            let t = &y_true[i * target..(i + 1) * target];
            let p = &y_pred[i * width..(i + 1) * width];
            let mut d = d_pred
                .as_deref_mut()
                .map(|d| &mut d[i * width..(i + 1) * width]);
            let value = self.function.row(t, p, d.as_deref_mut());
            let weight = weights.map_or(1.0, |weights| weights[i / per_row]);
            total += f64::from(value * weight);
            if let Some(d) = d {
                d.iter_mut().for_each(|d| *d *= weight / count);
            }
        }
        (total / f64::from(count)) as f32
    }
}

fn read_reduction(named: &mut Named) -> Result<Reduction> {
    let given: Value = named.take("reduction", Value::from("sum_over_batch_size"))?;
    match given.as_str() {
        Some("sum_over_batch_size" | "mean" | "auto") => Ok(Reduction::SumOverBatchSize),
        Some("sum") => Ok(Reduction::Sum),
        _ => Err(Error::unsupported(format!(
            "{}(reduction={given}) is not supported; use \"sum_over_batch_size\" or \"sum\"",
            named.class_name
        ))),
    }
}

/// y·(1 − s) + s·other: smoothed targets.
fn smooth(y_true: f32, smoothing: f32, other: f32) -> f32 {
    y_true * (1.0 - smoothing) + smoothing * other
}
