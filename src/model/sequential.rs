//! `keras.Sequential`: a chain of layers, read from and written as Keras JSON.

use crate::error::{Error, Result};
use crate::layers::{InputLayer, LayerNode, Shape};
use crate::registry::to_keras;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What a Sequential's config says.
#[derive(Debug)]
pub struct Sequential {
    pub name: String,
    /// None: the input's shape is not known before the data are.
    pub input: Option<InputLayer>,
    pub layers: Vec<LayerNode>,
}

impl Sequential {
    /// Reads `{"name": …, "layers": [{class_name, config}, …]}` or a bare list of layers.
    pub fn from_json(config: &Value) -> Result<Self> {
        let list = config.get("layers").unwrap_or(config);
        let list = list.as_array().ok_or_else(|| {
            Error::unsupported("a Sequential's config needs \"layers\", a list of layers")
        })?;
        let name = config
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or("sequential")
            .to_string();
        let mut input = None;
        let mut layers: Vec<LayerNode> = Vec::new();
        for (i, value) in list.iter().enumerate() {
            let class = value.get("class_name").and_then(Value::as_str);
            if matches!(class, Some("InputLayer" | "Input")) {
                if i > 0 {
                    return Err(Error::unsupported(
                        "an InputLayer can only be the first layer",
                    ));
                }
                input = Some(InputLayer::from_json(value)?);
                continue;
            }
            let taken: Vec<&str> = layers.iter().map(|node| node.name.as_str()).collect();
            layers.push(LayerNode::from_json(value, &taken)?);
        }
        let built = config.get("build_input_shape").and_then(read_batch_shape);
        let first = layers.first_mut().and_then(|node| node.input_shape.take());
        let input = input.or_else(|| Some(default_input(first.or(built)?, &layers)));
        Ok(Sequential {
            name,
            input,
            layers,
        })
    }
}

/// The input that Keras makes where none is given.
pub fn default_input(shape: Shape, layers: &[LayerNode]) -> InputLayer {
    let dtype = layers
        .first()
        .map_or("float32", |node| node.layer.input_dtype());
    InputLayer {
        name: "input_layer".into(),
        shape,
        dtype: dtype.into(),
    }
}

/// `[null, 28, 28]` without its batch dimension.
pub fn read_batch_shape(value: &Value) -> Option<Shape> {
    let shape = Shape::deserialize(value).ok()?;
    (!shape.is_empty()).then(|| shape[1..].to_vec())
}

/// The whole `config.json` of a Sequential.
pub fn to_json(
    name: &str,
    input: Option<&InputLayer>,
    layers: &[LayerNode],
    layer_inputs: &[Shape],
    compile_config: Option<Value>,
) -> Value {
    let mut list: Vec<Value> = input.iter().map(|input| input.to_json()).collect();
    list.extend(layers.iter().enumerate().map(|(i, node)| {
        let mut value = node.to_json();
        if let (Some(shape), Value::Object(object)) = (layer_inputs.get(i), &mut value) {
            let build = match node.layer.has_build_config() {
                true => json!({"input_shape": batch_shape(shape)}),
                false => json!({}),
            };
            object.insert("build_config".into(), build);
        }
        value
    }));
    let mut config = Map::new();
    config.insert("name".into(), json!(name));
    config.insert("trainable".into(), json!(true));
    config.insert(
        "dtype".into(),
        to_keras("keras", "DTypePolicy", json!({"name": "float32"})),
    );
    config.insert("layers".into(), Value::Array(list));
    if let Some(input) = input {
        config.insert("build_input_shape".into(), batch_shape(&input.shape));
    }
    let mut value = to_keras("keras", "Sequential", Value::Object(config));
    if let Value::Object(object) = &mut value {
        if let Some(input) = input {
            let build = json!({"input_shape": batch_shape(&input.shape)});
            object.insert("build_config".into(), build);
        }
        if let Some(compile_config) = compile_config {
            object.insert("compile_config".into(), compile_config);
        }
    }
    value
}

fn batch_shape(shape: &Shape) -> Value {
    let mut batch: Shape = vec![None];
    batch.extend(shape);
    json!(batch)
}
