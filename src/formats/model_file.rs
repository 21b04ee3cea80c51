//! Files of models and weights by what is in them, whatever they are called.

use super::{Assets, Format, KerasFile, ModelFile, Saved, keras_zip, legacy_h5, safetensors};
use crate::error::{Error, Result};
use serde_json::Value;

/// What a zip archive begins with.
const ZIP: &[u8] = b"PK\x03\x04";

/// Reads a model: `.keras` or `.h5`.
pub fn read(bytes: &[u8]) -> Result<ModelFile> {
    if bytes.starts_with(ZIP) {
        return keras_zip::read(bytes).map(ModelFile::from);
    }
    if bytes.starts_with(legacy_h5::MAGIC) {
        return legacy_h5::read(bytes);
    }
    Err(Error::file(match safetensors::is_safetensors(bytes) {
        true => {
            "a safetensors file holds weights without a model; load or build the model they belong to, then load these weights into it"
        }
        false => {
            "not a model: expected a .keras or .h5 file, and this is neither a zip archive nor HDF5"
        }
    }))
}

/// Reads weights (Keras' `load_weights`): `.weights.h5`, safetensors, `.h5` and `.keras`.
pub fn read_weights(bytes: &[u8]) -> Result<(Saved, Assets)> {
    if bytes.starts_with(ZIP) {
        let KerasFile {
            weights, assets, ..
        } = keras_zip::read(bytes)?;
        return Ok((Saved::Paths(weights), assets));
    }
    let saved = if bytes.starts_with(legacy_h5::MAGIC) {
        legacy_h5::read_weights(bytes)?
    } else if safetensors::is_safetensors(bytes) {
        Saved::Names(safetensors::read(bytes)?)
    } else {
        return Err(Error::file(
            "not weights: expected a .weights.h5, .h5, .keras or .safetensors file, and this is none of them",
        ));
    };
    Ok((saved, Assets::new()))
}

/// The bytes of a file. What is saved must be as the format keeps it.
pub fn write(format: Format, config: Value, saved: Saved, assets: Assets) -> Result<Vec<u8>> {
    match (format, saved) {
        (Format::Keras | Format::WeightsH5, Saved::Paths(weights)) => {
            let file = KerasFile {
                metadata: super::keras_model::metadata(),
                config,
                weights,
                assets,
            };
            match format {
                Format::Keras => keras_zip::write(&file),
                _ => keras_zip::write_weights(&file),
            }
        }
        (Format::H5, Saved::Layers { layers, optimizer }) => {
            legacy_h5::write(&config, &layers, &optimizer)
        }
        (Format::Safetensors, Saved::Names(weights)) => safetensors::write(&weights),
        (format, _) => Err(Error::data(format!(
            "the weights given are not as {format:?} files keep them"
        ))),
    }
}
