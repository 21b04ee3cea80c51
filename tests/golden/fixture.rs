//! Reads the fixtures: see README.md for what an array may be.

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use model_dojo::data::Features;
use model_dojo::tensor::{Array, Data, SparseRows};
use serde_json::{Value, json};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The cases of a family.
pub fn load(family: &str) -> Vec<Value> {
    let path = root().join(format!("tests/golden/fixtures/{family}.json"));
    let text = fs::read_to_string(&path).expect("the fixtures are committed");
    serde_json::from_str(&text).expect("generate.py writes JSON")
}

/// The families whose names begin with `prefix`: `layers`, `layers_convolution`, ….
pub fn families(prefix: &str) -> Vec<String> {
    let folder = root().join("tests/golden/fixtures");
    let files = fs::read_dir(folder).expect("the fixtures are committed");
    let name = |file: std::io::Result<fs::DirEntry>| {
        let path = file.expect("a file").path();
        path.file_stem()
            .and_then(|stem| stem.to_str().map(String::from))
    };
    let mut families: Vec<String> = files
        .filter_map(name)
        .filter(|name| name == prefix || name.starts_with(&format!("{prefix}_")))
        .collect();
    families.sort();
    families
}

/// A case by its name.
pub fn find(family: &str, name: &str) -> Value {
    let mut cases = load(family).into_iter();
    let found = cases.find(|case| case["name"] == name);
    found.unwrap_or_else(|| panic!("{family} has no case {name}"))
}

/// The shape of an array.
pub fn shape(v: &Value) -> Vec<usize> {
    let dims = v["shape"].as_array().expect("an array has a shape");
    dims.iter().map(|d| number(d) as usize).collect()
}

/// An array in its own dtype.
pub fn array(v: &Value) -> Array {
    let shape = shape(v);
    let count = shape.iter().product();
    let data = if let Some(spec) = v.get("one_in") {
        Data::Sparse(one_in(&shape, spec))
    } else if let Some(spec) = v.get("below") {
        let limit = number(&spec["limit"]) as u32;
        Data::I32(
            hash32(count, &spec["seed"])
                .map(|h| (h % limit) as i32)
                .collect(),
        )
    } else if let Some(spec) = v.get("idx") {
        idx(&shape, spec)
    } else if v["dtype"] == "float32" {
        Data::F32(floats(v))
    } else {
        integers(v)
    };
    Array::new(shape, data).expect("a fixture's data fit its shape")
}

/// What a model eats: bytes of images stay bytes until a batch is gathered.
pub fn features(v: &Value) -> Features {
    let divisor = v
        .pointer("/idx/divide")
        .map(|divisor| number(divisor) as f32);
    Features {
        array: Arc::new(array(v)),
        divisor,
    }
}

/// A list of float32 arrays, flat.
pub fn float_list(v: &Value) -> Vec<Vec<f32>> {
    let list = v.as_array().expect("a list of arrays");
    list.iter().map(floats).collect()
}

/// The elements as float32; those that are stored where an array is sampled.
pub fn floats(v: &Value) -> Vec<f32> {
    if let Some(spec) = v.get("uniform") {
        let (low, high) = (number(&spec["low"]) as f32, number(&spec["high"]) as f32);
        let unit = |h: u32| (h >> 8) as f32 / 16_777_216.0;
        let count = shape(v).iter().product();
        return hash32(count, &spec["seed"])
            .map(|h| low + (high - low) * unit(h))
            .collect();
    }
    match (v["dtype"].as_str(), &v["values"]) {
        (_, Value::Array(values)) => values.iter().map(|x| number(x) as f32).collect(),
        (Some("float32"), _) => words(v).map(f32::from_le_bytes).collect(),
        (Some("int32"), _) => words(v).map(|b| i32::from_le_bytes(b) as f32).collect(),
        (Some("int64"), _) => words(v).map(|b| i64::from_le_bytes(b) as f32).collect(),
        (dtype, _) => panic!("no floats in an array of {dtype:?}"),
    }
}

/// The elements as the model's door casts them.
pub fn cast(v: &Value) -> Vec<f32> {
    match array(v).data {
        Data::I32(values) => values.iter().map(|&v| v as f32).collect(),
        Data::I64(values) => values.iter().map(|&v| v as f32).collect(),
        _ => floats(v),
    }
}

