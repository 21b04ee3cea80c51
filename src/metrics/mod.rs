//! Metrics: one file per family of Keras classes; here their running means and names.

mod accuracy;
mod regression;

pub use accuracy::{BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy};
pub use regression::RootMeanSquaredError;

use crate::error::Result;
use crate::losses::{
    BinaryCrossentropy, CategoricalCrossentropy, LossFunction, MeanAbsoluteError, MeanSquaredError,
    SparseCategoricalCrossentropy,
};
use crate::registry::{Named, registry, snake_case};
use serde_json::Value;

/// A metric that is the weighted mean of a value per position.
pub trait MetricFunction {
    /// True: a target is one class number; false: a vector as long as the prediction.
    fn sparse_target(&self) -> bool {
        false
    }

    /// The value of one prediction vector.
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32;

    /// What is reported for a mean of values.
    fn finish(&self, mean: f64) -> f64 {
        mean
    }

    /// Whether more is better.
    fn higher_is_better(&self) -> bool {
        false
    }
}

macro_rules! metric_of_loss {
    ($($loss:ident),*) => {$(
        impl MetricFunction for $loss {
            fn sparse_target(&self) -> bool {
                LossFunction::sparse_target(self)
            }
            fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
                self.row(y_true, y_pred, None)
            }
        }
    )*};
}
metric_of_loss!(
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy
);

registry! {
    /// A metric of `keras.metrics`.
    pub enum AnyMetric: dyn MetricFunction, "keras.metrics", "metric" {
        BinaryAccuracy, BinaryCrossentropy, CategoricalAccuracy, CategoricalCrossentropy,
        MeanAbsoluteError = ["mae", "MAE"], MeanSquaredError = ["mse", "MSE"],
        RootMeanSquaredError, SparseCategoricalAccuracy, SparseCategoricalCrossentropy,
    }
}

/// A metric as `compile` takes it; `accuracy` is resolved when the shapes are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// The key in logs: the string as typed, or the config's name.
    pub name: String,
    /// None for "accuracy" and "crossentropy", which depend on the shapes.
    function: Option<AnyMetric>,
    total: f64,
    count: f64,
    /// As it was given, to be written back into `compile_config`.
    pub given: Value,
}

/// What a target's shape says (Keras' `is_binary_or_sparse_categorical`).
#[derive(Debug, Clone, Copy)]
pub struct TargetShape {
    /// Elements of the last axis of the prediction.
    pub pred_width: usize,
    /// Labels are class numbers: of lower rank, or of one element against several.
    pub sparse: bool,
}

impl Metric {
    /// Reads `"accuracy"`, `"mae"` or `{class_name, config}`.
    pub fn from_json(value: &Value) -> Result<Self> {
        let mut named = Named::from_json(value, "metric")?;
        let default = if value.is_string() {
            named.class_name.clone()
        } else {
            snake_case(&named.class_name)
        };
        let name = named.take("name", default)?;
        named.refuse_unless("dtype", &Value::from("float32"))?;
        let by_shape = matches!(
            named.class_name.as_str(),
            "accuracy" | "acc" | "crossentropy" | "ce"
        );
        let function = if by_shape {
            None
        } else {
            Some(AnyMetric::from_named(named)?)
        };
        Ok(Metric {
            name,
            function,
            total: 0.0,
            count: 0.0,
            given: value.clone(),
        })
    }

    /// The function for these shapes.
    pub fn resolve(&mut self, target: TargetShape) {
        if self.function.is_some() {
            return;
        }
        let crossentropy = matches!(self.given.as_str(), Some("crossentropy" | "ce"));
        self.function = Some(
            match (crossentropy, target.pred_width == 1, target.sparse) {
                (false, true, _) => AnyMetric::BinaryAccuracy(BinaryAccuracy::default()),
                (false, false, true) => {
                    AnyMetric::SparseCategoricalAccuracy(SparseCategoricalAccuracy {})
                }
                (false, false, false) => AnyMetric::CategoricalAccuracy(CategoricalAccuracy {}),
                (true, true, _) => AnyMetric::BinaryCrossentropy(BinaryCrossentropy::default()),
                (true, false, true) => AnyMetric::SparseCategoricalCrossentropy(
                    SparseCategoricalCrossentropy::default(),
                ),
                (true, false, false) => {
                    AnyMetric::CategoricalCrossentropy(CategoricalCrossentropy::default())
                }
            },
        );
    }

    pub fn function(&self) -> Option<&AnyMetric> {
        self.function.as_ref()
    }

    /// Whether more is better, for callbacks with mode "auto".
    pub fn higher_is_better(&self) -> bool {
        // Unresolved "accuracy" counts up, "crossentropy" down.
        self.function
            .as_ref()
            .map_or(self.given != "ce" && self.given != "crossentropy", |f| {
                f.higher_is_better()
            })
    }

    pub fn reset(&mut self) {
        (self.total, self.count) = (0.0, 0.0);
    }

    /// Adds predictions of `width` and their targets; `weights` are per sample, each of which has
    /// `per_row` predictions.
    pub fn update(
        &mut self,
        y_true: &[f32],
        y_pred: &[f32],
        width: usize,
        per_row: usize,
        weights: Option<&[f32]>,
    ) {
        let Some(function) = &self.function else {
            return;
        };
        let positions = y_pred.len() / width;
        let target_width = y_true.len() / positions.max(1);
        for i in 0..positions {
            let target = &y_true[i * target_width..(i + 1) * target_width];
            let value = function.value(target, &y_pred[i * width..(i + 1) * width]);
            let weight = weights.map_or(1.0, |weights| f64::from(weights[i / per_row.max(1)]));
            self.total += f64::from(value) * weight;
            self.count += weight;
        }
    }

    /// The metric so far; 0 before any sample.
    pub fn result(&self) -> f64 {
        let mean = if self.count == 0.0 {
            0.0
        } else {
            self.total / self.count
        };
        self.function
            .as_ref()
            .map_or(mean, |function| function.finish(mean))
    }
}
