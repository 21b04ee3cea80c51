//! `keras.losses.BinaryFocalCrossentropy`

use super::binary_crossentropy::of_probability;
use super::rows::{RowLoss, mean_of, pow};
use super::smooth;
use crate::config::Config;
use crate::kernels::elementwise::sigmoid;

/// mean((1 − p_t)^gamma · bce) along `axis`, where p_t = y·p + (1 − y)·(1 − p) and bce is the
/// binary crossentropy; `apply_class_balancing` weighs ones by alpha and zeros by 1 − alpha.
/// `from_logits`: p = sigmoid(y_pred).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryFocalCrossentropy {
    pub from_logits: bool,
    pub label_smoothing: f64,
    pub axis: i64,
    pub apply_class_balancing: bool,
    pub alpha: f64,
    pub gamma: f64,
}

impl Default for BinaryFocalCrossentropy {
    fn default() -> Self {
        BinaryFocalCrossentropy {
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
            apply_class_balancing: false,
            alpha: 0.25,
            gamma: 2.0,
        }
    }
}

impl BinaryFocalCrossentropy {
    /// Value and slope for a probability.
    fn element(&self, y: f32, p: f32) -> (f32, f32) {
        let (gamma, alpha) = (self.gamma as f32, self.alpha as f32);
        let (bce, slope) = of_probability(y, p);
        let miss = 1.0 - (y * p + (1.0 - y) * (1.0 - p));
        let factor = pow(miss, gamma);
        let d_factor = if gamma == 0.0 {
            0.0
        } else {
            gamma * pow(miss, gamma - 1.0) * (1.0 - 2.0 * y)
        };
        let weight = if self.apply_class_balancing {
            y * alpha + (1.0 - y) * (1.0 - alpha)
        } else {
            1.0
        };
        (
            weight * factor * bce,
            weight * (d_factor * bce + factor * slope),
        )
    }
}

impl RowLoss for BinaryFocalCrossentropy {
    fn axis(&self) -> i64 {
        self.axis
    }

    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        mean_of(y_true, y_pred, d_pred, |y, x| {
            let y = smooth(y, self.label_smoothing as f32, 0.5);
            if !self.from_logits {
                return self.element(y, x);
            }
            let p = sigmoid(x);
            let (value, slope) = self.element(y, p);
            (value, slope * p * (1.0 - p))
        })
    }
}
