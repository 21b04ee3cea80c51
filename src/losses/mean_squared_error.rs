//! `keras.losses.MeanSquaredError` and `MeanSquaredLogarithmicError`

use super::EPSILON;
use super::rows::{RowLoss, at_least, mean_of};
use crate::config::Config;
use crate::kernels::elementwise::log;

/// mean((y_pred − y_true)²) over the last axis.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct MeanSquaredError {}

/// mean((log(y_pred + 1) − log(y_true + 1))²) over the last axis, both no less than 1e-7.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct MeanSquaredLogarithmicError {}

impl RowLoss for MeanSquaredError {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        mean_of(y_true, y_pred, d_pred, |y, p| {
            ((p - y) * (p - y), 2.0 * (p - y))
        })
    }
}

impl RowLoss for MeanSquaredLogarithmicError {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let above = |x: f32| if x < EPSILON { EPSILON } else { x } + 1.0;
        mean_of(y_true, y_pred, d_pred, |y, p| {
            let error = log(above(p)) - log(above(y));
            (error * error, 2.0 * error / above(p) * at_least(p, EPSILON))
        })
    }
}
