//! Exports that make, judge and use models.

use super::Session;
use crate::data::{self, Features};
use crate::error::{Error, Result};
use crate::formats::Format;
use crate::model::inspect;
use crate::wasm::convert::{
    JsResult, array_from_js, array_to_js, from_js, get, logs, object, thrown, to_js, to_json,
};
use crate::wasm::weights::{saved_from_js, saved_to_js, weights_from_js, weights_to_js};
use serde_json::Value;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
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

    /// Lets a layer learn from data for it (Keras' `layer.adapt`).
    pub fn adapt(&mut self, model: u32, layer: &str, data: JsValue) -> JsResult<()> {
        let mut adapt = || {
            let data = self.features(&data)?;
            self.inner.adapt(model, layer, &data)
        };
        adapt().map_err(thrown)
    }

    pub fn compile(&mut self, model: u32, options: JsValue) -> JsResult<()> {
        let mut compile = || self.inner.model_mut(model)?.compile(&to_json(&options)?);
        compile().map_err(thrown)
    }

    pub fn evaluate(&mut self, model: u32, x: JsValue, y: JsValue, options: JsValue) -> JsResult {
        let mut evaluate = || {
            let samples = self.samples(model, [&x, &y, &get(&options, "sample_weight")])?;
            self.inner.evaluate(model, samples, batch_size(&options))
        };
        evaluate().map(|result| logs(&result)).map_err(thrown)
    }

    pub fn predict(&mut self, model: u32, x: JsValue, options: JsValue) -> JsResult {
        let x = self.inputs(model, &x).map_err(thrown)?;
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
            let layer = model.layers()[variable.layer].path();
            let js = array_to_js(&array);
            object(&[
                ("name", variable.spec.name.into()),
                ("path", format!("{layer}/{}", variable.spec.path()).into()),
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

    /// The model as a Python program.
    pub fn python(&self, model: u32, options: JsValue) -> JsResult<String> {
        let python = || {
            let options = serde_json::from_value(to_json(&options)?)
                .map_err(|e| Error::unsupported(format!("save(\"python\"): {e}")))?;
            self.inner.python(model, &options)
        };
        python().map_err(thrown)
    }

    /// Weights and optimizer state by their paths in a `.keras` file.
    pub fn state(&self, model: u32) -> JsResult {
        self.inner
            .state(model)
            .map(|file| weights_to_js(&file.weights, &file.assets))
            .map_err(thrown)
    }

    pub fn set_state(&mut self, model: u32, weights: JsValue) -> JsResult<()> {
        let mut set = || {
            let (weights, assets) = weights_from_js(&weights)?;
            self.inner.set_state(model, &weights, &assets)
        };
        set().map_err(thrown)
    }

    /// What a file of `format` keeps of the model (keras, h5, weights.h5, safetensors), for
    /// pkg/formats to write.
    pub fn saved(&self, model: u32, format: &str) -> JsResult {
        Format::from_name(format)
            .and_then(|format| self.inner.saved(model, format))
            .map(|(saved, assets)| saved_to_js(&saved, &assets))
            .map_err(thrown)
    }

    /// Sets what pkg/formats read in a file of weights (Keras' `load_weights`).
    pub fn load_weights(&mut self, model: u32, layout: &str, weights: JsValue) -> JsResult<()> {
        let mut load = || {
            let (saved, assets) = saved_from_js(layout, &weights)?;
            self.inner.load_weights(model, saved, &assets)
        };
        load().map_err(thrown)
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self, model: u32) -> JsResult<f64> {
        self.inner
            .model(model)
            .and_then(|model| model.learning_rate())
            .map_err(thrown)
    }

    pub fn set_learning_rate(&mut self, model: u32, learning_rate: f64) -> JsResult<()> {
        self.inner
            .model_mut(model)
            .and_then(|model| model.set_learning_rate(learning_rate))
            .map_err(thrown)
    }

    pub fn drop_model(&mut self, model: u32) {
        self.inner.drop_model(model);
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
