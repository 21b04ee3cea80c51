//! `keras.losses.MeanSquaredError`

use super::LossFunction;
use serde::{Deserialize, Serialize};

/// mean((y_pred − y_true)²) over the last axis.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MeanSquaredError {}

impl LossFunction for MeanSquaredError {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let n = y_pred.len() as f32;
        if let Some(d_pred) = d_pred {
            for ((d, p), t) in d_pred.iter_mut().zip(y_pred).zip(y_true) {
                *d = 2.0 * (p - t) / n;
            }
        }
        y_pred
            .iter()
            .zip(y_true)
            .map(|(p, t)| (p - t) * (p - t))
            .sum::<f32>()
            / n
    }
}
