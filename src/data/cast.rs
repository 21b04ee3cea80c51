//! Data in the type of the input they enter.

use super::Features;
use super::batches::gather_dense;
use crate::tensor::{Array, Data};
use std::sync::Arc;

/// The data as an input of Keras' `dtype` sees them (`ops.convert_to_tensor`): an input of whole
/// numbers cuts off fractions, a narrow one keeps the low bits, one of bools asks for other than 0.
/// None where nothing changes.
pub fn cast(features: &Features, dtype: &str) -> Option<Features> {
    let integer = |narrow: fn(i64) -> i64, whole: fn(f32) -> i64| integers(features, narrow, whole);
    let data = match dtype {
        "int8" => integer(|x| i64::from(x as i8), |x| i64::from(x as i8)),
        "int16" => integer(|x| i64::from(x as i16), |x| i64::from(x as i16)),
        "int32" => integer(|x| i64::from(x as i32), |x| i64::from(x as i32)),
        "int64" => integer(|x| x, |x| x as i64),
        "uint8" => integer(|x| i64::from(x as u8), |x| i64::from(x as u8)),
        "uint16" => integer(|x| i64::from(x as u16), |x| i64::from(x as u16)),
        "uint32" => integer(|x| i64::from(x as u32), |x| i64::from(x as u32)),
        "uint64" => integer(|x| x, |x| x.max(0.0) as i64),
        "bool" => bools(features),
        _ => None,
    }?;
    Some(Features {
        array: Arc::new(Array {
            shape: features.array.shape.clone(),
            data,
        }),
        divisor: None,
    })
}

/// Whole numbers and floats through the function of their kind; None where each stays the same.
fn integers(features: &Features, narrow: fn(i64) -> i64, whole: fn(f32) -> i64) -> Option<Data> {
    let changed = match &features.array.data {
        Data::Str(_) | Data::Sparse(_) | Data::Bool(_) => return None,
        Data::I32(v) if features.divisor.is_none() => narrowed(v, narrow)?,
        Data::I64(v) if features.divisor.is_none() => narrowed(v, narrow)?,
        Data::U8(v) if features.divisor.is_none() => narrowed(v, narrow)?,
        Data::U16(v) if features.divisor.is_none() => narrowed(v, narrow)?,
        _ => {
            let values = floats(features);
            if values.iter().all(|&x| whole(x) as f32 == x) {
                return None;
            }
            values.into_iter().map(whole).collect()
        }
    };
    Some(Data::I64(changed))
}

fn narrowed<T: Copy + Into<i64>>(values: &[T], narrow: fn(i64) -> i64) -> Option<Vec<i64>> {
    let fits = |&x: &T| narrow(x.into()) == x.into();
    (!values.iter().all(fits)).then(|| values.iter().map(|&x| narrow(x.into())).collect())
}

fn bools(features: &Features) -> Option<Data> {
    match &features.array.data {
        Data::Str(_) | Data::Sparse(_) | Data::Bool(_) => None,
        _ => Some(Data::Bool(
            floats(features).into_iter().map(|x| x != 0.0).collect(),
        )),
    }
}

fn floats(features: &Features) -> Vec<f32> {
    let (rows, len) = (features.array.rows(), features.array.row_len());
    let mut values = vec![0.0; rows * len];
    let all: Vec<u32> = (0..rows as u32).collect();
    gather_dense(features, &all, &mut values);
    values
}
