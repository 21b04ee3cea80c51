//! The steps over features, fitted on training rows and applied alike to test rows and new ones.

use super::preprocessing::{Fitted, TextVectorization};
use super::recipe::Step;
use super::{Column, Features, Table, Values};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use serde_json::Value;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(super) enum Pipeline {
    Table {
        /// The raw columns, without rows.
        columns: Table,
        steps: Vec<Fitted>,
        /// Names of the columns that come out.
        names: Vec<String>,
        text: Option<TextVectorization>,
    },
    Array {
        divisor: Option<f32>,
        /// Of one sample.
        shape: Vec<usize>,
    },
}

impl Pipeline {
    /// Fits the steps, in order, on a table of training rows.
    pub fn fit_table<'a>(table: Table, steps: impl Iterator<Item = &'a Step>) -> Result<Self> {
        let names: Vec<String> = table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let columns = table.select(&names, &[])?;
        let (mut current, mut fitted, mut text) = (table, vec![], None);
        for step in steps {
            if text.is_some() {
                return Err(Error::data(
                    "text_vectorization must be the last step over features.",
                ));
            }
            match step {
                Step::TextVectorization {
                    column,
                    max_tokens,
                    output_mode,
                    output_sequence_length,
                } => {
                    let texts = texts(&current, column)?;
                    let length = *output_sequence_length;
                    text = Some(TextVectorization::fit(
                        texts,
                        *max_tokens,
                        *output_mode,
                        length,
                    )?);
                }
                Step::Rescale { .. } => {
                    return Err(Error::data(
                        "rescale is for arrays such as images: use normalize for a table.",
                    ));
                }
                _ => {
                    let step = Fitted::fit(step, &current)?;
                    current = step.apply(current)?;
                    fitted.push(step);
                }
            }
        }
        let names = current
            .columns
            .into_iter()
            .map(|column| column.name)
            .collect();
        Ok(Pipeline::Table {
            columns,
            steps: fitted,
            names,
            text,
        })
    }

    /// Fits the steps on an array of samples.
    pub fn fit_array<'a>(array: &Array, steps: impl Iterator<Item = &'a Step>) -> Result<Self> {
        if array.shape.len() < 2 || matches!(array.data, Data::Str(_)) {
            return Err(Error::data(format!(
                "Features need an array of numbers with at least two dimensions (rows first), but \
                 this one is {:?} of shape {:?}.",
                array.dtype(),
                array.shape
            )));
        }
        let mut divisor = None;
        for step in steps {
            match step {
                Step::Rescale { divisor: by } if by.is_normal() && divisor.is_none() => {
                    divisor = Some(*by);
                }
                Step::Rescale { divisor } => {
                    return Err(Error::data(format!(
                        "rescale can stand once, with a divisor other than 0; found {divisor}."
                    )));
                }
                _ => {
                    return Err(Error::data(format!(
                        "The step {} needs a table, but the features are an array.",
                        step.op()
                    )));
                }
            }
        }
        Ok(Pipeline::Array {
            divisor,
            shape: array.shape[1..].to_vec(),
        })
    }

    /// Names of the feature columns; empty for arrays.
    pub fn feature_names(&self) -> Vec<String> {
        match self {
            Pipeline::Table { names, .. } => names.clone(),
            Pipeline::Array { .. } => vec![],
        }
    }

    pub fn vocabulary(&self) -> Option<&[String]> {
        match self {
            Pipeline::Table {
                text: Some(text), ..
            } => Some(text.vocabulary()),
            _ => None,
        }
    }

    /// Raw rows to features, `(rows, columns)` or what the text vectorization gives.
    pub fn table_features(&self, table: Table) -> Result<Features> {
        let Pipeline::Table { steps, text, .. } = self else {
            return Err(Error::data(
                "The recipe was fitted on an array, but this is a table.",
            ));
        };
        let table = steps
            .iter()
            .try_fold(table, |table, step| step.apply(table))?;
        let array = match text {
            Some(text) => text.apply(texts(&table, &table.columns[0].name)?)?,
            None => table.matrix()?,
        };
        Ok(Features {
            array: Arc::new(array),
            divisor: None,
        })
    }

    /// An array's samples as features, of the shape fitted.
    pub fn array_features(&self, array: Arc<Array>) -> Result<Features> {
        match self {
            Pipeline::Array { divisor, shape } if array.shape[1..] == *shape => Ok(Features {
                array,
                divisor: *divisor,
            }),
            Pipeline::Array { shape, .. } => Err(Error::shape(format!(
                "The training samples have shape {shape:?}, but these have {:?}.",
                &array.shape[1..]
            ))),
            Pipeline::Table { .. } => Err(Error::data(
                "The recipe was fitted on a table, but this is an array.",
            )),
        }
    }

    /// One new sample as people give it to an array of one row.
    pub fn apply_row(&self, row: &Value) -> Result<Array> {
        match self {
            Pipeline::Table { columns, .. } => {
                let columns = columns.columns.iter().map(|column| cell(column, row));
                let table = Table {
                    columns: columns.collect::<Result<_>>()?,
                    ..Table::default()
                };
                self.table_features(table)
                    .map(|features| Arc::unwrap_or_clone(features.array))
            }
            Pipeline::Array { divisor, shape } => {
                let mut numbers = vec![];
                flatten(row, &mut numbers)?;
                let divisor = divisor.unwrap_or(1.0);
                numbers.iter_mut().for_each(|number| *number /= divisor);
                Array::f32([&[1], shape.as_slice()].concat(), numbers)
            }
        }
    }
}

