//! `compile` and `fit` as Python.

use super::model::Builder;
use super::text::{Code, quoted};
use crate::error::{Error, Result};
use serde_json::{Map, Value, json};

/// `model.compile(…)`
pub fn compile(builder: &mut Builder, config: &Value) -> Result<Code> {
    let mut arguments = vec![];
    for (key, family) in [
        ("optimizer", "optimizers"),
        ("loss", "losses"),
        ("loss_weights", ""),
        ("metrics", "metrics"),
        ("weighted_metrics", "metrics"),
    ] {
        let code = match &config[key] {
            Value::Null => continue,
            Value::Array(weights) if key == "loss_weights" => {
                let weights = weights
                    .iter()
                    .map(|weight| builder.names.expression(weight, ""));
                Code::list(weights.collect::<Result<_>>()?)
            }
            optimizer if key == "optimizer" => builder.names.optimizer(optimizer)?,
            value => builder.names.expression(value, family)?,
        };
        arguments.push(Code::keyword(key, code));
    }
    for (key, default) in [
        ("run_eagerly", json!(false)),
        ("steps_per_execution", json!(1)),
        ("auto_scale_loss", json!(true)),
    ] {
        if !config[key].is_null() && config[key] != default {
            arguments.push(Code::keyword(
                key,
                builder.names.expression(&config[key], "")?,
            ));
        }
    }
    Ok(Code::call("model.compile", arguments))
}

/// `model.fit(x_train, y_train, …)` with `more` arguments; the seed has its own statement.
pub fn fit(builder: &mut Builder, options: &Map<String, Value>, more: Vec<Code>) -> Result<Code> {
    let mut arguments = vec![Code::text("x_train"), Code::text("y_train")];
    for (key, value) in options {
        let default = match key.as_str() {
            "seed" => continue,
            "epochs" => json!(1),
            "batch_size" => json!(32),
            "validation_split" => json!(0.0),
            "validation_freq" => json!(1),
            "initial_epoch" => json!(0),
            "shuffle" => json!(true),
            "verbose" => json!("auto"),
            "callbacks" => json!([]),
            "class_weight" | "validation_batch_size" | "validation_steps" | "steps_per_epoch" => {
                Value::Null
            }
            _ => {
                return Err(Error::unsupported(format!(
                    "the program's fit takes no \"{key}\"; leave it out"
                )));
            }
        };
        let same = value.is_null()
            || *value == default
            || (value.is_number() && value.as_f64() == default.as_f64());
        if same {
            continue;
        }
        let code = match (key.as_str(), value) {
            ("class_weight", Value::Object(weights)) => class_weight(builder, weights)?,
            ("callbacks", Value::Array(callbacks)) => {
                let callbacks = callbacks.iter().map(|it| callback(builder, it));
                Code::list(callbacks.collect::<Result<_>>()?)
            }
            (_, value) => builder.names.expression(value, "")?,
        };
        arguments.push(Code::keyword(key, code));
    }
    arguments.splice(2..2, more);
    Ok(Code::call("model.fit", arguments))
}

/// Whether a metric takes labels in no other shape than the predictions' (batch, 1), which the engine
/// does not insist on.
pub fn wants_column(compile: &Value) -> bool {
    let metrics = format!("{}{}", compile["metrics"], compile["weighted_metrics"]).to_lowercase();
    [
        "binary_crossentropy",
        "binarycrossentropy",
        "binary_focal",
        "binaryfocal",
        "\"bce\"",
    ]
    .iter()
    .any(|name| metrics.contains(name))
}

fn class_weight(builder: &mut Builder, weights: &Map<String, Value>) -> Result<Code> {
    let item = |(class, weight): (&String, &Value)| {
        Ok((class.clone(), builder.names.expression(weight, "")?))
    };
    Ok(Code::dict(
        weights.iter().map(item).collect::<Result<Vec<_>>>()?,
    ))
}

/// A callback; what JSON says of a function becomes one.
fn callback(builder: &mut Builder, value: &Value) -> Result<Code> {
    let class = value["class_name"].as_str().unwrap_or_default();
    let config = &value["config"];
    match class {
        "LambdaCallback" if config.as_object().is_some_and(|hooks| !hooks.is_empty()) => {
            Err(Error::unsupported(
                "LambdaCallback holds functions of this page, which no program can be made of; \
                 leave it out",
            ))
        }
        "LearningRateScheduler" => {
            let schedule = match &config["schedule"] {
                Value::Array(rates) => {
                    let rates = rates.iter().map(|rate| builder.names.expression(rate, ""));
                    let rates = Code::list(rates.collect::<Result<_>>()?);
                    Code::Chain(vec![
                        Code::text("lambda epoch: "),
                        rates,
                        Code::text("[epoch]"),
                    ])
                }
                schedule => Code::Chain(vec![
                    Code::text("lambda epoch: float("),
                    builder.names.expression(schedule, "optimizers.schedules")?,
                    Code::text("(epoch))"),
                ]),
            };
            let mut arguments = vec![schedule];
            if config["verbose"]
                .as_u64()
                .is_some_and(|verbose| verbose > 0)
            {
                arguments.push(Code::text("verbose=1"));
            }
            Ok(Code::call(
                "keras.callbacks.LearningRateScheduler",
                arguments,
            ))
        }
        _ => builder.names.expression(value, "callbacks"),
    }
}

/// The labels or inputs of a model in `data.npz`: `data["x"]`, or by name where there are several.
pub fn arrays(structure: &Value, key: &str) -> Code {
    let several = match structure {
        Value::Array(items) if items.first().is_some_and(Value::is_string) => false,
        Value::Array(items) => items.len() > 1,
        Value::Object(_) => true,
        _ => false,
    };
    if !several {
        return Code::text(format!("data[{}]", quoted(key)));
    }
    let one = |place: &Value| {
        let layer = place[0].as_str().unwrap_or_default();
        Code::text(format!("data[{}]", quoted(&format!("{key}/{layer}"))))
    };
    match structure {
        Value::Object(map) => {
            Code::dict(map.iter().map(|(name, place)| (quoted(name), one(place))))
        }
        Value::Array(items) => Code::list(items.iter().map(one).collect()),
        _ => Code::text("None"),
    }
}
