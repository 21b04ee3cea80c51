//! `keras.metrics.Accuracy`, `BinaryAccuracy`, `CategoricalAccuracy`, `SparseCategoricalAccuracy`,
//! `TopKCategoricalAccuracy` and `SparseTopKCategoricalAccuracy`

use super::mean::RowMetric;
use crate::config::Config;
use crate::losses::shapes::Labels;

/// Share of elements with y_pred = y_true.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Accuracy {}

/// Share of elements with (y_pred > threshold) = y_true; exactly the threshold counts as 0.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryAccuracy {
    pub threshold: f64,
}

/// Share of predictions whose largest element stands where the one-hot target's does.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct CategoricalAccuracy {}

/// Share of predictions whose largest element stands at the target's class number.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct SparseCategoricalAccuracy {}

/// Share of predictions where fewer than `k` elements are larger than that of the one-hot target.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct TopKCategoricalAccuracy {
    pub k: usize,
}

/// The same for class numbers. `from_sorted_ids`: the predictions are class numbers, best first.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct SparseTopKCategoricalAccuracy {
    pub k: usize,
    /// Written where it is true, as in Keras.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub from_sorted_ids: bool,
}

impl Default for BinaryAccuracy {
    fn default() -> Self {
        BinaryAccuracy { threshold: 0.5 }
    }
}

impl Default for TopKCategoricalAccuracy {
    fn default() -> Self {
        TopKCategoricalAccuracy { k: 5 }
    }
}

impl Default for SparseTopKCategoricalAccuracy {
    fn default() -> Self {
        SparseTopKCategoricalAccuracy {
            k: 5,
            from_sorted_ids: false,
        }
    }
}

/// Share of the elements that hit.
fn share(y_true: &[f32], y_pred: &[f32], hit: impl Fn(f32, f32) -> bool) -> f32 {
    let hits = y_true.iter().zip(y_pred).filter(|&(&t, &p)| hit(t, p));
    hits.count() as f32 / y_pred.len() as f32
}

/// The index of the largest element, the first of equals.
pub(crate) fn argmax(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = i;
        }
    }
    best
}

/// 1 where fewer than `k` elements are larger than that at `class`; as in Keras, classes below 0
/// count from the end, and what is no class is in no top.
fn in_top_k(class: f32, y_pred: &[f32], k: usize) -> f32 {
    let class = if class < 0.0 {
        class + y_pred.len() as f32
    } else {
        class
    };
    let at_class = y_pred.get(class as usize).copied().unwrap_or(f32::NAN);
    let at_class = if at_class.is_nan() {
        f32::NEG_INFINITY
    } else {
        at_class
    };
    let larger = y_pred.iter().filter(|&&p| p > at_class).count();
    f32::from(u8::from(larger < k))
}

impl RowMetric for Accuracy {
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        share(y_true, y_pred, |t, p| t == p)
    }
}

impl RowMetric for BinaryAccuracy {
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        let threshold = self.threshold as f32;
        share(y_true, y_pred, |t, p| {
            t == f32::from(u8::from(p > threshold))
        })
    }
}

impl RowMetric for CategoricalAccuracy {
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        f32::from(u8::from(argmax(y_true) == argmax(y_pred)))
    }
}

impl RowMetric for SparseCategoricalAccuracy {
    fn labels(&self) -> Labels {
        Labels::CLASS
    }

    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        f32::from(u8::from(y_true[0] == argmax(y_pred) as f32))
    }
}

impl RowMetric for TopKCategoricalAccuracy {
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        in_top_k(argmax(y_true) as f32, y_pred, self.k)
    }
}

impl RowMetric for SparseTopKCategoricalAccuracy {
    fn labels(&self) -> Labels {
        Labels::CLASS
    }

    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        if self.from_sorted_ids {
            let found = y_pred.iter().take(self.k).any(|&id| id == y_true[0]);
            return f32::from(u8::from(found));
        }
        in_top_k(y_true[0], y_pred, self.k)
    }
}
