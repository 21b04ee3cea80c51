//! Keras' legacy `.h5`: whole models (`model_config`, `training_config` and the group `model_weights`)
//! and weights alone, layer by layer. Keras 2 wrote such files, and Keras 3 still reads and writes
//! them.
//!
//! Source: `keras/src/legacy/saving/legacy_h5_format.py`.

use super::hdf5::{self, Text, Tree};
use super::{LayerArrays, ModelFile, Saved, Weights, keras2};
use crate::error::{Error, Result};
use crate::losses::AnyLoss;
use crate::registry::snake_case;
use serde_json::{Map, Value, json};

/// What every HDF5 file begins with (where nothing is in front of it).
pub const MAGIC: &[u8] = b"\x89HDF\r\n\x1a\n";

const MODEL_WEIGHTS: &str = "model_weights";
/// Weights of a model that belong to none of its layers; Sequential and Functional have none.
const TOP_LEVEL: &str = "top_level_model_weights";
const OPTIMIZER_WEIGHTS: &str = "optimizer_weights";
/// Where Keras 3 keeps an optimizer's variables in its own files; see [`write`].
const OPTIMIZER: &str = "optimizer/vars/";

/// Reads a whole model.
///
/// Models of Keras 2 come as Keras 3 would have them (`keras2`), with their weights and without
/// their optimizer's state: there the optimizer starts anew, in Keras 3 as well.
///
/// Errors (`bad_file`): not HDF5, damaged, weights without a model.
pub fn read(bytes: &[u8]) -> Result<ModelFile> {
    let mut tree = hdf5::read(bytes)?;
    let Some(config) = tree.text("", "model_config") else {
        return Err(Error::file(
            "the HDF5 file holds weights without a model (it has no model_config); load or build the model they belong to, then load these weights into it",
        ));
    };
    let mut config = json_of("model_config", config)?;
    if !config["class_name"].is_string() || config["config"].is_null() {
        return Err(Error::file(
            "model_config in the file is not a Keras model: expected class_name and config",
        ));
    }
    if let Some(training) = tree.text("", "training_config") {
        let training = json_of("training_config", training)?;
        let compile = compile_config(training);
        if let Value::Object(config) = &mut config {
            config.insert("compile_config".into(), compile);
        }
    }
    let version = tree.text("", "keras_version").map(str::to_string);
    let is_keras3 = version.as_deref().is_some_and(|it| it.starts_with("3."));
    let optimizer = if is_keras3 {
        optimizer(&mut tree)?
    } else {
        Weights::new()
    };
    if !is_keras3 {
        config = keras2::modernize(config);
    }
    Ok(ModelFile {
        metadata: version.map_or(json!({}), |version| json!({"keras_version": version})),
        config,
        saved: Saved::Layers {
            layers: layers(&mut tree, MODEL_WEIGHTS)?,
            optimizer,
        },
        assets: Default::default(),
    })
}

/// Reads the weights of any HDF5 file that Keras writes: legacy files, of weights or a whole model,
/// and Keras 3's `.weights.h5`.
pub fn read_weights(bytes: &[u8]) -> Result<Saved> {
    let mut tree = hdf5::read(bytes)?;
    let is_legacy = |tree: &Tree, group: &str| tree.list(group, "layer_names").is_some();
    let group = [MODEL_WEIGHTS, ""]
        .into_iter()
        .find(|group| is_legacy(&tree, group));
    Ok(match group {
        None => Saved::Paths(tree.arrays),
        Some(group) => Saved::Layers {
            layers: layers(&mut tree, group)?,
            optimizer: Weights::new(),
        },
    })
}

fn json_of(what: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text)
        .map_err(|e| Error::file(format!("{what} in the file is not JSON ({e})")))
}

/// The arrays of each layer that has some, in the order of `layer_names` and `weight_names`.
fn layers(tree: &mut Tree, group: &str) -> Result<Vec<LayerArrays>> {
    let names = tree.list(group, "layer_names").ok_or_else(|| {
        Error::file(format!(
            "the file has no layer_names in {group}, so it was not written by Keras; save the model again"
        ))
    })?;
    let mut layers = vec![];
    for layer in names.into_iter().chain([TOP_LEVEL.to_string()]) {
        let path = join(group, &layer);
        let arrays = named_arrays(tree, &path)?;
        if !arrays.is_empty() {
            layers.push(LayerArrays { layer, arrays });
        }
    }
    Ok(layers)
}

fn join(group: &str, name: &str) -> String {
    match group {
        "" => name.to_string(),
        group => format!("{group}/{name}"),
    }
}

/// The arrays that a group's `weight_names` list, taken out of the tree.
fn named_arrays(tree: &mut Tree, group: &str) -> Result<Vec<(String, crate::tensor::Array)>> {
    let names = tree.list(group, "weight_names").unwrap_or_default();
    let mut arrays = vec![];
    for name in names {
        let path = join(group, &name);
        let array = tree.arrays.remove(&path).ok_or_else(|| {
            Error::file(format!(
                "the file lists \"{path}\" but does not hold it; use another copy of the file"
            ))
        })?;
        // States of random seeds, which Keras 2 kept among a layer's weights.
        if !name.contains("StateVar") {
            arrays.push((name, array));
        }
    }
    Ok(arrays)
}

/// The optimizer's variables by Keras 3's paths.
fn optimizer(tree: &mut Tree) -> Result<Weights> {
    let own: Weights = tree
        .arrays
        .iter()
        .filter(|(path, _)| path.starts_with(OPTIMIZER))
        .map(|(path, array)| (path.clone(), array.clone()))
        .collect();
    if !own.is_empty() {
        return Ok(own);
    }
    let arrays = named_arrays(tree, OPTIMIZER_WEIGHTS)?
        .into_iter()
        .enumerate();
    Ok(arrays
        .map(|(i, (_, array))| (format!("{OPTIMIZER}{i}"), array))
        .collect())
}

