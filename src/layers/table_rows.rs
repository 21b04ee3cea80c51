//! Rows of a table among the weights, told by their numbers: what an Embedding gives to layers that
//! need not see them side by side.

use crate::kernels::sparse::Rows;
use crate::tensor::SparseRows;
use std::ops::Range;

/// For each sample, the numbers of the table's rows that make it up, step by step.
///
/// Its gradient is one row per sample: the same for all steps.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRows {
    numbers: SparseRows,
    /// Where the table lies in the weights.
    pub table: Range<usize>,
}

impl TableRows {
    /// Room for `rows` samples of `steps` rows each.
    pub fn new(rows: usize, steps: usize) -> Self {
        TableRows {
            numbers: SparseRows {
                offsets: (0..=rows).map(|row| (row * steps) as u32).collect(),
                indices: vec![0; rows * steps],
                values: None,
            },
            table: 0..0,
        }
    }

    /// The rows of `table` with these numbers.
    pub fn pick(&mut self, table: Range<usize>, numbers: &[f32]) {
        self.table = table;
        let pairs = self.numbers.indices.iter_mut().zip(numbers);
        pairs.for_each(|(to, from)| *to = *from as u32);
    }

    /// The first `rows` samples as a matrix that, times the table, gives the sums of their steps.
    pub fn sums(&self, rows: usize) -> Rows<'_> {
        let offsets = &self.numbers.offsets[..=rows];
        Rows {
            offsets,
            indices: &self.numbers.indices[..offsets[rows] as usize],
            values: None,
        }
    }
}
