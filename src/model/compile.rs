//! `compile`: optimizer, loss and metrics, as in `compile_config`.

use crate::error::{Error, Result};
use crate::losses::Loss;
use crate::metrics::{Metric, TargetShape};
use crate::optimizers::Optimizer;
use serde_json::{Value, json};

/// A compiled model's optimizer, loss and metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    pub optimizer: Optimizer,
    pub loss: Loss,
    pub metrics: Vec<Metric>,
    /// Metrics that sample weights count in.
    pub weighted_metrics: Vec<Metric>,
}

impl Compiled {
    /// Reads `{"optimizer": …, "loss": …, "metrics": […], "weighted_metrics": […]}`.
    ///
    /// What only says how Keras runs (`jit_compile`, `run_eagerly`, `steps_per_execution`) changes
    /// no number and is passed over.
    pub fn from_json(config: &Value) -> Result<Self> {
        let Value::Object(object) = config else {
            return Err(Error::unsupported(
                "compile takes an object with optimizer and loss",
            ));
        };
        let known = [
            "optimizer",
            "loss",
            "metrics",
            "loss_weights",
            "weighted_metrics",
            "run_eagerly",
            "steps_per_execution",
            "jit_compile",
            "auto_scale_loss",
        ];
        if let Some(key) = object.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(Error::unsupported(format!(
                "compile has no argument \"{key}\"; it takes {}",
                known.join(", ")
            )));
        }
        if config
            .get("loss_weights")
            .is_some_and(|weights| !weights.is_null())
        {
            return Err(Error::unsupported(
                "loss_weights is not supported for a single output",
            ));
        }
        let loss = config
            .get("loss")
            .filter(|loss| !loss.is_null())
            .map(only_one)
            .ok_or_else(|| {
                Error::unsupported("compile needs a loss, e.g. \"mse\" or \"binary_crossentropy\"")
            })?;
        // Keras' default optimizer.
        let default = json!("rmsprop");
        let optimizer = config
            .get("optimizer")
            .filter(|o| !o.is_null())
            .unwrap_or(&default);
        let metrics = read_metrics(config.get("metrics"))?;
        let mut weighted_metrics = read_metrics(config.get("weighted_metrics"))?;
        // Keras' key for a metric that is asked for both ways.
        for weighted in &mut weighted_metrics {
            if metrics.iter().any(|metric| metric.name == weighted.name) {
                weighted.name.insert_str(0, "weighted_");
            }
        }
        Ok(Compiled {
            optimizer: Optimizer::from_json(optimizer)?,
            loss: Loss::from_json(loss)?,
            metrics,
            weighted_metrics,
        })
    }

    /// As Keras writes `compile_config`.
    pub fn to_json(&self) -> Value {
        let given = |metrics: &[Metric]| match metrics {
            [] => Value::Null,
            _ => metrics.iter().map(|metric| metric.given.clone()).collect(),
        };
        json!({
            "optimizer": self.optimizer.to_json(), "loss": self.loss.given, "loss_weights": null,
            "metrics": given(&self.metrics), "weighted_metrics": given(&self.weighted_metrics),
            "run_eagerly": false, "steps_per_execution": 1, "jit_compile": true,
        })
    }

    pub fn all_metrics(&mut self) -> impl Iterator<Item = &mut Metric> {
        self.metrics.iter_mut().chain(&mut self.weighted_metrics)
    }

    /// Each metric's name and whether more is better.
    pub fn directions(&self) -> Vec<(String, bool)> {
        let metrics = self.metrics.iter().chain(&self.weighted_metrics);
        metrics
            .map(|metric| (metric.name.clone(), metric.higher_is_better()))
            .collect()
    }

    /// Checks labels of `target` elements per sample, of rank `target_rank` (batch included),
    /// against predictions of `pred`; settles what "accuracy" means.
    pub fn resolve(&mut self, target: &[usize], pred: &[usize]) -> Result<()> {
        let width = pred.last().copied().unwrap_or(1);
        let positions = pred.iter().product::<usize>() / width.max(1);
        let len: usize = target.iter().product();
        let sparse = target.len() < pred.len() || (target.last() == Some(&1) && width > 1);
        check_target(
            self.loss.function.class_name(),
            self.loss.function.sparse_target(),
            target,
            pred,
        )?;
        for metric in self.all_metrics() {
            metric.resolve(TargetShape {
                pred_width: width,
                sparse: sparse && len == positions,
            });
            if let Some(function) = metric.function() {
                check_target(
                    function.class_name(),
                    function.sparse_target(),
                    target,
                    pred,
                )?;
            }
        }
        Ok(())
    }
}

/// One output: a list or object with one entry means that entry.
fn only_one(value: &Value) -> &Value {
    match value {
        Value::Array(list) if list.len() == 1 => &list[0],
        Value::Object(object) if object.len() == 1 => object.values().next().unwrap_or(value),
        other => other,
    }
}

fn read_metrics(value: Option<&Value>) -> Result<Vec<Metric>> {
    match value {
        None | Some(Value::Null) => Ok(vec![]),
        Some(Value::Array(list)) => match &list[..] {
            // One list per output, and there is one output.
            [inner @ Value::Array(_)] => read_metrics(Some(inner)),
            list => list.iter().map(Metric::from_json).collect(),
        },
        Some(one) => Ok(vec![Metric::from_json(one)?]),
    }
}

/// Whether labels of this sample shape fit a loss or metric on predictions of that one.
fn check_target(class: &str, sparse: bool, target: &[usize], pred: &[usize]) -> Result<()> {
    let width = pred.last().copied().unwrap_or(1);
    let (len, pred_len) = (
        target.iter().product::<usize>(),
        pred.iter().product::<usize>(),
    );
    let show = |shape: &[usize]| crate::layers::show(&shape.iter().map(|&n| Some(n)).collect());
    if sparse && len * width != pred_len {
        let hint = if len == pred_len && width > 1 {
            "one-hot labels go with categorical_crossentropy"
        } else {
            "check the shape of the last layer's output, or put Flatten first"
        };
        return Err(Error::shape(format!(
            "{class} takes one class number per prediction, but the labels are {} and the model \
             gives {}; {hint}",
            show(target),
            show(pred)
        )));
    }
    if !sparse && len != pred_len {
        let hint = if pred_len == len * width && width > 1 && class == "CategoricalCrossentropy" {
            "class numbers go with sparse_categorical_crossentropy".to_string()
        } else if pred.len() > 1 {
            "check the shape of the last layer's output, or put Flatten first".to_string()
        } else {
            format!(
                "give the last layer {len} unit{}",
                if len == 1 { "" } else { "s" }
            )
        };
        return Err(Error::shape(format!(
            "{class} compares labels with predictions of the same shape, but the labels are {} and \
             the model gives {}; {hint}",
            show(target),
            show(pred)
        )));
    }
    Ok(())
}
