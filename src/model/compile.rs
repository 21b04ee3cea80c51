//! `compile`: optimizer, loss and metrics, as in `compile_config`.

use crate::error::{Error, Result};
use crate::losses::Loss;
use crate::metrics::Metric;
use crate::optimizers::Optimizer;
use serde_json::{Map, Value, json};

/// A compiled model's optimizer, losses and metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    pub optimizer: Optimizer,
    /// One for each output of the model.
    pub outputs: Vec<Objective>,
    /// The arguments by output as they were given: `loss`, `loss_weights`, `metrics`,
    /// `weighted_metrics`.
    given: Map<String, Value>,
}

/// What one output is trained for and measured by.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// The output's name, in front of its keys in the logs where there are several.
    pub name: String,
    /// None: this output is not trained.
    pub loss: Option<Loss>,
    /// What its loss counts in the total.
    pub loss_weight: f32,
    pub metrics: Vec<Metric>,
    /// Metrics that sample weights count in.
    pub weighted_metrics: Vec<Metric>,
}

impl Objective {
    /// Whether labels are needed.
    pub fn is_measured(&self) -> bool {
        self.loss.is_some() || !(self.metrics.is_empty() && self.weighted_metrics.is_empty())
    }
}

impl Compiled {
    /// Reads `{"optimizer": …, "loss": …, "metrics": […], "weighted_metrics": […]}` for a model
    /// with these outputs.
    ///
    /// What only says how Keras runs (`jit_compile`, `run_eagerly`, `steps_per_execution`) changes
    /// no number and is passed over.
    pub fn from_json(config: &Value, outputs: &[String]) -> Result<Self> {
        let Value::Object(object) = config else {
            return Err(Error::unsupported(
                "compile takes an object with optimizer and loss",
            ));
        };
        if let Some(key) = object.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            return Err(Error::unsupported(format!(
                "compile has no argument \"{key}\"; it takes {}",
                KNOWN.join(", ")
            )));
        }
        // Keras' default optimizer.
        let default = json!("rmsprop");
        let optimizer = config
            .get("optimizer")
            .filter(|o| !o.is_null())
            .unwrap_or(&default);
        let mut given = object.clone();
        given.retain(|key, _| PER_OUTPUT.contains(&key.as_str()));
        Ok(Compiled {
            optimizer: Optimizer::from_json(optimizer)?,
            outputs: objectives(config, outputs)?,
            given,
        })
    }

    /// As Keras writes `compile_config`.
    pub fn to_json(&self) -> Value {
        let mut config = json!({"optimizer": self.optimizer.to_json()});
        for key in PER_OUTPUT {
            config[key] = self.given.get(key).cloned().unwrap_or_default();
        }
        if let [one] = &self.outputs[..] {
            let list = |metrics: &[Metric]| match metrics {
                [] => Value::Null,
                _ => metrics.iter().map(Metric::to_json).collect(),
            };
            config["loss"] = one.loss.as_ref().map_or(Value::Null, Loss::to_json);
            config["metrics"] = list(&one.metrics);
            config["weighted_metrics"] = list(&one.weighted_metrics);
        }
        config["run_eagerly"] = json!(false);
        config["steps_per_execution"] = json!(1);
        config["jit_compile"] = json!(true);
        config
    }

    /// All metrics: of each output those without weights first, as Keras lists them.
    pub fn all_metrics(&self) -> impl DoubleEndedIterator<Item = &Metric> {
        let plain = self.outputs.iter().flat_map(|output| &output.metrics);
        let weighted = self
            .outputs
            .iter()
            .flat_map(|output| &output.weighted_metrics);
        plain.chain(weighted)
    }

    pub fn reset_metrics(&mut self) {
        for output in &mut self.outputs {
            let metrics = output
                .metrics
                .iter_mut()
                .chain(&mut output.weighted_metrics);
            metrics.for_each(Metric::reset);
        }
    }

    /// Each metric's name and whether more is better, where Keras says so; the last of a name
    /// counts.
    pub fn directions(&self) -> Vec<(String, bool)> {
        self.all_metrics()
            .rev()
            .filter_map(|metric| Some((metric.name.clone(), metric.higher_is_better()?)))
            .collect()
    }

    /// The names under which the losses of single outputs stand in the logs: none of one loss.
    pub fn loss_names(&self) -> Vec<Option<String>> {
        let trained = self.outputs.iter().filter(|it| it.loss.is_some()).count();
        let name = |output: &Objective| {
            let named = trained > 1 && output.loss.is_some();
            named.then(|| format!("{}_loss", output.name))
        };
        self.outputs.iter().map(name).collect()
    }
}

