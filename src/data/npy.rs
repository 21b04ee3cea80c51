//! NumPy's `.npy` and `.npz`.
//! Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

#[cfg(feature = "formats")]
use super::load::{damaged, read_limited};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// What the header says.
struct Header<'a> {
    /// Byte order, kind and size, e.g. `<f4`.
    descr: &'a str,
    fortran_order: bool,
    shape: Vec<usize>,
}

/// Reads an `.npy` file. Types widen to the nearest one an [`Array`] has: f2 → float32; i1, i2 →
/// int32; u4, u8 → int64.
pub fn read(bytes: &[u8]) -> Result<Array> {
    let cut = || Error::file("The .npy file is cut off within its header.");
    let (length, start) = match bytes.get(6) {
        Some(1) => {
            let length = bytes.get(8..10).ok_or_else(cut)?;
            (usize::from(u16::from_le_bytes([length[0], length[1]])), 10)
        }
        Some(2 | 3) => {
            let length = bytes
                .get(8..12)
                .and_then(|b| b.try_into().ok())
                .ok_or_else(cut)?;
            (u32::from_le_bytes(length) as usize, 12)
        }
        version => {
            return Err(Error::file(format!(
                "The .npy version is {version:?}; expected 1 to 3."
            )));
        }
    };
    let end = length.saturating_add(start);
    let text = std::str::from_utf8(bytes.get(start..end).ok_or_else(cut)?)
        .map_err(|_| Error::file("The .npy header is not text: the file is damaged."))?;
    let header = parse_header(text).ok_or_else(|| {
        Error::file(format!(
            "The .npy header cannot be read: {}",
            text.trim_end()
        ))
    })?;
    let data = elements(&header, &bytes[end..])?;
    let data = if header.fortran_order {
        to_c_order(data, &header.shape)
    } else {
        data
    };
    Array::new(header.shape, data)
}

