//! What the callbacks of a training print and write, against what Keras' did.

use super::compare::Checks;
use super::fixture::number;
use model_dojo::callbacks::{Content, Output, event_file::masked_crc};
use model_dojo::formats::KerasFile;
use model_dojo::model::Ask;
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// Text and files, each file as it was at the end, and the questions to the host.
#[derive(Debug, Default, PartialEq)]
pub struct Written {
    pub calls: Vec<Ask>,
    text: String,
    files: BTreeMap<String, File>,
}

#[derive(Debug, Clone, PartialEq)]
enum File {
    Bytes(Vec<u8>),
    Model(Box<KerasFile>),
}

thread_local! {
    static TICKS: Cell<u32> = const { Cell::new(0) };
}

/// A quarter of a second goes by with each look, as in cases/fits_callbacks.py.
fn clock() -> f64 {
    f64::from(TICKS.replace(TICKS.get() + 1)) / 4.0
}

impl Written {
    pub fn start_clock() -> fn() -> f64 {
        TICKS.set(0);
        clock
    }

    /// Does in memory what a host does with files.
    pub fn add(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Text(text) => self.text += &text,
                Output::Warning(_) => {}
                Output::File(file) => {
                    let content = match (file.content, self.files.get_mut(&file.path)) {
                        (Content::Model(model) | Content::Weights(model), _) => File::Model(model),
                        (Content::More(more), Some(File::Bytes(bytes))) => {
                            bytes.extend(more);
                            continue;
                        }
                        (Content::Whole(bytes) | Content::More(bytes), _) => File::Bytes(bytes),
                    };
                    self.files.insert(file.path, content);
                }
                Output::Copy { from, to } => {
                    if let Some(file) = self.files.get(&from).cloned() {
                        self.files.insert(to, file);
                    }
                }
                Output::Remove(directory) => {
                    let inside = format!("{directory}/");
                    self.files.retain(|path, _| !path.starts_with(&inside));
                }
            }
        }
    }

    /// Compares with a case that says what Keras printed and wrote.
    pub fn check(&self, case: &Value, tolerance: f64, checks: &mut Checks) {
        let (Some(text), Some(expected)) = (case["text"].as_str(), case["files"].as_object())
        else {
            return;
        };
        assert_eq!(self.text, text, "what was printed");
        check_calls(&self.calls, &case["calls"], tolerance, checks);
        // Event files are named by their time: their directory stands for them.
        let name = |path: &str| match path.split_once("/events.out.tfevents.") {
            Some((directory, _)) => directory.to_string(),
            None => path.to_string(),
        };
        let found: BTreeSet<String> = self.files.keys().map(|path| name(path)).collect();
        assert_eq!(found, expected.keys().cloned().collect(), "files");
        for (path, file) in &self.files {
            let expected = &expected[&name(path)];
            match file {
                File::Model(model) => check_model(model, expected, tolerance, checks),
                File::Bytes(bytes) if expected.get("events").is_some() => {
                    check_events(bytes, &expected["events"], tolerance, checks);
                }
                File::Bytes(bytes) => check_text(bytes, &expected["text"], tolerance, checks),
            }
        }
    }
}

/// The functions that were called, in order, and the logs they saw.
fn check_calls(calls: &[Ask], expected: &Value, tolerance: f64, checks: &mut Checks) {
    let expected = expected.as_array().map_or(&[][..], Vec::as_slice);
    let found: Vec<Value> = calls
        .iter()
        .map(|ask| {
            let (hook, number) = ask.hook.parts();
            let keys: Vec<&String> = ask.logs.iter().map(|(key, _)| key).collect();
            json!([ask.callback, hook, number, keys])
        })
        .collect();
    let of_logs = |call: &Value| call[3].as_object().expect("logs").clone();
    let named: Vec<Value> = expected
        .iter()
        .map(|call| {
            let keys: Vec<String> = of_logs(call).keys().cloned().collect();
            json!([call[0], call[1], call[2], keys])
        })
        .collect();
    assert_eq!(found, named, "functions called");
    for (ask, expected) in calls.iter().zip(expected) {
        let logs = of_logs(expected);
        for (key, found) in &ask.logs {
            checks.number("log", key, *found, number(&logs[key]), tolerance);
        }
    }
}

