//! Writes NumPy's `.npy` (version 1.0) and `.npz`.
//! Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use super::keras_zip::archive;
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use std::collections::BTreeMap;

/// An uncompressed `.npz` of named arrays, as `numpy.savez` writes it.
///
/// Errors: an array of strings or of sparse rows.
pub fn write_npz(arrays: &BTreeMap<String, Array>) -> Result<Vec<u8>> {
    let entries: Vec<(String, Vec<u8>)> = arrays
        .iter()
        .map(|(name, array)| Ok((format!("{name}.npy"), write_npy(array)?)))
        .collect::<Result<_>>()?;
    archive(&entries).map_err(|e| Error::file(format!("the .npz file cannot be written: {e}")))
}

/// An `.npy` file: the header padded so that the elements start at a multiple of 64 bytes, then
/// the elements in C order, little endian.
///
/// Errors: an array of strings or of sparse rows.
pub fn write_npy(array: &Array) -> Result<Vec<u8>> {
    let (descr, body): (&str, Vec<u8>) = match &array.data {
        Data::F32(v) => ("<f4", v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Data::F64(v) => ("<f8", v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Data::I32(v) => ("<i4", v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Data::I64(v) => ("<i8", v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Data::U8(v) => ("|u1", v.clone()),
        Data::U16(v) => ("<u2", v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Data::Bool(v) => ("|b1", v.iter().map(|&x| x.into()).collect()),
        Data::Str(_) | Data::Sparse(_) => {
            return Err(Error::data(
                "an .npy file is written from numbers or booleans only",
            ));
        }
    };
    let mut shape: String = array.shape.iter().map(|n| format!("{n}, ")).collect();
    shape.truncate(
        shape
            .len()
            .saturating_sub(if array.shape.len() == 1 { 1 } else { 2 }),
    );
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    Ok(bytes)
}
