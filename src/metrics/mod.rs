//! Metrics: one file per family of Keras classes; here their state and names.

mod accuracy;
mod auc;
mod confusion;
mod correlation;
mod f_score;
mod iou;
mod mean;
mod regression;
mod thresholds;

pub use crate::losses::{
    CategoricalCrossentropy, CategoricalHinge, Hinge, KLDivergence, MeanAbsoluteError,
    MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError, Poisson,
    SquaredHinge,
};
pub(crate) use accuracy::argmax;
pub use accuracy::{
    Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy,
};
pub use auc::AUC;
pub use confusion::{
    FalseNegatives, FalsePositives, Precision, PrecisionAtRecall, Recall, RecallAtPrecision,
    SensitivityAtSpecificity, SpecificityAtSensitivity, TrueNegatives, TruePositives,
};
pub use correlation::{ConcordanceCorrelation, PearsonCorrelation};
pub use f_score::{F1Score, FBetaScore};
pub use iou::{BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU};
pub use mean::{
    BinaryCrossentropy, LogCoshError, MeanMetricWrapper, SparseCategoricalCrossentropy,
};
pub use regression::{CosineSimilarity, R2Score, RootMeanSquaredError};

use crate::error::{Error, Result};
use crate::losses::reducer::{Reducer, Reduction};
use crate::losses::shapes::{Batch, Labels, Shapes, Values, check_labels, show};
use crate::losses::{AnyLoss, Kind, Plan, prediction_kind};
use crate::registry::{Named, join_configs, registry, snake_case, to_keras};
use serde_json::{Value, json};

/// A metric: sums over batches, and the number they give.
pub trait MetricFunction {
    fn labels(&self) -> Labels {
        Labels::Same
    }

    /// The values that sample weights are spread over: one per prediction vector.
    fn values(&self, shapes: &Shapes) -> Result<Values> {
        Ok(shapes.positions())
    }

    /// How many sums there are for samples of these shapes; refuses what it cannot take.
    fn sums(&self, shapes: &Shapes) -> Result<usize>;

    /// Adds a batch.
    fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer);

    /// Looks at the mask of the predictions, where there are weights (Keras' running means).
    fn is_masked(&self) -> bool {
        false
    }

    fn result(&self, sums: &[f64]) -> f64;

    /// Whether more is better, where Keras says so.
    fn higher_is_better(&self) -> Option<bool> {
        None
    }
}

registry! {
    /// A metric of `keras.metrics`.
    pub enum AnyMetric: dyn MetricFunction, "keras.metrics", "metric" {
        Accuracy, AUC, BinaryAccuracy, BinaryCrossentropy = ["bce", "BCE"], BinaryIoU,
        CategoricalAccuracy, CategoricalCrossentropy, CategoricalHinge, ConcordanceCorrelation,
        CosineSimilarity, F1Score, FalseNegatives, FalsePositives, FBetaScore, Hinge, IoU,
        KLDivergence, LogCoshError, MeanAbsoluteError = ["mae", "MAE"],
        MeanAbsolutePercentageError = ["mape", "MAPE"], MeanIoU, MeanMetricWrapper,
        MeanSquaredError = ["mse", "MSE"], MeanSquaredLogarithmicError = ["msle", "MSLE"],
        OneHotIoU, OneHotMeanIoU, PearsonCorrelation, Poisson, Precision, PrecisionAtRecall,
        R2Score, Recall, RecallAtPrecision, RootMeanSquaredError, SensitivityAtSpecificity,
        SparseCategoricalAccuracy, SparseCategoricalCrossentropy, SparseTopKCategoricalAccuracy,
        SpecificityAtSensitivity, SquaredHinge, TopKCategoricalAccuracy, TrueNegatives,
        TruePositives,
    }
}

/// A metric as `compile` takes it, with what it has seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Keras' name: the string as typed, the config's name or the class' default.
    pub name: String,
    /// The key in logs: the name, numbered where it is taken.
    pub key: String,
    /// None for "accuracy", which depends on the shapes, until those are known.
    function: Option<AnyMetric>,
    sums: Vec<f64>,
    /// As it was given.
    given: Value,
}

impl Metric {
    /// Reads `"accuracy"`, `"mae"` or `{class_name, config}`. `taken` are the default names in use:
    /// Keras numbers those of classes such as `AUC`.
    pub fn from_json(value: &Value, taken: &mut Vec<String>) -> Result<Self> {
        let mut named = Named::from_json(value, "metric")?;
        let typed = value.as_str().map(String::from);
        let lower = typed.as_deref().map(str::to_lowercase);
        let (function, name) = if matches!(lower.as_deref(), Some("accuracy" | "acc")) {
            (None, named.class_name)
        } else {
            let given: Option<String> = named.take("name", None)?;
            let (function, default) = read_function(named, value, taken)?;
            (Some(function), typed.or(given).unwrap_or(default))
        };
        Ok(Metric {
            key: name.clone(),
            name,
            function,
            sums: vec![],
            given: value.clone(),
        })
    }

    /// As Keras writes it: names and functions stay such.
    pub fn to_json(&self) -> Value {
        match &self.function {
            Some(AnyMetric::MeanMetricWrapper(_)) => self.given.clone(),
            Some(function) if self.given.get("config").is_some_and(Value::is_object) => {
                let shared = json!({"name": self.name, "dtype": "float32"});
                let config = join_configs(shared, function.config());
                to_keras("keras.metrics", function.class_name(), config)
            }
            _ => self.given.clone(),
        }
    }

