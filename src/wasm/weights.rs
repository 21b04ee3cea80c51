//! A model's weights and vocabularies as files keep them, between the engine and pkg/formats.

use super::convert::{array_from_js, array_to_js, get, object};
use crate::error::{Error, Result};
use crate::formats::{Assets, LayerArrays, Saved, Weights};
use crate::tensor::{Array, Data};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

/// Paths of assets begin so; their bytes travel as arrays of uint8.
const ASSETS: &str = "assets/";

/// `{path, data, shape}` of an array.
fn entry(path: &str, array: &Array) -> JsValue {
    let entry = array_to_js(array);
    let _ = Reflect::set(&entry, &"path".into(), &path.into());
    entry
}

/// `{layout, weights}`: the layout is `paths`, `layers` or `names`, the weights a list of
/// `{path, data, shape}`, in the layout of layers with the layer's name as `layer`.
pub fn saved_to_js(saved: &Saved, assets: &Assets) -> JsValue {
    let (layout, weights) = match saved {
        Saved::Paths(weights) => ("paths", weights_to_js(weights, assets)),
        Saved::Names(weights) => ("names", weights_to_js(weights, assets)),
        Saved::Layers { layers, optimizer } => {
            let list = js_sys::Array::from(&weights_to_js(optimizer, assets));
            for LayerArrays { layer, arrays } in layers {
                for (name, array) in arrays {
                    let entry = entry(name, array);
                    let _ = Reflect::set(&entry, &"layer".into(), &layer.into());
                    list.push(&entry);
                }
            }
            ("layers", list.into())
        }
    };
    object(&[("layout", layout.into()), ("weights", weights)])
}

/// Reads what [`saved_to_js`] gives.
pub fn saved_from_js(layout: &str, list: &JsValue) -> Result<(Saved, Assets)> {
    if layout == "layers" {
        return Ok((layers_from_js(list)?, Assets::new()));
    }
    let (weights, assets) = weights_from_js(list)?;
    let saved = match layout {
        "paths" => Saved::Paths(weights),
        "names" => Saved::Names(weights),
        other => {
            return Err(Error::data(format!(
                "weights come in the layouts paths, layers and names, found \"{other}\""
            )));
        }
    };
    Ok((saved, assets))
}

fn layers_from_js(list: &JsValue) -> Result<Saved> {
    let (mut layers, mut optimizer): (Vec<LayerArrays>, _) = (vec![], Weights::new());
    for entry in js_sys::Array::from(list).iter() {
        let path = get(&entry, "path").as_string().unwrap_or_default();
        let array = array_from_js(&entry)?;
        let Some(layer) = get(&entry, "layer").as_string() else {
            optimizer.insert(path, array);
            continue;
        };
        match layers.last_mut().filter(|last| last.layer == layer) {
            Some(last) => last.arrays.push((path, array)),
            None => layers.push(LayerArrays {
                layer,
                arrays: vec![(path, array)],
            }),
        }
    }
    Ok(Saved::Layers { layers, optimizer })
}

/// Arrays by path as a list of `{path, data, shape}`.
pub fn weights_to_js(weights: &Weights, assets: &Assets) -> JsValue {
    let list = js_sys::Array::new();
    for (path, array) in weights {
        list.push(&entry(path, array));
    }
    for (path, bytes) in assets {
        let array = Array {
            shape: vec![bytes.len()],
            data: Data::U8(bytes.clone()),
        };
        list.push(&entry(&format!("{ASSETS}{path}"), &array));
    }
    list.into()
}

/// Reads what [`weights_to_js`] gives.
pub fn weights_from_js(list: &JsValue) -> Result<(Weights, Assets)> {
    let (mut weights, mut assets) = (Weights::new(), Assets::new());
    for entry in js_sys::Array::from(list).iter() {
        let path = get(&entry, "path").as_string();
        let path = path.ok_or_else(|| Error::data("each weight needs its path"))?;
        let array = array_from_js(&entry)?;
        match (path.strip_prefix(ASSETS), array.data) {
            (Some(path), Data::U8(bytes)) => drop(assets.insert(path.to_string(), bytes)),
            (_, data) => {
                let shape = array.shape;
                weights.insert(path, Array { shape, data });
            }
        }
    }
    Ok((weights, assets))
}
