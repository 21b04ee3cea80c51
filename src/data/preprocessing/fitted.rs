//! A step over a table's features, fitted on training rows.

use super::{Normalization, OneHot};
use crate::data::labels::threshold;
use crate::data::recipe::Step;
use crate::data::{Column, Table, Values, arrays};
use crate::error::{Error, Result};

/// A step with what it learned, over the columns that it changes.
#[derive(Debug, Clone)]
pub(in crate::data) enum Fitted {
    OneHot(String, OneHot),
    Normalize(Vec<(String, Normalization)>),
    Threshold(String, f64),
}

impl Fitted {
    pub fn fit(step: &Step, table: &Table) -> Result<Self> {
        match step {
            Step::OneHot { column, names } => {
                let column = table.column(column)?;
                let missing = column.values.missing();
                if missing > 0 {
                    return Err(Error::data(format!(
                        "Column \"{}\" has {missing} missing values, which one_hot cannot place: \
                         add the step drop_missing, or leave the column out.",
                        column.name
                    )));
                }
                Ok(Fitted::OneHot(
                    column.name.clone(),
                    OneHot::fit(column, names)?,
                ))
            }
            Step::Normalize { columns } => {
                let all = || {
                    table
                        .columns
                        .iter()
                        .map(|column| column.name.clone())
                        .collect()
                };
                let fit = |name: String| {
                    let numbers = numbers("normalize", table.column(&name)?)?;
                    arrays::finite(&name, numbers)?;
                    Ok((name, Normalization::fit(numbers)))
                };
                let names: Vec<String> = columns.clone().unwrap_or_else(all);
                names
                    .into_iter()
                    .map(fit)
                    .collect::<Result<_>>()
                    .map(Fitted::Normalize)
            }
            Step::Threshold { column, above } => Ok(Fitted::Threshold(column.clone(), *above)),
            _ => Err(Error::data(format!(
                "The step {} is not for features.",
                step.op()
            ))),
        }
    }

    pub fn apply(&self, mut table: Table) -> Result<Table> {
        match self {
            Fitted::OneHot(name, one_hot) => {
                let at = table.position(name)?;
                let columns = one_hot.apply(&table.columns[at].values);
                table.columns.splice(at..=at, columns);
            }
            Fitted::Normalize(columns) => {
                for (name, normalization) in columns {
                    let at = table.position(name)?;
                    if let Values::Number(values) = &mut table.columns[at].values {
                        normalization.apply(values);
                    }
                }
            }
            Fitted::Threshold(name, above) => {
                let at = table.position(name)?;
                table.columns[at].values = threshold(name, &table.columns[at].values, *above)?;
            }
        }
        Ok(table)
    }
}

fn numbers<'a>(step: &str, column: &'a Column) -> Result<&'a [f64]> {
    match &column.values {
        Values::Number(values) => Ok(values),
        Values::Text(_) => Err(Error::data(format!(
            "{step} needs numbers, but column \"{0}\" holds texts: name the columns to take, or \
             encode \"{0}\" first (one_hot).",
            column.name
        ))),
    }
}
