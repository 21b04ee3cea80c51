//! What people see of loaded data: a description, and rows for a virtual table.

use super::{Column, Loaded, Values};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data, Dtype};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

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
    /// How many different values there are, missing ones apart; from 10,000 on they are not counted.
    pub distinct: usize,
    /// The first few different values, as people read them.
    pub examples: Vec<String>,
}

const EXAMPLES: usize = 3;
/// Different values are counted as far as it matters what a column is for.
const MOST_COUNTED: usize = 10_000;

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
    let rows = 0..column.values.len();
    let (distinct, firsts) = match &column.values {
        Values::Number(values) => {
            let finite = values.iter().copied().filter(|value| value.is_finite());
            let start = (f64::INFINITY, f64::NEG_INFINITY, 0.0, 0_u32);
            let (min, max, sum, count) = finite.fold(start, |(min, max, sum, count), value| {
                (value.min(min), value.max(max), sum + value, count + 1)
            });
            info.kind = "number";
            if count > 0 {
                (info.min, info.max, info.mean) =
                    (Some(min), Some(max), Some(sum / f64::from(count)));
            }
            let number = |row: &usize| !values[*row].is_nan();
            distinct(rows.filter(number).map(|row| (row, values[row].to_bits())))
        }
        Values::Text(values) => {
            distinct(rows.filter_map(|row| values[row].as_deref().map(|text| (row, text))))
        }
    };
    let text = |&row: &usize| column.values.text(row);
    info.distinct = distinct;
    info.examples = firsts.iter().filter_map(text).collect();
    info
}

/// How many different values there are, up to [`MOST_COUNTED`], and the rows of the first few.
fn distinct<T: Hash + Eq + Copy>(values: impl Iterator<Item = (usize, T)>) -> (usize, Vec<usize>) {
    let mixer = BuildHasherDefault::<Mixer>::default();
    let mut seen = HashSet::with_hasher(mixer.clone());
    // Values come again soon: looking where one with this hash was last is faster than the set.
    let mut recent = [None; 1024];
    let mut firsts = vec![];
    for (row, value) in values {
        let slot = &mut recent[mixer.hash_one(value) as usize % 1024];
        if *slot == Some(value) {
            continue;
        }
        *slot = Some(value);
        if seen.insert(value) && firsts.len() < EXAMPLES {
            firsts.push(row);
        }
        if seen.len() == MOST_COUNTED {
            break;
        }
    }
    (seen.len(), firsts)
}

/// A hash of eight bytes at a time by multiplication: several times as fast as the standard one,
/// which guards against keys that were chosen to collide.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
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
