//! A table as people know it: named columns of numbers or texts.

use super::{LoadOptions, arrays};
use crate::error::{Error, Result};
use crate::tensor::Array;

/// Columns of equal length, and what was odd about the file they came from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub columns: Vec<Column>,
    pub warnings: Vec<Warning>,
    /// How its file was read, with what was detected; a table of JSON has no delimiter.
    pub options: LoadOptions,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub values: Values,
}

/// The cells of a column: all numbers, or all texts.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// NaN is a missing value.
    Number(Vec<f64>),
    /// `None` is a missing value.
    Text(Vec<Option<String>>),
}

/// Something a reader got over: what, and the lines of the file (from 1) where.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    pub message: String,
    pub lines: Vec<u64>,
}

impl Table {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The column of this name, or an error that lists the names there are.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.position(name).map(|index| &self.columns[index])
    }

    pub(super) fn position(&self, name: &str) -> Result<usize> {
        self.columns
            .iter()
            .position(|column| column.name == name)
            .ok_or_else(|| {
                let names: Vec<_> = self
                    .columns
                    .iter()
                    .map(|column| column.name.as_str())
                    .collect();
                Error::data(format!(
                    "There is no column \"{name}\"; the columns are {names:?}."
                ))
            })
    }

    /// These rows of these columns, in the order given.
    pub(super) fn select(&self, names: &[String], rows: &[u32]) -> Result<Table> {
        let columns = names
            .iter()
            .map(|name| {
                let values = self.column(name)?.values.select(rows);
                Ok(Column {
                    name: name.clone(),
                    values,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Table {
            columns,
            ..Table::default()
        })
    }

    /// The table, all numbers, as a float32 matrix.
    pub(super) fn matrix(&self) -> Result<Array> {
        let (rows, width) = (self.rows(), self.columns.len());
        if width == 0 {
            return Err(Error::data(
                "No feature is chosen: choose at least one column.",
            ));
        }
        let mut data = vec![0.0; rows * width];
        for (at, column) in self.columns.iter().enumerate() {
            let Values::Number(values) = &column.values else {
                return Err(Error::data(format!(
                    "Column \"{}\" holds texts: leave it out, or add the step one_hot or \
                     text_vectorization.",
                    column.name
                )));
            };
            let numbers = arrays::finite(&column.name, values)?;
            let cells = data.iter_mut().skip(at).step_by(width);
            cells.zip(numbers).for_each(|(cell, number)| *cell = number);
        }
        Array::f32(vec![rows, width], data)
    }
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Values::Number(values) => values.len(),
            Values::Text(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes room for so many more, where it can be had.
    pub(super) fn reserve(&mut self, rows: usize) {
        let _ = match self {
            Values::Number(values) => values.try_reserve(rows),
            Values::Text(values) => values.try_reserve(rows),
        };
    }

    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Values::Number(values) => values[row].is_nan(),
            Values::Text(values) => values[row].is_none(),
        }
    }

    /// Number of missing values.
    pub fn missing(&self) -> usize {
        (0..self.len()).filter(|&row| self.is_missing(row)).count()
    }

    /// The cell as people read it: `None` where it is missing.
    pub fn text(&self, row: usize) -> Option<String> {
        match self {
            Values::Number(values) => Some(values[row])
                .filter(|v| !v.is_nan())
                .map(|v| v.to_string()),
            Values::Text(values) => values[row].clone(),
        }
    }

    pub(super) fn select(&self, rows: &[u32]) -> Values {
        match self {
            Values::Number(values) => {
                Values::Number(rows.iter().map(|&row| values[row as usize]).collect())
            }
            Values::Text(values) => Values::Text(
                rows.iter()
                    .map(|&row| values[row as usize].clone())
                    .collect(),
            ),
        }
    }

    /// The distinct values that are not missing, in ascending order (numbers by size, texts by
    /// code point), as people read them.
    pub(super) fn categories(&self) -> Vec<String> {
        match self {
            Values::Number(values) => {
                let mut numbers: Vec<f64> =
                    values.iter().copied().filter(|v| !v.is_nan()).collect();
                numbers.sort_by(f64::total_cmp);
                numbers.dedup();
                numbers.iter().map(f64::to_string).collect()
            }
            Values::Text(values) => {
                let mut texts: Vec<&String> = values.iter().flatten().collect();
                texts.sort_unstable();
                texts.dedup();
                texts.into_iter().cloned().collect()
            }
        }
    }
}
