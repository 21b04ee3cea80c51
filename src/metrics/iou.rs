//! `keras.metrics.IoU`, `MeanIoU`, `BinaryIoU`, `OneHotIoU` and `OneHotMeanIoU`

use super::{MetricFunction, argmax};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::losses::EPSILON;
use crate::losses::reducer::Reducer;
use crate::losses::shapes::{Batch, Labels, Shapes, Values, show};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Intersection over union of labels and predictions, true positives / (true positives + false
/// positives + false negatives), averaged over `target_class_ids`. With `sparse_y_true` and
/// `sparse_y_pred` labels and predictions are class numbers, else vectors whose largest element
/// counts. As in Keras, `dtype` "int" (the default) cuts off the fractions of sample weights.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct IoU {
    #[serde(default)]
    pub dtype: Counting,
    pub num_classes: usize,
    pub target_class_ids: Vec<usize>,
    #[serde(default)]
    pub ignore_class: Option<i64>,
    #[serde(default = "yes")]
    pub sparse_y_true: bool,
    #[serde(default = "yes")]
    pub sparse_y_pred: bool,
    #[serde(default = "last")]
    pub axis: i64,
}

/// [`IoU`] averaged over all classes.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct MeanIoU {
    #[serde(default)]
    pub dtype: Counting,
    pub num_classes: usize,
    #[serde(default)]
    pub ignore_class: Option<i64>,
    #[serde(default = "yes")]
    pub sparse_y_true: bool,
    #[serde(default = "yes")]
    pub sparse_y_pred: bool,
    #[serde(default = "last")]
    pub axis: i64,
}

/// [`IoU`] of two classes: predictions from `threshold` on are ones.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryIoU {
    pub dtype: Counting,
    pub target_class_ids: Vec<usize>,
    pub threshold: f64,
}

/// [`IoU`] of one-hot labels.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct OneHotIoU {
    #[serde(default)]
    pub dtype: Counting,
    pub num_classes: usize,
    pub target_class_ids: Vec<usize>,
    #[serde(default)]
    pub ignore_class: Option<i64>,
    #[serde(default)]
    pub sparse_y_pred: bool,
    #[serde(default = "last")]
    pub axis: i64,
}

/// [`MeanIoU`] of one-hot labels.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct OneHotMeanIoU {
    #[serde(default)]
    pub dtype: Counting,
    pub num_classes: usize,
    #[serde(default)]
    pub ignore_class: Option<i64>,
    #[serde(default)]
    pub sparse_y_pred: bool,
    #[serde(default = "last")]
    pub axis: i64,
}

/// What the entries of the confusion matrix are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Counting {
    #[default]
    #[serde(rename = "int32", alias = "int", alias = "int64")]
    Whole,
    #[serde(rename = "float32", alias = "float")]
    Float,
}

fn yes() -> bool {
    true
}

fn last() -> i64 {
    -1
}

impl Default for BinaryIoU {
    fn default() -> Self {
        BinaryIoU {
            dtype: Counting::Whole,
            target_class_ids: vec![0, 1],
            threshold: 0.5,
        }
    }
}

/// What the five classes have in common.
struct Settings<'a> {
    classes: usize,
    targets: Targets<'a>,
    ignored: Option<i64>,
    sparse_true: bool,
    sparse_pred: bool,
    axis: i64,
    threshold: Option<f64>,
    whole: bool,
}

/// The classes that count.
#[derive(Clone)]
enum Targets<'a> {
    All(Range<usize>),
    These(&'a [usize]),
}