const KNOWN: [&str; 9] = [
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

/// The arguments that may differ from output to output.
const PER_OUTPUT: [&str; 4] = ["loss", "loss_weights", "metrics", "weighted_metrics"];

fn objectives(config: &Value, outputs: &[String]) -> Result<Vec<Objective>> {
    let argument = |key| Argument {
        key,
        value: config.get(key).unwrap_or(&Value::Null),
        outputs,
    };
    let losses = argument("loss").by_output(true)?;
    if losses.iter().all(|loss| loss.is_null()) {
        return Err(Error::unsupported(
            "compile needs a loss, e.g. \"mse\" or \"binary_crossentropy\"",
        ));
    }
    let weights = argument("loss_weights").by_output(false)?;
    let [metrics, weighted] = ["metrics", "weighted_metrics"].map(|key| match outputs.len() {
        // All metrics apply to a single output, however they are nested.
        1 => Ok(vec![argument(key).value]),
        _ => argument(key).by_output(false),
    });
    let (metrics, weighted) = (metrics?, weighted?);
    let mut names = vec![];
    let mut all = vec![];
    for (i, name) in outputs.iter().enumerate() {
        let loss = Some(losses[i]).filter(|loss| !loss.is_null());
        all.push(Objective {
            name: name.clone(),
            loss: loss.map(Loss::from_json).transpose()?,
            loss_weight: read_loss_weight(weights[i])?,
            metrics: read_metrics(metrics[i], &mut names)?,
            weighted_metrics: read_metrics(weighted[i], &mut names)?,
        });
    }
    number_keys(&mut all)?;
    Ok(all)
}

/// An argument of `compile` that may be given by output.
struct Argument<'a> {
    key: &'a str,
    value: &'a Value,
    outputs: &'a [String],
}

impl<'a> Argument<'a> {
    /// The part for each output; null for an output without one. `broadcasts`: a single value is
    /// meant for all.
    fn by_output(&self, broadcasts: bool) -> Result<Vec<&'a Value>> {
        let count = self.outputs.len();
        match self.value {
            Value::Null => Ok(vec![&Value::Null; count]),
            Value::Array(list) if list.len() == count => Ok(list.iter().collect()),
            Value::Object(by_name) if !by_name.contains_key("class_name") => {
                if let (1, Some(one)) = (count, by_name.values().next()) {
                    return Ok(vec![one]);
                }
                match by_name.keys().find(|key| !self.outputs.contains(key)) {
                    Some(key) => Err(self.wrong(&format!("has the key \"{key}\""))),
                    None => Ok(self
                        .outputs
                        .iter()
                        .map(|name| by_name.get(name).unwrap_or(&Value::Null))
                        .collect()),
                }
            }
            Value::Array(list) => Err(self.wrong(&format!("has {} entries", list.len()))),
            one if broadcasts || count == 1 => Ok(vec![one; count]),
            one => Err(self.wrong(&format!("is {one}"))),
        }
    }

    fn wrong(&self, found: &str) -> Error {
        Error::unsupported(format!(
            "{} {found}; the model has the outputs {}: give a list with one entry for each, or an \
             object with their names",
            self.key,
            self.outputs.join(", ")
        ))
    }
}

fn read_loss_weight(weight: &Value) -> Result<f32> {
    match weight {
        Value::Null => Ok(1.0),
        Value::Number(weight) => Ok(weight.as_f64().unwrap_or(1.0) as f32),
        _ => Err(Error::unsupported(format!(
            "loss_weights has {weight} for an output: expected a number, e.g. [0.5]"
        ))),
    }
}

/// All metrics of an output, however they are nested.
fn read_metrics(value: &Value, names: &mut Vec<String>) -> Result<Vec<Metric>> {
    let nested: Vec<&Value> = match value {
        Value::Null => vec![],
        Value::Array(list) => list.iter().collect(),
        Value::Object(outputs) if !outputs.contains_key("class_name") => outputs.values().collect(),
        one => return Ok(vec![Metric::from_json(one, names)?]),
    };
    let mut all = vec![];
    for value in nested {
        all.extend(read_metrics(value, names)?);
    }
    Ok(all)
}

/// Keras' keys (`CompileMetrics.result`): the output's name in front where there are several; a
/// name that is taken gets a number; that of a weighted metric first gets `weighted_` in front.
fn number_keys(outputs: &mut [Objective]) -> Result<()> {
    let mut used = Used::default();
    let several = outputs.len() > 1;
    let of_output = |output: &str, name: String| match several {
        true => format!("{output}_{name}"),
        false => name,
    };
    for Objective { name, metrics, .. } in &mut *outputs {
        for metric in metrics {
            metric.key = used.add(of_output(name, metric.name.clone()));
        }
    }
    for Objective {
        name,
        weighted_metrics,
        ..
    } in &mut *outputs
    {
        for metric in weighted_metrics {
            let key = of_output(name, metric.name.clone());
            metric.key = match used.has(&key) {
                true => used.add(of_output(name, format!("weighted_{}", metric.name))),
                false => used.add(key),
            };
        }
    }
    let all = outputs.iter();
    let all = all.flat_map(|output| output.metrics.iter().chain(&output.weighted_metrics));
    let mut keys: Vec<&str> = all.map(|metric| &metric.key[..]).collect();
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
