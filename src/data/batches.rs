//! Batches: rows of compact arrays gathered and cast at the model's door.

use super::Features;
use crate::error::{Error, Result};
use crate::layers::Value;
use crate::tensor::{Data, SparseRows};

/// Refuses what no model can eat.
pub fn check_numeric(features: &Features) -> Result<()> {
    match features.array.data {
        Data::Str(_) => Err(Error::data(
            "the model takes numbers, but the data are texts; turn them into numbers first \
             (text_vectorization, one_hot, encode_labels)",
        )),
        _ => Ok(()),
    }
}

/// Writes the samples `rows` into `out`, as float32; sparse rows stay sparse where `out` is so.
pub fn gather(features: &Features, rows: &[u32], out: &mut Value) {
    match (&features.array.data, out) {
        (Data::Sparse(from), Value::Sparse(to)) => gather_sparse(from, rows, to),
        (_, Value::Dense(to)) => gather_dense(features, rows, to),
        // A workspace is planned for its data: dense data never meet a sparse value.
        (_, Value::Sparse(_)) => {}
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

fn cast<T>(from: &[T], len: usize, rows: &[u32], to: &mut [f32], value: impl Fn(&T) -> f32) {
    for (to, &row) in to.chunks_exact_mut(len.max(1)).zip(rows) {
        let from = &from[row as usize * len..][..len];
        to.iter_mut()
            .zip(from)
            .for_each(|(to, from)| *to = value(from));
    }
}
