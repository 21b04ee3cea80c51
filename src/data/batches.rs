//! Batches: rows of compact arrays gathered and cast at the model's door.

use super::Features;
use crate::error::{Error, Result};
use crate::layers::{Kind, Value};
use crate::tensor::{Data, SparseRows};

/// Refuses texts where numbers are needed.
pub fn check_numeric(features: &Features) -> Result<()> {
    match kind(features) {
        Kind::Text => Err(texts_for_numbers()),
        _ => Ok(()),
    }
}

/// The error for texts that the model's first layers do not read.
pub fn texts_for_numbers() -> Error {
    Error::data(
        "the model takes numbers, but the data are texts; turn them into numbers first \
         (text_vectorization, one_hot, encode_labels)",
    )
}

/// The kind of value that keeps the data as they are.
pub fn kind(features: &Features) -> Kind {
    match features.array.data {
        Data::Sparse(_) => Kind::Sparse,
        Data::Str(_) => Kind::Text,
        _ if features.divisor.is_some() => Kind::Dense,
        Data::I32(_) | Data::I64(_) | Data::U8(_) | Data::U16(_) => Kind::Integers,
        Data::F32(_) | Data::F64(_) | Data::Bool(_) => Kind::Dense,
    }
}

/// Writes the samples `rows` into `out`: as float32, or as they are where `out` is of their kind.
pub fn gather(features: &Features, rows: &[u32], out: &mut Value) {
    match (&features.array.data, out) {
        (Data::Sparse(from), Value::Sparse(to)) => gather_sparse(from, rows, to),
        (Data::Str(from), Value::Text(to)) => {
            let len = features.array.row_len();
            to.clear();
            for &row in rows {
                let texts = &from[row as usize * len..][..len];
                texts.iter().for_each(|text| to.push(text));
            }
        }
        (_, Value::Dense(to)) => gather_dense(features, rows, to),
        (_, Value::Integers(to)) => gather_integers(features, rows, to),
        // A workspace is planned for its data: other pairs never meet.
        (_, Value::Sparse(_) | Value::Text(_) | Value::TableRows(_)) => {}
    }
}

fn gather_sparse(from: &SparseRows, rows: &[u32], to: &mut SparseRows) {
    to.offsets.clear();
    to.indices.clear();
    to.offsets.push(0);
    let mut values = to.values.take().unwrap_or_default();
    values.clear();
    for &row in rows {
        let range = from.offsets[row as usize] as usize..from.offsets[row as usize + 1] as usize;
        to.indices.extend_from_slice(&from.indices[range.clone()]);
        if let Some(from) = &from.values {
            values.extend_from_slice(&from[range]);
        }
        to.offsets.push(to.indices.len() as u32);
    }
    to.values = from.values.as_ref().map(|_| values);
}

/// Writes the samples `rows` one after the other into the front of `to`.
pub fn gather_dense(features: &Features, rows: &[u32], to: &mut [f32]) {
    let len = features.array.row_len();
    let divide = |x: f32| features.divisor.map_or(x, |divisor| x / divisor);
    match &features.array.data {
        Data::F32(v) if features.divisor.is_none() => {
            for (to, &row) in to.chunks_exact_mut(len.max(1)).zip(rows) {
                to.copy_from_slice(&v[row as usize * len..][..len]);
            }
        }
        Data::F32(v) => cast(v, len, rows, to, |x| divide(*x)),
        Data::F64(v) => cast(v, len, rows, to, |x| divide(*x as f32)),
        Data::I32(v) => cast(v, len, rows, to, |x| divide(*x as f32)),
        Data::I64(v) => cast(v, len, rows, to, |x| divide(*x as f32)),
        Data::U16(v) => cast(v, len, rows, to, |x| divide(f32::from(*x))),
        Data::Bool(v) => cast(v, len, rows, to, |x| divide(f32::from(u8::from(*x)))),
        Data::U8(v) => {
            // A table instead of a division per pixel; the same bits.
            let table: [f32; 256] = std::array::from_fn(|i| divide(i as f32));
            cast(v, len, rows, to, |x| table[*x as usize]);
        }
        Data::Sparse(from) => {
            for (to, &row) in to.chunks_exact_mut(len.max(1)).zip(rows) {
                to.fill(0.0);
                let row = row as usize;
                for k in from.offsets[row] as usize..from.offsets[row + 1] as usize {
                    let value = from.values.as_ref().map_or(1.0, |values| values[k]);
                    to[from.indices[k] as usize] = divide(value);
                }
            }
        }
        Data::Str(_) => {}
    }
}

fn gather_integers(features: &Features, rows: &[u32], to: &mut [i64]) {
    let len = features.array.row_len();
    match &features.array.data {
        Data::I32(v) => cast(v, len, rows, to, |x| i64::from(*x)),
        Data::I64(v) => cast(v, len, rows, to, |x| *x),
        Data::U8(v) => cast(v, len, rows, to, |x| i64::from(*x)),
        Data::U16(v) => cast(v, len, rows, to, |x| i64::from(*x)),
        _ => {}
    }
}

fn cast<T, U>(from: &[T], len: usize, rows: &[u32], to: &mut [U], value: impl Fn(&T) -> U) {
    for (to, &row) in to.chunks_exact_mut(len.max(1)).zip(rows) {
        let from = &from[row as usize * len..][..len];
        to.iter_mut()
            .zip(from)
            .for_each(|(to, from)| *to = value(from));
    }
}
