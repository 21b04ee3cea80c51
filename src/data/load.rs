//! Bytes → [`Loaded`]: the format is told by content, never by name.

use super::{LoadOptions, Loaded, csv, idx, json, npy};
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

/// Starts of files that are known but not read here, and what to do about them.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file (WebP, sound or film)"),
    (b"%PDF", "a PDF document"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PAR1", "a Parquet file"),
    (b"\xFF\xFE", "text in UTF-16: save it as UTF-8"),
    (b"\xFE\xFF", "text in UTF-16: save it as UTF-8"),
];

/// Reads a file: CSV or TSV, JSON records, IDX, NPY, NPZ, each also gzipped. `name` serves messages
/// only. Bytes that are given away become the array where they can.
pub fn load<'a>(
    name: &str,
    bytes: impl Into<Cow<'a, [u8]>>,
    options: &LoadOptions,
) -> Result<Loaded> {
    decode(bytes.into(), options).map_err(|error| error.about(name))
}

fn decode(bytes: Cow<[u8]>, options: &LoadOptions) -> Result<Loaded> {
    let bytes = if bytes.starts_with(&[0x1F, 0x8B]) {
        Cow::Owned(gunzip(&bytes, options.limit)?)
    } else {
        bytes
    };
    if bytes.is_empty() {
        return Err(Error::file("The file is empty."));
    }
    if bytes.starts_with(npy::MAGIC) {
        return npy::read(&bytes).map(Arc::new).map(Loaded::Array);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return npy::read_zip(&bytes, options.limit).map(Loaded::Arrays);
    }
    if idx::is_idx(&bytes) {
        return idx::read(bytes).map(Arc::new).map(Loaded::Array);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    match std::str::from_utf8(text) {
        Ok(text) if text.contains('\0') => Err(not_text(&bytes, None)),
        Ok(text) if json::is_json(text) => json::read(text, options).map(Loaded::Table),
        Ok(text) => csv::read(text, options).map(Loaded::Table),
        Err(error) => Err(not_text(&bytes, Some(error.valid_up_to()))),
    }
}

/// What to say of bytes that are no text; `valid` counts those before the first that is no UTF-8.
fn not_text(bytes: &[u8], valid: Option<usize>) -> Error {
    let foreign = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic));
    let what = match (foreign, valid) {
        (Some((_, kind)), _) => kind.to_string(),
        (None, Some(at)) if !bytes[..at].contains(&0) && at > 0 => {
            let line = 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
            format!("text, but not in UTF-8 (line {line}, byte {at}): save it as UTF-8")
        }
        _ => "binary, of no format known here".to_string(),
    };
    Error::file(format!(
        "The file is {what}. Expected CSV, JSON, IDX, NPY or NPZ."
    ))
}

/// Unpacks gzip, checking its CRC, to at most `limit` bytes.
fn gunzip(bytes: &[u8], limit: usize) -> Result<Vec<u8>> {
    read_limited(MultiGzDecoder::new(bytes), limit).map_err(|error| damaged("gzip", &error))?
}

/// Everything from a reader: the inner error where it is more than `limit` bytes.
pub(super) fn read_limited(reader: impl Read, limit: usize) -> std::io::Result<Result<Vec<u8>>> {
    let mut bytes = vec![];
    reader
        .take((limit as u64).saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(if bytes.len() <= limit {
        Ok(bytes)
    } else {
        Err(Error::file(
            "The file unpacks to more bytes than the limit allows: choose a smaller one.",
        ))
    })
}

pub(super) fn damaged(kind: &str, error: &dyn std::fmt::Display) -> Error {
    Error::file(format!(
        "The {kind} file is cut off or damaged ({error}): get it again."
    ))
}