/// JSON whose numbers are all floats: Python's 0 and 0.0 are the same.
pub fn as_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(as_floats).collect(),
        Value::Object(entries) => {
            let entries = entries.iter();
            entries
                .map(|(key, value)| (key.clone(), as_floats(value)))
                .collect()
        }
        other => other.clone(),
    }
}

/// Panics where `found` is not the JSON that Keras wrote: numbers equal as numbers, and null where
/// a key is missing.
pub fn same_json(found: &Value, expected: &Value) {
    match (found, expected) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()) {
                let of = |object: &serde_json::Map<String, Value>| object.get(key).cloned();
                same_json(&of(a).unwrap_or_default(), &of(b).unwrap_or_default());
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).for_each(|(a, b)| same_json(a, b));
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        _ => assert_eq!(found, expected, "what Keras writes"),
    }
}

/// A number; `"nan"`, `"inf"` and `"-inf"` stand for those that JSON lacks.
pub fn number(v: &Value) -> f64 {
    let named = v.as_str().and_then(|name| name.parse().ok());
    let number = v.as_f64().or(named);
    number.unwrap_or_else(|| panic!("{v} is not a number"))
}

fn integers(v: &Value) -> Data {
    let whole = |x: &Value| x.as_i64().expect("an integer");
    match (v["dtype"].as_str(), &v["values"]) {
        (Some("int32"), Value::Array(x)) => Data::I32(x.iter().map(|x| whole(x) as i32).collect()),
        (Some("int64"), Value::Array(x)) => Data::I64(x.iter().map(whole).collect()),
        (Some("uint8"), Value::Array(x)) => Data::U8(x.iter().map(|x| whole(x) as u8).collect()),
        (Some("string"), Value::Array(x)) => {
            let text = |x: &Value| x.as_str().expect("a text").to_string();
            Data::Str(x.iter().map(text).collect())
        }
        (Some("int32"), _) => Data::I32(words(v).map(i32::from_le_bytes).collect()),
        (Some("int64"), _) => Data::I64(words(v).map(i64::from_le_bytes).collect()),
        (dtype, _) => panic!("a fixture array of {dtype:?}"),
    }
}

/// The stored elements, `N` bytes each.
fn words<const N: usize>(v: &Value) -> impl Iterator<Item = [u8; N]> {
    let text = v["base64"].as_str().expect("values or base64");
    let bytes = STANDARD.decode(text).expect("base64");
    let words: Vec<[u8; N]> = bytes.as_chunks().0.to_vec();
    words.into_iter()
}

/// `hash32` of arrays.py.
fn hash32(count: usize, seed: &Value) -> impl Iterator<Item = u32> {
    fn mix(mut h: u32) -> u32 {
        h ^= h >> 16;
        h = h.wrapping_mul(0x85EB_CA6B);
        h ^= h >> 13;
        h = h.wrapping_mul(0xC2B2_AE35);
        h ^ (h >> 16)
    }
    let start = mix(number(seed) as u32 + 1);
    (0..count as u32).map(move |i| mix(i.wrapping_mul(0x9E37_79B9).wrapping_add(start)))
}

fn one_in(shape: &[usize], spec: &Value) -> SparseRows {
    let (n, columns) = (number(&spec["n"]) as u32, shape[1]);
    let mut rows = SparseRows {
        offsets: vec![0],
        ..SparseRows::default()
    };
    for (i, h) in hash32(shape[0] * columns, &spec["seed"]).enumerate() {
        if h % n == 0 {
            rows.indices.push((i % columns) as u32);
        }
        if (i + 1) % columns == 0 {
            rows.offsets.push(rows.indices.len() as u32);
        }
    }
    rows
}

/// Rows of a bundled IDX file of bytes.
fn idx(shape: &[usize], spec: &Value) -> Data {
    let file = spec["file"].as_str().expect("a file's name");
    let path = root().join("www/data").join(Path::new(file));
    let packed = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut bytes = Vec::new();
    GzDecoder::new(&packed[..])
        .read_to_end(&mut bytes)
        .expect("gzip");
    let row: usize = shape[1..].iter().product();
    let start = 4 + 4 * shape.len() + number(&spec["start"]) as usize * row;
    Data::U8(bytes[start..][..shape[0] * row].to_vec())
}
