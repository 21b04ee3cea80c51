//! Arrays as sources: finding, taking rows, reading as numbers.

use super::{Loaded, Values};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data, SparseRows};
use std::sync::Arc;

/// The array of a source that is no table: the one named `column`, or the only one.
pub(super) fn find<'a>(
    source: &'a Loaded,
    name: &str,
    column: Option<&str>,
) -> Result<&'a Arc<Array>> {
    match (source, column) {
        (Loaded::Array(array), None) => Ok(array),
        (Loaded::Arrays(arrays), Some(column)) if arrays.contains_key(column) => {
            Ok(&arrays[column])
        }
        (Loaded::Arrays(arrays), _) => Err(Error::data(format!(
            "\"{name}\" holds several arrays: name one of {:?}.",
            arrays.keys().collect::<Vec<_>>()
        ))),
        (Loaded::Array(_), Some(column)) => Err(Error::data(format!(
            "\"{name}\" is one array without columns, but \"{column}\" is asked for."
        ))),
        (Loaded::Table(_), _) => Err(Error::data(format!(
            "\"{name}\" is a table: an array was expected."
        ))),
    }
}

/// These rows of an array, in the order given.
pub fn take(array: &Array, rows: &[u32]) -> Array {
    fn pick<T: Clone>(data: &[T], len: usize, rows: &[u32]) -> Vec<T> {
        rows.iter()
            .flat_map(|&row| &data[row as usize * len..][..len])
            .cloned()
            .collect()
    }
    let len = array.row_len();
    let data = match &array.data {
        Data::F32(v) => Data::F32(pick(v, len, rows)),
        Data::F64(v) => Data::F64(pick(v, len, rows)),
        Data::I32(v) => Data::I32(pick(v, len, rows)),
        Data::I64(v) => Data::I64(pick(v, len, rows)),
        Data::U8(v) => Data::U8(pick(v, len, rows)),
        Data::U16(v) => Data::U16(pick(v, len, rows)),
        Data::Bool(v) => Data::Bool(pick(v, len, rows)),
        Data::Str(v) => Data::Str(pick(v, len, rows)),
        Data::Sparse(sparse) => Data::Sparse(take_sparse(sparse, rows)),
    };
    let mut shape = array.shape.clone();
    shape[0] = rows.len();
    Array { shape, data }
}

fn take_sparse(sparse: &SparseRows, rows: &[u32]) -> SparseRows {
    let mut taken = SparseRows {
        offsets: vec![0],
        ..SparseRows::default()
    };
    taken.values = sparse.values.as_ref().map(|_| vec![]);
    for &row in rows {
        let [start, end] = [0, 1].map(|next| sparse.offsets[row as usize + next] as usize);
        taken.indices.extend(&sparse.indices[start..end]);
        if let (Some(taken), Some(values)) = (&mut taken.values, &sparse.values) {
            taken.extend(&values[start..end]);
        }
        taken.offsets.push(taken.indices.len() as u32);
    }
    taken
}

/// One value per row: of an array of shape `(rows,)` or `(rows, 1)`.
pub(super) fn values(array: &Array) -> Result<Values> {
    if array.shape.is_empty() || array.row_len() != 1 {
        return Err(Error::data(format!(
            "Labels need one value per row, but the array has shape {:?}.",
            array.shape
        )));
    }
    if let Data::Str(texts) = &array.data {
        return Ok(Values::Text(texts.iter().cloned().map(Some).collect()));
    }
    Ok(Values::Number(
        (0..array.rows())
            .map(|index| number(&array.data, index))
            .collect(),
    ))
}

/// One element of a dense numeric array; NaN for texts.
fn number(data: &Data, index: usize) -> f64 {
    match data {
        Data::F32(v) => f64::from(v[index]),
        Data::F64(v) => v[index],
        Data::I32(v) => f64::from(v[index]),
        Data::I64(v) => v[index] as f64,
        Data::U8(v) => f64::from(v[index]),
        Data::U16(v) => f64::from(v[index]),
        Data::Bool(v) => f64::from(u8::from(v[index])),
        Data::Str(_) | Data::Sparse(_) => f64::NAN,
    }
}

/// A column's numbers as float32, or an error that counts what is missing or not finite.
pub(super) fn finite(name: &str, values: &[f64]) -> Result<Vec<f32>> {
    let missing = values.iter().filter(|v| v.is_nan()).count();
    if missing > 0 {
        return Err(Error::data(format!(
            "Column \"{name}\" has {missing} missing values: add the step drop_missing, or leave \
             the column out."
        )));
    }
    let numbers: Vec<f32> = values.iter().map(|&v| v as f32).collect();
    let infinite = numbers.iter().filter(|v| v.is_infinite()).count();
    if infinite > 0 {
        return Err(Error::data(format!(
            "Column \"{name}\" has {infinite} values that are infinite or beyond float32: correct \
             the file, or leave the column out."
        )));
    }
    Ok(numbers)
}
