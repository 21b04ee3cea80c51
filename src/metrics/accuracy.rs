//! `keras.metrics.BinaryAccuracy`, `CategoricalAccuracy`, `SparseCategoricalAccuracy`: the three
//! meanings of "accuracy".

use super::MetricFunction;
use serde::{Deserialize, Serialize};

/// Share of elements with (y_pred > threshold) = y_true; exactly the threshold counts as 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryAccuracy {
    pub threshold: f64,
}

impl Default for BinaryAccuracy {
    fn default() -> Self {
        BinaryAccuracy { threshold: 0.5 }
    }
}

impl MetricFunction for BinaryAccuracy {
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        let hit = |(&t, &p): (&f32, &f32)| t == f32::from(u8::from(p > self.threshold as f32));
        let hits = y_true.iter().zip(y_pred).filter(|&pair| hit(pair)).count();
        hits as f32 / y_pred.len() as f32
    }

    fn higher_is_better(&self) -> bool {
        true
    }
}

/// The index of the largest element, the first of equals.
fn argmax(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = i;
        }
    }
    best
}

/// Share of predictions whose largest element stands where the one-hot target's does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CategoricalAccuracy {}

impl MetricFunction for CategoricalAccuracy {
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        f32::from(u8::from(argmax(y_true) == argmax(y_pred)))
    }

    fn higher_is_better(&self) -> bool {
        true
    }
}

/// Share of predictions whose largest element stands at the target's class number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SparseCategoricalAccuracy {}

impl MetricFunction for SparseCategoricalAccuracy {
    fn sparse_target(&self) -> bool {
        true
    }

    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        f32::from(u8::from(y_true[0] == argmax(y_pred) as f32))
    }

    fn higher_is_better(&self) -> bool {
        true
    }
}
