//! safetensors: a table of contents in JSON behind its length, then the arrays.
//! Source: <https://github.com/huggingface/safetensors#format>.
//!
//! Arrays have the names of [`super::places::Place::name`]: `dense_1/kernel`.

use super::Weights;
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use serde_json::{Map, Value, json};

/// The longest table of contents that the format allows.
const MAX_HEADER: u64 = 100_000_000;

/// Whether bytes may be such a file: a length, then an object.
pub fn is_safetensors(bytes: &[u8]) -> bool {
    bytes.get(8) == Some(&b'{')
}

/// Reads all arrays. float16 and bfloat16 come as float32, int8 and int16 as int32, uint32 as int64.
///
/// Errors (`bad_file`): cut short, no table of contents, arrays of other types, that overlap or lie
/// outside.
pub fn read(bytes: &[u8]) -> Result<Weights> {
    let cut = || Error::file("the safetensors file is cut short; use another copy");
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER {
        return Err(Error::file(
            "not a safetensors file: its table of contents would be too long",
        ));
    }
    let (header, body) = rest.split_at_checked(length as usize).ok_or_else(cut)?;
    let header: Map<String, Value> = serde_json::from_slice(header).map_err(|e| {
        Error::file(format!(
            "the safetensors file's table of contents is not JSON ({e})"
        ))
    })?;
    let mut weights = Weights::new();
    let mut ranges = vec![];
    for (name, entry) in header.iter().filter(|(name, _)| *name != "__metadata__") {
        let (array, range) =
            read_array(entry, body).map_err(|e| e.about(&format!("\"{name}\"")))?;
        weights.insert(name.clone(), array);
        ranges.push(range);
    }
    ranges.sort_by_key(|range| (range.start, range.end));
    let ends = ranges
        .iter()
        .try_fold(0, |end, range| (range.start == end).then_some(range.end));
    match ends {
        Some(end) if end == body.len() => Ok(weights),
        _ => Err(Error::file(
            "the safetensors file's arrays overlap, leave gaps or end before the file does; use another copy",
        )),
    }
}

fn read_array(entry: &Value, body: &[u8]) -> Result<(Array, std::ops::Range<usize>)> {
    let wrong =
        || Error::file("expected dtype, shape and data_offsets within the file; use another copy");
    let dtype = entry["dtype"].as_str().ok_or_else(wrong)?;
    let shape: Vec<usize> = serde_json::from_value(entry["shape"].clone()).map_err(|_| wrong())?;
    let offsets = serde_json::from_value(entry["data_offsets"].clone());
    let [start, end]: [usize; 2] = offsets.map_err(|_| wrong())?;
    let bytes = body.get(start..end).ok_or_else(wrong)?;
    let data = match dtype {
        "F64" => Data::F64(numbers(bytes, f64::from_le_bytes)?),
        "F32" => Data::F32(numbers(bytes, f32::from_le_bytes)?),
        "F16" => Data::F32(numbers(bytes, |it| half(u16::from_le_bytes(it)))?),
        "BF16" => Data::F32(numbers(bytes, |it| {
            f32::from_bits(u32::from(u16::from_le_bytes(it)) << 16)
        })?),
        "I64" => Data::I64(numbers(bytes, i64::from_le_bytes)?),
        "I32" => Data::I32(numbers(bytes, i32::from_le_bytes)?),
        "I16" => Data::I32(numbers(bytes, |it| i16::from_le_bytes(it).into())?),
        "I8" => Data::I32(numbers(bytes, |it| i8::from_le_bytes(it).into())?),
        "U32" => Data::I64(numbers(bytes, |it| u32::from_le_bytes(it).into())?),
        "U16" => Data::U16(numbers(bytes, u16::from_le_bytes)?),
        "U8" => Data::U8(bytes.to_vec()),
        "BOOL" => Data::Bool(bytes.iter().map(|&it| it != 0).collect()),
        other => {
            return Err(Error::file(format!(
                "dtype {other} is not supported; expected F16, BF16, F32, F64, BOOL or an integer up to I64"
            )));
        }
    };
    let array = Array::new(shape, data).map_err(|e| Error::file(e.message))?;
    Ok((array, start..end))
}

fn numbers<T, const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> T) -> Result<Vec<T>> {
    let (chunks, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(Error::file("its bytes are not a whole number of elements"));
    }
    Ok(chunks.iter().map(|&chunk| number(chunk)).collect())
}

/// A float16 of these bits.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    }
}

/// The bytes of a file of these arrays, in the order of their names.
///
/// Errors: texts and sparse rows.
pub fn write(weights: &Weights) -> Result<Vec<u8>> {
    let mut header = Map::new();
    let mut body = vec![];
    for (name, array) in weights {
        let start = body.len();
        let dtype = push(&mut body, array).ok_or_else(|| {
            Error::file(format!(
                "\"{name}\": only numbers and booleans can be written"
            ))
        })?;
        let entry =
            json!({"dtype": dtype, "shape": array.shape, "data_offsets": [start, body.len()]});
        header.insert(name.clone(), entry);
    }
    let mut header = Value::Object(header).to_string();
    // Readers map the arrays where they lie.
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    Ok(bytes)
}

/// Adds an array's elements; its dtype.
fn push(body: &mut Vec<u8>, array: &Array) -> Option<&'static str> {
    match &array.data {
        Data::F32(v) => body.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Data::F64(v) => body.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Data::I32(v) => body.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Data::I64(v) => body.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Data::U8(v) => body.extend(v),
        Data::U16(v) => body.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        Data::Bool(v) => body.extend(v.iter().map(|&x| u8::from(x))),
        Data::Str(_) | Data::Sparse(_) => return None,
    }
    Some(match &array.data {
        Data::F32(_) => "F32",
        Data::F64(_) => "F64",
        Data::I32(_) => "I32",
        Data::I64(_) => "I64",
        Data::U8(_) => "U8",
        Data::U16(_) => "U16",
        _ => "BOOL",
    })
}
