//! `keras.losses.LogCosh`

use super::rows::{RowLoss, mean_of};
use crate::config::Config;
use crate::kernels::elementwise::{softplus, tanh};

/// mean(log(cosh(y_pred − y_true))) over the last axis, computed as e + softplus(−2e) − log 2.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct LogCosh {}

impl RowLoss for LogCosh {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        mean_of(y_true, y_pred, d_pred, |y, p| {
            let e = p - y;
            (e + softplus(-2.0 * e) - std::f32::consts::LN_2, tanh(e))
        })
    }
}
