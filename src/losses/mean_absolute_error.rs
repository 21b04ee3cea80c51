//! `keras.losses.MeanAbsoluteError` and `MeanAbsolutePercentageError`

use super::EPSILON;
use super::rows::{RowLoss, mean_of};
use crate::config::Config;

/// mean(|y_pred − y_true|) over the last axis.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct MeanAbsoluteError {}

/// 100·mean(|y_pred − y_true| / max(|y_true|, 1e-7)) over the last axis.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct MeanAbsolutePercentageError {}

/// The slope of |y_true − y_pred| in y_pred: −1 where they are equal, as in JAX.
fn slope(y: f32, p: f32) -> f32 {
    if p.is_nan() {
        p
    } else if p > y {
        1.0
    } else {
        -1.0
    }
}

impl RowLoss for MeanAbsoluteError {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        mean_of(y_true, y_pred, d_pred, |y, p| ((p - y).abs(), slope(y, p)))
    }
}

impl RowLoss for MeanAbsolutePercentageError {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        mean_of(y_true, y_pred, d_pred, |y, p| {
            let size = y.abs().max(EPSILON);
            (100.0 * ((p - y) / size).abs(), 100.0 * slope(y, p) / size)
        })
    }
}
