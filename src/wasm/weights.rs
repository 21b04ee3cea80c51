//! A model's weights and vocabularies by their path in a `.keras` file, between the engine and
//! pkg/formats.

use super::convert::{array_from_js, array_to_js, get};
use crate::error::{Error, Result};
use crate::formats::{Assets, Weights};
use crate::tensor::{Array, Data};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

/// Paths of assets begin so; their bytes travel as arrays of uint8.
const ASSETS: &str = "assets/";

/// Arrays by path as a list of `{path, data, shape}`.
pub fn weights_to_js(weights: &Weights, assets: &Assets) -> JsValue {
    let entry = |path: &str, array: &Array| {
        let entry = array_to_js(array);
        let _ = Reflect::set(&entry, &"path".into(), &path.into());
        entry
    };
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
