//! Exports of pkg/formats: files in, config and arrays out, and back.

use super::convert::{JsResult, get, object, thrown};
use super::weights::{weights_from_js, weights_to_js};
use crate::error::{Error, Result};
use crate::formats::{KerasFile, keras_zip};
use wasm_bindgen::prelude::*;

/// Reads the bytes of a `.keras` file: `{config, metadata, weights: [{path, data, shape}]}`, config
/// and metadata as JSON, vocabularies (bytes at `assets/…`) among the weights.
#[wasm_bindgen]
pub fn read_keras(bytes: &[u8]) -> JsResult {
    let file = keras_zip::read(bytes).map_err(thrown)?;
    let config = file.config.to_string();
    Ok(object(&[
        ("config", config.into()),
        ("metadata", file.metadata.to_string().into()),
        ("weights", weights_to_js(&file.weights, &file.assets)),
    ]))
}

/// The bytes of a `.keras` file of what [`read_keras`] gives.
#[wasm_bindgen]
pub fn write_keras(model: JsValue) -> JsResult<Vec<u8>> {
    model_from_js(&model)
        .and_then(|file| keras_zip::write(&file))
        .map_err(thrown)
}

/// The bytes of a `.weights.h5` file of what [`read_keras`] gives.
#[wasm_bindgen]
pub fn write_weights(model: JsValue) -> JsResult<Vec<u8>> {
    model_from_js(&model)
        .and_then(|file| keras_zip::write_weights(&file))
        .map_err(thrown)
}

fn model_from_js(model: &JsValue) -> Result<KerasFile> {
    let config = get(model, "config").as_string().unwrap_or_default();
    let config = serde_json::from_str(&config)
        .map_err(|e| Error::data(format!("the model's config is not JSON: {e}")))?;
    let (weights, assets) = weights_from_js(&get(model, "weights"))?;
    Ok(KerasFile {
        metadata: crate::formats::keras_model::metadata(),
        config,
        weights,
        assets,
    })
}
