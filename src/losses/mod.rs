//! Losses: one file per Keras class, small families together; here what they share.

mod binary_crossentropy;
mod binary_focal_crossentropy;
mod categorical_crossentropy;
mod categorical_focal_crossentropy;
mod categorical_generalized_cross_entropy;
mod categorical_hinge;
mod circle;
mod cosine_similarity;
mod ctc;
mod hinge;
mod huber;
mod kl_divergence;
mod log_cosh;
mod mean_absolute_error;
mod mean_squared_error;
mod overlap;
mod poisson;
pub mod reducer;
pub mod rows;
pub mod shapes;
mod sparse_categorical_crossentropy;

pub use binary_crossentropy::BinaryCrossentropy;
pub use binary_focal_crossentropy::BinaryFocalCrossentropy;
pub use categorical_crossentropy::CategoricalCrossentropy;
pub use categorical_focal_crossentropy::{Alpha, CategoricalFocalCrossentropy};
pub use categorical_generalized_cross_entropy::CategoricalGeneralizedCrossEntropy;
pub use categorical_hinge::CategoricalHinge;
pub use circle::Circle;
pub use cosine_similarity::CosineSimilarity;
pub use ctc::CTC;
pub use hinge::{Hinge, SquaredHinge};
pub use huber::Huber;
pub use kl_divergence::KLDivergence;
pub use log_cosh::LogCosh;
pub use mean_absolute_error::{MeanAbsoluteError, MeanAbsolutePercentageError};
pub use mean_squared_error::{MeanSquaredError, MeanSquaredLogarithmicError};
pub use overlap::{Dice, Tversky};
pub use poisson::Poisson;
pub use rows::RowLoss;
pub use sparse_categorical_crossentropy::SparseCategoricalCrossentropy;

use crate::error::{Error, Result};
use crate::registry::{Named, join_configs, registry, serde_by_name, snake_case, to_keras};
use reducer::{Reducer, Reduction};
use serde_json::{Value, json};
use shapes::{Batch, Labels, Shapes, Values, check_labels};

/// Probabilities are kept this far from 0 and 1 before a logarithm (`keras.config.epsilon`).
pub(crate) const EPSILON: f32 = 1e-7;

/// A loss: values of a batch's parts, that weights and a reduction make one number.
pub trait LossFunction {
    fn labels(&self) -> Labels;

    /// The values there are for samples of these shapes; refuses shapes it cannot take.
    fn values(&self, shapes: &Shapes) -> Result<Values>;

    /// The weighted sum of a batch's values; where `d_pred` is given, writes there the derivative
    /// of the reduced loss.
    fn batch(&self, batch: &Batch, reducer: &mut Reducer, d_pred: Option<&mut [f32]>) -> f64;
}

registry! {
    /// A loss of `keras.losses`.
    pub enum AnyLoss: dyn LossFunction, "keras.losses", "loss" {
        BinaryCrossentropy = ["bce", "BCE"], BinaryFocalCrossentropy, CategoricalCrossentropy,
        CategoricalFocalCrossentropy, CategoricalGeneralizedCrossEntropy, CategoricalHinge, Circle,
        CosineSimilarity, CTC, Dice, Hinge, Huber, KLDivergence = ["kld", "KLD"], LogCosh,
        MeanAbsoluteError = ["mae", "MAE"], MeanAbsolutePercentageError = ["mape", "MAPE"],
        MeanSquaredError = ["mse", "MSE"], MeanSquaredLogarithmicError = ["msle", "MSLE"],
        Poisson, SparseCategoricalCrossentropy, SquaredHinge, Tversky,
    }
}
serde_by_name!(AnyLoss, "loss");

/// What a loss or metric needs for batches of one shape.
#[derive(Debug, Clone)]
pub struct Plan {
    pub shapes: Shapes,
    pub reducer: Reducer,
}

/// A loss with its reduction, as `compile` takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    /// None for "crossentropy", which depends on the shapes, until those are known.
    function: Option<AnyLoss>,
    name: String,
    reduction: Value,
    /// As it was given.
    given: Value,
}

impl Loss {
    /// Reads `"mse"` or `{class_name, config}`.
    pub fn from_json(value: &Value) -> Result<Self> {
        let mut named = Named::from_json(value, "loss")?;
        let by_shape = value.as_str().map(str::to_lowercase);
        if matches!(by_shape.as_deref(), Some("crossentropy" | "ce")) {
            return Ok(Loss {
                function: None,
                name: named.class_name,
                reduction: json!("sum_over_batch_size"),
                given: value.clone(),
            });
        }
        let name: Option<String> = named.take("name", None)?;
        let dtype = named.take("dtype", Value::Null)?;
        crate::layers::check_dtype(&dtype)?;
        let reduction = match named.config.shift_remove("reduction") {
            Some(reduction) => reduction,
            None => json!("sum_over_batch_size"),
        };
        read_reduction(&reduction, &named.class_name)?;
        let function = AnyLoss::from_named(named)?;
        let default = match &function {
            AnyLoss::Huber(_) => "huber_loss".to_string(),
            other => snake_case(other.class_name()),
        };
        Ok(Loss {
            function: Some(function),
            name: name.unwrap_or(default),
            reduction,
            given: value.clone(),
        })
    }

