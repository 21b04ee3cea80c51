//! Columns of loaded data as arrays for `fit`, without a recipe.

use super::{Column, Features, Loaded, Table, Values};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use serde::Deserialize;
use std::sync::Arc;

/// Which columns (of a table) or arrays (of an `.npz`) are x, y and the sample weights.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ColumnChoice {
    pub features: Option<Names>,
    pub label: Option<Names>,
    pub weight: Option<String>,
}

/// One name or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Names {
    One(String),
    Many(Vec<String>),
}

/// What was chosen.
#[derive(Debug, Clone)]
pub struct Selected {
    pub x: Features,
    pub y: Option<Features>,
    pub weight: Option<Features>,
}

/// The chosen columns: numbers as float32, a label of texts as class numbers in sorted order.
pub fn select(loaded: &Loaded, choice: &ColumnChoice) -> Result<Selected> {
    let get = |names: &Names, label: bool| match loaded {
        Loaded::Table(table) => columns(table, names, label),
        Loaded::Arrays(arrays) => {
            let name = match names {
                Names::One(name) => name,
                Names::Many(names) if names.len() == 1 => &names[0],
                Names::Many(names) => {
                    return Err(Error::data(format!("choose one array, found {names:?}")));
                }
            };
            arrays.get(name).cloned().map(features).ok_or_else(|| {
                let known: Vec<&str> = arrays.keys().map(String::as_str).collect();
                Error::data(format!(
                    "there is no array \"{name}\"; there are {}",
                    known.join(", ")
                ))
            })
        }
        Loaded::Array(_) => Err(Error::data(
            "this file holds one array, which has no columns",
        )),
    };
    let x = match (&choice.features, loaded) {
        (None, Loaded::Array(array)) => features(array.clone()),
        (None, _) => {
            return Err(Error::data(
                "select needs \"features\", the names of columns",
            ));
        }
        (Some(names), _) => get(names, false)?,
    };
    let y = choice
        .label
        .as_ref()
        .map(|names| get(names, true))
        .transpose()?;
    let weight = choice
        .weight
        .clone()
        .map(|name| get(&Names::One(name), true))
        .transpose()?;
    Ok(Selected { x, y, weight })
}

fn features(array: Arc<Array>) -> Features {
    Features {
        array,
        divisor: None,
    }
}

/// Features are (rows, columns); a label of one column is (rows).
fn columns(table: &Table, names: &Names, label: bool) -> Result<Features> {
    let (names, flat) = match names {
        Names::One(name) => (std::slice::from_ref(name), label),
        Names::Many(names) => (&names[..], label && names.len() == 1),
    };
    let chosen: Vec<&Column> = names
        .iter()
        .map(|name| table.column(name))
        .collect::<Result<_>>()?;
    let rows = table.rows();
    if let (
        [
            Column {
                values: Values::Text(texts),
                ..
            },
        ],
        true,
    ) = (&chosen[..], label)
    {
        return classes(texts);
    }
    let mut data = vec![0.0; rows * chosen.len()];
    for (c, column) in chosen.iter().enumerate() {
        let Values::Number(numbers) = &column.values else {
            return Err(Error::data(format!(
                "column \"{}\" holds text; choose columns of numbers, or prepare it with a recipe \
                 (one_hot, text_vectorization)",
                column.name
            )));
        };
        for (row, &number) in numbers.iter().enumerate() {
            data[row * chosen.len() + c] = number as f32;
        }
    }
    let shape = if flat {
        vec![rows]
    } else {
        vec![rows, chosen.len()]
    };
    Ok(features(Arc::new(Array::f32(shape, data)?)))
}

fn classes(texts: &[Option<String>]) -> Result<Features> {
    let mut names: Vec<&str> = texts.iter().flatten().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let number = |text: &Option<String>| {
        let text = text
            .as_deref()
            .ok_or_else(|| Error::data("the label column has empty cells"))?;
        Ok(names.binary_search(&text).unwrap_or_default() as i32)
    };
    let data = texts.iter().map(number).collect::<Result<_>>()?;
    Ok(features(Arc::new(Array::new(
        vec![texts.len()],
        Data::I32(data),
    )?)))
}
