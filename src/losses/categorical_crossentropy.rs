//! `keras.losses.CategoricalCrossentropy`

use super::{EPSILON, LossFunction, smooth};
use crate::kernels::elementwise::{exp, log};
use serde::{Deserialize, Serialize};

/// −Σ y·log p over the last axis, where p = y_pred / Σ y_pred is clipped to [1e-7, 1 − 1e-7];
/// `from_logits`: p = softmax(y_pred), computed stably.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CategoricalCrossentropy {
    pub from_logits: bool,
    pub label_smoothing: f64,
    pub axis: i32,
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

fn of_logits(target: impl Fn(usize) -> f32, z: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
    let max = z
        .iter()
        .fold(f32::NEG_INFINITY, |m, &z| if z > m { z } else { m });
    let total: f32 = z.iter().map(|z| exp(z - max)).sum();
    let log_total = log(total) + max;
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

fn of_probabilities(target: impl Fn(usize) -> f32, p: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
    let total: f32 = p.iter().sum();
    let clip = |q: f32| {
        if q.is_nan() {
            q
        } else {
            q.clamp(EPSILON, 1.0 - EPSILON)
        }
    };
    let terms = p.iter().enumerate();
    let term = |(i, p): (usize, &f32)| {
        let y = target(i);
        // 0·log p is 0 but for a NaN, which has to show.
        if y == 0.0 && !p.is_nan() {
            0.0
        } else {
            -y * log(clip(p / total))
        }
    };
    let loss = terms.map(term).sum();
    if let Some(d_pred) = d_pred {
        // dL/dq = −y/q where q is not clipped; then through q = p / Σp.
        let slope = |i: usize, q: f32| if clip(q) == q { -target(i) / q } else { 0.0 };
        let dot: f32 = p
            .iter()
            .enumerate()
            .map(|(i, p)| slope(i, p / total) * (p / total))
            .sum();
        for (i, (d, p)) in d_pred.iter_mut().zip(p).enumerate() {
            *d = (slope(i, p / total) - dot) / total;
        }
    }
    loss
}

impl LossFunction for CategoricalCrossentropy {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let other = 1.0 / y_pred.len() as f32;
        let target = |i: usize| smooth(y_true[i], self.label_smoothing as f32, other);
        crossentropy(target, y_pred, self.from_logits, d_pred)
    }
}
