//! The data module on real files and on bad ones; reference values come from Keras, NumPy and
//! Python's csv through `data/make_reference.py`.
#![cfg(not(target_arch = "wasm32"))]

#[path = "data/catalogue.rs"]
mod catalogue;
#[path = "data/formats.rs"]
mod formats;
#[path = "data/recipes.rs"]
mod recipes;
#[path = "data/tables.rs"]
mod tables;

use model_dojo::data::{LoadOptions, Loaded, Prepared, Recipe, Table, Values, load, prepare};
use model_dojo::error::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A file of the repository.
fn file(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn reference() -> Value {
    serde_json::from_slice(&file("tests/data/reference.json")).unwrap()
}

fn bundled(path: &str) -> Loaded {
    load(
        path,
        file(&format!("www/data/{path}")),
        &LoadOptions::default(),
    )
    .unwrap()
}

fn read(text: &str) -> Result<Loaded> {
    load("test.csv", text.as_bytes(), &LoadOptions::default())
}

fn table(text: &str) -> Table {
    match read(text).unwrap() {
        Loaded::Table(table) => table,
        other => panic!("not a table: {other:?}"),
    }
}

fn numbers<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    match &table.column(name).unwrap().values {
        Values::Number(values) => values,
        Values::Text(_) => panic!("{name} holds texts"),
    }
}

fn names(table: &Table) -> Vec<&str> {
    table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect()
}

/// Prepares one source by a recipe in JSON.
fn cook(source: Loaded, recipe: Value) -> Result<Prepared> {
    let recipe: Recipe = serde_json::from_value(recipe).unwrap();
    prepare(&BTreeMap::from([("source".to_string(), source)]), &recipe)
}

/// Asserts that an error says all of these.
fn says<T: std::fmt::Debug>(result: Result<T>, words: &[&str]) -> Error {
    let error = result.expect_err("an error was expected");
    for word in words {
        assert!(
            error.message.contains(word),
            "\"{word}\" is not in: {}",
            error.message
        );
    }
    error
}
