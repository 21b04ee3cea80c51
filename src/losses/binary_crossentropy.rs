//! `keras.losses.BinaryCrossentropy`

use super::rows::{RowLoss, clip, mean_of};
use super::{EPSILON, smooth};
use crate::config::Config;
use crate::kernels::elementwise::{log, sigmoid, softplus};

/// mean(−y·log p − (1 − y)·log(1 − p)) along `axis`, with p clipped to [1e-7, 1 − 1e-7];
/// `from_logits`: p = sigmoid(y_pred), computed stably.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryCrossentropy {
    pub from_logits: bool,
    pub label_smoothing: f64,
    pub axis: i64,
}

impl Default for BinaryCrossentropy {
    fn default() -> Self {
        BinaryCrossentropy {
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
        }
    }
}

/// Loss and slope for a probability, clipped: beyond the clip the loss is flat.
pub(super) fn of_probability(y: f32, p: f32) -> (f32, f32) {
    let (p, slope) = clip(p, EPSILON, 1.0 - EPSILON);
    let loss = -(y * log(p) + (1.0 - y) * log(1.0 - p));
    (loss, slope * (-y / p + (1.0 - y) / (1.0 - p)))
}

impl RowLoss for BinaryCrossentropy {
    fn axis(&self) -> i64 {
        self.axis
    }

    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let smoothing = self.label_smoothing as f32;
        if self.from_logits {
            // −y·log σ(x) − (1 − y)·log σ(−x)
            return mean_of(y_true, y_pred, d_pred, |y, x| {
                let y = smooth(y, smoothing, 0.5);
                (y * softplus(-x) + (1.0 - y) * softplus(x), sigmoid(x) - y)
            });
        }
        mean_of(y_true, y_pred, d_pred, |y, p| {
            of_probability(smooth(y, smoothing, 0.5), p)
        })
    }
}
