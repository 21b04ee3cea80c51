//! A [`Model`] out of what a `.keras` file holds, and back.

use super::layer_paths::layer_paths;
use super::{Assets, KerasFile, Weights};
use crate::error::{Error, Result};
use crate::model::{Compiled, Model, Variable};
use crate::optimizers::OptimizerState;
use crate::tensor::{Array, Data};
use serde_json::json;

/// The Keras whose files these are.
const KERAS_VERSION: &str = "3.15.1";

/// The model of a file: its layers, weights, what it was compiled with and the optimizer's state.
///
/// As in Keras, a state that does not fit the optimizer is left out (a file saved before the
/// first step has none): the optimizer then starts anew. Errors: what [`Model::from_config`] does
/// not know, and weights that are missing, of another shape, or of layers the config lacks.
pub fn load(file: &KerasFile, seed: u32) -> Result<Model> {
    let mut model = Model::from_config(&file.config, seed)?;
    read_vocabularies(file, &mut model)?;
    let paths = variable_paths(&model);
    refuse_unknown(&file.weights, &paths)?;
    for (i, path) in paths.iter().enumerate() {
        let values = find(&file.weights, path, &model.variables.list[i])?;
        model.variables.set(i, &values)?;
    }
    if let Some(compiled) = &mut model.compiled {
        let new = compiled.optimizer.new_state(model.variables.trainable_len);
        let variables = &model.variables.list;
        model.optimizer_state = read_optimizer(&file.weights, compiled, new, variables)?;
    }
    Ok(model)
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
        let new = || compiled.optimizer.new_state(model.variables.trainable_len);
        let state = model.optimizer_state.clone().unwrap_or_else(new);
        write_optimizer(&mut weights, compiled, &state, &model.variables.list);
    }
    let assets = write_vocabularies(model, &mut weights);
    KerasFile {
        metadata: metadata(),
        config: model.to_config(),
        weights,
        assets,
    }
}

/// The `metadata.json` of files written here.
pub fn metadata() -> serde_json::Value {
    json!({"keras_version": KERAS_VERSION})
}

/// Where Keras saves each layer: `layers/dense_1`.
fn layer_groups(model: &Model) -> Vec<String> {
    let classes: Vec<&str> = model
        .layers()
        .iter()
        .map(|node| node.layer.class_name())
        .collect();
    let paths = layer_paths(&classes).into_iter();
    paths.map(|path| format!("layers/{path}")).collect()
}

/// The vocabularies of lookups: `layers/string_lookup/vocabulary.txt` among the assets, and the idf
/// weights at `layers/string_lookup/vars/idf_weights`.
fn read_vocabularies(file: &KerasFile, model: &mut Model) -> Result<()> {
    let groups = layer_groups(model);
    for (node, group) in model.layers_mut().iter_mut().zip(groups) {
        let Some(vocabulary) = node.layer.vocabulary_mut() else {
            continue;
        };
        let path = format!("{group}/vocabulary.txt");
        let text = file
            .assets
            .get(&path)
            .map(|bytes| std::str::from_utf8(bytes));
        let text = text.transpose().map_err(|e| {
            Error::file(format!(
                "{path} in the file is not text in UTF-8 ({e}); save the model again"
            ))
        })?;
        let path = idf_path(&group);
        let idf = file.weights.get(&path).map(|array| to_f32(array, &path));
        if vocabulary.to_text().is_none() && idf.is_none() {
            continue; // All of it is in the config.
        }
        let set = vocabulary.set(text, idf.transpose()?);
        set.map_err(|e| e.in_layer(&node.name))?;
    }
    Ok(())
}

fn idf_path(group: &str) -> String {
    format!("{group}/vars/idf_weights")
}

/// The vocabularies as assets; idf weights are added to the weights.
fn write_vocabularies(model: &Model, weights: &mut Weights) -> Assets {
    let mut assets = Assets::new();
    for (node, group) in model.layers().iter().zip(layer_groups(model)) {
        let Some(vocabulary) = node.layer.vocabulary() else {
            continue;
        };
        let inner = vocabulary.inner().map(|inner| format!("{group}/{inner}"));
        for group in inner.into_iter().chain([group]) {
            if let Some(text) = vocabulary.to_text() {
                assets.insert(format!("{group}/vocabulary.txt"), text.into_bytes());
            }
            if let Some(idf) = vocabulary.idf_weights() {
                let (shape, data) = (vec![idf.len()], Data::F32(idf.to_vec()));
                weights.insert(idf_path(&group), Array { shape, data });
            }
        }
    }
    assets
}

/// Where Keras saves each variable, in the model's order: `layers/dense_1/vars/0`.
fn variable_paths(model: &Model) -> Vec<String> {
    let groups = layer_groups(model);
    let mut counts = vec![0; groups.len()];
    let path = |variable: &Variable| {
        let count = &mut counts[variable.layer];
        *count += 1;
        format!("{}/vars/{}", groups[variable.layer], *count - 1)
    };
    model.variables.list.iter().map(path).collect()
}