/// The texts of the only feature column.
fn texts<'a>(table: &'a Table, name: &str) -> Result<impl Iterator<Item = &'a str>> {
    let column = table.column(name)?;
    if table.columns.len() > 1 {
        return Err(Error::data(format!(
            "text_vectorization takes one column, but the features have {}: choose \"{name}\" \
             alone.",
            table.columns.len()
        )));
    }
    match &column.values {
        Values::Text(texts) if column.values.missing() == 0 => {
            Ok(texts.iter().flatten().map(String::as_str))
        }
        Values::Text(_) => Err(Error::data(format!(
            "Column \"{name}\" has {} missing texts: add the step drop_missing.",
            column.values.missing()
        ))),
        Values::Number(_) => Err(Error::data(format!(
            "Column \"{name}\" holds numbers: texts were expected."
        ))),
    }
}

/// A column of one row out of what a person gave.
fn cell(column: &Column, row: &Value) -> Result<Column> {
    let name = &column.name;
    let value = if row.is_string() { row } else { &row[name] };
    let read = match (value, &column.values) {
        (Value::String(text), Values::Text(_)) => Some(Values::Text(vec![Some(text.clone())])),
        (Value::Number(number), Values::Text(_)) => {
            Some(Values::Text(vec![Some(number.to_string())]))
        }
        (Value::Number(number), Values::Number(_)) => {
            number.as_f64().map(|number| Values::Number(vec![number]))
        }
        (Value::String(text), Values::Number(_)) => text
            .trim()
            .parse()
            .ok()
            .map(|number| Values::Number(vec![number])),
        _ => None,
    };
    let values = read.ok_or_else(|| {
        let wanted = if matches!(column.values, Values::Number(_)) {
            "number"
        } else {
            "text"
        };
        Error::data(format!(
            "The row needs a {wanted} for \"{name}\", but it has {value}."
        ))
    })?;
    Ok(Column {
        name: name.clone(),
        values,
    })
}

fn flatten(value: &Value, numbers: &mut Vec<f32>) -> Result<()> {
    match value {
        Value::Array(values) => values.iter().try_for_each(|value| flatten(value, numbers)),
        Value::Number(number) => {
            numbers.push(number.as_f64().unwrap_or_default() as f32);
            Ok(())
        }
        _ => Err(Error::data(format!(
            "A sample is an array of numbers, but it has {value}."
        ))),
    }
}
