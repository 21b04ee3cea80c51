//! Keras 3's `.keras`: a zip of `metadata.json`, `config.json`, `model.weights.h5` and `assets/`.

use super::hdf5::{self, MAX_EXPANSION};
use super::layer_paths::layer_names;
use super::{KerasFile, keras2};
use crate::error::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const METADATA: &str = "metadata.json";
const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.weights.h5";
const ASSETS: &str = "assets/";

/// Reads a `.keras` file. Compressed entries are accepted, though Keras stores them plainly.
///
/// Errors (`bad_file`): not a zip, damaged or cut short, no `config.json` or `model.weights.h5`,
/// entries or arrays that claim to be far larger than what is stored.
pub fn read(bytes: &[u8]) -> Result<KerasFile> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|e| Error::file(format!("not a .keras file: expected a zip archive ({e})")))?;
    let mut config = json(CONFIG, &required(&mut archive, CONFIG)?)?;
    if !config["class_name"].is_string() || !config["config"].is_object() {
        return Err(Error::file(
            "config.json is not a Keras model: expected class_name and config",
        ));
    }
    let metadata = match entry(&mut archive, METADATA)? {
        Some(bytes) => json(METADATA, &bytes)?,
        None => Value::Null,
    };
    let mut weights = hdf5::read_weights(&required(&mut archive, WEIGHTS)?)?;
    // Keras 2.12 and later wrote such files, too; its optimizers kept other variables.
    if metadata["keras_version"]
        .as_str()
        .is_some_and(|it| it.starts_with("2."))
    {
        config = keras2::modernize(config);
        weights.retain(|path, _| !path.starts_with("optimizer/"));
    }
    let mut assets = BTreeMap::new();
    let names: Vec<String> = archive.file_names().map(str::to_string).collect();
    for name in names {
        if let Some(path) = name
            .strip_prefix(ASSETS)
            .filter(|p| !p.is_empty() && !p.ends_with('/'))
        {
            assets.insert(path.to_string(), required(&mut archive, &name)?);
        }
    }
    Ok(KerasFile {
        metadata,
        config,
        weights,
        assets,
    })
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

fn required(archive: &mut Archive, name: &str) -> Result<Vec<u8>> {
    entry(archive, name)?.ok_or_else(|| {
        Error::file(format!(
            "the archive holds no {name}, so it is not a model saved by Keras 3; save it with model.save(\"name.keras\")"
        ))
    })
}

/// An entry's bytes, or None where the archive does not have it.
fn entry(archive: &mut Archive, name: &str) -> Result<Option<Vec<u8>>> {
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(e) => return Err(unreadable(name, e)),
    };
    let limit = file.compressed_size().saturating_mul(MAX_EXPANSION);
    if file.size() > limit {
        return Err(unreadable(
            name,
            "it claims to be far larger than what is stored",
        ));
    }
    let mut bytes = Vec::new();
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(name, e))?;
    Ok(Some(bytes))
}

fn unreadable(name: &str, reason: impl std::fmt::Display) -> Error {
    Error::file(format!(
        "{name} in the archive cannot be read ({reason}); the file may be cut short: use another copy"
    ))
}

fn json(name: &str, bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes)
        .map_err(|e| Error::file(format!("{name} in the archive is not JSON ({e})")))
}

/// The bytes of a `.keras` file that Keras' `load_model` reads.
///
/// The layers' names in the weights come from `file.config`. Errors as [`hdf5::write_weights`].
pub fn write(file: &KerasFile) -> Result<Vec<u8>> {
    let mut entries = vec![
        (METADATA.to_string(), file.metadata.to_string().into_bytes()),
        (CONFIG.to_string(), file.config.to_string().into_bytes()),
        (WEIGHTS.to_string(), write_weights(file)?),
    ];
    entries.extend(
        file.assets
            .iter()
            .map(|(path, b)| (format!("{ASSETS}{path}"), b.clone())),
    );
    archive(&entries).map_err(|e| Error::file(format!("the .keras file cannot be written: {e}")))
}

/// The bytes of the `.weights.h5` file that Keras' `load_weights` reads.
pub fn write_weights(file: &KerasFile) -> Result<Vec<u8>> {
    let mut names = layer_names(&file.config);
    let optimizer = &file.config["compile_config"]["optimizer"]["config"]["name"];
    for (group, name) in [
        ("", &file.config["config"]["name"]),
        ("optimizer", optimizer),
    ] {
        names.extend(
            name.as_str()
                .map(|name| (group.to_string(), name.to_string())),
        );
    }
    hdf5::write_weights(&file.weights, &names)
}

/// A zip of stored entries.
pub(super) fn archive(entries: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(name, stored)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
