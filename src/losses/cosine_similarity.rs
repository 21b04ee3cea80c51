//! `keras.losses.CosineSimilarity`

use super::EPSILON;
use super::rows::RowLoss;
use crate::config::Config;

/// −Σ y_true·y_pred / (‖y_true‖·‖y_pred‖) along `axis`; a vector of zeros counts 0.
///
/// Keras does not write `axis` into configs; here it is written where it is not −1.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct CosineSimilarity {
    #[serde(skip_serializing_if = "is_last")]
    pub axis: i64,
}

pub(crate) fn is_last(axis: &i64) -> bool {
    *axis == -1
}

impl Default for CosineSimilarity {
    fn default() -> Self {
        CosineSimilarity { axis: -1 }
    }
}

/// 1/‖x‖, no more than 1e7, and whether that bound holds.
fn inverse_norm(x: &[f32]) -> (f32, bool) {
    let squares: f64 = x.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    let inverse = (1.0 / squares.sqrt()) as f32;
    let most = 1.0 / EPSILON;
    if inverse > most {
        (most, true)
    } else {
        (inverse, false)
    }
}

impl RowLoss for CosineSimilarity {
    fn axis(&self) -> i64 {
        self.axis
    }

    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let ((of_true, _), (of_pred, bounded)) = (inverse_norm(y_true), inverse_norm(y_pred));
        let products = y_true.iter().zip(y_pred);
        let cosine: f32 = products.map(|(y, p)| (y * of_true) * (p * of_pred)).sum();
        if let Some(d_pred) = d_pred {
            let along = if bounded { 0.0 } else { cosine };
            for ((d, y), p) in d_pred.iter_mut().zip(y_true).zip(y_pred) {
                *d = -of_pred * (y * of_true - along * p * of_pred);
            }
        }
        -cosine
    }
}
