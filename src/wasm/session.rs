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

    /// One array, a list of them, or an object by the names that `names` tells in order. An entry
    /// that is missing or null is None.
    fn by_name(
        &self,
        value: &JsValue,
        names: impl FnOnce() -> Result<Vec<String>>,
    ) -> Result<Vec<Option<Features>>> {
        let single = ["prepared", "id", "data"]
            .iter()
            .any(|key| !get(value, key).is_undefined());
        let parts: Vec<JsValue> = if single {
            vec![value.clone()]
        } else if js_sys::Array::is_array(value) {
            js_sys::Array::from(value).to_vec()
        } else {
            let names = names()?;
            let given = js_sys::Object::keys(value.unchecked_ref::<js_sys::Object>());
            let given = given.iter().filter_map(|key| key.as_string());
            if let Some(key) = given.into_iter().find(|key| !names.contains(key)) {
                return Err(Error::data(format!(
                    "there is an array for \"{key}\", but the model has {}",
                    names.join(", ")
                )));
            }
            names.iter().map(|name| get(value, name)).collect()
        };
        let features = |part: &JsValue| match part.is_undefined() || part.is_null() {
            true => Ok(None),
            false => self.features(part).map(Some),
        };
        parts.iter().map(features).collect()
    }

    /// The model's inputs.
    fn inputs(&self, model: u32, value: &JsValue) -> Result<Vec<Features>> {
        let missing = || Error::data("x is missing");
        if value.is_undefined() || value.is_null() {
            return Err(missing());
        }
        let found = self.by_name(value, || Ok(self.inner.model(model)?.input_names()))?;
        found.into_iter().map(|x| x.ok_or_else(missing)).collect()
    }

    /// Arrays for the model's outputs; none where there is nothing.
    fn outputs(&self, model: u32, value: &JsValue) -> Result<Vec<Option<Features>>> {
        if value.is_undefined() || value.is_null() {
            return Ok(vec![]);
        }
        self.by_name(value, || Ok(self.inner.model(model)?.output_names()))
    }

    fn samples(&self, model: u32, [x, y, weights]: [&JsValue; 3]) -> Result<Samples> {
        if y.is_undefined() || y.is_null() {
            return Err(Error::data("y, the labels, is missing"));
        }
        Samples::new(
            self.inputs(model, x)?,
            self.outputs(model, y)?,
            self.outputs(model, weights)?,
        )
    }
}
