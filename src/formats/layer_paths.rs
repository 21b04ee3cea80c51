//! How Keras names a layer's group in a weights file: by class and position, not by layer name.
//!
//! The rule is that of `keras/src/saving/saving_lib.py` (`_save_container_state`).

use crate::registry::snake_case;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// The group of each layer of one container, in order: the snake-case class, then `_1`, `_2`, …
///
/// ```
/// use model_dojo::formats::layer_paths::layer_paths;
/// assert_eq!(layer_paths(&["Dense", "Dropout", "Dense"]), ["dense", "dropout", "dense_1"]);
/// ```
pub fn layer_paths(class_names: &[&str]) -> Vec<String> {
    let mut used: HashMap<String, usize> = HashMap::new();
    class_names
        .iter()
        .map(|class_name| {
            let name = snake_case(class_name);
            let count = used.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 {
                name
            } else {
                format!("{name}_{}", *count - 1)
            }
        })
        .collect()
}

/// The name of every layer of a model by its group (`layers/dense_1` → `hidden`), nested models
/// included, from the model's Keras config (`{class_name, config: {layers: […]}, …}`).
///
/// A Sequential model's groups leave its InputLayer out, and operations that are not layers
/// (`keras.ops` in a Functional model) have none; both as in Keras.
pub fn layer_names(config: &Value) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    collect_names(config, "", &mut names);
    names
}

fn collect_names(model: &Value, prefix: &str, names: &mut BTreeMap<String, String>) {
    let Some(layers) = model["config"]["layers"].as_array() else {
        return;
    };
    let sequential = model["class_name"] == "Sequential";
    let has_group = |layer: &&Value| {
        let operation = layer["module"]
            .as_str()
            .is_some_and(|m| m.starts_with("keras.src.ops"));
        !operation && !(sequential && layer["class_name"] == "InputLayer")
    };
    let layers: Vec<&Value> = layers.iter().filter(has_group).collect();
    let classes: Vec<&str> = layers
        .iter()
        .map(|layer| layer["class_name"].as_str().unwrap_or(""))
        .collect();
    for (layer, path) in layers.iter().zip(layer_paths(&classes)) {
        let group = format!("{prefix}layers/{path}");
        if let Some(name) = layer["config"]["name"].as_str() {
            names.insert(group.clone(), name.to_string());
        }
        collect_names(layer, &format!("{group}/"), names);
    }
}