impl Settings<'_> {
    fn check(&self, shapes: &Shapes) -> Result<()> {
        if self.axis != -1 {
            return Err(Error::unsupported(format!(
                "axis={} is not supported; use the last axis",
                self.axis
            )));
        }
        if let Targets::These(ids) = self.targets
            && (ids.is_empty() || ids.iter().any(|&id| id >= self.classes))
        {
            return Err(Error::unsupported(format!(
                "target_class_ids={ids:?} must be some of the classes 0 to {}",
                self.classes.saturating_sub(1)
            )));
        }
        let count = |shape: &[usize], sparse: bool| {
            let width = if sparse {
                1
            } else {
                shape.last().copied().unwrap_or(1)
            };
            shape.iter().product::<usize>() / width.max(1)
        };
        let (labels, predictions) = (
            count(&shapes.target, self.sparse_true),
            count(&shapes.pred, self.sparse_pred),
        );
        if labels != predictions {
            return Err(Error::shape(format!(
                "labels {} and predictions {} are {labels} and {predictions} class numbers per \
                 sample; sparse_y_true and sparse_y_pred say which of them are class numbers \
                 (true) or vectors of {} (false)",
                show(&shapes.target),
                show(&shapes.pred),
                self.classes
            )));
        }
        Ok(())
    }

    /// The class that `values` say; None beyond the classes.
    fn class(&self, values: &[f32], sparse: bool) -> Option<usize> {
        let class = if sparse {
            values[0]
        } else {
            argmax(values) as f32
        };
        let class = if self.whole { class.trunc() } else { class };
        (class >= 0.0 && class < self.classes as f32).then_some(class as usize)
    }

    fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &Reducer) {
        let width = |len: usize, sparse: bool| if sparse { 1 } else { len };
        let of_true = width(
            batch.shapes.target.last().copied().unwrap_or(1),
            self.sparse_true,
        );
        let of_pred = width(batch.shapes.width(), self.sparse_pred);
        let labels = batch.y_true.chunks_exact(of_true);
        for (i, (t, p)) in labels.zip(batch.y_pred.chunks_exact(of_pred)).enumerate() {
            let t = self.class(t, self.sparse_true);
            let p = match self.threshold {
                Some(threshold) => Some(usize::from(p[0] >= threshold as f32)),
                None => self.class(p, self.sparse_pred),
            };
            let (Some(t), Some(p)) = (t, p) else {
                continue;
            };
            if self.ignored == Some(t as i64) {
                continue;
            }
            let weight = reducer.weight(i);
            sums[t * self.classes + p] += if self.whole { weight.trunc() } else { weight };
        }
    }

    fn result(&self, cm: &[f64]) -> f64 {
        let n = self.classes;
        let one = |class: usize| {
            let hits = cm[class * n + class];
            let labelled: f64 = cm[class * n..][..n].iter().sum();
            let predicted: f64 = (0..n).map(|t| cm[t * n + class]).sum();
            let all = labelled + predicted - hits;
            (all > 1e-9).then(|| hits / (all + f64::from(EPSILON)))
        };
        let add = |(sum, count): (f64, f64), iou: f64| (sum + iou, count + 1.0);
        let (sum, count) = match self.targets.clone() {
            Targets::All(classes) => classes.filter_map(one).fold((0.0, 0.0), add),
            Targets::These(ids) => ids.iter().copied().filter_map(one).fold((0.0, 0.0), add),
        };
        sum / (count + f64::from(EPSILON))
    }
}

macro_rules! iou {
    ($($class:ident: |$it:ident| $settings:expr;)*) => {$(
        impl $class {
            fn settings(&self) -> Settings<'_> {
                let $it = self;
                $settings
            }
        }

        impl MetricFunction for $class {
            fn labels(&self) -> Labels {
                Labels::Other
            }

            fn values(&self, shapes: &Shapes) -> Result<Values> {
                if self.settings().sparse_pred {
                    return Ok(shapes.without(&[]));
                }
                Ok(shapes.positions())
            }

            fn sums(&self, shapes: &Shapes) -> Result<usize> {
                let settings = self.settings();
                settings.check(shapes)?;
                Ok(settings.classes * settings.classes)
            }

            fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
                self.settings().update(sums, batch, reducer);
            }

            fn result(&self, sums: &[f64]) -> f64 {
                self.settings().result(sums)
            }

            fn higher_is_better(&self) -> Option<bool> {
                Some(true)
            }
        }
    )*};
}
iou! {
    IoU: |it| Settings {
        classes: it.num_classes, targets: Targets::These(&it.target_class_ids),
        ignored: it.ignore_class, sparse_true: it.sparse_y_true, sparse_pred: it.sparse_y_pred,
        axis: it.axis, threshold: None, whole: it.dtype == Counting::Whole,
    };
    MeanIoU: |it| Settings {
        classes: it.num_classes, targets: Targets::All(0..it.num_classes),
        ignored: it.ignore_class, sparse_true: it.sparse_y_true, sparse_pred: it.sparse_y_pred,
        axis: it.axis, threshold: None, whole: it.dtype == Counting::Whole,
    };
    BinaryIoU: |it| Settings {
        classes: 2, targets: Targets::These(&it.target_class_ids),
        ignored: None, sparse_true: true, sparse_pred: true,
        axis: -1, threshold: Some(it.threshold), whole: it.dtype == Counting::Whole,
    };
    OneHotIoU: |it| Settings {
        classes: it.num_classes, targets: Targets::These(&it.target_class_ids),
        ignored: it.ignore_class, sparse_true: false, sparse_pred: it.sparse_y_pred,
        axis: it.axis, threshold: None, whole: it.dtype == Counting::Whole,
    };
    OneHotMeanIoU: |it| Settings {
        classes: it.num_classes, targets: Targets::All(0..it.num_classes),
        ignored: it.ignore_class, sparse_true: false, sparse_pred: it.sparse_y_pred,
        axis: it.axis, threshold: None, whole: it.dtype == Counting::Whole,
    };
}
