//! A recipe applied: sources → rows kept → labels → split → features fitted on training rows.

use super::labels::{self, Labels};
use super::pipeline::Pipeline;
use super::recipe::{LabelSelection, Recipe, Selection, Step};
use super::split::split;
use super::{Loaded, Table, Values, arrays};
use crate::error::{Error, Result};
use crate::tensor::Array;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a model eats. Where `divisor` is set, an element's value is `element as f32 / divisor`:
/// images stay bytes until a batch is gathered.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    pub array: Arc<Array>,
    pub divisor: Option<f32>,
}

/// What the labels ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// One of three or more classes.
    Classification,
    /// One of two classes.
    Binary,
    /// A number.
    Regression,
}

/// Data ready for training, with what was learned on the way.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub x: Features,
    /// Shape `(rows,)`: class ids (int32) for classification, 0/1 (float32) for a binary task,
    /// numbers (float32) for a regression.
    pub y: Array,
    pub test: Option<(Features, Array)>,
    /// The shape of one sample, without the batch dimension.
    pub input_shape: Vec<usize>,
    /// The columns of a table's features, in order; empty for arrays.
    pub feature_names: Vec<String>,
    /// What people call the classes, by id.
    pub classes: Option<Vec<String>>,
    pub task: Task,
    /// The row of the source that each row of `x` came from.
    pub train_rows: Vec<u32>,
    /// The row of the test source (or of the source split) that each test row came from.
    pub test_rows: Vec<u32>,
    pipeline: Pipeline,
}

impl Prepared {
    /// Runs the steps, as fitted, on one new sample: an object of cells by column name, a text for
    /// a single text column, or the nested numbers of an array. Gives one row, rescaled.
    pub fn apply(&self, row: &serde_json::Value) -> Result<Array> {
        self.pipeline.apply_row(row)
    }

    /// The vocabulary of `text_vectorization`, by index.
    pub fn vocabulary(&self) -> Option<&[String]> {
        self.pipeline.vocabulary()
    }
}

/// Follows the recipe over the loaded sources, by name.
pub fn prepare(sources: &BTreeMap<String, Loaded>, recipe: &Recipe) -> Result<Prepared> {
    if recipe.test.is_some() && recipe.split.is_some() {
        return Err(Error::data(
            "The recipe has both a ready test part and a split: remove one of them.",
        ));
    }
    let part = Part::new(sources, &recipe.features, &recipe.label)?;
    let kept = part.kept(&recipe.steps)?;
    let labels = Labels::fit(&recipe.steps, &part.label_name, &part.label.select(&kept))?;
    let (train, test) = match &recipe.split {
        Some(by) => {
            let (train, test) = split(by, &labels.strata(by.method)?)?;
            (train, Some(test))
        }
        None => ((0..kept.len() as u32).collect(), None),
    };
    let source_rows = |rows: &[u32]| rows.iter().map(|&row| kept[row as usize]).collect();
    let train_rows: Vec<u32> = source_rows(&train);
    let pipeline = part.fit(&recipe.steps, &train_rows)?;
    let features = |part: &Part, rows: &[u32]| part.features(&pipeline, rows);

    let (test_rows, test) = match (&recipe.test, test) {
        (Some(ready), _) => {
            let part = Part::new(
                sources,
                &ready.features.clone().or(part.input.names()),
                &ready.label,
            )?;
            let rows = part.kept(&recipe.steps)?;
            let y = labels.apply(&part.label.select(&rows))?;
            let x = features(&part, &rows)?;
            (rows, Some((x, y)))
        }
        (None, Some(test)) => {
            let rows: Vec<u32> = source_rows(&test);
            let x = features(&part, &rows)?;
            (rows, Some((x, arrays::take(&labels.y, &test))))
        }
        (None, None) => (vec![], None),
    };
    let x = features(&part, &train_rows)?;
    Ok(Prepared {
        input_shape: x.array.shape[1..].to_vec(),
        y: arrays::take(&labels.y, &train),
        feature_names: pipeline.feature_names(),
        classes: labels.classes,
        task: labels.task,
        x,
        test,
        train_rows,
        test_rows,
        pipeline,
    })
}

/// Features and labels of one part, still raw.
struct Part<'a> {
    input: Input<'a>,
    label: Cow<'a, Values>,
    label_name: String,
}

enum Input<'a> {
    Columns(&'a Table, Vec<String>),
    Array(&'a Arc<Array>),
}

impl Input<'_> {
    /// The columns of a table.
    fn names(&self) -> Option<Vec<String>> {
        match self {
            Input::Columns(_, names) => Some(names.clone()),
            Input::Array(_) => None,
        }
    }
}

