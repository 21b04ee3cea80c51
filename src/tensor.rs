//! Arrays as they come: compact dtypes, cast to f32 only at the model's door.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// The dtype of an [`Array`], named as NumPy names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    Float32,
    Float64,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Bool,
    String,
}

/// The elements of an [`Array`] in C order.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    Bool(Vec<bool>),
    Str(Vec<String>),
    /// Rows of a matrix that is mostly zero (multi-hot texts).
    Sparse(SparseRows),
}

/// Compressed sparse rows: row `r` holds `values[k]` (1 where `values` is absent) at column
/// `indices[k]` for `k` in `offsets[r]..offsets[r + 1]`; indices ascend within a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SparseRows {
    pub offsets: Vec<u32>,
    pub indices: Vec<u32>,
    pub values: Option<Vec<f32>>,
}

/// Texts one behind the other, in buffers that are kept from batch to batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Texts {
    joined: String,
    ends: Vec<usize>,
}

impl Texts {
    pub fn clear(&mut self) {
        self.joined.clear();
        self.ends.clear();
    }

    pub fn push(&mut self, text: &str) {
        self.joined.push_str(text);
        self.ends.push(self.joined.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn get(&self, i: usize) -> &str {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.joined[start..self.ends[i]]
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }
}

/// An n-dimensional array: the first dimension is the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub data: Data,
}

impl Array {
    /// An array of `data`, whose length must be the product of `shape`.
    pub fn new(shape: Vec<usize>, data: Data) -> Result<Self> {
        let expected: usize = shape.iter().product();
        let found = match &data {
            Data::F32(v) => v.len(),
            Data::F64(v) => v.len(),
            Data::I32(v) => v.len(),
            Data::I64(v) => v.len(),
            Data::U8(v) => v.len(),
            Data::U16(v) => v.len(),
            Data::Bool(v) => v.len(),
            Data::Str(v) => v.len(),
            Data::Sparse(rows) => return Self::sparse(shape, rows.clone()),
        };
        if expected != found {
            return Err(Error::shape(format!(
                "an array of shape {shape:?} holds {expected} elements, but {found} were given"
            )));
        }
        Ok(Array { shape, data })
    }

    /// A float32 array.
    pub fn f32(shape: Vec<usize>, data: Vec<f32>) -> Result<Self> {
        Self::new(shape, Data::F32(data))
    }

    fn sparse(shape: Vec<usize>, rows: SparseRows) -> Result<Self> {
        let fits = shape.len() == 2
            && rows.offsets.len() == shape[0] + 1
            && rows.offsets.windows(2).all(|w| w[0] <= w[1])
            && rows
                .offsets
                .last()
                .is_some_and(|&end| end as usize == rows.indices.len())
            && rows.indices.iter().all(|&i| (i as usize) < shape[1])
            && rows
                .values
                .as_ref()
                .is_none_or(|v| v.len() == rows.indices.len());
        if !fits {
            return Err(Error::shape(format!(
                "sparse rows do not fit the shape {shape:?}"
            )));
        }
        Ok(Array {
            shape,
            data: Data::Sparse(rows),
        })
    }

    /// The elements of a dense array of numbers as float32.
    pub fn to_f32(&self) -> Result<Vec<f32>> {
        Ok(match &self.data {
            Data::F32(v) => v.clone(),
            Data::F64(v) => v.iter().map(|&x| x as f32).collect(),
            Data::I32(v) => v.iter().map(|&x| x as f32).collect(),
            Data::I64(v) => v.iter().map(|&x| x as f32).collect(),
            Data::U8(v) => v.iter().map(|&x| f32::from(x)).collect(),
            Data::U16(v) => v.iter().map(|&x| f32::from(x)).collect(),
            Data::Bool(v) => v.iter().map(|&x| f32::from(u8::from(x))).collect(),
            Data::Str(_) | Data::Sparse(_) => {
                return Err(Error::data(
                    "the data are texts or sparse; numbers are needed",
                ));
            }
        })
    }

    /// Number of samples (rows).
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    /// Elements of one sample.
    pub fn row_len(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    pub fn dtype(&self) -> Dtype {
        match &self.data {
            Data::F32(_) | Data::Sparse(_) => Dtype::Float32,
            Data::F64(_) => Dtype::Float64,
            Data::I32(_) => Dtype::Int32,
            Data::I64(_) => Dtype::Int64,
            Data::U8(_) => Dtype::Uint8,
            Data::U16(_) => Dtype::Uint16,
            Data::Bool(_) => Dtype::Bool,
            Data::Str(_) => Dtype::String,
        }
    }
}
