//! Exports of the engine: [`crate::session::Session`] for JavaScript.

mod data;
mod fits;
mod models;

use super::convert::{array_from_js, get, object};
use crate::data::Features;
use crate::error::{Error, Result};
use crate::model::Samples;
use crate::session::Role;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// The engine's state behind a page.
#[wasm_bindgen]
pub struct Session {
    inner: crate::session::Session,
}

const SIMD: &str = if cfg!(target_feature = "relaxed-simd") {
    "relaxed-simd"
} else {
    "simd128"
};

/// Milliseconds on the worker's clock.
fn now() -> f64 {
    let global = js_sys::global().unchecked_into::<web_sys::WorkerGlobalScope>();
    global
        .performance()
        .map_or(0.0, |performance| performance.now())
}

#[wasm_bindgen]
impl Session {
    /// A session that computes on `threads` threads; the pool must be there.
    #[wasm_bindgen(constructor)]
    pub fn new(threads: usize) -> Session {
        Session {
            inner: crate::session::Session::new(threads),
        }
    }

    pub fn info(&self) -> JsValue {
        let memory = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>();
        let bytes = get(&memory.buffer(), "byteLength");
        object(&[
            (
                "threads",
                JsValue::from_f64(self.inner.team.threads() as f64),
            ),
            ("simd", SIMD.into()),
            ("version", super::version().into()),
            ("memory", bytes),
        ])
    }
}

impl Session {
    /// Reads `{id}`, `{prepared, part, role}` or `{data, shape}`.
    fn features(&self, value: &JsValue) -> Result<Features> {
        if let Some(prepared) = get(value, "prepared").as_f64() {
            let test = get(value, "part").as_string().as_deref() == Some("test");
            let is_y = get(value, "role").as_string().as_deref() == Some("y");
            return self
                .inner
                .part(prepared as u32, test, if is_y { Role::Y } else { Role::X });
        }
        if let Some(id) = get(value, "id").as_f64() {
            return self.inner.array(id as u32);
        }
        let array = array_from_js(value)?;
        if array.shape.is_empty() {
            return Err(Error::shape(
                "an array needs at least one dimension, the samples",
            ));
        }
        Ok(Features {
            array: Arc::new(array),
            divisor: None,
        })
    }

    /// One input, a list of them, or an object by name.
    fn inputs(&self, value: &JsValue) -> Result<Vec<Features>> {
        if value.is_undefined() || value.is_null() {
            return Err(Error::data("x is missing"));
        }
        let single = ["prepared", "id", "data"]
            .iter()
            .any(|key| !get(value, key).is_undefined());
        if single {
            return Ok(vec![self.features(value)?]);
        }
        let parts = if js_sys::Array::is_array(value) {
            js_sys::Array::from(value)
        } else {
            js_sys::Object::values(value.unchecked_ref())
        };
        parts.iter().map(|part| self.features(&part)).collect()
    }

    fn samples(&self, x: &JsValue, y: &JsValue, weight: &JsValue) -> Result<Samples> {
        let x = self.inputs(x)?;
        if y.is_undefined() || y.is_null() {
            return Err(Error::data("y, the labels, is missing"));
        }
        let mut y = self.inputs(y)?;
        let (Some(y), true) = (y.pop(), y.is_empty()) else {
            return Err(Error::unsupported(
                "models with several outputs cannot be trained yet",
            ));
        };
        let weight = if weight.is_undefined() || weight.is_null() {
            None
        } else {
            Some(self.features(weight)?)
        };
        Samples::new(x, y, weight)
    }
}
