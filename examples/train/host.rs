//! The world around a training: what its callbacks find, print and write.

use model_dojo::callbacks::{
    AnyCallback, Backup, BackupAndRestore, Content, File, FileKind, Output,
};
use model_dojo::error::{Error, Result};
use model_dojo::formats::{hdf5, keras_zip};
use model_dojo::model::FitOptions;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Looks for the files that the callbacks of a fit go on from.
pub fn find(options: &mut FitOptions) -> Result<()> {
    for callback in options.read_callbacks()? {
        match callback {
            AnyCallback::CSVLogger(logger) if logger.append => {
                let filled = fs::metadata(&logger.filename).is_ok_and(|file| file.len() > 0);
                if filled {
                    options.host.filled.insert(logger.filename);
                }
            }
            AnyCallback::BackupAndRestore(backup) => {
                let found = find_backup(&backup)?;
                options.host.backups.insert(backup.backup_dir, found);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The backup in a directory; where its weights are damaged, the one before, put in its place.
fn find_backup(backup: &BackupAndRestore) -> Result<Backup> {
    let paths = backup.paths();
    let found = read_backup(&paths);
    let previous = |path: &String| format!("{path}{}", BackupAndRestore::PREVIOUS);
    if found.is_ok() || !Path::new(&previous(&paths[0])).exists() {
        return found;
    }
    for path in &paths {
        if Path::new(&previous(path)).exists() {
            fs::copy(previous(path), path).map_err(|e| unwritable(path, &e))?;
        }
    }
    read_backup(&paths)
}

fn read_backup([weights, metadata]: &[String; 2]) -> Result<Backup> {
    let read = |path: &String| match Path::new(path).exists() {
        true => super::read(path).map(Some),
        false => Ok(None),
    };
    let weights = read(weights)?
        .map(|bytes| hdf5::read_weights(&bytes))
        .transpose()?;
    let epoch = match read(metadata)? {
        Some(bytes) => {
            let content: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let epoch = content["epoch"].as_u64().ok_or_else(|| {
                Error::file(format!("{metadata} names no epoch; remove that backup"))
            })?;
            Some(epoch as usize)
        }
        None => None,
    };
    Ok(Backup { weights, epoch })
}

/// Prints and writes what callbacks made.
pub fn write(outputs: Vec<Output>) -> Result<()> {
    for output in outputs {
        match output {
            Output::Text(text) => {
                // What cannot be printed is no reason to stop training.
                let mut terminal = std::io::stdout();
                let _ = terminal
                    .write_all(text.as_bytes())
                    .and_then(|()| terminal.flush());
            }
            Output::Warning(text) => eprintln!("warning: {text}"),
            Output::File(file) => write_file(&file)?,
            Output::Copy { from, to } => {
                if Path::new(&from).exists() {
                    fs::copy(&from, &to).map_err(|e| unwritable(&to, &e))?;
                }
            }
            Output::Remove(directory) => {
                if Path::new(&directory).exists() {
                    fs::remove_dir_all(&directory)
                        .map_err(|e| Error::file(format!("cannot remove {directory}: {e}")))?;
                }
            }
        }
    }
    Ok(())
}

fn write_file(file: &File) -> Result<()> {
    let path = Path::new(&file.path);
    // A log goes into a directory that is there, as in Keras.
    if let (true, Some(directory)) = (file.kind != FileKind::Log, path.parent()) {
        fs::create_dir_all(directory).map_err(|e| unwritable(&file.path, &e))?;
    }
    let written = match &file.content {
        Content::Model(model) => fs::write(path, keras_zip::write(model)?),
        Content::Weights(model) => fs::write(path, keras_zip::write_weights(model)?),
        Content::Whole(bytes) => fs::write(path, bytes),
        Content::More(bytes) => fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes)),
    };
    written.map_err(|e| unwritable(&file.path, &e))
}

fn unwritable(path: &str, error: &std::io::Error) -> Error {
    Error::file(format!("cannot write {path}: {error}"))
}
