//! Keras JSON as Python expressions, with only the arguments that matter.
//!
//! Which those are the engine itself knows: an argument is left out where the class is read alike
//! without it. What the engine does not have is written with all its arguments.

use super::names::Names;
use super::text::{Code, quoted};
use crate::callbacks::AnyCallback;
use crate::callbacks::python::repr;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::layers::LayerNode;
use crate::losses::Loss;
use crate::metrics::Metric;
use crate::optimizers::Optimizer;
use crate::optimizers::schedules::AnySchedule;
use crate::registry::snake_case;
use crate::regularizers::Regularizer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Families of which Keras takes a name for an object with nothing but defaults, also as a
/// layer's argument.
const BY_NAME: [&str; 3] = ["initializers", "regularizers", "constraints"];

impl Names {
    /// Any JSON value; `family` is the module of objects that name none (`losses`).
    pub fn expression(&mut self, value: &Value, family: &str) -> Result<Code> {
        Ok(match value {
            Value::Null => Code::text("None"),
            Value::Bool(true) => Code::text("True"),
            Value::Bool(false) => Code::text("False"),
            Value::Number(number) => Code::text(self::number(number)),
            Value::String(text) => Code::text(quoted(text)),
            Value::Array(items) => {
                let code = items.iter().map(|item| self.expression(item, family));
                let code = code.collect::<Result<_>>()?;
                let plain = |item: &Value| item.is_number() || item.is_null();
                match !items.is_empty() && items.iter().all(plain) {
                    true => Code::tuple(code),
                    false => Code::list(code),
                }
            }
            Value::Object(map) if map.contains_key("class_name") => self.object(value, family)?,
            Value::Object(map) => Code::entries(map, |item| self.expression(item, family))?,
        })
    }

    /// `{module, class_name, config}` as the call that makes it, or the name that stands for it.
    fn object(&mut self, value: &Value, family: &str) -> Result<Code> {
        let class = value["class_name"].as_str().unwrap_or_default();
        let config = &value["config"];
        let family = own_family(value, family)?;
        match class {
            "function" => {
                let name = config.as_str().unwrap_or_default();
                return Ok(Code::text(format!("keras.{family}.{name}")));
            }
            "__numpy__" | "__tensor__" => {
                let dtype = Code::keyword("dtype", self.expression(&config["dtype"], "")?);
                return Ok(Code::call("np.array", vec![rows(&config["value"]), dtype]));
            }
            "DTypePolicy" => return self.expression(&config["name"], ""),
            _ => {}
        }
        let arguments = self.arguments(class, value, &family)?;
        if class == "Discretization"
            && !config["num_bins"].is_null()
            && !config["bin_boundaries"].is_null()
        {
            // Its constructor takes one of the two alone; what adapt has learned comes by the config.
            let learned = Code::call("dict", arguments);
            return Ok(Code::call(
                "layers.Discretization.from_config",
                vec![learned],
            ));
        }
        if arguments.is_empty() && BY_NAME.contains(&family.as_str()) {
            return Ok(Code::text(quoted(&snake_case(class))));
        }
        Ok(match family.as_str() {
            "layers" => Code::call(&format!("layers.{class}"), arguments),
            _ => Code::call(&format!("keras.{family}.{class}"), arguments),
        })
    }

    /// The arguments that matter: those it cannot do without first, by place for a layer.
    fn arguments(&mut self, class: &str, value: &Value, family: &str) -> Result<Vec<Code>> {
        let is_layer = family == "layers";
        let mut given = value["config"].as_object().cloned().unwrap_or_default();
        if class == "Bidirectional" {
            one_direction(&mut given);
        }
        // Keras numbers the names of layers and of some metrics.
        let own = |name: &Value| {
            name.as_str()
                .is_some_and(|it| it.starts_with(&snake_case(class)))
        };
        let numbered = is_layer || (family == "metrics" && given.get("name").is_some_and(own));
        let name = match numbered {
            true => given.shift_remove("name"),
            false => None,
        };
        let by_place = is_layer && read(&json!({"class_name": class}), family).is_none();
        let (needed, chosen) = split(value, family, given);
        let mut code = vec![];
        for (key, value) in needed {
            let value = self.expression(&value, family)?;
            code.push(match by_place {
                true => value,
                false => Code::keyword(&key, value),
            });
        }
        for (key, value) in chosen {
            code.push(Code::keyword(&key, self.expression(&value, family)?));
        }
        let name = name.as_ref().and_then(Value::as_str);
        if let Some(name) = name.and_then(|name| self.given(class, name)) {
            code.push(Code::keyword("name", Code::text(quoted(name))));
        }
        Ok(code)
    }

    /// An optimizer: its name where all its arguments are Keras' defaults.
    pub fn optimizer(&mut self, value: &Value) -> Result<Code> {
        let code = self.expression(value, "optimizers")?;
        Ok(match (&code, value["class_name"].as_str()) {
            (Code::Group { items, .. }, Some(class)) if items.is_empty() => {
                Code::text(quoted(&class.to_lowercase()))
            }
            _ => code,
        })
    }
}

