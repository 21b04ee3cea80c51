//! `keras.metrics.TruePositives`, `TrueNegatives`, `FalsePositives`, `FalseNegatives`, `Precision`,
//! `Recall`, `SensitivityAtSpecificity`, `SpecificityAtSensitivity`, `PrecisionAtRecall` and
//! `RecallAtPrecision`

use super::MetricFunction;
use super::thresholds::{Confusion, Thresholds};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::losses::reducer::Reducer;
use crate::losses::shapes::{Batch, Shapes};
use serde::{Deserialize, Serialize};

/// One threshold or several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    One(f64),
    List(Vec<f64>),
}

/// The one threshold, or the default.
fn threshold(given: Option<&Given>, default: f32) -> f32 {
    match given {
        Some(Given::One(one)) => *one as f32,
        Some(Given::List(list)) => list.first().map_or(default, |&one| one as f32),
        None => default,
    }
}

fn check_threshold(given: Option<&Given>) -> Result<()> {
    let list = match given {
        None => return Ok(()),
        Some(Given::One(one)) => std::slice::from_ref(one),
        Some(Given::List(list)) => list,
    };
    match list {
        [one] if (0.0..=1.0).contains(one) => Ok(()),
        [one] => Err(Error::unsupported(format!(
            "thresholds={one}: a threshold must lie between 0 and 1"
        ))),
        list => Err(Error::unsupported(format!(
            "{} thresholds give as many numbers, but logs hold one per metric; give one threshold \
             and as many metrics as there are thresholds",
            list.len()
        ))),
    }
}

/// What predictions outside of the top k count as.
const LOWEST: f32 = -1e10;

/// Counts predictions at thresholds: all of them, only those of `class_id`, with all but the
/// `top_k` of each vector at −1e10.
fn count(
    sums: &mut [f64],
    batch: &Batch,
    reducer: &mut Reducer,
    thresholds: Thresholds,
    top_k: Option<usize>,
    class_id: Option<usize>,
) {
    let width = batch.shapes.width().max(1);
    let mut sorted = std::mem::take(&mut reducer.lanes);
    for (i, row) in batch.y_pred.chunks_exact(width).enumerate() {
        // The smallest of the top k, and how many equal to it are among them.
        let mut border = (f32::NEG_INFINITY, 0);
        if let Some(k) = top_k.filter(|&k| k > 0 && k < width) {
            sorted.clear();
            sorted.extend_from_slice(row);
            sorted.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a));
            let least = sorted[k - 1];
            border = (least, k - row.iter().filter(|&&p| p > least).count());
        }
        let weight = reducer.weight(i);
        for (class, &p) in row.iter().enumerate() {
            let mut p = p;
            if p == border.0 && border.1 > 0 {
                border.1 -= 1;
            } else if p <= border.0 {
                p = LOWEST;
            }
            if class_id.is_none_or(|id| id == class) {
                thresholds.add(sums, batch.y_true[i * width + class], p, weight);
            }
        }
    }
    reducer.lanes = sorted;
}

fn check_class(class_id: Option<usize>, shapes: &Shapes) -> Result<()> {
    match class_id {
        Some(id) if id >= shapes.width() => Err(Error::shape(format!(
            "class_id={id}, but the model gives {} classes (0 to {})",
            shapes.width(),
            shapes.width() - 1
        ))),
        _ => Ok(()),
    }
}

macro_rules! counts {
    ($($(#[$doc:meta])* $class:ident: $field:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Config)]
        #[serde(deny_unknown_fields, default)]
        pub struct $class {
            pub thresholds: Option<Given>,
        }

        impl $class {
            fn scale(&self) -> Thresholds<'static> {
                Thresholds::One(threshold(self.thresholds.as_ref(), 0.5))
            }
        }

        impl MetricFunction for $class {
            fn sums(&self, _shapes: &Shapes) -> Result<usize> {
                check_threshold(self.thresholds.as_ref())?;
                Ok(self.scale().sums())
            }

            fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
                count(sums, batch, reducer, self.scale(), None, None);
            }

            fn result(&self, sums: &[f64]) -> f64 {
                self.scale().confusions(sums).map(|c| c.$field).sum()
            }
        }
    )*};
}
counts! {
    /// Σ weight of positive labels above the threshold (0.5).
    TruePositives: tp;
    /// Σ weight of negative labels not above the threshold (0.5).
    TrueNegatives: tn;
    /// Σ weight of negative labels above the threshold (0.5).
    FalsePositives: fp;
    /// Σ weight of positive labels not above the threshold (0.5).
    FalseNegatives: r#fn;
}

