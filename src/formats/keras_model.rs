//! A [`Model`] out of what a `.keras` file holds, and back.

use super::layer_paths::layer_paths;
use super::{KerasFile, Weights, optimizer_state};
use crate::error::{Error, Result};
use crate::model::{Model, Variable, Variables};
use crate::tensor::{Array, Data};
use serde_json::json;
use std::collections::BTreeMap;

/// The Keras whose files these are.
const KERAS_VERSION: &str = "3.15.1";

/// The model of a file: its layers, weights, what it was compiled with and the optimizer's state.
///
/// As in Keras, a state that does not fit the optimizer is left out (a file saved before the
/// first step has none): the optimizer then starts anew. Errors: what [`Model::from_config`] does
/// not know, and weights that are missing, of another shape, or of layers the config lacks.
pub fn load(file: &KerasFile, seed: u32) -> Result<Model> {
    let mut model = Model::from_config(&file.config, seed)?;
    restore(&mut model, &file.weights)?;
    Ok(model)
}

/// Sets the weights of a built model and the state of its optimizer (`load_weights`); a model that
/// is being trained keeps an optimizer that can go on.
pub fn restore(model: &mut Model, weights: &Weights) -> Result<()> {
    let paths = variable_paths(model);
    refuse_unknown(weights, &paths)?;
    for (i, path) in paths.iter().enumerate() {
        let spec = &model.variables.list[i].spec;
        let values = find(weights, path, spec.name, &spec.shape)?;
        model.variables.set(i, &values)?;
    }
    if let Some(compiled) = &mut model.compiled {
        let optimizer = &mut compiled.optimizer;
        let read = optimizer_state::read(weights, optimizer, &model.variables)?;
        let Variables { list, values, .. } = &model.variables;
        model.optimizer_state = match (read, &model.optimizer_state) {
            (None, Some(_)) => Some(optimizer.new_state(list, values)?),
            (read, _) => read,
        };
    }
    Ok(())
}

/// What a `.keras` file of the model holds. An optimizer that has not stepped yet is saved with
/// the state it will start from.
pub fn save(model: &Model) -> KerasFile {
    let mut weights = Weights::new();
    for (i, path) in variable_paths(model).into_iter().enumerate() {
        let (spec, values) = (&model.variables.list[i].spec, model.variables.get(i));
        // Normalization's count of rows is the one variable of Keras' layers that is an integer.
        let data = match spec.name {
            "count" => Data::I32(values.iter().map(|&count| count as i32).collect()),
            _ => Data::F32(values.to_vec()),
        };
        weights.insert(
            path,
            Array {
                shape: spec.shape.clone(),
                data,
            },
        );
    }
    if let Some(compiled) = &model.compiled {
        let (optimizer, state) = (&compiled.optimizer, model.optimizer_state.as_ref());
        optimizer_state::write(&mut weights, optimizer, state, &model.variables);
    }
    KerasFile {
        metadata: metadata(),
        config: model.to_config(),
        weights,
        assets: BTreeMap::new(),
    }
}

/// The `metadata.json` of files written here.
pub fn metadata() -> serde_json::Value {
    json!({"keras_version": KERAS_VERSION})
}

/// Where Keras saves each variable, in the model's order: `layers/dense_1/vars/0`.
fn variable_paths(model: &Model) -> Vec<String> {
    let classes: Vec<&str> = model
        .layers()
        .iter()
        .map(|node| node.layer.class_name())
        .collect();
    let groups = layer_paths(&classes);
    let mut counts = vec![0; groups.len()];
    let path = |variable: &Variable| {
        let count = &mut counts[variable.layer];
        *count += 1;
        format!("layers/{}/vars/{}", groups[variable.layer], *count - 1)
    };
    model.variables.list.iter().map(path).collect()
}

/// Weights that no layer takes would be lost in silence. States of random seeds, which older
/// Keras saved, are of no use here.
fn refuse_unknown(weights: &Weights, paths: &[String]) -> Result<()> {
    let of_model =
        |path: &&String| !path.starts_with("optimizer/") && !path.contains("seed_generator");
    match weights
        .keys()
        .filter(of_model)
        .find(|path| !paths.contains(path))
    {
        Some(path) => Err(Error::file(format!(
            "the file holds weights at \"{path}\" that no layer of its config takes; save the model again in Keras 3"
        ))),
        None => Ok(()),
    }
}

/// The values at `path`, which must be there with the shape of what is `name`d there.
pub(super) fn find(weights: &Weights, path: &str, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
    let array = weights.get(path).ok_or_else(|| {
        Error::file(format!(
            "the file has no weights at \"{path}\", where {name} of shape {shape:?} belongs; save the whole model again in Keras 3"
        ))
    })?;
    if array.shape != shape {
        return Err(Error::shape(format!(
            "the file's weights at \"{path}\" have shape {:?}, but the config asks for {name} of shape {shape:?}; config and weights are of different models",
            array.shape
        )));
    }
    to_f32(array, path)
}

fn to_f32(array: &Array, path: &str) -> Result<Vec<f32>> {
    Ok(match &array.data {
        Data::F32(v) => v.clone(),
        Data::F64(v) => v.iter().map(|&x| x as f32).collect(),
        Data::I32(v) => v.iter().map(|&x| x as f32).collect(),
        Data::I64(v) => v.iter().map(|&x| x as f32).collect(),
        Data::U8(v) => v.iter().map(|&x| f32::from(x)).collect(),
        Data::U16(v) => v.iter().map(|&x| f32::from(x)).collect(),
        Data::Bool(_) | Data::Str(_) | Data::Sparse(_) => {
            return Err(Error::file(format!(
                "the file's weights at \"{path}\" are not numbers"
            )));
        }
    })
}
