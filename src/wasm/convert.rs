//! Values between JavaScript and Rust.

use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use js_sys::{
    BigInt64Array, Float32Array, Float64Array, Int32Array, JSON, Object, Reflect, Uint8Array,
    Uint16Array,
};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

/// What an export gives: a value, or `{code, message, layer?}` thrown.
pub type JsResult<T = JsValue> = std::result::Result<T, JsValue>;

/// An error as the page gets it.
pub fn thrown(error: Error) -> JsValue {
    to_js(&error)
}

/// Any serde value as plain objects, arrays, numbers and strings.
pub fn to_js<T: Serialize>(value: &T) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}

/// A plain object or string as JSON; undefined is null.
pub fn to_json(value: &JsValue) -> Result<Value> {
    if value.is_undefined() {
        return Ok(Value::Null);
    }
    let text = JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string());
    text.and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| Error::data("an argument cannot be written as JSON"))
}

/// Reads an argument into its type.
pub fn from_js<T: serde::de::DeserializeOwned>(value: &JsValue, what: &str) -> Result<T> {
    T::deserialize(&to_json(value)?).map_err(|e| Error::data(format!("{what}: {e}")))
}

pub fn get(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// An object of these entries.
pub fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object.into()
}

/// Logs as `{key: number}`, NaN and infinities as they are.
pub fn logs(logs: &[(String, f64)]) -> JsValue {
    let entries: Vec<(&str, JsValue)> = logs
        .iter()
        .map(|(key, value)| (key.as_str(), JsValue::from_f64(*value)))
        .collect();
    object(&entries)
}

/// `{data, shape}`, copied out of the wasm memory.
pub fn array_to_js(array: &Array) -> JsValue {
    let data: JsValue = match &array.data {
        Data::F32(v) => Float32Array::from(&v[..]).into(),
        Data::F64(v) => Float64Array::from(&v[..]).into(),
        Data::I32(v) => Int32Array::from(&v[..]).into(),
        Data::I64(v) => BigInt64Array::from(&v[..]).into(),
        Data::U8(v) => Uint8Array::from(&v[..]).into(),
        Data::U16(v) => Uint16Array::from(&v[..]).into(),
        Data::Bool(v) => {
            let bytes: Vec<u8> = v.iter().map(|&b| u8::from(b)).collect();
            Uint8Array::from(&bytes[..]).into()
        }
        Data::Str(v) => to_js(v),
        Data::Sparse(_) => {
            let mut dense = vec![0.0; array.shape.iter().product()];
            let rows: Vec<u32> = (0..array.rows() as u32).collect();
            let features = crate::data::Features {
                array: std::sync::Arc::new(array.clone()),
                divisor: None,
            };
            crate::data::batches::gather_dense(&features, &rows, &mut dense);
            Float32Array::from(&dense[..]).into()
        }
    };
    let shape: js_sys::Array = array
        .shape
        .iter()
        .map(|&n| JsValue::from_f64(n as f64))
        .collect();
    object(&[("data", data), ("shape", shape.into())])
}

/// Reads `{data, shape}`.
pub fn array_from_js(value: &JsValue) -> Result<Array> {
    let shape: Vec<usize> = from_js(&get(value, "shape"), "shape")?;
    let data = get(value, "data");
    let data = if let Some(v) = data.dyn_ref::<Float32Array>() {
        Data::F32(v.to_vec())
    } else if let Some(v) = data.dyn_ref::<Float64Array>() {
        Data::F64(v.to_vec())
    } else if let Some(v) = data.dyn_ref::<Int32Array>() {
        Data::I32(v.to_vec())
    } else if let Some(v) = data.dyn_ref::<BigInt64Array>() {
        Data::I64(v.to_vec())
    } else if let Some(v) = data.dyn_ref::<Uint8Array>() {
        Data::U8(v.to_vec())
    } else if let Some(v) = data.dyn_ref::<Uint16Array>() {
        Data::U16(v.to_vec())
    } else if js_sys::Array::is_array(&data) {
        Data::Str(from_js(&data, "data")?)
    } else {
        return Err(Error::data(
            "an array's data are a Float32Array, Float64Array, Int32Array, BigInt64Array, \
             Uint8Array, Uint16Array or a list of strings",
        ));
    };
    Array::new(shape, data)
}
