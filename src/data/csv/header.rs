//! The first line of a CSV file: column names, a row, or neither.

use super::Warning;
use ::csv::StringRecord;
use std::collections::HashSet;

/// What the first line is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum FirstLine {
    Names,
    Row,
    /// Neither, e.g. scikit-learn's counts of rows and columns.
    Other,
}

/// Tells what the first line is, from it and the rows below.
pub(super) fn detect_header(
    first: &StringRecord,
    below: &[&StringRecord],
    width: usize,
    missing: &dyn Fn(&str) -> bool,
) -> (FirstLine, Vec<Warning>) {
    let number = |cell: &str| cell.trim().parse::<f64>().is_ok();
    let counts = || {
        let columns = first.get(1).and_then(|cell| cell.parse::<usize>().ok());
        let whole = first
            .get(0)
            .is_some_and(|cell| cell.parse::<usize>().is_ok());
        whole && columns == Some(width - 1) && first.iter().skip(2).all(|cell| !number(cell))
    };
    if first.len() != width || (width > 2 && counts()) {
        let line: Vec<&str> = first.iter().collect();
        let message = format!(
            "Line 1 ({}) is neither a row nor column names: the columns are called column_1 to \
             column_{width}.",
            line.join(",")
        );
        return (
            FirstLine::Other,
            vec![Warning {
                message,
                lines: vec![1],
            }],
        );
    }
    let text_over_numbers = (0..width).any(|index| {
        let cells = || {
            below
                .iter()
                .map(|row| row[index].trim())
                .filter(|cell| !missing(cell))
        };
        !number(&first[index]) && cells().next().is_some() && cells().all(number)
    });
    let occurs_below = || {
        (0..width).any(|index| {
            below
                .iter()
                .any(|row| row[index].trim() == first[index].trim())
        })
    };
    let all_texts = first.iter().all(|cell| !number(cell));
    let kind = match text_over_numbers || (all_texts && !occurs_below()) {
        true => FirstLine::Names,
        false => FirstLine::Row,
    };
    (kind, vec![])
}

/// The names in the first line, made unique.
pub(super) fn names(
    first: &StringRecord,
    width: usize,
    warnings: &mut Vec<Warning>,
) -> Vec<String> {
    if first.len() != width {
        let message = format!(
            "Line 1 names {} columns, but the rows have {width}: names are cut or filled up.",
            first.len()
        );
        warnings.push(Warning {
            message,
            lines: vec![1],
        });
    }
    let (mut seen, mut renamed) = (HashSet::new(), vec![]);
    let name = |index: usize| {
        let cell = first.get(index).unwrap_or("").trim();
        let base = if cell.is_empty() {
            format!("column_{}", index + 1)
        } else {
            cell.to_string()
        };
        let suffixed = (2..).map(|n| format!("{base}_{n}"));
        let name = std::iter::once(base.clone())
            .chain(suffixed)
            .find(|name| !seen.contains(name));
        let name = name.unwrap_or_default();
        seen.insert(name.clone());
        if name != base {
            renamed.push(name.clone());
        }
        name
    };
    let names = (0..width).map(name).collect();
    if !renamed.is_empty() {
        let message = format!("Column names occur twice; renamed: {}.", renamed.join(", "));
        warnings.push(Warning {
            message,
            lines: vec![1],
        });
    }
    names
}