/// A number; NaN and the infinities have no literal.
fn number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() && value.is_finite() => repr(value),
        Some(value) if number.is_f64() => format!("float({})", quoted(&repr(value))),
        _ => number.to_string(),
    }
}

/// Nested lists of numbers, as `np.array` takes them.
fn rows(value: &Value) -> Code {
    match value {
        Value::Array(items) => Code::list(items.iter().map(rows).collect()),
        Value::Number(number) => Code::text(self::number(number)),
        other => Code::text(other.to_string()),
    }
}

/// The module a class lies in, below `keras`.
fn own_family(value: &Value, family: &str) -> Result<String> {
    match value.get("module").and_then(Value::as_str) {
        None | Some("builtins") => Ok(family.to_string()),
        Some("keras") => Ok(String::new()),
        Some(module) => module
            .strip_prefix("keras.")
            .map(String::from)
            .ok_or_else(|| {
                Error::unsupported(format!(
                    "{} is a class of {module}; a program can be made of Keras' own classes only",
                    value["class_name"]
                ))
            }),
    }
}

/// A Bidirectional is made of one layer; its backward one is written where it is another.
fn one_direction(config: &mut Map<String, Value>) {
    let (mut forward, mut backward) = (
        config["layer"].clone(),
        config.get("backward_layer").cloned(),
    );
    let plain = |layer: &mut Value, prefix: &str| {
        let name = layer["config"]["name"].as_str().unwrap_or_default();
        let name = name.strip_prefix(prefix).unwrap_or(name).to_string();
        layer["config"]["name"] = json!(name);
    };
    plain(&mut forward, "forward_");
    if let Some(layer) = &mut backward {
        plain(layer, "backward_");
        let back = layer["config"]["go_backwards"] == json!(true);
        layer["config"]["go_backwards"] = json!(!back);
        if *layer == forward {
            config.shift_remove("backward_layer");
        }
    }
    config["layer"] = forward;
}

type Arguments = Vec<(String, Value)>;

/// The arguments without which the class cannot be read, and those without which it is another.
fn split(value: &Value, family: &str, mut given: Map<String, Value>) -> (Arguments, Arguments) {
    let with = |config: &Map<String, Value>| {
        let mut value = value.clone();
        value["config"] = Value::Object(config.clone());
        read(&value, family)
    };
    // Keras writes its axis -1 as [-1].
    if value["class_name"] == "LayerNormalization" && given.get("axis") == Some(&json!([-1])) {
        given["axis"] = json!(-1);
    }
    let Some(full) = with(&given) else {
        given.retain(|key, value| !is_base(key, value));
        return (vec![], given.into_iter().collect());
    };
    let (mut needed, mut chosen) = (vec![], vec![]);
    for (key, value) in given.clone() {
        let mut without = given.clone();
        without.shift_remove(&key);
        let wanted = match with(&without) {
            Some(read) if read == full => {
                given = without;
                continue;
            }
            Some(_) => &mut chosen,
            None => &mut needed,
        };
        let shorter = shorter(&value).filter(|shorter| {
            without.insert(key.clone(), shorter.clone());
            with(&without).is_some_and(|read| read == full)
        });
        wanted.push((key, shorter.unwrap_or(value)));
    }
    chosen.sort_by_key(|(key, _)| key == "trainable" || key == "dtype");
    (needed, chosen)
}

/// What people write for `[3, 3]`, and for 0.0010000000474974513, the float32 nearest to 0.001.
fn shorter(value: &Value) -> Option<Value> {
    match value {
        Value::Array(items) => {
            let first = items.first().filter(|first| first.is_number())?;
            let alike = items.iter().all(|item| item == first);
            alike.then(|| first.clone())
        }
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64()? as f32;
            number
                .to_string()
                .parse()
                .ok()
                .map(|number: f64| json!(number))
        }
        _ => None,
    }
}

/// What every layer has and mostly leaves at its default.
fn is_base(key: &str, value: &Value) -> bool {
    match key {
        "trainable" => *value == json!(true),
        "dtype" => *value == json!("float32") || value["config"]["name"] == json!("float32"),
        _ => value.is_null(),
    }
}

/// The object as the engine writes it after reading it; None where it cannot.
fn read(value: &Value, family: &str) -> Option<Value> {
    fn by_serde<T: DeserializeOwned + Serialize>(value: &Value) -> Option<Value> {
        let read: T = serde_json::from_value(value.clone()).ok()?;
        serde_json::to_value(read).ok()
    }
    match family {
        "layers" => LayerNode::from_json(value, &[]).ok().map(|it| it.to_json()),
        "initializers" => by_serde::<Initializer>(value),
        "regularizers" => by_serde::<Regularizer>(value),
        "constraints" => by_serde::<Constraint>(value),
        "losses" => Loss::from_json(value).ok().map(|it| it.to_json()),
        "metrics" => Metric::from_json(value, &mut vec![])
            .ok()
            .map(|it| it.to_json()),
        "optimizers" => Optimizer::from_json(value).ok().map(|it| it.to_json()),
        "optimizers.schedules" => AnySchedule::from_json(value).ok().map(|it| it.to_json()),
        "callbacks" => AnyCallback::from_json(value).ok().map(|it| it.to_json()),
        _ => None,
    }
}