/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`; a structured type keeps its
/// opening bracket as descr.
fn parse_header(text: &str) -> Option<Header<'_>> {
    let value = |key: &str| {
        let (_, rest) = text.split_once(key)?;
        rest.trim_start().strip_prefix(':').map(str::trim_start)
    };
    let descr = value("'descr'")?;
    let descr = match descr.strip_prefix('\'') {
        Some(quoted) => quoted.split_once('\'')?.0,
        None => descr.get(..1)?,
    };
    let (shape, _) = value("'shape'")?.strip_prefix('(')?.split_once(')')?;
    let dims = shape
        .split(',')
        .map(str::trim)
        .filter(|dim| !dim.is_empty());
    Some(Header {
        descr,
        fortran_order: value("'fortran_order'")?.starts_with("True"),
        shape: dims.map(|dim| dim.parse().ok()).collect::<Option<_>>()?,
    })
}

fn elements(header: &Header, body: &[u8]) -> Result<Data> {
    let Header { descr, shape, .. } = header;
    let refused = |why: &str| {
        Err(Error::file(format!(
            "The array's dtype '{descr}' {why}; save numbers, booleans or text (<U) instead."
        )))
    };
    let (order, kind) = match descr.split_at_checked(1) {
        Some((order, kind)) => (order, kind),
        None => return refused("cannot be read"),
    };
    if kind == "O" {
        return refused("holds Python objects (ragged lists among them), which cannot be read");
    }
    let Some(size) = kind.get(1..).and_then(|size| size.parse::<usize>().ok()) else {
        return refused("cannot be read");
    };
    let size = if kind.starts_with('U') {
        size.saturating_mul(4)
    } else {
        size
    };
    let count = shape
        .iter()
        .try_fold(1usize, |product, &dim| product.checked_mul(dim));
    let expected = count.and_then(|count| count.checked_mul(size));
    if expected != Some(body.len()) {
        return Err(Error::file(format!(
            "The .npy header promises the shape {shape:?} of dtype '{descr}', but {} bytes follow: \
             the file is cut off or damaged.",
            body.len()
        )));
    }
    let body = Body {
        bytes: body,
        big_endian: order == ">",
    };
    Ok(match kind {
        "f2" => Data::F32(body.each(|b| half(u16::from_le_bytes(b)))),
        "f4" => Data::F32(body.each(f32::from_le_bytes)),
        "f8" => Data::F64(body.each(f64::from_le_bytes)),
        "i1" => Data::I32(body.each(|b| i32::from(i8::from_le_bytes(b)))),
        "i2" => Data::I32(body.each(|b| i32::from(i16::from_le_bytes(b)))),
        "i4" => Data::I32(body.each(i32::from_le_bytes)),
        "i8" => Data::I64(body.each(i64::from_le_bytes)),
        "u1" => Data::U8(body.bytes.to_vec()),
        "u2" => Data::U16(body.each(u16::from_le_bytes)),
        "u4" => Data::I64(body.each(|b| i64::from(u32::from_le_bytes(b)))),
        "u8" => {
            let wide: Vec<u64> = body.each(u64::from_le_bytes);
            let narrow = wide.into_iter().map(|value| i64::try_from(value).ok());
            match narrow.collect() {
                Some(values) => Data::I64(values),
                None => return refused("holds values beyond int64"),
            }
        }
        "b1" => Data::Bool(body.bytes.iter().map(|&b| b != 0).collect()),
        _ if kind.starts_with('U') && size > 0 => {
            let codes: Vec<u32> = body.each(u32::from_le_bytes);
            let text = |codes: &[u32]| {
                let used = codes.iter().take_while(|&&code| code != 0);
                used.map(|&code| char::from_u32(code).unwrap_or('\u{FFFD}'))
                    .collect()
            };
            Data::Str(codes.chunks_exact(size / 4).map(text).collect())
        }
        _ => return refused("is not one that can be read"),
    })
}

struct Body<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Body<'_> {
    fn each<const N: usize, T>(&self, read: impl Fn([u8; N]) -> T) -> Vec<T> {
        let chunks = self.bytes.as_chunks().0.iter().copied();
        let order = |mut bytes: [u8; N]| {
            if self.big_endian {
                bytes.reverse();
            }
            read(bytes)
        };
        chunks.map(order).collect()
    }
}

/// IEEE half precision: sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    match exponent {
        0 => sign * fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

fn to_c_order(data: Data, shape: &[usize]) -> Data {
    // Where each element of the result lies: the first axis varies fastest.
    let mut order = vec![0];
    let mut stride = 1;
    for &len in shape {
        let steps = (0..len).map(|i| i * stride);
        order = (order.iter())
            .flat_map(|start| steps.clone().map(move |step| start + step))
            .collect();
        stride *= len;
    }
    fn pick<T: Clone>(data: &[T], order: &[usize]) -> Vec<T> {
        order.iter().map(|&i| data[i].clone()).collect()
    }
    match data {
        Data::F32(v) => Data::F32(pick(&v, &order)),
        Data::F64(v) => Data::F64(pick(&v, &order)),
        Data::I32(v) => Data::I32(pick(&v, &order)),
        Data::I64(v) => Data::I64(pick(&v, &order)),
        Data::U8(v) => Data::U8(pick(&v, &order)),
        Data::U16(v) => Data::U16(pick(&v, &order)),
        Data::Bool(v) => Data::Bool(pick(&v, &order)),
        Data::Str(v) => Data::Str(pick(&v, &order)),
        Data::Sparse(rows) => Data::Sparse(rows),
    }
}

/// Reads the `.npy` entries of an `.npz` by name (without the ending), to at most `limit` bytes
/// in all.
#[cfg(feature = "formats")]
pub fn read_zip(bytes: &[u8], limit: usize) -> Result<BTreeMap<String, Arc<Array>>> {
    let broken = |error: zip::result::ZipError| damaged("zip", &error);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).map_err(broken)?;
    let (mut arrays, mut left) = (BTreeMap::new(), limit);
    for index in 0..zip.len() {
        let entry = zip.by_index(index).map_err(broken)?;
        let Some(name) = entry.name().strip_suffix(".npy").map(String::from) else {
            continue;
        };
        let npy = read_limited(entry, left).map_err(|error| damaged("zip", &error))??;
        left -= npy.len();
        let array = match npy.starts_with(MAGIC) {
            true => read(&npy),
            false => Err(Error::file("This is no .npy array.")),
        };
        let in_entry = |e: Error| Error::file(format!("array \"{name}\": {}", e.message));
        let array = array.map_err(in_entry)?;
        arrays.insert(name, Arc::new(array));
    }
    if arrays.is_empty() {
        return Err(Error::file(
            "The zip file holds no .npy arrays: expected an .npz.",
        ));
    }
    Ok(arrays)
}

#[cfg(not(feature = "formats"))]
pub fn read_zip(_: &[u8], _: usize) -> Result<BTreeMap<String, Arc<Array>>> {
    Err(Error::unsupported(
        "This build reads no zip files: use the one with formats.",
    ))
}
