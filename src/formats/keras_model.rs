//! A [`Model`] out of what a `.keras` file holds, and back.

use super::layer_paths::layer_paths;
use super::{Assets, Format, KerasFile, ModelFile, Saved, Weights, optimizer_state, places};
use crate::error::{Error, Result};
use crate::model::{Class, Container, Member, Model, Part, Variable, Variables};
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
    set_state(&mut model, &file.weights, &file.assets)?;
    Ok(model)
}

/// The model of a file of whichever format; see [`load`].
pub fn load_file(file: ModelFile, seed: u32) -> Result<Model> {
    let mut model = Model::from_config(&file.config, seed)?;
    set_saved(&mut model, file.saved, &file.assets)?;
    Ok(model)
}

/// Sets what a file of whichever format holds (`load_weights`). The optimizer's state stays as it
/// is where the file has none.
pub fn set_saved(model: &mut Model, saved: Saved, assets: &Assets) -> Result<()> {
    match saved {
        Saved::Paths(weights) => set_state(model, &weights, assets),
        Saved::Layers { layers, optimizer } => {
            let mut weights = places::from_layers(model, layers)?;
            weights.extend(optimizer);
            restore(model, &weights)
        }
        Saved::Names(named) => restore(model, &places::from_names(model, named)?),
    }
}

/// Sets all that a model has learned: vocabularies, weights and the optimizer's state.
pub fn set_state(model: &mut Model, weights: &Weights, assets: &Assets) -> Result<()> {
    read_vocabularies(model, weights, assets)?;
    restore(model, weights)
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
    let has_state = weights.keys().any(|path| path.starts_with("optimizer/"));
    if let Some(compiled) = model.compiled.as_mut().filter(|_| has_state) {
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
    let assets = write_vocabularies(model, &mut weights);
    KerasFile {
        metadata: metadata(),
        config: model.to_config(),
        weights,
        assets,
    }
}

/// What a file of `format` keeps of the model.
///
/// Errors: vocabularies that the format has no place for, a model that is not built yet and so has
/// no weights to save alone.
pub fn save_as(model: &Model, format: Format) -> Result<(Saved, Assets)> {
    let none = Assets::new();
    Ok(match format {
        Format::Keras => {
            let KerasFile {
                weights, assets, ..
            } = save(model);
            (Saved::Paths(weights), assets)
        }
        Format::WeightsH5 => {
            model.built()?;
            (Saved::Paths(save(model).weights), none)
        }
        Format::H5 => {
            let mut weights = without_assets(model, ".h5")?;
            let layers = places::to_layers(model, &weights);
            weights.retain(|path, _| path.starts_with("optimizer/"));
            let optimizer = weights;
            (Saved::Layers { layers, optimizer }, none)
        }
        Format::Safetensors => {
            let weights = without_assets(model, "safetensors")?;
            (Saved::Names(places::to_names(model, &weights)), none)
        }
    })
}

/// A built model's weights; an error where vocabularies would be lost.
fn without_assets(model: &Model, format: &str) -> Result<Weights> {
    model.built()?;
    let KerasFile {
        weights, assets, ..
    } = save(model);
    match assets.keys().next() {
        None => Ok(weights),
        Some(asset) => Err(Error::unsupported(format!(
            "{format} files hold no vocabularies, but the model has one ({asset}); save it as .keras, or give the vocabulary as the layer's argument"
        ))),
    }
}

/// The `metadata.json` of files written here.
pub fn metadata() -> serde_json::Value {
    json!({"keras_version": KERAS_VERSION})
}

/// Where Keras saves each layer: `layers/dense_1`, `layers/functional/layers/dense`.
fn layer_groups(model: &Model) -> Vec<String> {
    let mut groups = vec![String::new(); model.layers().len()];
    name_groups(model, model.root(), "", &mut groups);
    groups
}

fn name_groups(model: &Model, container: &Container, prefix: &str, groups: &mut [String]) {
    let sequential = container.class == Class::Sequential;
    let has_group =
        |member: &&Member| !member.is_operation() && !(sequential && member.input().is_some());
    let members: Vec<&Member> = container.members.iter().filter(has_group).collect();
    let classes = members.iter().map(|it| it.class_name(model.layers()));
    let classes: Vec<&str> = classes.collect();
    for (member, path) in members.iter().zip(layer_paths(&classes)) {
        let group = format!("{prefix}layers/{path}");
        match &member.part {
            Part::Input(_) | Part::Operation(..) => {}
            Part::Layer(layer) => groups[*layer] = group,
            Part::Model(inner) => name_groups(model, inner, &format!("{group}/"), groups),
        }
    }
}

/// The vocabularies of lookups: `layers/string_lookup/vocabulary.txt` among the assets, and the idf
/// weights at `layers/string_lookup/vars/idf_weights`.
fn read_vocabularies(model: &mut Model, weights: &Weights, assets: &Assets) -> Result<()> {
    let groups = layer_groups(model);
    for (node, group) in model.layers_mut().iter_mut().zip(groups) {
        let Some(vocabulary) = node.layer.vocabulary_mut() else {
            continue;
        };
        let path = format!("{group}/vocabulary.txt");
        let text = assets.get(&path).map(|bytes| std::str::from_utf8(bytes));
        let text = text.transpose().map_err(|e| {
            Error::file(format!(
                "{path} in the file is not text in UTF-8 ({e}); save the model again"
            ))
        })?;
        let path = idf_path(&group);
        let idf = weights.get(&path).map(|array| to_f32(array, &path));
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

/// Where Keras saves each variable, in the model's order: `layers/dense_1/vars/0`,
/// `layers/lstm/cell/vars/0`.
pub(super) fn variable_paths(model: &Model) -> Vec<String> {
    let groups = layer_groups(model);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let path = |variable: &Variable| {
        let group = &groups[variable.layer];
        let group = match variable.spec.part.as_str() {
            "" => group.clone(),
            part => format!("{group}/{part}"),
        };
        let path = format!("{group}/vars");
        let count = counts.entry(group).or_default();
        *count += 1;
        format!("{path}/{}", *count - 1)
    };
    model.variables.list.iter().map(path).collect()
}

/// Weights that no layer takes would be lost in silence. States of random seeds, which older
/// Keras saved, are of no use here.
fn refuse_unknown(weights: &Weights, paths: &[String]) -> Result<()> {
    let of_model = |path: &&String| {
        // Keras 2.12 to 2.15 kept what its metrics had seen, too.
        let apart = ["optimizer/", "metrics/"]
            .iter()
            .any(|it| path.starts_with(it));
        let other = ["seed_generator", "/vars/idf_weights"];
        !apart && !other.iter().any(|part| path.contains(part))
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
    let not_numbers = |_| Error::file(format!("the file's weights at \"{path}\" are not numbers"));
    array.to_f32().map_err(not_numbers)
}
