//! Data: bytes → [`Loaded`] (a table or arrays, kept compact) → [`Recipe`] fitted on the training
//! rows → [`Prepared`], which is what a model eats.

mod arrays;
pub mod batches;
pub mod cast;
mod csv;
mod idx;
mod info;
mod json;
mod labels;
mod load;
pub mod npy;
mod pipeline;
mod prepare;
pub(crate) mod preprocessing;
mod recipe;
mod select;
mod sparse;
mod split;
mod table;

pub use arrays::take;
pub use info::{ColumnInfo, DataInfo, Kind, info, rows};
pub use load::load;
pub use prepare::{Features, Prepared, Task, prepare};
pub use recipe::{LabelSelection, Method, OutputMode, Recipe, Selection, Split, Step, TestPart};
pub use select::{ColumnChoice, Names, Selected, select};
pub use sparse::compact;
pub use table::{Column, Table, Values, Warning};

use crate::tensor::Array;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a file holds. Arrays are shared, so that preparing images copies nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Loaded {
    Table(Table),
    Array(Arc<Array>),
    /// The named arrays of an `.npz`.
    Arrays(BTreeMap<String, Arc<Array>>),
}

/// How to read a file; what is absent is detected.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LoadOptions {
    /// Whether the first line of a CSV file names the columns.
    pub header: Option<bool>,
    /// The separator of a CSV file (one ASCII character).
    pub delimiter: Option<char>,
    /// Cells that mean "missing", compared without regard to case.
    pub missing: Vec<String>,
    /// The most bytes that a compressed file may unpack to.
    pub limit: usize,
}

impl Default for LoadOptions {
    fn default() -> Self {
        let missing = ["", "NA", "NaN", "null", "?"];
        LoadOptions {
            header: None,
            delimiter: None,
            missing: missing.map(String::from).to_vec(),
            limit: 1 << 30,
        }
    }
}

impl LoadOptions {
    /// Whether a trimmed cell means "missing".
    fn is_missing(&self, cell: &str) -> bool {
        self.missing
            .iter()
            .any(|mark| mark.eq_ignore_ascii_case(cell))
    }
}
