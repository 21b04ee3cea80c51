//! A layer with what every Keras layer has: name, trainable, dtype, activity regularizer.

use super::{AnyLayer, Shape};
use crate::error::{Error, Result};
use crate::registry::{Named, snake_case, to_keras};
use crate::regularizers::Regularizer;
use serde_json::{Map, Value, json};

/// One layer of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNode {
    pub name: String,
    /// The names of the models it lies in, each with a slash; empty in the model itself.
    pub scope: String,
    pub trainable: bool,
    pub activity_regularizer: Option<Regularizer>,
    pub layer: AnyLayer,
    /// The old way to give a model's input shape, on its first layer.
    pub input_shape: Option<Shape>,
}

impl LayerNode {
    /// Reads `{class_name, config}`. `taken` are the names in use: a missing name becomes
    /// Keras' default (`dense`, `dense_1`, …).
    pub fn from_json(value: &Value, taken: &[&str]) -> Result<Self> {
        let mut named = Named::from_json(value, "layer")?;
        // Keras names a layer after its class, whatever alias it was called by.
        let class = AnyLayer::canonical(&named.class_name).unwrap_or(&named.class_name);
        let base = snake_case(class);
        let given: Option<String> = named.take("name", None)?;
        let name = given.unwrap_or_else(|| unused_name(&base, taken));
        if taken.contains(&name.as_str()) {
            return Err(Error::unsupported(format!(
                "two layers are called \"{name}\"; all layer names must be unique"
            )));
        }
        Self::with_name(named, name.clone()).map_err(|e| e.in_layer(&name))
    }

    fn with_name(mut named: Named, name: String) -> Result<Self> {
        if is_spatial_dropout(&named.class_name) {
            named.refuse_unless("trainable", &json!(true))?;
            named.refuse_unless("activity_regularizer", &Value::Null)?;
        }
        let trainable = named.take("trainable", true)?;
        let dtype: Value = named.take("dtype", Value::Null)?;
        for key in ["quantization_config", "lora_rank", "lora_alpha"] {
            named.refuse_unless(key, &Value::Null)?;
        }
        let mut activity_regularizer = named.take("activity_regularizer", None)?;
        let input_shape = take_input_shape(&mut named)?;
        let layer = AnyLayer::from_named(named)?;
        check_dtype_of(&dtype, layer.dtype())?;
        if let AnyLayer::ActivityRegularization(it) = &layer {
            if activity_regularizer.is_some() {
                return Err(Error::unsupported(
                    "ActivityRegularization takes l1 and l2 instead of an activity_regularizer",
                ));
            }
            activity_regularizer = Some(it.regularizer());
        }
        Ok(LayerNode {
            name,
            scope: String::new(),
            trainable,
            activity_regularizer,
            layer,
            input_shape,
        })
    }

    /// Its name with those of the models it lies in.
    pub fn path(&self) -> String {
        format!("{}{}", self.scope, self.name)
    }

    /// As Keras serializes it.
    pub fn to_json(&self) -> Value {
        let mut config = Map::new();
        config.insert("name".into(), json!(self.name));
        if self.layer.has_base_config() {
            config.insert("trainable".into(), json!(self.trainable));
            let policy = json!({"name": self.layer.dtype()});
            config.insert("dtype".into(), to_keras("keras", "DTypePolicy", policy));
        } else {
            config.insert("dtype".into(), json!(self.layer.dtype()));
        }
        if let Value::Object(own) = self.layer.config() {
            config.extend(own);
        }
        let own = matches!(self.layer, AnyLayer::ActivityRegularization(_));
        if let Some(regularizer) = self.activity_regularizer.as_ref().filter(|_| !own) {
            config.insert("activity_regularizer".into(), regularizer.to_json());
        }
        to_keras(
            "keras.layers",
            self.layer.class_name(),
            Value::Object(config),
        )
    }
}

/// `base`, or `base_1`, `base_2`, … where taken.
pub fn unused_name(base: &str, taken: &[&str]) -> String {
    let mut name = base.to_string();
    let mut n = 0;
    while taken.contains(&name.as_str()) {
        n += 1;
        name = format!("{base}_{n}");
    }
    name
}

/// Keras' SpatialDropout layers take no `trainable` and no `activity_regularizer`.
fn is_spatial_dropout(class_name: &str) -> bool {
    class_name.starts_with("SpatialDropout") || class_name.starts_with("spatial_dropout")
}

/// Compute is float32: other policies are refused.
pub fn check_dtype(dtype: &Value) -> Result<()> {
    check_dtype_of(dtype, "float32")
}

/// The same for layers that may be of integers.
fn check_dtype_of(dtype: &Value, own: &str) -> Result<()> {
    let name = dtype
        .as_str()
        .or_else(|| dtype.pointer("/config/name").and_then(Value::as_str));
    match name {
        None => Ok(()),
        Some(name) if name == own => Ok(()),
        Some(other) => Err(Error::unsupported(format!(
            "dtype \"{other}\" is not supported; use \"{own}\""
        ))),
    }
}

/// `input_shape=(28, 28)`, `batch_input_shape=(None, 28, 28)`, `input_dim=784` of old code.
fn take_input_shape(named: &mut Named) -> Result<Option<Shape>> {
    let batch: Option<Shape> = named.take("batch_input_shape", None)?;
    let batch: Option<Shape> = named.take("batch_shape", batch)?;
    if let Some(shape) = batch {
        return Ok(Some(shape.into_iter().skip(1).collect()));
    }
    // Embedding's input_dim is its vocabulary; its old input_length is the shape.
    let key = if named.class_name == "Embedding" {
        "input_length"
    } else {
        "input_dim"
    };
    let dim: Option<usize> = named.take(key, None)?;
    match dim {
        Some(dim) => Ok(Some(vec![Some(dim)])),
        None => named.take("input_shape", None),
    }
}
