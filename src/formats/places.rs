//! Where each format keeps a variable: the one table behind `.keras`, `.h5` and safetensors.

use super::{LayerArrays, Weights, keras_model};
use crate::error::{Error, Result};
use crate::layers::LayerNode;
use crate::model::{Model, Variable};

/// The places of one variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// In `.keras` and `.weights.h5`: `layers/dense_1/vars/0`.
    pub path: String,
    /// In safetensors, and as a label in `.h5`: the names of layer and variable, those of the models
    /// around the layer before them (`hidden/kernel`, `encoder/hidden/kernel`).
    pub name: String,
    /// In `.h5`: the model's own layer, or model, that it belongs to.
    pub layer: String,
}

/// The places of a built model's variables, in the model's order.
///
/// Keras' own names (`Variable.path`) tell how a model was made: a Sequential's begin with its name
/// (`sequential_3/dense_7/kernel`), a Functional's do not. Those here depend on the layers alone.
pub fn places(model: &Model) -> Vec<Place> {
    let paths = keras_model::variable_paths(model);
    let mut taken: Vec<String> = vec![];
    let variables = model.variables.list.iter().zip(paths);
    let place = |(variable, path): (&Variable, String)| {
        let node = &model.layers()[variable.layer];
        let name = unused(format!("{}/{}", node.path(), variable.spec.path()), &taken);
        taken.push(name.clone());
        Place {
            path,
            name,
            layer: owner(node).to_string(),
        }
    };
    variables.map(place).collect()
}

/// The model's own layer, or model, that a layer is or belongs to.
fn owner(node: &LayerNode) -> &str {
    match node.scope.split_once('/') {
        Some((model, _)) => model,
        None => &node.name,
    }
}

/// The name, with a number where several variables of a layer have one name.
fn unused(name: String, taken: &[String]) -> String {
    let numbered = (1..).map(|n| format!("{name}_{n}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or(name)
}

/// The layers with variables and the numbers of these, as legacy `.h5` files order them: each
/// layer's trained ones in front (`_legacy_weights`).
fn legacy_order(model: &Model, places: &[Place]) -> Vec<(String, Vec<usize>)> {
    let mut layers: Vec<(String, Vec<usize>)> = vec![];
    for (i, place) in places.iter().enumerate() {
        match layers.iter_mut().find(|(layer, _)| *layer == place.layer) {
            Some((_, variables)) => variables.push(i),
            None => layers.push((place.layer.clone(), vec![i])),
        }
    }
    for (_, variables) in &mut layers {
        variables.sort_by_key(|&i| !model.variables.list[i].trainable);
    }
    layers
}

/// Arrays by path out of those by layer. As in Keras, names say nothing: the n-th layer that has
/// weights takes those of the file's n-th.
///
/// Errors: another number of layers, of arrays in a layer, or another shape.
pub fn from_layers(model: &Model, layers: Vec<LayerArrays>) -> Result<Weights> {
    let places = places(model);
    let own = legacy_order(model, &places);
    let file: Vec<LayerArrays> = layers
        .into_iter()
        .filter(|it| !it.arrays.is_empty())
        .collect();
    if own.len() != file.len() {
        let names = |names: Vec<&str>| names.join(", ");
        return Err(Error::file(format!(
            "the file holds weights of {} layers ({}), but the model has {} with weights ({}); give the file that was saved from this model",
            file.len(),
            names(file.iter().map(|it| it.layer.as_str()).collect()),
            own.len(),
            names(own.iter().map(|(layer, _)| layer.as_str()).collect()),
        )));
    }
    let mut weights = Weights::new();
    for (
        (layer, variables),
        LayerArrays {
            layer: saved,
            arrays,
        },
    ) in own.into_iter().zip(file)
    {
        if variables.len() != arrays.len() {
            let error = Error::file(format!(
                "it has {} weights, but the file's layer \"{saved}\" in its place has {}; give the file that was saved from this model",
                variables.len(),
                arrays.len()
            ));
            return Err(error.in_layer(&layer));
        }
        for (i, (name, array)) in variables.into_iter().zip(arrays) {
            let spec = &model.variables.list[i].spec;
            if array.shape != spec.shape {
                let error = Error::shape(format!(
                    "the file's \"{name}\" has shape {:?}, but {} has shape {:?}; give the file that was saved from this model",
                    array.shape, spec.name, spec.shape
                ));
                return Err(error.in_layer(&layer));
            }
            weights.insert(places[i].path.clone(), array);
        }
    }
    Ok(weights)
}

/// The arrays of the layers that have some, out of those by path.
pub fn to_layers(model: &Model, weights: &Weights) -> Vec<LayerArrays> {
    let places = places(model);
    let array = |i: usize| {
        let Place { path, name, .. } = &places[i];
        Some((name.clone(), weights.get(path)?.clone()))
    };
    let layer = |(layer, variables): (String, Vec<usize>)| LayerArrays {
        layer,
        arrays: variables.into_iter().filter_map(array).collect(),
    };
    legacy_order(model, &places)
        .into_iter()
        .map(layer)
        .collect()
}

/// Arrays by path out of those by name.
///
/// Errors: a variable that the file lacks, and arrays that the model has no variable for.
pub fn from_names(model: &Model, mut named: Weights) -> Result<Weights> {
    let mut weights = Weights::new();
    let mut missing = vec![];
    for (place, variable) in places(model).into_iter().zip(&model.variables.list) {
        match named.remove(&place.name) {
            Some(array) if array.shape != variable.spec.shape => {
                return Err(Error::shape(format!(
                    "the file's \"{}\" has shape {:?}, but the model's has shape {:?}; give the file that was saved from this model",
                    place.name, array.shape, variable.spec.shape
                )));
            }
            Some(array) => drop(weights.insert(place.path, array)),
            None => missing.push(place.name),
        }
    }
    let extra: Vec<&str> = named.keys().map(String::as_str).collect();
    if missing.is_empty() && extra.is_empty() {
        return Ok(weights);
    }
    Err(Error::file(format!(
        "the file's weights are not this model's: {} missing ({}), {} more than there are ({}); names are \"<layer>/<variable>\", e.g. dense/kernel",
        missing.len(),
        shown(missing.iter().map(String::as_str)),
        extra.len(),
        shown(extra.iter().copied()),
    )))
}

/// The model's arrays by name, out of those by path.
pub fn to_names(model: &Model, weights: &Weights) -> Weights {
    let array = |place: Place| Some((place.name, weights.get(&place.path)?.clone()));
    places(model).into_iter().filter_map(array).collect()
}

/// Some names of a long list.
fn shown<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SOME: usize = 5;
    let mut names: Vec<&str> = names.take(SOME + 1).collect();
    if names.is_empty() {
        return "none".to_string();
    }
    if names.len() > SOME {
        names[SOME] = "…";
    }
    names.join(", ")
}