/// A `compile_config` of what `training_config` says.
fn compile_config(mut training: Value) -> Value {
    if let Value::Object(object) = &mut training {
        let optimizer = object.shift_remove("optimizer_config").unwrap_or_default();
        object.insert("optimizer".into(), optimizer);
        // Keras 2 had this, the weights of samples in time.
        object.shift_remove("sample_weight_mode");
    }
    training
}

/// The bytes of an `.h5` file that Keras' `load_model` reads, from a `config.json` and the arrays.
///
/// The optimizer's state lies where Keras 3's own files have it (`optimizer/vars`), not in
/// `optimizer_weights`: with that group Keras 3.15 builds the optimizer for no variables at all, and
/// the loaded model cannot be trained. Without it the optimizer starts anew there, and goes on here.
pub fn write(config: &Value, layers: &[LayerArrays], optimizer: &Weights) -> Result<Vec<u8>> {
    let mut tree = Tree {
        arrays: optimizer.clone(),
        ..Default::default()
    };
    let version = super::keras_model::metadata()["keras_version"].clone();
    let version = version.as_str().unwrap_or_default();
    for group in ["", MODEL_WEIGHTS] {
        tree.set(group, "keras_version", Text::One(version.to_string()));
        tree.set(group, "backend", Text::One("tensorflow".to_string()));
    }
    tree.set(
        "",
        "model_config",
        Text::One(legacy_model(config).to_string()),
    );
    if let Some(training) = training_config(&config["compile_config"]) {
        tree.set("", "training_config", Text::One(training.to_string()));
    }
    let names = layer_names(config);
    for layer in names.iter().map(String::as_str).chain([TOP_LEVEL]) {
        let group = join(MODEL_WEIGHTS, layer);
        tree.set(&group, "weight_names", Text::List(vec![]));
    }
    tree.set(MODEL_WEIGHTS, "layer_names", Text::List(names));
    for LayerArrays { layer, arrays } in layers {
        let group = join(MODEL_WEIGHTS, layer);
        let names = arrays.iter().map(|(name, _)| name.clone()).collect();
        tree.set(&group, "weight_names", Text::List(names));
        for (name, array) in arrays {
            tree.arrays.insert(join(&group, name), array.clone());
        }
    }
    hdf5::write(&tree)
}

/// The names of a model's layers; a Sequential's input is none of them.
fn layer_names(config: &Value) -> Vec<String> {
    let sequential = config["class_name"] == "Sequential";
    let layers = config["config"]["layers"].as_array().into_iter().flatten();
    let is_input = |layer: &Value| layer["class_name"] == "InputLayer";
    let layers = layers.filter(|it| !is_operation(it) && !(sequential && is_input(it)));
    let name = |layer: &Value| layer["config"]["name"].as_str().map(str::to_string);
    layers.filter_map(name).collect()
}

/// Whether it is a function of `keras.ops` among a Functional's layers.
fn is_operation(layer: &Value) -> bool {
    let module = layer["module"].as_str();
    module.is_some_and(|module| module.starts_with("keras.src.ops"))
}

/// `{class_name, config}` of a model or layer; those within a model likewise. What is within a layer
/// (initializers, a wrapper's layer) stays as it is.
fn legacy_model(value: &Value) -> Value {
    let mut legacy = legacy_object(value);
    if let Some(Value::Array(layers)) = legacy.pointer_mut("/config/layers") {
        // Keras finds operations by their module only.
        for layer in layers.iter_mut().filter(|layer| !is_operation(layer)) {
            let mut inner = Map::new();
            for key in ["name", "inbound_nodes"] {
                let given = layer.get(key).cloned();
                inner.extend(given.map(|given| (key.to_string(), given)));
            }
            *layer = legacy_model(layer);
            if let Value::Object(object) = layer {
                object.extend(inner);
            }
        }
    }
    legacy
}

/// `{class_name, config}` without the module; what is no such object stays.
fn legacy_object(value: &Value) -> Value {
    match value.get("class_name") {
        Some(class_name) => json!({"class_name": class_name, "config": value["config"]}),
        None => value.clone(),
    }
}

/// `training_config` of a `compile_config`; None where the model is not compiled.
fn training_config(compile: &Value) -> Option<Value> {
    let mut training = compile.as_object()?.clone();
    let optimizer = training.shift_remove("optimizer")?;
    for (key, value) in &mut training {
        match key.as_str() {
            "loss" => *value = nested(value, &full_name),
            "metrics" | "weighted_metrics" => *value = nested(value, &legacy_object),
            _ => {}
        }
    }
    training.insert("optimizer_config".into(), legacy_object(&optimizer));
    Some(Value::Object(training))
}

/// `change` of every name and object in lists and objects by output.
fn nested(value: &Value, change: &dyn Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|one| nested(one, change)).collect(),
        Value::Object(object) if !object.contains_key("class_name") => {
            let entries = object.iter();
            let entries = entries.map(|(key, value)| (key.clone(), nested(value, change)));
            Value::Object(entries.collect())
        }
        one => change(one),
    }
}

/// A loss by its full name: Keras 3.15 writes `"mse"` as it was typed, which it then cannot read.
fn full_name(loss: &Value) -> Value {
    match loss.as_str().and_then(AnyLoss::canonical) {
        Some(class) => json!(snake_case(class)),
        None => legacy_object(loss),
    }
}
