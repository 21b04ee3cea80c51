//! `keras.losses.Poisson`

use super::EPSILON;
use super::rows::{RowLoss, mean_of};
use crate::config::Config;
use crate::kernels::elementwise::log;

/// mean(y_pred − y_true·log(y_pred + 1e-7)) over the last axis.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Poisson {}

impl RowLoss for Poisson {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        mean_of(y_true, y_pred, d_pred, |y, p| {
            (p - y * log(p + EPSILON), 1.0 - y / (p + EPSILON))
        })
    }
}
