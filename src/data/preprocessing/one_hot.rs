//! One 0/1 column for each category of a column.

use crate::data::table::{Column, Values};
use crate::error::{Error, Result};
use std::collections::{BTreeMap, HashMap};

/// The categories of the training rows, sorted; any other category becomes all zeros.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::data) struct OneHot {
    categories: HashMap<String, usize>,
    names: Vec<String>,
}

/// More columns than this come from an identifier or a free text, not from a category.
const MOST_CATEGORIES: usize = 1000;

impl OneHot {
    /// Learns the categories of the training rows; `names` renames their columns.
    pub fn fit(column: &Column, names: &BTreeMap<String, String>) -> Result<Self> {
        let categories = column.values.categories();
        if categories.len() > MOST_CATEGORIES {
            return Err(Error::data(format!(
                "Column \"{}\" has {} distinct values, too many for one_hot (at most \
                 {MOST_CATEGORIES}): leave it out.",
                column.name,
                categories.len()
            )));
        }
        let name = |category: &String| match names.get(category) {
            Some(name) => name.clone(),
            None => format!("{}_{category}", column.name),
        };
        Ok(OneHot {
            names: categories.iter().map(name).collect(),
            categories: categories.into_iter().zip(0..).collect(),
        })
    }

    /// The columns that take the column's place.
    pub fn apply(&self, values: &Values) -> Vec<Column> {
        let category = |row| self.categories.get(&values.text(row)?).copied();
        let categories: Vec<Option<usize>> = (0..values.len()).map(category).collect();
        let column = |index, name: &String| {
            let cells = categories.iter().map(|&at| f64::from(at == Some(index)));
            Column {
                name: name.clone(),
                values: Values::Number(cells.collect()),
            }
        };
        self.names
            .iter()
            .enumerate()
            .map(|(index, name)| column(index, name))
            .collect()
    }
}
