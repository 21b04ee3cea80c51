//! Exports of pkg/formats: files in, config and arrays out, and back.

use super::convert::{JsResult, get, object, thrown};
use super::weights::{saved_from_js, saved_to_js};
use crate::error::{Error, Result};
use crate::formats::{Format, model_file};
use serde_json::Value;
use wasm_bindgen::prelude::*;

/// Reads the bytes of a `.keras` or `.h5` file: `{config, metadata, saved}`, config and metadata as
/// JSON, the weights as [`read_weights`] gives them.
#[wasm_bindgen]
pub fn read_model(bytes: &[u8]) -> JsResult {
    let file = model_file::read(bytes).map_err(thrown)?;
    Ok(object(&[
        ("config", file.config.to_string().into()),
        ("metadata", file.metadata.to_string().into()),
        ("saved", saved_to_js(&file.saved, &file.assets)),
    ]))
}

/// Reads the bytes of a `.weights.h5`, `.h5`, `.keras` or safetensors file: `{layout, weights}`, what
/// a session's `load_weights` takes.
#[wasm_bindgen]
pub fn read_weights(bytes: &[u8]) -> JsResult {
    let (saved, assets) = model_file::read_weights(bytes).map_err(thrown)?;
    Ok(saved_to_js(&saved, &assets))
}

/// The bytes of a file of `format` (keras, h5, weights.h5, safetensors), of a model's config and of
/// what its session gives as `saved` for that format.
#[wasm_bindgen]
pub fn write_model(format: &str, config: &str, saved: JsValue) -> JsResult<Vec<u8>> {
    write(format, config, &saved).map_err(thrown)
}

fn write(format: &str, config: &str, saved: &JsValue) -> Result<Vec<u8>> {
    let config: Value = serde_json::from_str(config)
        .map_err(|e| Error::data(format!("the model's config is not JSON: {e}")))?;
    let (layout, weights) = (get(saved, "layout"), get(saved, "weights"));
    let (saved, assets) = saved_from_js(&layout.as_string().unwrap_or_default(), &weights)?;
    model_file::write(Format::from_name(format)?, config, saved, assets)
}
