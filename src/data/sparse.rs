//! Matrices that are mostly zero (multi-hot texts), recognised where they come in.

use super::Features;
use crate::tensor::{Array, Data, SparseRows};
use std::sync::Arc;

/// At most one element in so many may differ from 0: then products with sparse rows are faster.
const SHARE: usize = 16;
/// Narrower rows are not worth it.
const COLUMNS: usize = 256;
/// Elements after which a look at them tells that a matrix is full.
const GLANCE: usize = 1 << 16;

/// Floating-point rows that are mostly zero as sparse rows of the same values; everything else as
/// it came.
pub fn compact(features: Features) -> Features {
    let Features { array, divisor } = &features;
    let &[_, columns] = &array.shape[..] else {
        return features;
    };
    if divisor.is_some() || columns < COLUMNS {
        return features;
    }
    let rows = match &array.data {
        Data::F32(values) => sparse_rows(values, columns, |&x| x),
        Data::F64(values) => sparse_rows(values, columns, |&x| x as f32),
        Data::Bool(values) => sparse_rows(values, columns, |&x| f32::from(u8::from(x))),
        _ => None,
    };
    match rows.and_then(|rows| Array::new(array.shape.clone(), Data::Sparse(rows)).ok()) {
        Some(array) => Features {
            array: Arc::new(array),
            divisor: None,
        },
        None => features,
    }
}

/// None where too many elements are not zero.
fn sparse_rows<T>(values: &[T], columns: usize, to_f32: impl Fn(&T) -> f32) -> Option<SparseRows> {
    let glance = values.iter().take(GLANCE);
    let seen = glance.len();
    if glance.filter(|x| to_f32(x) != 0.0).count() > seen / 4 {
        return None;
    }
    let most = values.len() / SHARE;
    let mut rows = SparseRows {
        offsets: vec![0],
        ..SparseRows::default()
    };
    let mut found = Vec::new();
    for row in values.chunks_exact(columns) {
        for (column, x) in row.iter().enumerate() {
            let x = to_f32(x);
            // NaN differs from 0, too.
            if x != 0.0 {
                rows.indices.push(column as u32);
                found.push(x);
            }
        }
        if found.len() > most {
            return None;
        }
        rows.offsets.push(u32::try_from(found.len()).ok()?);
    }
    if found.iter().any(|&x| x != 1.0) {
        rows.values = Some(found);
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::batches::gather_dense;

    fn matrix(values: Vec<f32>) -> Features {
        let columns = values.len() / 2;
        Features {
            array: Arc::new(Array::f32(vec![2, columns], values).expect("two rows")),
            divisor: None,
        }
    }

    #[test]
    fn few_values_are_kept_whatever_they_are() {
        let mut values = vec![0.0; 600];
        (values[3], values[299], values[300], values[450]) = (1.0, -2.5, f32::NAN, 1e-30);
        let compacted = compact(matrix(values.clone()));
        let Data::Sparse(rows) = &compacted.array.data else {
            panic!("a sparse matrix")
        };
        assert_eq!(rows.offsets, [0, 2, 4]);
        let mut back = vec![7.0; 600];
        gather_dense(&compacted, &[0, 1], &mut back);
        let bits = |list: &[f32]| list.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&values));
    }

    #[test]
    fn ones_need_no_values() {
        let mut values = vec![0.0; 600];
        values[5] = 1.0;
        match &compact(matrix(values)).array.data {
            Data::Sparse(rows) => assert_eq!(rows.values, None),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn full_or_narrow_matrices_stay_as_they_are() {
        let every_fourth = (0..600).map(|i| f32::from(u8::from(i % 4 == 0)));
        for values in [every_fourth.collect(), vec![0.0; 20]] {
            let features = matrix(values);
            assert_eq!(compact(features.clone()), features);
        }
    }
}