impl<'a> Part<'a> {
    fn new(
        sources: &'a BTreeMap<String, Loaded>,
        features: &Selection,
        label: &LabelSelection,
    ) -> Result<Self> {
        let (source_name, source) = find(sources, features.source.as_deref())?;
        let label_source = label.source.as_deref().unwrap_or(source_name);
        let (_, labelled) = find(sources, Some(label_source))?;
        let label_name = label
            .column
            .clone()
            .unwrap_or_else(|| label_source.to_string());
        let values = labels::values(labelled, label_source, label.column.as_deref())?;
        let input = match source {
            Loaded::Table(table) => {
                let own = label_source == source_name;
                let others = || {
                    let names = table.columns.iter().map(|column| column.name.clone());
                    names.filter(|name| !own || *name != label_name).collect()
                };
                Input::Columns(table, features.columns.clone().unwrap_or_else(others))
            }
            _ => {
                let column = match features.columns.as_deref() {
                    Some([name]) => Some(name.as_str()),
                    None => None,
                    Some(names) => {
                        return Err(Error::data(format!(
                            "Arrays are taken one at a time, but {} are named: {names:?}.",
                            names.len()
                        )));
                    }
                };
                Input::Array(arrays::find(source, source_name, column)?)
            }
        };
        let part = Part {
            input,
            label: values,
            label_name,
        };
        if part.rows() != part.label.len() {
            return Err(Error::data(format!(
                "The features (\"{source_name}\") have {} rows, the labels (\"{label_source}\") \
                 {}: they must be of one length. Choose files that belong together.",
                part.rows(),
                part.label.len()
            )));
        }
        Ok(part)
    }

    fn rows(&self) -> usize {
        match &self.input {
            Input::Columns(table, _) => table.rows(),
            Input::Array(array) => array.rows(),
        }
    }

    /// A column by name, the label among them.
    fn values(&self, name: &str) -> Result<&Values> {
        match &self.input {
            _ if name == self.label_name => Ok(&self.label),
            Input::Columns(table, _) => table.column(name).map(|column| &column.values),
            Input::Array(_) => Err(Error::data(format!(
                "Dropping rows by \"{name}\" needs a table, but the features are an array."
            ))),
        }
    }

    /// The rows that no dropping step takes away.
    fn kept(&self, steps: &[Step]) -> Result<Vec<u32>> {
        let mut keep = vec![true; self.rows()];
        for step in steps {
            match step {
                Step::DropMissing {
                    columns: Some(columns),
                } => {
                    self.drop_missing(columns, &mut keep)?;
                }
                Step::DropMissing { columns: None } => {
                    if let Input::Columns(_, names) = &self.input {
                        self.drop_missing(names, &mut keep)?;
                    }
                    self.drop_missing(std::slice::from_ref(&self.label_name), &mut keep)?;
                }
                Step::DropRows { column, equals } => match self.values(column)? {
                    Values::Number(values) => {
                        let cells = keep.iter_mut().zip(values);
                        cells.for_each(|(keep, value)| *keep &= value != equals);
                    }
                    Values::Text(_) => {
                        return Err(Error::data(format!(
                            "drop_rows compares numbers, but column \"{column}\" holds texts."
                        )));
                    }
                },
                _ => {}
            }
        }
        let kept: Vec<u32> = (0..keep.len() as u32)
            .filter(|&row| keep[row as usize])
            .collect();
        if kept.is_empty() {
            return Err(Error::data(format!(
                "No row is left of {}: every one was dropped by a step of the recipe.",
                keep.len()
            )));
        }
        Ok(kept)
    }

    fn drop_missing(&self, columns: &[String], keep: &mut [bool]) -> Result<()> {
        for name in columns {
            let values = self.values(name)?;
            (0..keep.len()).for_each(|row| keep[row] &= !values.is_missing(row));
        }
        Ok(())
    }

    fn fit(&self, steps: &[Step], rows: &[u32]) -> Result<Pipeline> {
        // Rows are dropped already, and the label has its own steps.
        let own = |step: &&Step| match step {
            Step::DropMissing { .. } | Step::DropRows { .. } | Step::EncodeLabels { .. } => false,
            Step::Threshold { column, .. } => *column != self.label_name,
            _ => true,
        };
        let steps = steps.iter().filter(own);
        match &self.input {
            Input::Columns(table, names) => Pipeline::fit_table(table.select(names, rows)?, steps),
            Input::Array(array) => Pipeline::fit_array(array, steps),
        }
    }

    fn features(&self, pipeline: &Pipeline, rows: &[u32]) -> Result<Features> {
        match &self.input {
            Input::Columns(table, names) => pipeline.table_features(table.select(names, rows)?),
            Input::Array(array) => {
                let all = rows.len() == array.rows() && rows.is_sorted();
                let rows = if all {
                    Arc::clone(array)
                } else {
                    Arc::new(arrays::take(array, rows))
                };
                pipeline.array_features(rows)
            }
        }
    }
}

/// The source of this name, or the only one.
fn find<'a>(
    sources: &'a BTreeMap<String, Loaded>,
    name: Option<&str>,
) -> Result<(&'a str, &'a Loaded)> {
    let found = match name {
        Some(name) => sources.get_key_value(name),
        None if sources.len() == 1 => sources.first_key_value(),
        None => None,
    };
    found
        .map(|(name, source)| (name.as_str(), source))
        .ok_or_else(|| {
            let names: Vec<_> = sources.keys().collect();
            Error::data(match name {
                Some(name) => format!("There is no source \"{name}\"; the sources are {names:?}."),
                None => format!("The recipe must say which source to use: there are {names:?}."),
            })
        })
}
