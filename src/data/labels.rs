//! Labels: what the model shall predict.

use super::recipe::{Method, Step};
use super::{Loaded, Task, Values, arrays};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use std::borrow::Cow;

/// The labels of the rows, encoded, and how any others are encoded alike.
pub(super) struct Labels {
    pub y: Array,
    pub task: Task,
    pub classes: Option<Vec<String>>,
    name: String,
    steps: Vec<Encoding>,
}

/// One step over labels, fitted.
enum Encoding {
    Threshold(f64),
    /// The classes' values in sorted order; ids are their places.
    Classes(Vec<String>),
}

/// More classes than this are no classes, but numbers to predict or texts to read.
const MOST_CLASSES: usize = 10_000;

impl Labels {
    /// Classes are part of the task, not something learned: they come from all rows, so that a
    /// class that happens to fall into the test part alone is known too.
    pub fn fit(steps: &[Step], name: &str, values: &Values) -> Result<Self> {
        let mut encodings = vec![];
        let mut classes = None;
        let mut current = values.clone();
        for step in steps {
            match step {
                Step::Threshold { column, above } if column == name => {
                    current = threshold(name, &current, *above)?;
                    encodings.push(Encoding::Threshold(*above));
                }
                Step::EncodeLabels { names } if classes.is_none() => {
                    let values = current.categories();
                    classes = Some(class_names(name, &values, names.as_deref())?);
                    encodings.push(Encoding::Classes(values));
                }
                Step::EncodeLabels { .. } => {
                    return Err(Error::data("encode_labels stands twice: remove one."));
                }
                _ => {}
            }
        }
        let task = match classes.as_ref().map(Vec::len) {
            None => Task::Regression,
            Some(2) => Task::Binary,
            Some(_) => Task::Classification,
        };
        let y = Array::f32(vec![0], vec![])?;
        let mut labels = Labels {
            y,
            task,
            classes,
            name: name.to_string(),
            steps: encodings,
        };
        labels.y = labels.apply(values)?;
        Ok(labels)
    }

    /// Encodes raw labels.
    pub fn apply(&self, values: &Values) -> Result<Array> {
        let name = &self.name;
        let missing = values.missing();
        if missing > 0 {
            return Err(Error::data(format!(
                "The label \"{name}\" has {missing} missing values: add the step drop_missing."
            )));
        }
        let mut current = Cow::Borrowed(values);
        for step in &self.steps {
            current = Cow::Owned(match step {
                Encoding::Threshold(above) => threshold(name, &current, *above)?,
                Encoding::Classes(classes) => class_ids(name, &current, classes)?,
            });
        }
        let Values::Number(numbers) = current.as_ref() else {
            return Err(Error::data(format!(
                "The label \"{name}\" holds texts: add the step encode_labels."
            )));
        };
        let data = match self.task {
            Task::Classification => Data::I32(numbers.iter().map(|&id| id as i32).collect()),
            _ => Data::F32(arrays::finite(name, numbers)?),
        };
        Array::new(vec![numbers.len()], data)
    }

    /// Each row's class for a stratified split; all alike for the others.
    pub fn strata(&self, method: Method) -> Result<Vec<usize>> {
        match (&self.y.data, method) {
            (_, Method::Random | Method::Last) => Ok(vec![0; self.y.rows()]),
            (Data::I32(ids), _) => Ok(ids.iter().map(|&id| id as usize).collect()),
            (Data::F32(ids), _) if self.task == Task::Binary => {
                Ok(ids.iter().map(|&id| id as usize).collect())
            }
            _ => Err(Error::data(
                "A stratified split needs classes: add the step encode_labels, or split randomly.",
            )),
        }
    }
}

/// The labels' raw values: a table's column, or a one-dimensional array.
pub(super) fn values<'a>(
    source: &'a Loaded,
    source_name: &str,
    column: Option<&str>,
) -> Result<Cow<'a, Values>> {
    match (source, column) {
        (Loaded::Table(table), Some(name)) => Ok(Cow::Borrowed(&table.column(name)?.values)),
        (Loaded::Table(_), None) => Err(Error::data(
            "The recipe must name the label's column of the table.",
        )),
        _ => arrays::values(arrays::find(source, source_name, column)?).map(Cow::Owned),
    }
}

/// Numbers to 1 where above `above`, else 0; missing stays missing.
pub(super) fn threshold(name: &str, values: &Values, above: f64) -> Result<Values> {
    let Values::Number(numbers) = values else {
        return Err(Error::data(format!(
            "threshold compares numbers, but column \"{name}\" holds texts."
        )));
    };
    let step = |&x: &f64| if x.is_nan() { x } else { f64::from(x > above) };
    Ok(Values::Number(numbers.iter().map(step).collect()))
}

fn class_names(name: &str, values: &[String], names: Option<&[String]>) -> Result<Vec<String>> {
    match values.len() {
        0 | 1 => Err(Error::data(format!(
            "The label \"{name}\" is constant ({values:?}): there is nothing to learn. Choose \
             another label."
        ))),
        count if count > MOST_CLASSES => Err(Error::data(format!(
            "The label \"{name}\" has {count} distinct values, too many for classes (at most \
             {MOST_CLASSES}): predict a number without encode_labels, or choose another label."
        ))),
        count => match names {
            Some(names) if names.len() != count => Err(Error::data(format!(
                "encode_labels names {} classes, but the label \"{name}\" has {count}.",
                names.len()
            ))),
            Some(names) => Ok(names.to_vec()),
            None => Ok(values.to_vec()),
        },
    }
}

fn class_ids(name: &str, values: &Values, classes: &[String]) -> Result<Values> {
    let ids: std::collections::HashMap<&str, f64> = classes
        .iter()
        .enumerate()
        .map(|(id, class)| (class.as_str(), id as f64))
        .collect();
    let id = |row| {
        let text = values.text(row).unwrap_or_default();
        ids.get(text.as_str()).copied().ok_or_else(|| {
            Error::data(format!(
                "The test label \"{name}\" holds \"{text}\", a class that no training row has."
            ))
        })
    };
    (0..values.len())
        .map(id)
        .collect::<Result<_>>()
        .map(Values::Number)
}