    /// As Keras writes it: names and functions stay such.
    pub fn to_json(&self) -> Value {
        match &self.function {
            Some(function) if self.given.get("config").is_some_and(Value::is_object) => {
                let shared = json!({"name": self.name, "reduction": self.reduction});
                let config = join_configs(shared, function.config());
                to_keras("keras.losses", function.class_name(), config)
            }
            _ => self.given.clone(),
        }
    }

    /// Checks labels and predictions (shapes of one sample) and plans batches of them; settles what
    /// "crossentropy" means. `mask` is the length of one sample's mask, where predictions have one.
    pub fn plan(
        &mut self,
        target: &[usize],
        pred: &[usize],
        weights: Option<&[usize]>,
        mask: Option<usize>,
    ) -> Result<Plan> {
        let function = self
            .function
            .get_or_insert_with(|| crossentropy_of(target, pred));
        let (class, shapes) = (function.class_name(), Shapes::new(target, pred));
        let of_class = |e: Error| e.about(class);
        check_labels(class, function.labels(), &shapes)?;
        let values = function.values(&shapes).map_err(of_class)?;
        let reduction = read_reduction(&self.reduction, class)?;
        let reducer = Reducer::new(reduction, values, weights, mask).map_err(of_class)?;
        Ok(Plan { shapes, reducer })
    }

    /// What a label is, once the loss is planned.
    pub fn labels(&self) -> Labels {
        self.function.as_ref().map_or(Labels::Other, |f| f.labels())
    }

    /// The reduced loss of `rows` samples under weights and the mask of the predictions; `d_pred` becomes its gradient.
    pub fn of_batch(
        &self,
        plan: &mut Plan,
        [y_true, y_pred]: [&[f32]; 2],
        rows: usize,
        (weights, mask): (Option<&[f32]>, Option<&[bool]>),
        d_pred: Option<&mut [f32]>,
    ) -> f32 {
        let Plan { shapes, reducer } = plan;
        let Some(function) = &self.function else {
            return 0.0;
        };
        let batch = Batch {
            y_true,
            y_pred,
            shapes,
            rows,
        };
        reducer.begin(rows, weights, mask);
        let sum = function.batch(&batch, reducer, d_pred);
        reducer.finish(sum)
    }
}

/// The crossentropy that labels and predictions of these shapes go with.
fn crossentropy_of(target: &[usize], pred: &[usize]) -> AnyLoss {
    match prediction_kind(target, pred) {
        Kind::Binary => AnyLoss::BinaryCrossentropy(Default::default()),
        Kind::Sparse => AnyLoss::SparseCategoricalCrossentropy(Default::default()),
        Kind::Categorical => AnyLoss::CategoricalCrossentropy(Default::default()),
    }
}

/// What shapes say about labels and predictions.
pub(crate) enum Kind {
    Binary,
    Sparse,
    Categorical,
}

/// Keras' `is_binary_or_sparse_categorical`.
pub(crate) fn prediction_kind(target: &[usize], pred: &[usize]) -> Kind {
    let width = pred.last().copied().unwrap_or(1);
    if width == 1 {
        Kind::Binary
    } else if target.len() < pred.len() || target.last() == Some(&1) {
        Kind::Sparse
    } else {
        Kind::Categorical
    }
}

fn read_reduction(given: &Value, class: &str) -> Result<Reduction> {
    match given.as_str() {
        Some("sum_over_batch_size" | "mean") => Ok(Reduction::SumOverBatchSize),
        Some("sum") => Ok(Reduction::Sum),
        Some("mean_with_sample_weight") => Ok(Reduction::MeanWithSampleWeight),
        _ => Err(Error::unsupported(format!(
            "{class}(reduction={given}) leaves no single number to train on; use \
             \"sum_over_batch_size\", \"sum\", \"mean\" or \"mean_with_sample_weight\""
        ))),
    }
}

/// y·(1 − s) + s·other: smoothed targets.
fn smooth(y_true: f32, smoothing: f32, other: f32) -> f32 {
    y_true * (1.0 - smoothing) + smoothing * other
}

/// `label_smoothing` spreads over the last axis, whatever the axis of the classes is.
fn refuse_smoothing(smoothing: f64, axis: i64, shapes: &Shapes) -> Result<()> {
    if smoothing != 0.0 && shapes.axis(axis)? != shapes.pred.len() {
        return Err(Error::unsupported(format!(
            "label_smoothing={smoothing} with axis={axis}: use the last axis"
        )));
    }
    Ok(())
}