/// Weights that no layer takes would be lost in silence. States of random seeds, which older
/// Keras saved, are of no use here.
fn refuse_unknown(weights: &Weights, paths: &[String]) -> Result<()> {
    let of_model = |path: &&String| {
        let other = ["seed_generator", "/vars/idf_weights"];
        !path.starts_with("optimizer/") && !other.iter().any(|part| path.contains(part))
    };
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

/// The values at `path`, which must be there with the shape of `variable`.
fn find(weights: &Weights, path: &str, variable: &Variable) -> Result<Vec<f32>> {
    let (name, shape) = (variable.spec.name, &variable.spec.shape);
    let array = weights.get(path).ok_or_else(|| {
        Error::file(format!(
            "the file has no weights at \"{path}\", where {name} of shape {shape:?} belongs; save the whole model again in Keras 3"
        ))
    })?;
    if array.shape != *shape {
        return Err(Error::shape(format!(
            "the file's weights at \"{path}\" have shape {:?}, but the config asks for {name} of shape {shape:?}; config and weights are of different models",
            array.shape
        )));
    }
    to_f32(array, path)
}

fn to_f32(array: &Array, path: &str) -> Result<Vec<f32>> {
    let not_numbers = |_| Error::file(format!("the file's weights at \"{path}\" are not numbers"));
    array.to_f32().map_err(not_numbers)
}

/// For each slot variable of the optimizer's file order: its path, the slot's index and the model's
/// variable. Slots of a group alternate variable by variable; groups follow each other
/// (`add_optimizer_variables` in `keras/src/optimizers/base_optimizer.py`).
fn slot_order<'a>(
    compiled: &Compiled,
    variables: &'a [Variable],
) -> Vec<(String, usize, &'a Variable)> {
    let mut order = Vec::new();
    let mut first = 0;
    for group in compiled.optimizer.update.slot_groups() {
        for variable in variables.iter().filter(|variable| variable.trainable) {
            for slot in first..first + group.len() {
                // 0 and 1 are ITERATION and LEARNING_RATE.
                order.push((
                    format!("optimizer/vars/{}", order.len() + 2),
                    slot,
                    variable,
                ));
            }
        }
        first += group.len();
    }
    order
}

const ITERATION: &str = "optimizer/vars/0";
const LEARNING_RATE: &str = "optimizer/vars/1";

/// The state in the file and, set on `compiled`, its learning rate; None where it does not fit.
fn read_optimizer(
    weights: &Weights,
    compiled: &mut Compiled,
    mut state: OptimizerState,
    variables: &[Variable],
) -> Result<Option<OptimizerState>> {
    let order = slot_order(compiled, variables);
    let saved = weights
        .keys()
        .filter(|path| path.starts_with("optimizer/"))
        .count();
    if saved != order.len() + 2 {
        return Ok(None);
    }
    let (iterations, learning_rate) = match (data(weights, ITERATION), data(weights, LEARNING_RATE))
    {
        (Some(Data::I32(i)), Some(Data::F32(lr))) if i.len() == 1 && lr.len() == 1 => {
            (i64::from(i[0]), lr[0])
        }
        (Some(Data::I64(i)), Some(Data::F32(lr))) if i.len() == 1 && lr.len() == 1 => (i[0], lr[0]),
        _ => {
            return Err(Error::file(format!(
                "the file's optimizer state is not Keras': expected an integer at \"{ITERATION}\" and a float32 at \"{LEARNING_RATE}\"; save the model again"
            )));
        }
    };
    state.iterations = iterations.max(0) as u64;
    compiled
        .optimizer
        .set_learning_rate(f64::from(learning_rate))?;
    for (path, slot, variable) in order {
        let values = find(weights, &path, variable)?;
        state.slots[slot][variable.range.clone()].copy_from_slice(&values);
    }
    Ok(Some(state))
}

fn data<'a>(weights: &'a Weights, path: &str) -> Option<&'a Data> {
    weights.get(path).map(|array| &array.data)
}

fn write_optimizer(
    weights: &mut Weights,
    compiled: &Compiled,
    state: &OptimizerState,
    variables: &[Variable],
) {
    let learning_rate = compiled.optimizer.learning_rate(state.iterations) as f32;
    let scalar = |data| Array {
        shape: vec![],
        data,
    };
    weights.insert(
        ITERATION.into(),
        scalar(Data::I32(vec![state.iterations as i32])),
    );
    weights.insert(LEARNING_RATE.into(), scalar(Data::F32(vec![learning_rate])));
    for (path, slot, variable) in slot_order(compiled, variables) {
        let values = state.slots[slot][variable.range.clone()].to_vec();
        let shape = variable.spec.shape.clone();
        weights.insert(
            path,
            Array {
                shape,
                data: Data::F32(values),
            },
        );
    }
}