macro_rules! shares {
    ($($(#[$doc:meta])* $class:ident: $share:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Predicted is what lies above the threshold (0.5) or, with `top_k`, is among the k
        /// largest of its vector; `class_id`: of this class alone.
        #[derive(Debug, Clone, PartialEq, Default, Config)]
        #[serde(deny_unknown_fields, default)]
        pub struct $class {
            pub thresholds: Option<Given>,
            pub top_k: Option<usize>,
            pub class_id: Option<usize>,
        }

        impl $class {
            fn scale(&self) -> Thresholds<'static> {
                let default = if self.top_k.is_none() { 0.5 } else { LOWEST };
                Thresholds::One(threshold(self.thresholds.as_ref(), default))
            }
        }

        impl MetricFunction for $class {
            fn sums(&self, shapes: &Shapes) -> Result<usize> {
                check_threshold(self.thresholds.as_ref())?;
                check_class(self.class_id, shapes)?;
                if self.top_k.is_some_and(|k| k == 0 || k > shapes.width()) {
                    return Err(Error::shape(format!(
                        "top_k must be from 1 to the model's {} classes",
                        shapes.width()
                    )));
                }
                Ok(self.scale().sums())
            }

            fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
                count(sums, batch, reducer, self.scale(), self.top_k, self.class_id);
            }

            fn result(&self, sums: &[f64]) -> f64 {
                self.scale().confusions(sums).map(|c| c.$share()).sum()
            }

            fn higher_is_better(&self) -> Option<bool> {
                Some(true)
            }
        }
    )*};
}
shares! {
    /// True positives / all predicted positive.
    Precision: precision;
    /// True positives / all labelled positive.
    Recall: recall;
}

macro_rules! bests {
    ($($(#[$doc:meta])* $class:ident: $best:ident at $bound:ident($value:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Config)]
        #[serde(deny_unknown_fields)]
        pub struct $class {
            pub $value: f64,
            #[serde(default = "two_hundred")]
            pub num_thresholds: usize,
            #[serde(default)]
            pub class_id: Option<usize>,
        }

        impl MetricFunction for $class {
            fn sums(&self, shapes: &Shapes) -> Result<usize> {
                check_class(self.class_id, shapes)?;
                check_bound(stringify!($value), self.$value, self.num_thresholds)?;
                Ok(even(self.num_thresholds).sums())
            }

            fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
                count(sums, batch, reducer, even(self.num_thresholds), None, self.class_id);
            }

            fn result(&self, sums: &[f64]) -> f64 {
                let matrices = even(self.num_thresholds).confusions(sums);
                // Keras compares in float32.
                let feasible = |c: &Confusion| c.$bound() as f32 >= self.$value as f32;
                matrices.filter(feasible).map(|c| c.$best()).fold(0.0, f64::max)
            }

            fn higher_is_better(&self) -> Option<bool> {
                Some(true)
            }
        }
    )*};
}
bests! {
    /// The best sensitivity at thresholds where the specificity is no less than `specificity`.
    SensitivityAtSpecificity: recall at specificity(specificity);
    /// The best specificity at thresholds where the sensitivity is no less than `sensitivity`.
    SpecificityAtSensitivity: specificity at recall(sensitivity);
    /// The best precision at thresholds where the recall is no less than `recall`.
    PrecisionAtRecall: precision at recall(recall);
    /// The best recall at thresholds where the precision is no less than `precision`.
    RecallAtPrecision: recall at precision(precision);
}

fn two_hundred() -> usize {
    200
}

fn even(count: usize) -> Thresholds<'static> {
    match count {
        1 => Thresholds::One(0.5),
        count => Thresholds::Even {
            count,
            margin: false,
        },
    }
}

fn check_bound(name: &str, value: f64, num_thresholds: usize) -> Result<()> {
    if !(0.0..=1.0).contains(&value) {
        return Err(Error::unsupported(format!(
            "{name}={value} must lie between 0 and 1"
        )));
    }
    if num_thresholds == 0 {
        return Err(Error::unsupported("num_thresholds must be at least 1"));
    }
    Ok(())
}
