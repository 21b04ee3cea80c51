//! `keras.metrics.RootMeanSquaredError`

use super::MetricFunction;
use crate::losses::{LossFunction, MeanSquaredError};
use serde::{Deserialize, Serialize};

/// √ mean((y_pred − y_true)²) over all elements seen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RootMeanSquaredError {}

impl MetricFunction for RootMeanSquaredError {
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        MeanSquaredError {}.row(y_true, y_pred, None)
    }

    fn finish(&self, mean: f64) -> f64 {
        mean.sqrt()
    }
}
