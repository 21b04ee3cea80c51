//! Exports that load, prepare and keep data.

use super::Session;
use crate::data::{self, Features};
use crate::error::Error;
use crate::wasm::convert::{
    JsResult, array_from_js, array_to_js, from_js, object, thrown, to_js, to_json,
};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    pub fn load_data(&mut self, name: &str, bytes: Vec<u8>, options: JsValue) -> JsResult {
        let load = || {
            let options = to_json(&options)?;
            let options = if options.is_null() {
                json!({})
            } else {
                options
            };
            let options = serde::Deserialize::deserialize(&options)
                .map_err(|e| Error::unsupported(format!("loadData: {e}")))?;
            self.inner.load_data(name, bytes, &options)
        };
        load().map(|info| to_js(&info)).map_err(thrown)
    }

    pub fn data_rows(&self, name: &str, start: usize, count: usize) -> JsResult {
        let rows = self
            .inner
            .source(name)
            .and_then(|loaded| data::rows(loaded, start, count));
        rows.map(|rows| to_js(&rows)).map_err(thrown)
    }

    pub fn data_sample(&self, name: &str, row: usize) -> JsResult {
        self.inner
            .sample(name, row)
            .map(|array| array_to_js(&array))
            .map_err(thrown)
    }

    pub fn drop_data(&mut self, name: &str) {
        self.inner.drop_data(name);
    }

    pub fn select(&mut self, name: &str, choice: JsValue) -> JsResult {
        let choice = from_js(&choice, "select").map_err(thrown)?;
        let (selected, [x, y, weight]) = self.inner.select(name, &choice).map_err(thrown)?;
        let id = |id: Option<u32>| id.map_or(JsValue::UNDEFINED, JsValue::from);
        let shape = |features: &Features| to_js(&features.array.shape);
        Ok(object(&[
            ("x", id(x)),
            ("y", id(y)),
            ("weight", id(weight)),
            ("xShape", shape(&selected.x)),
            ("yShape", selected.y.as_ref().map_or(JsValue::NULL, shape)),
        ]))
    }

    pub fn prepare(&mut self, recipe: JsValue) -> JsResult {
        let mut prepare = || {
            let recipe = from_js(&recipe, "the recipe")?;
            let id = self.inner.prepare(&recipe)?;
            let prepared = self.inner.prepared(id)?;
            let test = prepared.test.as_ref().map_or(0, |(x, _)| x.array.rows());
            Ok(json!({
                "id": id, "inputShape": prepared.input_shape, "task": prepared.task,
                "classes": prepared.classes, "featureNames": prepared.feature_names,
                "trainCount": prepared.x.array.rows(), "testCount": test,
            }))
        };
        prepare().map(|info: Value| to_js(&info)).map_err(thrown)
    }

    pub fn prepared_rows(&self, id: u32, part: &str) -> JsResult<Vec<u32>> {
        let prepared = self.inner.prepared(id).map_err(thrown)?;
        Ok(if part == "test" {
            prepared.test_rows.clone()
        } else {
            prepared.train_rows.clone()
        })
    }

    pub fn apply(&self, id: u32, row: JsValue) -> JsResult {
        let apply = || self.inner.prepared(id)?.apply(&to_json(&row)?);
        apply().map(|array| array_to_js(&array)).map_err(thrown)
    }

    /// An array that lies here: `{id}` or `{prepared, part, role}`.
    pub fn get_array(&self, reference: JsValue) -> JsResult {
        self.features(&reference)
            .map(|features| array_to_js(&features.array))
            .map_err(thrown)
    }

    pub fn add_array(&mut self, array: JsValue) -> JsResult<u32> {
        array_from_js(&array)
            .map(|array| self.inner.add_array(array))
            .map_err(thrown)
    }

    /// Drops an array or prepared data.
    pub fn drop_array(&mut self, id: u32) {
        self.inner.drop_array(id);
    }
}
