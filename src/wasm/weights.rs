//! A model's weights by their path in a `.keras` file, between the engine and pkg/formats.

use super::convert::{array_from_js, array_to_js, get};
use crate::error::{Error, Result};
use crate::formats::Weights;
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

/// Arrays by path as a list of `{path, data, shape}`.
pub fn weights_to_js(weights: &Weights) -> JsValue {
    let entry = |(path, array): (&String, _)| {
        let entry = array_to_js(array);
        let _ = Reflect::set(&entry, &"path".into(), &path.into());
        entry
    };
    weights.iter().map(entry).collect::<js_sys::Array>().into()
}

/// Reads what [`weights_to_js`] gives.
pub fn weights_from_js(list: &JsValue) -> Result<Weights> {
    let entry = |entry: JsValue| {
        let path = get(&entry, "path").as_string();
        let path = path.ok_or_else(|| Error::data("each weight needs its path"))?;
        Ok((path, array_from_js(&entry)?))
    };
    js_sys::Array::from(list).iter().map(entry).collect()
}
