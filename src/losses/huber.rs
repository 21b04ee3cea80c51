//! `keras.losses.Huber`

use super::rows::{RowLoss, mean_of};
use crate::config::Config;

/// mean over the last axis of ½·e² where |e| ≤ delta and delta·|e| − ½·delta² beyond, with
/// e = y_pred − y_true.
///
/// Keras does not write `delta` into configs; here it is written where it is not 1.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Huber {
    #[serde(skip_serializing_if = "is_one")]
    pub delta: f64,
}

fn is_one(delta: &f64) -> bool {
    *delta == 1.0
}

impl Default for Huber {
    fn default() -> Self {
        Huber { delta: 1.0 }
    }
}

impl RowLoss for Huber {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let delta = self.delta as f32;
        mean_of(y_true, y_pred, d_pred, |y, p| {
            let e = p - y;
            if e.abs() <= delta {
                (0.5 * e * e, e)
            } else {
                (delta * e.abs() - 0.5 * delta * delta, delta * e.signum())
            }
        })
    }
}
