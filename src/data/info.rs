//! What people see of loaded data: a description, and rows for a virtual table.

use super::{Column, Loaded, Values};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data, Dtype};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// A description of loaded data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataInfo {
    pub kind: Kind,
    pub rows: usize,
    /// Of a table; empty otherwise.
    pub columns: Vec<ColumnInfo>,
    /// Of the array, or of the table.
    pub shape: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtype: Option<Dtype>,
    /// Of an `.npz`, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub arrays: BTreeMap<String, DataInfo>,
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Table,
    /// Bytes of shape (rows, height, width) or (rows, height, width, channels).
    Images,
    Array,
    Arrays,
}

/// A description of one column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnInfo {
    pub name: String,
    /// `number` or `text`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub missing: usize,
    /// Of the values that are finite numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// How many different values there are, missing ones apart.
    pub distinct: usize,
    /// The first few different values, as people read them.
    pub examples: Vec<String>,
}

const EXAMPLES: usize = 3;

/// Describes loaded data.
pub fn info(loaded: &Loaded) -> DataInfo {
    let empty = DataInfo {
        kind: Kind::Table,
        rows: 0,
        columns: vec![],
        shape: vec![],
        dtype: None,
        arrays: BTreeMap::new(),
        warnings: vec![],
    };
    match loaded {
        Loaded::Table(table) => DataInfo {
            rows: table.rows(),
            columns: table.columns.iter().map(column_info).collect(),
            shape: vec![table.rows(), table.columns.len()],
            warnings: table
                .warnings
                .iter()
                .map(|warning| warning.message.clone())
                .collect(),
            ..empty
        },
        Loaded::Array(array) => DataInfo {
            kind: array_kind(array),
            rows: array.rows(),
            shape: array.shape.clone(),
            dtype: Some(array.dtype()),
            ..empty
        },
        Loaded::Arrays(arrays) => DataInfo {
            kind: Kind::Arrays,
            rows: arrays.values().map(|array| array.rows()).max().unwrap_or(0),
            arrays: arrays
                .iter()
                .map(|(name, array)| (name.clone(), info(&Loaded::Array(array.clone()))))
                .collect(),
            ..empty
        },
    }
}

fn array_kind(array: &Array) -> Kind {
    match (&array.data, array.shape.as_slice()) {
        (Data::U8(_), [_, _, _] | [_, _, _, 1 | 3 | 4]) => Kind::Images,
        _ => Kind::Array,
    }
}

fn column_info(column: &Column) -> ColumnInfo {
    let mut info = ColumnInfo {
        name: column.name.clone(),
        kind: "text",
        missing: column.values.missing(),
        min: None,
        max: None,
        mean: None,
        distinct: 0,
        examples: vec![],
    };
    let firsts: Vec<usize> = match &column.values {
        Values::Number(values) => {
            let finite = || values.iter().copied().filter(|value| value.is_finite());
            info.kind = "number";
            info.min = finite().reduce(f64::min);
            info.max = finite().reduce(f64::max);
            info.mean = info
                .min
                .map(|_| finite().sum::<f64>() / finite().count() as f64);
            let mut seen = HashSet::new();
            let new = |&row: &usize| !values[row].is_nan() && seen.insert(values[row].to_bits());
            (0..values.len()).filter(new).collect()
        }
        Values::Text(values) => {
            let mut seen = HashSet::new();
            let new = |&row: &usize| values[row].as_ref().is_some_and(|text| seen.insert(text));
            (0..values.len()).filter(new).collect()
        }
    };
    info.distinct = firsts.len();
    let text = |&row: &usize| column.values.text(row);
    info.examples = firsts.iter().take(EXAMPLES).filter_map(text).collect();
    info
}

/// Up to `count` rows of a table from row `start`: a list of rows, each a list of cells as people
/// read them, null where missing.
pub fn rows(loaded: &Loaded, start: usize, count: usize) -> Result<Value> {
    let Loaded::Table(table) = loaded else {
        return Err(Error::data(
            "Only a table has rows of cells; show arrays as they are.",
        ));
    };
    let end = start.saturating_add(count).min(table.rows());
    let cells = |row| {
        table
            .columns
            .iter()
            .map(|column| column.values.text(row))
            .collect()
    };
    let rows: Vec<Vec<Option<String>>> = (start..end).map(cells).collect();
    Ok(json!(rows))
}
