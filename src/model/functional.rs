//! `keras.Model` made of calls ("Functional"): members with the nodes that say what each reads, from
//! and to Keras JSON (`keras/src/models/functional.py`).

use super::container::{Container, Member, Node, Part, Reader, same_name};
use crate::error::{Error, Result};
use crate::layers::{InputLayer, LayerNode, Shape};
use serde_json::{Map, Value, json};

/// A member's name, which of its nodes, and which of that node's tensors.
pub type TensorRef = (String, usize, usize);

/// Reads `{"name", "layers": […], "input_layers": …, "output_layers": …}`.
pub fn read(reader: &mut Reader, mut model: Container, config: &Value) -> Result<Container> {
    let list = config.get("layers").and_then(Value::as_array);
    let list = list.ok_or_else(|| {
        Error::unsupported("a Functional's config needs \"layers\", a list of layers")
    })?;
    for value in list {
        let name = name_of(value);
        let taken: Vec<&str> = model.members.iter().map(|it| it.name.as_str()).collect();
        if taken.contains(&name) {
            return Err(same_name(name));
        }
        let class = value.get("class_name").and_then(Value::as_str);
        let member = match class {
            Some("InputLayer") => Member {
                name: name.to_string(),
                part: Part::Input(InputLayer::from_json(value)?),
                nodes: vec![],
            },
            _ => reader.member(&named(value, name), &taken)?,
        };
        model.members.push(member);
    }
    let nested: Vec<String> = model
        .members
        .iter()
        .filter(|member| member.is_functional())
        .map(|member| member.name.clone())
        .collect();
    for (value, member) in list.iter().zip(&mut model.members) {
        let nodes = value.get("inbound_nodes").and_then(Value::as_array);
        let nodes = nodes.into_iter().flatten();
        let nodes = nodes.map(|node| read_node(node, &nested));
        let nodes: Result<_> = nodes.collect();
        member.nodes = nodes.map_err(|e| e.in_layer(&member.name))?;
    }
    model.inputs = refs(config, "input_layers")?;
    model.outputs = refs(config, "output_layers")?;
    if tensors(&model.inputs)?.is_empty() || tensors(&model.outputs)?.is_empty() {
        return Err(Error::unsupported(
            "a Functional model needs at least one input and one output",
        ));
    }
    Ok(model)
}

/// Keras 2 wrote the name beside the config only.
fn name_of(value: &Value) -> &str {
    let name = value.get("name").or_else(|| value.pointer("/config/name"));
    name.and_then(Value::as_str).unwrap_or("")
}

fn named(value: &Value, name: &str) -> Value {
    let mut value = value.clone();
    if let Some(Value::Object(config)) = value.get_mut("config") {
        config.entry("name").or_insert_with(|| json!(name));
    }
    value
}

fn refs(config: &Value, key: &str) -> Result<Value> {
    config.get(key).cloned().ok_or_else(|| {
        Error::unsupported(format!(
            "a Functional's config needs \"{key}\", e.g. [[\"dense\", 0, 0]]"
        ))
    })
}

/// A node `{"args": […], "kwargs": {…}}`, or that of Keras 2: `[["dense", 0, 0, {}], …]`, which counts
/// a `nested` model's own making as its node 0.
fn read_node(value: &Value, nested: &[String]) -> Result<Node> {
    let wrong = || Error::file(format!("a node cannot be read: {value}"));
    if let Value::Object(node) = value {
        let kwargs = node.get("kwargs").and_then(Value::as_object);
        return Ok(Node {
            args: node.get("args").cloned().ok_or_else(wrong)?,
            kwargs: kwargs.cloned().unwrap_or_default(),
        });
    }
    let list = value.as_array().ok_or_else(wrong)?;
    // A single reference may stand without a list around it.
    let list = match list.first() {
        Some(Value::String(_)) => std::slice::from_ref(value),
        _ => list,
    };
    let mut kwargs = Map::new();
    let mut read = vec![];
    for entry in list {
        read.push(keras_tensor(entry, nested).ok_or_else(wrong)?);
        if let Some(Value::Object(given)) = entry.get(3) {
            let given = given.iter();
            kwargs.extend(given.map(|(key, value)| (key.clone(), revive(value, nested))));
        }
    }
    let args = match read.len() {
        1 => Value::Array(read),
        _ => json!([read]),
    };
    Ok(Node { args, kwargs })
}

/// Keras 2's `["dense", 0, 0]` as Keras 3 writes it.
fn keras_tensor(entry: &Value, nested: &[String]) -> Option<Value> {
    let (name, tensor) = (entry.get(0)?.as_str()?, entry.get(2)?.as_u64()?);
    let made = nested.iter().any(|nested| nested == name);
    let node = entry.get(1)?.as_u64()?.saturating_sub(u64::from(made));
    let history = json!([name, node, tensor]);
    Some(json!({"class_name": "__keras_tensor__", "config": {"keras_history": history}}))
}

/// Tensors among Keras 2's keyword arguments.
fn revive(value: &Value, nested: &[String]) -> Value {
    match (keras_tensor(value, nested), value) {
        (Some(tensor), Value::Array(list)) if list.len() == 3 => tensor,
        (_, Value::Array(list)) => list.iter().map(|part| revive(part, nested)).collect(),
        _ => value.clone(),
    }
}

/// The references in `input_layers` or `output_layers`, in Keras' order (objects by sorted key).
pub fn tensors(refs: &Value) -> Result<Vec<TensorRef>> {
    if let (Some(name), Some(node), Some(tensor)) = (
        refs.get(0).and_then(Value::as_str),
        refs.get(1).and_then(Value::as_u64),
        refs.get(2).and_then(Value::as_u64),
    ) {
        return Ok(vec![(name.to_string(), node as usize, tensor as usize)]);
    }
    let mut all = vec![];
    for part in sorted(refs).ok_or_else(|| Error::file(format!("no tensor is at {refs}")))? {
        all.extend(tensors(part)?);
    }
    Ok(all)
}

/// The references among a call's arguments, in Keras' order.
pub fn arguments(value: &Value) -> Vec<TensorRef> {
    if let Some(history) = history(value) {
        return tensors(history).unwrap_or_default();
    }
    let parts = sorted(value).unwrap_or_default();
    parts.into_iter().flat_map(arguments).collect()
}

fn history(value: &Value) -> Option<&Value> {
    let class = value.get("class_name").and_then(Value::as_str);
    class.filter(|class| *class == "__keras_tensor__")?;
    value.pointer("/config/keras_history")
}

fn sorted(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::Array(list) => Some(list.iter().collect()),
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            Some(entries.into_iter().map(|(_, value)| value).collect())
        }
        _ => None,
    }
}

/// A Functional's config.
pub fn config(model: &Container, layers: &[LayerNode], first_inputs: &[Vec<Shape>]) -> Value {
    let list = model.members.iter().map(|member| {
        let mut value = member.to_json(layers, first_inputs);
        if let Value::Object(object) = &mut value {
            object.insert("name".into(), json!(member.name));
            let nodes = member.nodes.iter();
            let nodes = nodes.map(|node| json!({"args": node.args, "kwargs": node.kwargs}));
            object.insert("inbound_nodes".into(), nodes.collect());
        }
        value
    });
    json!({
        "name": model.name, "trainable": model.trainable, "layers": list.collect::<Vec<Value>>(),
        "input_layers": model.inputs, "output_layers": model.outputs,
    })
}
