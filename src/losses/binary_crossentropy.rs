//! `keras.losses.BinaryCrossentropy`

use super::{EPSILON, LossFunction, smooth};
use crate::kernels::elementwise::{log, sigmoid, softplus};
use serde::{Deserialize, Serialize};

/// mean(−y·log p − (1 − y)·log(1 − p)) over the last axis, with p clipped to [1e-7, 1 − 1e-7];
/// `from_logits`: p = sigmoid(y_pred), computed stably.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryCrossentropy {
    pub from_logits: bool,
    pub label_smoothing: f64,
    pub axis: i32,
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

impl BinaryCrossentropy {
    /// Loss and derivative of one element.
    fn element(&self, y: f32, x: f32) -> (f32, f32) {
        let y = smooth(y, self.label_smoothing as f32, 0.5);
        if self.from_logits {
            // −y·log σ(x) − (1 − y)·log σ(−x)
            return (y * softplus(-x) + (1.0 - y) * softplus(x), sigmoid(x) - y);
        }
        let p = if x.is_nan() {
            x
        } else {
            x.clamp(EPSILON, 1.0 - EPSILON)
        };
        let loss = -(y * log(p) + (1.0 - y) * log(1.0 - p));
        // Beyond the clip the loss is flat.
        let slope = if p == x {
            -y / p + (1.0 - y) / (1.0 - p)
        } else {
            0.0
        };
        (loss, slope)
    }
}

impl LossFunction for BinaryCrossentropy {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let n = y_pred.len() as f32;
        let mut sum = 0.0;
        let mut d_pred = d_pred;
        for (i, (&y, &x)) in y_true.iter().zip(y_pred).enumerate() {
            let (loss, slope) = self.element(y, x);
            sum += loss;
            if let Some(d_pred) = &mut d_pred {
                d_pred[i] = slope / n;
            }
        }
        sum / n
    }
}
