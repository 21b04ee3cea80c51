//! Exports of the engine: [`crate::session::Session`] for JavaScript.

use super::convert::{
    JsResult, array_from_js, array_to_js, from_js, get, logs, object, thrown, to_js, to_json,
};
use super::weights::{weights_from_js, weights_to_js};
use crate::data::{self, Features};
use crate::error::{Error, Result};
use crate::model::{FitData, FitOptions, Samples, StopReason, inspect};
use crate::session::{Event, Role};
use serde_json::{Value, json};
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

    pub fn load_data(&mut self, name: &str, bytes: &[u8], options: JsValue) -> JsResult {
        let mut load = || {
            let options = to_json(&options)?;
            let options = if options.is_null() {
                json!({})
            } else {
                options
            };
            let options = serde_json::from_value(options)
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

    pub fn inspect(&self, config: &str, input_shape: JsValue) -> JsResult {
        let config = read_config(config).map_err(thrown)?;
        let shape = from_js(&input_shape, "the input shape").map_err(thrown)?;
        Ok(to_js(&inspect(&config, shape)))
    }

    pub fn create_model(&mut self, config: &str, seed: u32) -> JsResult<u32> {
        let mut create = || self.inner.create_model(&read_config(config)?, seed);
        create().map_err(thrown)
    }

    pub fn build(&mut self, model: u32, input_shape: JsValue) -> JsResult<()> {
        let mut build = || {
            let shape = from_js(&input_shape, "the input shape")?;
            self.inner.model_mut(model)?.build(&shape)
        };
        build().map_err(thrown)
    }

    pub fn compile(&mut self, model: u32, options: JsValue) -> JsResult<()> {
        let mut compile = || self.inner.model_mut(model)?.compile(&to_json(&options)?);
        compile().map_err(thrown)
    }

    /// Lets a layer learn from data for it (Keras' `layer.adapt`).
    pub fn adapt(&mut self, model: u32, layer: &str, data: JsValue) -> JsResult<()> {
        let mut adapt = || {
            let data = self.features(&data)?;
            self.inner.adapt(model, layer, &data)
        };
        adapt().map_err(thrown)
    }

    pub fn fit(&mut self, model: u32, x: JsValue, y: JsValue, options: JsValue) -> JsResult<u32> {
        let mut fit = || {
            let train = self.samples(&x, &y, &get(&options, "sample_weight"))?;
            let validation = get(&options, "validation_data");
            let validation = if validation.is_undefined() || validation.is_null() {
                None
            } else {
                let part = |i: u32| js_sys::Array::from(&validation).get(i);
                Some(self.samples(&part(0), &part(1), &part(2))?)
            };
            let options = FitOptions::from_json(&without_data(&options)?)?;
            self.inner
                .fit(model, FitData { train, validation }, options)
        };
        fit().map_err(thrown)
    }

    /// Trains for about so many milliseconds (0: one step), or to an epoch's end:
    /// `{events, done}`.
    pub fn fit_run(&mut self, fit: u32, milliseconds: f64, until_epoch_end: bool) -> JsResult {
        let end = now() + milliseconds;
        let goes_on = || milliseconds > 0.0 && now() < end;
        let events = self
            .inner
            .fit_run(fit, until_epoch_end, goes_on)
            .map_err(thrown)?;
        let done = matches!(events.last(), Some(Event::End { .. }));
        let events: js_sys::Array = events.iter().map(event_to_js).collect();
        Ok(object(&[("events", events.into()), ("done", done.into())]))
    }

    pub fn fit_stop(&mut self, fit: u32) -> JsResult<()> {
        self.inner.fit_stop(fit).map_err(thrown)
    }

    pub fn fit_drop(&mut self, fit: u32) {
        self.inner.fit_drop(fit);
    }

    pub fn evaluate(&mut self, model: u32, x: JsValue, y: JsValue, options: JsValue) -> JsResult {
        let mut evaluate = || {
            let samples = self.samples(&x, &y, &get(&options, "sample_weight"))?;
            self.inner.evaluate(model, samples, batch_size(&options))
        };
        evaluate().map(|result| logs(&result)).map_err(thrown)
    }

    pub fn predict(&mut self, model: u32, x: JsValue, options: JsValue) -> JsResult {
        let x = self.inputs(&x).map_err(thrown)?;
        let outputs = self
            .inner
            .predict(model, &x, batch_size(&options))
            .map_err(thrown)?;
        Ok(match &outputs[..] {
            [one] => array_to_js(one),
            several => several
                .iter()
                .map(array_to_js)
                .collect::<js_sys::Array>()
                .into(),
        })
    }

    pub fn summary(&self, model: u32) -> JsResult<String> {
        self.inner
            .model(model)
            .map(|model| model.summary())
            .map_err(thrown)
    }

    pub fn get_weights(&self, model: u32) -> JsResult {
        let model = self.inner.model(model).map_err(thrown)?;
        let weight = |(i, variable): (usize, &crate::model::Variable)| {
            let array = crate::tensor::Array {
                shape: variable.spec.shape.clone(),
                data: crate::tensor::Data::F32(model.variables.get(i).to_vec()),
            };
            let layer = &model.layers()[variable.layer].name;
            let js = array_to_js(&array);
            object(&[
                ("name", variable.spec.name.into()),
                ("path", format!("{layer}/{}", variable.spec.name).into()),
                ("data", get(&js, "data")),
                ("shape", get(&js, "shape")),
            ])
        };
        Ok(model
            .variables
            .list
            .iter()
            .enumerate()
            .map(weight)
            .collect::<js_sys::Array>()
            .into())
    }

    pub fn set_weights(&mut self, model: u32, weights: JsValue) -> JsResult<()> {
        let mut set = || {
            let read = |array: JsValue| {
                let array = Arc::new(array_from_js(&array)?);
                let rows: Vec<u32> = (0..array.rows() as u32).collect();
                let mut values = vec![0.0; array.shape.iter().product()];
                let features = Features {
                    array,
                    divisor: None,
                };
                data::batches::gather_dense(&features, &rows, &mut values);
                Ok(values)
            };
            let arrays: Vec<Vec<f32>> = js_sys::Array::from(&weights)
                .iter()
                .map(read)
                .collect::<Result<_>>()?;
            self.inner.model_mut(model)?.set_weights(&arrays)
        };
        set().map_err(thrown)
    }

    /// The whole config.json, as a text.
    pub fn model_config(&self, model: u32) -> JsResult<String> {
        self.inner
            .model(model)
            .map(|model| model.to_config().to_string())
            .map_err(thrown)
    }

    /// Weights, optimizer state and vocabularies by their paths in a `.keras` file.
    pub fn state(&self, model: u32) -> JsResult {
        self.inner
            .state(model)
            .map(|file| weights_to_js(&file.weights, &file.assets))
            .map_err(thrown)
    }

    pub fn set_state(&mut self, model: u32, weights: JsValue) -> JsResult<()> {
        let mut set = || {
            let (weights, assets) = weights_from_js(&weights)?;
            self.inner.set_state(model, weights, assets)
        };
        set().map_err(thrown)
    }

    pub fn drop_model(&mut self, model: u32) {
        self.inner.drop_model(model);
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
            let features = self.features(weight)?;
            let rows: Vec<u32> = (0..features.array.rows() as u32).collect();
            if features.array.row_len() != 1 {
                return Err(Error::shape("sample weights are one number per sample"));
            }
            let mut values = vec![0.0; rows.len()];
            data::batches::gather_dense(&features, &rows, &mut values);
            Some(Arc::new(values))
        };
        Samples::new(x, y, weight)
    }
}

