//! Metrics that are the weighted mean of values.

use super::{MetricFunction, ratio};
use crate::config::Config;
use crate::error::Result;
use crate::losses::reducer::Reducer;
use crate::losses::rows::each_row;
use crate::losses::shapes::{Batch, Labels, Shapes, Values};
use crate::losses::{self, AnyLoss, LossFunction};

/// A metric that is the mean of a value per prediction vector: those along `axis`.
pub trait RowMetric {
    fn labels(&self) -> Labels {
        Labels::Same
    }

    /// The axis of the vectors, batch included.
    fn axis(&self) -> i64 {
        -1
    }

    /// The value of one vector.
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32;

    /// What is reported for a mean of values.
    fn finish(&self, mean: f64) -> f64 {
        mean
    }

    fn higher_is_better(&self) -> bool {
        true
    }
}

impl<T: RowMetric> MetricFunction for T {
    fn labels(&self) -> Labels {
        RowMetric::labels(self)
    }

    fn values(&self, shapes: &Shapes) -> Result<Values> {
        Ok(shapes.without(&[shapes.axis(RowMetric::axis(self))?]))
    }

    fn sums(&self, _shapes: &Shapes) -> Result<usize> {
        Ok(2)
    }

    fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
        let value = |t: &[f32], p: &[f32], _: Option<&mut [f32]>| self.value(t, p);
        sums[0] += each_row(batch, RowMetric::axis(self), reducer, None, &value);
        sums[1] += reducer.total_weight();
    }

    fn result(&self, sums: &[f64]) -> f64 {
        self.finish(ratio(sums[0], sums[1]))
    }

    fn is_masked(&self) -> bool {
        true
    }

    fn higher_is_better(&self) -> Option<bool> {
        Some(RowMetric::higher_is_better(self))
    }
}

/// The mean of a loss: `$loss` gives the loss of a metric.
macro_rules! metric_of_loss {
    ($($metric:ty: $loss:expr;)*) => {$(
        impl MetricFunction for $metric {
            fn labels(&self) -> Labels {
                LossFunction::labels(&$loss(self))
            }
            fn values(&self, shapes: &Shapes) -> Result<Values> {
                LossFunction::values(&$loss(self), shapes)
            }
            fn sums(&self, _shapes: &Shapes) -> Result<usize> {
                Ok(2)
            }
            fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
                sums[0] += LossFunction::batch(&$loss(self), batch, reducer, None);
                sums[1] += reducer.total_weight();
            }
            fn result(&self, sums: &[f64]) -> f64 {
                ratio(sums[0], sums[1])
            }
            fn is_masked(&self) -> bool {
                true
            }
            fn higher_is_better(&self) -> Option<bool> {
                Some(false)
            }
        }
    )*};
}

/// Those whose arguments are the loss' own.
macro_rules! same_as_loss {
    ($($class:ident),*) => { metric_of_loss! { $(losses::$class: Clone::clone;)* } };
}
same_as_loss!(
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SquaredHinge
);
metric_of_loss! {
    BinaryCrossentropy: BinaryCrossentropy::loss;
    SparseCategoricalCrossentropy: SparseCategoricalCrossentropy::loss;
    LogCoshError: LogCoshError::loss;
}

impl MetricFunction for MeanMetricWrapper {
    fn labels(&self) -> Labels {
        self.function.labels()
    }
    fn values(&self, shapes: &Shapes) -> Result<Values> {
        self.function.values(shapes)
    }
    fn sums(&self, _shapes: &Shapes) -> Result<usize> {
        Ok(2)
    }
    fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
        sums[0] += self.function.batch(batch, reducer, None);
        sums[1] += reducer.total_weight();
    }
    fn result(&self, sums: &[f64]) -> f64 {
        ratio(sums[0], sums[1])
    }
    fn is_masked(&self) -> bool {
        true
    }
    fn higher_is_better(&self) -> Option<bool> {
        Some(false)
    }
}

/// The mean of a loss function, as Keras makes a metric of one.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct MeanMetricWrapper {
    #[serde(rename = "fn")]
    pub function: AnyLoss,
}

/// The mean of [`losses::BinaryCrossentropy`] over the last axis.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryCrossentropy {
    pub from_logits: bool,
    pub label_smoothing: f64,
}

impl BinaryCrossentropy {
    fn loss(&self) -> losses::BinaryCrossentropy {
        losses::BinaryCrossentropy {
            from_logits: self.from_logits,
            label_smoothing: self.label_smoothing,
            ..Default::default()
        }
    }
}

/// The mean of [`losses::SparseCategoricalCrossentropy`].
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct SparseCategoricalCrossentropy {
    pub from_logits: bool,
    pub ignore_class: Option<i64>,
    pub axis: i64,
}

impl Default for SparseCategoricalCrossentropy {
    fn default() -> Self {
        SparseCategoricalCrossentropy {
            from_logits: false,
            ignore_class: None,
            axis: -1,
        }
    }
}

impl SparseCategoricalCrossentropy {
    fn loss(&self) -> losses::SparseCategoricalCrossentropy {
        losses::SparseCategoricalCrossentropy {
            from_logits: self.from_logits,
            ignore_class: self.ignore_class,
            axis: self.axis,
        }
    }
}

/// The mean of [`losses::LogCosh`].
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct LogCoshError {}

impl LogCoshError {
    fn loss(&self) -> losses::LogCosh {
        losses::LogCosh {}
    }
}
