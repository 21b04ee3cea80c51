//! JSON: a list of records, each an object of cells by column name.

use super::{Column, LoadOptions, Table, Values};
use crate::error::{Error, Result};
use serde_json::{Map, Value};

/// Whether a text is JSON rather than CSV, by its first character.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
}

/// Reads records; columns stand in the order in which they first occur, and a record without one
/// has a missing value there.
pub(super) fn read(text: &str, options: &LoadOptions) -> Result<Table> {
    let records: Vec<Map<String, Value>> = serde_json::from_str(text).map_err(|error| {
        Error::file(format!(
            "The file looks like JSON, but it is no list of records ({error}). Expected \
             [{{\"column\": value, …}}, …]."
        ))
    })?;
    let missing = |cell: &str| options.is_missing(cell);
    let mut names = Map::new();
    for record in &records {
        names.extend(record.keys().map(|name| (name.clone(), Value::Null)));
    }
    if names.is_empty() {
        return Err(Error::file("The JSON file holds no records with cells."));
    }
    let column = |name: String| {
        let cells = records
            .iter()
            .map(|record| record.get(&name).filter(|cell| !is_missing(cell, &missing)));
        let values = values(&name, &cells.collect::<Vec<_>>())?;
        Ok(Column { name, values })
    };
    let names = names.into_iter().map(|(name, _)| name);
    Ok(Table {
        columns: names.map(column).collect::<Result<_>>()?,
        options: LoadOptions {
            delimiter: None,
            ..options.clone()
        },
        ..Table::default()
    })
}

fn is_missing(cell: &Value, missing: &dyn Fn(&str) -> bool) -> bool {
    cell.is_null() || cell.as_str().is_some_and(|text| missing(text.trim()))
}

fn values(name: &str, cells: &[Option<&Value>]) -> Result<Values> {
    if cells.iter().flatten().all(|cell| cell.is_number()) {
        let number = |cell: &Option<&Value>| cell.and_then(Value::as_f64).unwrap_or(f64::NAN);
        return Ok(Values::Number(cells.iter().map(number).collect()));
    }
    let text = |(row, cell): (usize, &Option<&Value>)| match cell {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_string())),
        Some(Value::Array(_) | Value::Object(_)) => Err(Error::file(format!(
            "\"{name}\" of record {} is nested: cells must be numbers, texts or null.",
            row + 1
        ))),
        Some(plain) => Ok(Some(plain.to_string())),
    };
    let texts = cells.iter().enumerate().map(text);
    texts.collect::<Result<_>>().map(Values::Text)
}