fn read_config(config: &str) -> Result<Value> {
    serde_json::from_str(config).map_err(|e| Error::file(format!("the model is not JSON: {e}")))
}

fn batch_size(options: &JsValue) -> usize {
    get(options, "batch_size")
        .as_f64()
        .map_or(32, |size| (size as usize).max(1))
}

/// fit's options without the arrays among them.
fn without_data(options: &JsValue) -> Result<Value> {
    let plain = js_sys::Object::assign(&js_sys::Object::new(), options.unchecked_ref());
    for key in ["sample_weight", "validation_data"] {
        let _ = js_sys::Reflect::delete_property(&plain, &key.into());
    }
    Ok(match to_json(&plain)? {
        Value::Null => json!({}),
        options => options,
    })
}

fn event_to_js(event: &Event) -> JsValue {
    let number = |n: usize| JsValue::from_f64(n as f64);
    let place = |kind: &str, epoch: usize, batch: usize, batches: usize| {
        [
            ("type", JsValue::from(kind)),
            ("epoch", number(epoch)),
            ("batch", number(batch)),
            ("batches", number(batches)),
        ]
    };
    match event {
        Event::Batch {
            epoch,
            batch,
            batches,
            logs: values,
        } => {
            let [a, b, c, d] = place("batch", *epoch, *batch, *batches);
            object(&[a, b, c, d, ("logs", logs(values))])
        }
        Event::Validation {
            epoch,
            batch,
            batches,
        } => object(&place("validation", *epoch, *batch, *batches)),
        Event::Epoch(end) => object(&[
            ("type", "epoch".into()),
            ("epoch", number(end.epoch)),
            ("logs", logs(&end.logs)),
            ("dataLoss", end.data_loss.into()),
            ("penalty", end.penalty.into()),
            ("time", now().into()),
        ]),
        Event::End {
            history,
            stopped,
            restored,
            best,
        } => {
            let list = |values: &[f64]| -> JsValue {
                values
                    .iter()
                    .map(|v| JsValue::from_f64(*v))
                    .collect::<js_sys::Array>()
                    .into()
            };
            let entries: Vec<(&str, JsValue)> = history
                .history
                .iter()
                .map(|(key, v)| (key.as_str(), list(v)))
                .collect();
            let epochs: js_sys::Array = history.epoch.iter().map(|&epoch| number(epoch)).collect();
            let stopped = match stopped {
                StopReason::Completed => "completed",
                StopReason::EarlyStopping => "early_stopping",
                StopReason::User => "user",
            };
            object(&[
                ("type", "end".into()),
                ("epoch", epochs.into()),
                ("history", object(&entries)),
                ("stopped", stopped.into()),
                ("restoredEpoch", restored.map_or(JsValue::NULL, number)),
                ("bestEpoch", best.map_or(JsValue::NULL, number)),
            ])
        }
    }
}