fn check_model(model: &KerasFile, expected: &Value, tolerance: f64, checks: &mut Checks) {
    let floats = |array: &Array| match &array.data {
        Data::F32(values) => values.clone(),
        Data::I32(values) => values.iter().map(|&value| value as f32).collect(),
        other => panic!("{other:?}"),
    };
    let of_layers = |(path, _): &(&String, &Array)| path.starts_with("layers/");
    let weights = model.weights.iter().filter(of_layers);
    let weights: Vec<Vec<f32>> = weights.map(|(_, array)| floats(array)).collect();
    checks.arrays("file", &weights, &expected["weights"], tolerance.max(1e-4));
    for (key, path) in [
        ("iterations", "optimizer/vars/0"),
        ("learning_rate", "optimizer/vars/1"),
    ] {
        let found = f64::from(floats(&model.weights[path])[0]);
        checks.number(key, "", found, number(&expected[key]), 1e-7);
    }
}

/// Cell by cell: numbers within the tolerance, everything else equal.
fn check_text(found: &[u8], expected: &Value, tolerance: f64, checks: &mut Checks) {
    let found = std::str::from_utf8(found).expect("a text");
    let expected = expected.as_str().expect("a text");
    let cells = |text: &str| -> Vec<String> {
        let is_end = |c: char| ",;\t\r\n".contains(c);
        text.split_inclusive(is_end).map(str::to_string).collect()
    };
    let (found, expected) = (cells(found), cells(expected));
    assert_eq!(found.len(), expected.len(), "cells of a text");
    for (found, expected) in found.iter().zip(&expected) {
        let (a, b) = (&found[..found.len() - 1], &expected[..expected.len() - 1]);
        match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => checks.number("cell", "", a, b, tolerance),
            _ => assert_eq!(found, expected),
        }
    }
}

fn check_events(bytes: &[u8], expected: &Value, tolerance: f64, checks: &mut Checks) {
    let mut records = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(12);
        let length = u64::from_le_bytes(head[..8].try_into().unwrap()) as usize;
        assert_eq!(head[8..], masked_crc(&head[..8]).to_le_bytes());
        let (record, tail) = tail.split_at(length);
        assert_eq!(tail[..4], masked_crc(record).to_le_bytes());
        records.push(record);
        rest = &tail[4..];
    }
    assert_eq!(Fields(records[0]).bytes(3), b"brain.Event:2");
    let expected = expected.as_array().expect("events");
    assert_eq!(records.len() - 1, expected.len(), "events");
    for (record, expected) in records[1..].iter().zip(expected) {
        let event = Fields(record);
        let value = Fields(Fields(event.bytes(5)).bytes(1));
        assert_eq!(value.bytes(1), expected[0].as_str().unwrap().as_bytes());
        assert_eq!(event.varint(2), expected[1].as_u64().unwrap());
        let (tensor, plugin) = (value.bytes(8), Fields(value.bytes(9)).bytes(1));
        if expected[2].is_null() {
            assert_eq!(Fields(plugin).bytes(1), b"graph_keras_model");
            serde_json::from_slice::<Value>(Fields(tensor).bytes(8)).expect("a model's JSON");
        } else {
            assert_eq!(Fields(plugin).bytes(1), b"scalars");
            let number_found = f32::from_le_bytes(Fields(tensor).bytes(5).try_into().unwrap());
            let expected = number(&expected[2]);
            checks.number("event", "", f64::from(number_found), expected, tolerance);
        }
    }
}

/// The fields of a protobuf message; absent ones are empty or 0.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&self, field: u64) -> &'a [u8] {
        self.find(field).map_or(&[], |(bytes, _)| bytes)
    }

    fn varint(&self, field: u64) -> u64 {
        self.find(field).map_or(0, |(_, value)| value)
    }

    fn find(&self, field: u64) -> Option<(&'a [u8], u64)> {
        let mut rest = self.0;
        while !rest.is_empty() {
            let key = varint(&mut rest);
            let (bytes, value) = match key & 7 {
                0 => (&[][..], varint(&mut rest)),
                1 => (take(&mut rest, 8), 0),
                2 => {
                    let length = varint(&mut rest) as usize;
                    (take(&mut rest, length), 0)
                }
                wire => panic!("wire type {wire}"),
            };
            if key >> 3 == field {
                return Some((bytes, value));
            }
        }
        None
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (bytes, tail) = rest.split_at(length);
    *rest = tail;
    bytes
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(rest, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}
