//! IDX, the format of MNIST: `00 00`, a type, the rank, big-endian dimensions, the elements.
//! Source: the end of <http://yann.lecun.com/exdb/mnist/>.

use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use std::borrow::Cow;

/// Whether the header is one of IDX.
pub(super) fn is_idx(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, kind, 1..=8, ..] if size(*kind).is_some())
}

/// Bytes per element of an IDX type.
fn size(kind: u8) -> Option<usize> {
    match kind {
        0x08 | 0x09 => Some(1),
        0x0B => Some(2),
        0x0C | 0x0D => Some(4),
        0x0E => Some(8),
        _ => None,
    }
}

/// Reads what [`is_idx`] accepts; i8 and i16 widen to int32.
pub(super) fn read(bytes: Cow<[u8]>) -> Result<Array> {
    let (kind, rank) = (bytes[2], usize::from(bytes[3]));
    let header = 4 + 4 * rank;
    let dims = bytes.get(4..header).ok_or_else(|| {
        Error::file(format!(
            "The IDX file is cut off within its header of {header} bytes."
        ))
    })?;
    let shape: Vec<usize> = dims
        .as_chunks()
        .0
        .iter()
        .map(|&dim| u32::from_be_bytes(dim) as usize)
        .collect();
    let body = &bytes[header..];
    let elements = shape
        .iter()
        .try_fold(1usize, |product, &dim| product.checked_mul(dim));
    let expected = elements
        .zip(size(kind))
        .and_then(|(count, size)| count.checked_mul(size));
    if expected != Some(body.len()) {
        return Err(Error::file(format!(
            "The IDX header promises the shape {shape:?} of {} bytes per element, but {} bytes \
             follow: the file is cut off or damaged.",
            size(kind).unwrap_or_default(),
            body.len()
        )));
    }
    let data = match kind {
        0x08 => {
            // Images are large: what was given away is not copied.
            let mut bytes = bytes.into_owned();
            bytes.drain(..header);
            Data::U8(bytes)
        }
        0x09 => Data::I32(body.iter().map(|&b| i32::from(b as i8)).collect()),
        0x0B => Data::I32(each(body, |b| i32::from(i16::from_be_bytes(b)))),
        0x0C => Data::I32(each(body, i32::from_be_bytes)),
        0x0D => Data::F32(each(body, f32::from_be_bytes)),
        _ => Data::F64(each(body, f64::from_be_bytes)),
    };
    Array::new(shape, data)
}

fn each<const N: usize, T>(body: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    body.as_chunks()
        .0
        .iter()
        .map(|&bytes| read(bytes))
        .collect()
}
