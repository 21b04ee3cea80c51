//! `keras.losses.CategoricalCrossentropy`

use super::rows::{RowLoss, clip};
use super::shapes::Shapes;
use super::{EPSILON, refuse_smoothing, smooth};
use crate::config::Config;
use crate::error::Result;
use crate::kernels::elementwise::{exp, log};

/// −Σ y·log p along `axis`, where p = y_pred / Σ y_pred is clipped to [1e-7, 1 − 1e-7];
/// `from_logits`: p = softmax(y_pred), computed stably.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct CategoricalCrossentropy {
    pub from_logits: bool,
    pub label_smoothing: f64,
    pub axis: i64,
}

impl Default for CategoricalCrossentropy {
    fn default() -> Self {
        CategoricalCrossentropy {
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
        }
    }
}

/// Cross-entropy of targets `target(i)` with predictions (probabilities or logits).
pub(super) fn crossentropy(
    target: impl Fn(usize) -> f32,
    y_pred: &[f32],
    from_logits: bool,
    d_pred: Option<&mut [f32]>,
) -> f32 {
    if from_logits {
        of_logits(target, y_pred, d_pred)
    } else {
        of_probabilities(target, y_pred, d_pred)
    }
}

/// log Σ e^z
pub(super) fn log_sum_exp(z: &[f32]) -> f32 {
    let max = z
        .iter()
        .fold(f32::NEG_INFINITY, |m, &z| if z > m { z } else { m });
    log(z.iter().map(|z| exp(z - max)).sum()) + max
}

fn of_logits(target: impl Fn(usize) -> f32, z: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
    let log_total = log_sum_exp(z);
    let loss = z
        .iter()
        .enumerate()
        .map(|(i, z)| target(i) * (log_total - z))
        .sum();
    if let Some(d_pred) = d_pred {
        let mass: f32 = (0..z.len()).map(&target).sum();
        for (i, (d, z)) in d_pred.iter_mut().zip(z).enumerate() {
            *d = mass * exp(z - log_total) - target(i);
        }
    }
    loss
}

/// y_pred / Σ y_pred, clipped, and its slope in the quotient.
pub(super) fn probability(p: f32, total: f32) -> (f32, f32) {
    clip(p / total, EPSILON, 1.0 - EPSILON)
}

/// Turns derivatives in the quotients p / Σ p into those in p.
pub(super) fn through_quotient(d_pred: &mut [f32], p: &[f32], total: f32) {
    let dot: f32 = d_pred.iter().zip(p).map(|(d, p)| d * (p / total)).sum();
    d_pred.iter_mut().for_each(|d| *d = (*d - dot) / total);
}

fn of_probabilities(target: impl Fn(usize) -> f32, p: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
    let total: f32 = p.iter().sum();
    let term = |(i, p): (usize, &f32)| {
        let y = target(i);
        // 0·log p is 0 but for a NaN, which has to show.
        if y == 0.0 && !p.is_nan() {
            0.0
        } else {
            -y * log(probability(*p, total).0)
        }
    };
    let loss = p.iter().enumerate().map(term).sum();
    if let Some(d_pred) = d_pred {
        // dL/dq = −y/q where q is not clipped; then through q = p / Σp.
        for (i, (d, p)) in d_pred.iter_mut().zip(p).enumerate() {
            let (q, slope) = probability(*p, total);
            *d = -target(i) / q * slope;
        }
        through_quotient(d_pred, p, total);
    }
    loss
}

impl RowLoss for CategoricalCrossentropy {
    fn axis(&self) -> i64 {
        self.axis
    }

    fn check(&self, shapes: &Shapes) -> Result<()> {
        refuse_smoothing(self.label_smoothing, self.axis, shapes)
    }

    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let other = 1.0 / y_pred.len() as f32;
        let target = |i: usize| smooth(y_true[i], self.label_smoothing as f32, other);
        crossentropy(target, y_pred, self.from_logits, d_pred)
    }
}
