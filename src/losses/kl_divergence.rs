//! `keras.losses.KLDivergence`

use super::EPSILON;
use super::rows::{RowLoss, clip};
use crate::config::Config;
use crate::kernels::elementwise::log;

/// Σ y_true·log(y_true / y_pred) over the last axis, both clipped to [1e-7, 1].
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct KLDivergence {}

impl RowLoss for KLDivergence {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let terms = y_true
            .iter()
            .zip(y_pred)
            .map(|(&y, &p)| (clip(y, EPSILON, 1.0).0, clip(p, EPSILON, 1.0)));
        if let Some(d_pred) = d_pred {
            for ((y, (p, slope)), d) in terms.clone().zip(d_pred) {
                *d = -y / p * slope;
            }
        }
        terms.map(|(y, (p, _))| y * log(y / p)).sum()
    }
}
