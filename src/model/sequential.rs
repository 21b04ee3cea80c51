//! `keras.Sequential`: a chain of layers, read from and written as Keras JSON.

use super::container::{Class, Container, Member, Part, Reader};
use crate::error::{Error, Result};
use crate::layers::{InputLayer, LayerNode, Shape, batch_shape};
use crate::registry::to_keras;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Reads `{"name": …, "layers": [{class_name, config}, …]}` or a bare list of layers.
pub fn read(reader: &mut Reader, mut model: Container, config: &Value) -> Result<Container> {
    let list = config.get("layers").unwrap_or(config);
    let list = list.as_array().ok_or_else(|| {
        Error::unsupported("a Sequential's config needs \"layers\", a list of layers")
    })?;
    for (i, value) in list.iter().enumerate() {
        let class = value.get("class_name").and_then(Value::as_str);
        if matches!(class, Some("InputLayer" | "Input")) {
            if i > 0 {
                return Err(Error::unsupported(
                    "an InputLayer can only be the first layer",
                ));
            }
            let input = InputLayer::from_json(value)?;
            model.members.push(input_member(input));
            continue;
        }
        let names = model.members.iter().filter(|it| it.input().is_none());
        let taken: Vec<&str> = names.map(|member| member.name.as_str()).collect();
        let member = reader.member(value, &taken)?;
        model.members.push(member);
    }
    if model.layers().is_empty() {
        return Err(Error::unsupported(
            "the model has no layers; add one, e.g. Dense",
        ));
    }
    let built = config.get("build_input_shape").and_then(read_batch_shape);
    let first = match model.members[0].part {
        Part::Layer(layer) => reader.layers[layer].input_shape.take(),
        _ => None,
    };
    if let Some(shape) = first.or(built) {
        give_input(&mut model, shape, reader.layers)?;
    }
    Ok(model)
}

fn input_member(input: InputLayer) -> Member {
    Member {
        name: input.name.clone(),
        part: Part::Input(input),
        nodes: vec![],
    }
}

/// Puts the input that Keras makes before a Sequential's layers where it has none: of this shape, or
/// as the model that it starts with declares it.
pub fn give_input(model: &mut Container, shape: Shape, layers: &[LayerNode]) -> Result<()> {
    if model.class != Class::Sequential || !model.declared_inputs()?.is_empty() {
        return Ok(());
    }
    let first = first_layer(model, layers);
    let dtype = first.map_or("float32", |node| node.layer.input_dtype());
    let input = InputLayer {
        name: "input_layer".into(),
        shape: shape.clone(),
        dtype: dtype.into(),
    };
    if let Some(Member {
        part: Part::Model(inner),
        ..
    }) = model.members.first_mut()
    {
        give_input(inner, shape, layers)?;
    }
    model.members.insert(0, input_member(input));
    Ok(())
}

/// The first layer of a chain that may begin with chains.
fn first_layer<'a>(model: &Container, layers: &'a [LayerNode]) -> Option<&'a LayerNode> {
    match &model.members.first()?.part {
        Part::Layer(layer) => layers.get(*layer),
        Part::Model(inner) => first_layer(inner, layers),
        Part::Input(_) | Part::Operation(..) => None,
    }
}

/// `[null, 28, 28]` without its batch dimension.
pub fn read_batch_shape(value: &Value) -> Option<Shape> {
    let shape = Shape::deserialize(value).ok()?;
    (!shape.is_empty()).then(|| shape[1..].to_vec())
}

/// A Sequential's config.
pub fn config(model: &Container, layers: &[LayerNode], first_inputs: &[Vec<Shape>]) -> Value {
    let mut config = Map::new();
    config.insert("name".into(), json!(model.name));
    config.insert("trainable".into(), json!(model.trainable));
    let dtype = to_keras("keras", "DTypePolicy", json!({"name": "float32"}));
    config.insert("dtype".into(), dtype);
    let members = model.members.iter();
    let list = members.map(|member| member.to_json(layers, first_inputs));
    config.insert("layers".into(), list.collect());
    if let Some(Part::Input(input)) = model.members.first().map(|first| &first.part) {
        config.insert("build_input_shape".into(), batch_shape(&input.shape));
    }
    Value::Object(config)
}
