//! `compile`: optimizer, loss and metrics, as in `compile_config`.

use crate::error::{Error, Result};
use crate::losses::Loss;
use crate::metrics::Metric;
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
    /// As it was given: a number, or a list or object with one.
    loss_weights: Value,
    /// What the one output's loss counts in the total.
    pub loss_weight: f32,
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
        let loss_weights = config.get("loss_weights").cloned().unwrap_or_default();
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
        let mut names = vec![];
        let mut metrics = read_metrics(config.get("metrics"), &mut names)?;
        let mut weighted_metrics = read_metrics(config.get("weighted_metrics"), &mut names)?;
        number_keys(&mut metrics, &mut weighted_metrics)?;
        Ok(Compiled {
            optimizer: Optimizer::from_json(optimizer)?,
            loss: Loss::from_json(loss)?,
            metrics,
            weighted_metrics,
            loss_weight: read_loss_weight(&loss_weights)?,
            loss_weights,
        })
    }

    /// As Keras writes `compile_config`.
    pub fn to_json(&self) -> Value {
        let given = |metrics: &[Metric]| match metrics {
            [] => Value::Null,
            _ => metrics.iter().map(Metric::to_json).collect(),
        };
        json!({
            "optimizer": self.optimizer.to_json(), "loss": self.loss.to_json(),
            "loss_weights": self.loss_weights,
            "metrics": given(&self.metrics), "weighted_metrics": given(&self.weighted_metrics),
            "run_eagerly": false, "steps_per_execution": 1, "jit_compile": true,
        })
    }

    pub fn all_metrics(&mut self) -> impl Iterator<Item = &mut Metric> {
        self.metrics.iter_mut().chain(&mut self.weighted_metrics)
    }

    /// Each metric's name and whether more is better, where Keras says so; the last of a name
    /// counts.
    pub fn directions(&self) -> Vec<(String, bool)> {
        let metrics = self.metrics.iter().chain(&self.weighted_metrics).rev();
        metrics
            .filter_map(|metric| Some((metric.name.clone(), metric.higher_is_better()?)))
            .collect()
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

fn read_loss_weight(weights: &Value) -> Result<f32> {
    match only_one(weights) {
        Value::Null => Ok(1.0),
        Value::Number(weight) => Ok(weight.as_f64().unwrap_or(1.0) as f32),
        _ => Err(Error::unsupported(format!(
            "loss_weights={weights}: expected one number for the one output, e.g. [0.5]"
        ))),
    }
}

/// All metrics of lists and objects by output: there is one output.
fn read_metrics(value: Option<&Value>, names: &mut Vec<String>) -> Result<Vec<Metric>> {
    let nested: Vec<&Value> = match value {
        None | Some(Value::Null) => vec![],
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(outputs)) if !outputs.contains_key("class_name") => {
            outputs.values().collect()
        }
        Some(one) => return Ok(vec![Metric::from_json(one, names)?]),
    };
    let mut all = vec![];
    for value in nested {
        all.extend(read_metrics(Some(value), names)?);
    }
    Ok(all)
}

/// Keras' keys (`CompileMetrics.result`): a name that is taken gets a number; that of a weighted
/// metric first gets `weighted_` in front.
fn number_keys(metrics: &mut [Metric], weighted: &mut [Metric]) -> Result<()> {
    let mut used = Used::default();
    for metric in metrics.iter_mut() {
        metric.key = used.add(metric.name.clone());
    }
    for metric in weighted.iter_mut() {
        metric.key = if used.has(&metric.name) {
            used.add(format!("weighted_{}", metric.name))
        } else {
            used.add(metric.name.clone())
        };
    }
    let mut keys: Vec<&str> = metrics
        .iter()
        .chain(&*weighted)
        .map(|m| &m.key[..])
        .collect();
    keys.sort();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => Err(Error::unsupported(format!(
            "two metrics are called \"{}\" in the logs; give one of them another name",
            pair[0]
        ))),
    }
}

/// Names and how often each has come.
#[derive(Default)]
struct Used(Vec<(String, usize)>);

impl Used {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The name, with a number where it has come before.
    fn add(&mut self, name: String) -> String {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => {
                *count += 1;
                format!("{name}_{}", *count - 1)
            }
            None => {
                self.0.push((name.clone(), 1));
                name
            }
        }
    }
}
