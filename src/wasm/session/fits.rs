//! Exports that train, slice by slice.

use super::{Session, now};
use crate::callbacks::{Content, File, Logs, Output};
use crate::error::Result;
use crate::model::{Ask, FitData, FitOptions, History};
use crate::session::Event;
use crate::wasm::convert::{JsResult, get, logs, object, thrown, to_json};
use crate::wasm::weights::weights_to_js;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    pub fn fit(&mut self, model: u32, x: JsValue, y: JsValue, options: JsValue) -> JsResult<u32> {
        let mut fit = || {
            let train = self.samples(model, [&x, &y, &get(&options, "sample_weight")])?;
            let validation = get(&options, "validation_data");
            let validation = if validation.is_undefined() || validation.is_null() {
                None
            } else {
                let part = |i: u32| js_sys::Array::from(&validation).get(i);
                Some(self.samples(model, [&part(0), &part(1), &part(2)])?)
            };
            let mut options = FitOptions::from_json(&without_data(&options)?)?;
            options.host.clock = clock;
            self.inner
                .fit(model, FitData { train, validation }, options)
        };
        fit().map_err(thrown)
    }

    /// Trains for about so many milliseconds (0: one step): `{events, done, ask}`. With `ask`,
    /// `{callback, hook, index, logs}`, it waits for [`Session::fit_answer`].
    pub fn fit_run(&mut self, fit: u32, milliseconds: f64) -> JsResult {
        let until = now() + milliseconds;
        let slice = self.inner.fit_run(fit, now, until).map_err(thrown)?;
        let done = matches!(slice.events.last(), Some(Event::End { .. }));
        let events: js_sys::Array = slice.events.iter().map(event_to_js).collect();
        Ok(object(&[
            ("events", events.into()),
            ("done", done.into()),
            ("ask", slice.ask.as_ref().map_or(JsValue::NULL, ask_to_js)),
        ]))
    }

    /// Says whether the page's hook wants training to stop, and its logs where it changed them.
    pub fn fit_answer(&mut self, fit: u32, stop: bool, logs: JsValue) -> JsResult<()> {
        let logs = logs.is_object().then(|| read_logs(&logs));
        self.inner.fit_answer(fit, stop, logs).map_err(thrown)
    }

    pub fn fit_stop(&mut self, fit: u32) -> JsResult<()> {
        self.inner.fit_stop(fit).map_err(thrown)
    }

    pub fn fit_drop(&mut self, fit: u32) {
        self.inner.fit_drop(fit);
    }
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

/// Seconds since 1970, finer than `Date.now()`.
fn clock() -> f64 {
    let global = js_sys::global().unchecked_into::<web_sys::WorkerGlobalScope>();
    global.performance().map_or(0.0, |performance| {
        (performance.time_origin() + performance.now()) / 1000.0
    })
}

fn read_logs(logs: &JsValue) -> Logs {
    let read = |entry: JsValue| {
        let entry = js_sys::Array::from(&entry);
        Some((entry.get(0).as_string()?, entry.get(1).as_f64()?))
    };
    let entries = js_sys::Object::entries(logs.unchecked_ref());
    entries.iter().filter_map(read).collect()
}

fn number(n: usize) -> JsValue {
    JsValue::from_f64(n as f64)
}

fn ask_to_js(ask: &Ask) -> JsValue {
    let (hook, index) = ask.hook.parts();
    object(&[
        ("callback", number(ask.callback)),
        ("hook", hook.into()),
        ("index", index.map_or(JsValue::NULL, number)),
        ("logs", logs(&ask.logs)),
    ])
}

fn event_to_js(event: &Event) -> JsValue {
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
        Event::Epoch { end, time } => object(&[
            ("type", "epoch".into()),
            ("epoch", number(end.epoch)),
            ("logs", logs(&end.logs)),
            ("dataLoss", end.data_loss.into()),
            ("penalty", end.penalty.into()),
            ("time", (*time).into()),
        ]),
        Event::Output(output) => output_to_js(output),
        Event::End {
            history,
            stopped,
            restored,
            best,
        } => object(&[
            ("type", "end".into()),
            (
                "epoch",
                history
                    .epoch
                    .iter()
                    .map(|&epoch| number(epoch))
                    .collect::<js_sys::Array>()
                    .into(),
            ),
            ("history", history_to_js(history)),
            ("stopped", stopped.as_str().into()),
            ("restoredEpoch", restored.map_or(JsValue::NULL, number)),
            ("bestEpoch", best.map_or(JsValue::NULL, number)),
        ]),
    }
}

fn history_to_js(history: &History) -> JsValue {
    let list = |values: &[f64]| -> JsValue {
        let values = values.iter().map(|v| JsValue::from_f64(*v));
        values.collect::<js_sys::Array>().into()
    };
    let entries: Vec<(&str, JsValue)> = history
        .history
        .iter()
        .map(|(key, v)| (key.as_str(), list(v)))
        .collect();
    object(&entries)
}

fn output_to_js(output: &Output) -> JsValue {
    let typed = |kind: &str, entries: &[(&str, &str)]| {
        let mut all = vec![("type", JsValue::from(kind))];
        all.extend(entries.iter().map(|(key, text)| (*key, (*text).into())));
        object(&all)
    };
    match output {
        Output::Text(text) => typed("text", &[("text", text)]),
        Output::Warning(text) => typed("warning", &[("text", text)]),
        Output::Copy { from, to } => typed("copy", &[("from", from), ("to", to)]),
        Output::Remove(path) => typed("remove", &[("path", path)]),
        Output::File(file) => file_to_js(file),
    }
}

/// `content` is `{format, config, weights}`, for pkg/formats to write, or `{bytes, append}`.
fn file_to_js(file: &File) -> JsValue {
    let model = |format: &str, model: &crate::formats::KerasFile| {
        object(&[
            ("format", format.into()),
            ("config", model.config.to_string().into()),
            ("weights", weights_to_js(&model.weights, &model.assets)),
        ])
    };
    let bytes = |bytes: &[u8], append: bool| {
        object(&[
            ("bytes", js_sys::Uint8Array::from(bytes).into()),
            ("append", append.into()),
        ])
    };
    let content = match &file.content {
        Content::Model(it) => model("keras", it),
        Content::Weights(it) => model("weights.h5", it),
        Content::Whole(it) => bytes(it, false),
        Content::More(it) => bytes(it, true),
    };
    object(&[
        ("type", "file".into()),
        ("path", file.path.as_str().into()),
        ("kind", file.kind.as_str().into()),
        ("epoch", number(file.epoch)),
        ("logs", logs(&file.logs)),
        ("content", content),
    ])
}