    /// Checks labels and predictions (shapes of one sample) and plans batches of them; settles what
    /// "accuracy" means.
    pub fn plan(
        &mut self,
        target: &[usize],
        pred: &[usize],
        weights: Option<&[usize]>,
        mask: Option<usize>,
    ) -> Result<Plan> {
        let function = self
            .function
            .get_or_insert_with(|| accuracy_of(target, pred));
        let (class, shapes) = (function.class_name(), Shapes::new(target, pred));
        let of_class = |e: Error| e.about(class);
        check_labels(class, function.labels(), &shapes)?;
        let sums = function.sums(&shapes).map_err(of_class)?;
        let values = function.values(&shapes).map_err(of_class)?;
        let mask = mask.filter(|_| function.is_masked() && weights.is_some());
        let reducer = Reducer::new(Reduction::Metric, values, weights, mask).map_err(of_class)?;
        self.sums.resize(sums, 0.0);
        Ok(Plan { shapes, reducer })
    }

    /// What a label is, once the metric is planned.
    pub fn labels(&self) -> Labels {
        self.function.as_ref().map_or(Labels::Other, |f| f.labels())
    }

    /// Whether more is better, for callbacks with mode "auto".
    pub fn higher_is_better(&self) -> Option<bool> {
        match &self.function {
            // All accuracies count up.
            None => Some(true),
            Some(function) => function.higher_is_better(),
        }
    }

    pub fn reset(&mut self) {
        self.sums.fill(0.0);
    }

    /// Adds `rows` samples under weights and the mask of the predictions.
    pub fn update(
        &mut self,
        plan: &mut Plan,
        [y_true, y_pred]: [&[f32]; 2],
        rows: usize,
        (weights, mask): (Option<&[f32]>, Option<&[bool]>),
    ) {
        let Plan { shapes, reducer } = plan;
        let Some(function) = &self.function else {
            return;
        };
        let batch = Batch {
            y_true,
            y_pred,
            shapes,
            rows,
        };
        let mask = mask.filter(|_| function.is_masked() && weights.is_some());
        reducer.begin(rows, weights, mask);
        function.update(&mut self.sums, &batch, reducer);
    }

    /// The metric so far.
    pub fn result(&self) -> f64 {
        match &self.function {
            Some(function) if !self.sums.is_empty() => function.result(&self.sums),
            _ => 0.0,
        }
    }
}

/// The function behind a name or config, and the metric's name where none was given.
fn read_function(
    mut named: Named,
    value: &Value,
    taken: &mut Vec<String>,
) -> Result<(AnyMetric, String)> {
    // A function, alone or with its arguments.
    let wrapped: Option<Value> = match named.class_name.as_str() {
        "MeanMetricWrapper" => named.take("fn", None)?,
        _ => None,
    };
    // The IoU family has a dtype of its own.
    if !named.class_name.ends_with("IoU") {
        crate::layers::check_dtype(&named.take("dtype", Value::Null)?)?;
    }
    let plain = value.get("config").is_some_and(Value::is_string);
    if wrapped.is_some() || plain {
        if let Some(function) = wrapped {
            named.class_name = Named::from_json(&function, "function")?.class_name;
        }
        if let Ok(function) = AnyLoss::from_named(named.clone()) {
            let name = snake_case(function.class_name());
            let metric = AnyMetric::MeanMetricWrapper(MeanMetricWrapper { function });
            return Ok((metric, name));
        }
    }
    let function = AnyMetric::from_named(named)?;
    let base = match &function {
        AnyMetric::LogCoshError(_) => "logcosh".to_string(),
        AnyMetric::FBetaScore(_) => "fbeta_score".to_string(),
        other => snake_case(other.class_name()),
    };
    let name = if is_numbered(&function) && !value.is_string() {
        let count = taken.iter().filter(|name| **name == base).count();
        taken.push(base.clone());
        match count {
            0 => base,
            n => format!("{base}_{n}"),
        }
    } else {
        base
    };
    Ok((function, name))
}

/// Whether Keras numbers the default names of these.
fn is_numbered(function: &AnyMetric) -> bool {
    use AnyMetric::*;
    matches!(
        function,
        AUC(_)
            | BinaryIoU(_)
            | FalseNegatives(_)
            | FalsePositives(_)
            | IoU(_)
            | MeanIoU(_)
            | OneHotIoU(_)
            | OneHotMeanIoU(_)
            | Precision(_)
            | PrecisionAtRecall(_)
            | Recall(_)
            | RecallAtPrecision(_)
            | SensitivityAtSpecificity(_)
            | SpecificityAtSensitivity(_)
            | TrueNegatives(_)
            | TruePositives(_)
    )
}

/// The accuracy that labels and predictions of these shapes go with.
fn accuracy_of(target: &[usize], pred: &[usize]) -> AnyMetric {
    match prediction_kind(target, pred) {
        Kind::Binary => AnyMetric::BinaryAccuracy(BinaryAccuracy::default()),
        Kind::Sparse => AnyMetric::SparseCategoricalAccuracy(SparseCategoricalAccuracy {}),
        Kind::Categorical => AnyMetric::CategoricalAccuracy(CategoricalAccuracy {}),
    }
}

/// a / b; 0 where b is.
fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

/// The columns of predictions (None, columns), for metrics that take no other.
fn columns(class: &str, shapes: &Shapes) -> Result<usize> {
    match shapes.pred[..] {
        [columns] => Ok(columns),
        _ => Err(Error::shape(format!(
            "{class} takes predictions of shape (None, columns), but the model gives {}; put \
             Flatten first",
            show(&shapes.pred)
        ))),
    }
}
