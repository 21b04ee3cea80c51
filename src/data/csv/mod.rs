//! CSV and its kin: delimiter, header and types are detected, broken lines are skipped and listed.

mod cut;
mod header;
mod lines;

use super::{Column, LoadOptions, Table, Values, Warning};
use crate::error::{Error, Result};
use ::csv::{ReaderBuilder, StringRecord};
use cut::decimal;
use header::{FirstLine, detect_header, names};
use lines::Lines;

/// Lines looked at to detect the delimiter, the header and the types.
const SAMPLE_LINES: usize = 200;

/// Reads a table from text.
pub(super) fn read(text: &str, options: &LoadOptions) -> Result<Table> {
    let (sample, about) = match text.match_indices('\n').nth(SAMPLE_LINES) {
        Some((end, _)) => (&text[..end], text.len() / end.max(1) * SAMPLE_LINES),
        None => (text, 0),
    };
    let delimiter = match options.delimiter {
        Some(delimiter) => u8::try_from(delimiter).map_err(|_| {
            Error::data(format!(
                "The delimiter must be one ASCII character, not '{delimiter}'."
            ))
        })?,
        None => detect_delimiter(sample),
    };
    let sample = records(sample, delimiter);
    let Some((first, below)) = sample.split_first() else {
        return Err(Error::file("The file is empty."));
    };
    let width = common(if below.is_empty() { &sample } else { below }).0;
    let below: Vec<&StringRecord> = below.iter().filter(|row| row.len() == width).collect();
    let missing = |cell: &str| options.is_missing(cell);
    let (header, mut warnings) = match options.header {
        Some(true) => (FirstLine::Names, vec![]),
        Some(false) => (FirstLine::Row, vec![]),
        None => detect_header(first, &below, width, &missing),
    };
    let names = match header {
        FirstLine::Names => names(first, width, &mut warnings),
        _ => (1..=width).map(|index| format!("column_{index}")).collect(),
    };

    let lines = Lines {
        text,
        delimiter,
        width,
        skip_first: header != FirstLine::Row,
        missing_numbers: options.missing.iter().any(|mark| decimal(mark).is_some()),
    };
    let mut columns: Vec<Values> = (0..width)
        .map(|index| empty_like(&below, index, &missing))
        .collect();
    // A guess: a column that it does not fit grows as it is filled.
    columns.iter_mut().for_each(|column| column.reserve(about));
    let all: Vec<usize> = (0..width).collect();
    let (texts, skipped) = lines.fill(&mut columns, &all, &missing)?;
    if !texts.is_empty() {
        // Texts that first turned up below the sample: these columns are read once more.
        texts
            .iter()
            .for_each(|&index| columns[index] = Values::Text(vec![]));
        lines.fill(&mut columns, &texts, &missing)?;
    }
    skipped.check(columns.first().map_or(0, Values::len), width)?;
    skipped.warn(width, &mut warnings);
    let columns = names.into_iter().zip(columns);
    let columns = columns
        .map(|(name, values)| Column { name, values })
        .collect();
    let options = LoadOptions {
        header: Some(header != FirstLine::Row),
        delimiter: Some(char::from(delimiter)),
        ..options.clone()
    };
    Ok(Table {
        columns,
        warnings,
        options,
    })
}

/// All records, of whatever width.
fn records(text: &str, delimiter: u8) -> Vec<StringRecord> {
    reader(text, delimiter)
        .into_records()
        .map_while(|record| record.ok())
        .collect()
}

fn reader(text: &str, delimiter: u8) -> ::csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true);
    builder.from_reader(text.as_bytes())
}

/// The most common number of fields, and how many records have it.
fn common(records: &[StringRecord]) -> (usize, usize) {
    let mut widths: Vec<usize> = records.iter().map(StringRecord::len).collect();
    widths.sort_unstable();
    let runs = widths
        .chunk_by(|a, b| a == b)
        .map(|run| (run[0], run.len()));
    runs.max_by_key(|&(_, count)| count).unwrap_or((0, 0))
}

/// The delimiter that cuts most lines into equally many fields (at least two).
fn detect_delimiter(sample: &str) -> u8 {
    let fit = |&delimiter: &u8| {
        let records = records(sample, delimiter);
        let (width, count) = common(&records);
        // In thousandths, as floats have no total order.
        let share = count * 1000 / records.len().max(1);
        (width > 1).then_some((share, width))
    };
    // The last of equals wins, hence the comma at the end.
    b"|\t;,".iter().copied().max_by_key(fit).unwrap_or(b',')
}

/// An empty column of the type that the sample's cells have.
fn empty_like(sample: &[&StringRecord], index: usize, missing: &dyn Fn(&str) -> bool) -> Values {
    let mut cells = sample
        .iter()
        .map(|row| row[index].trim())
        .filter(|cell| !missing(cell));
    match cells.all(|cell| cell.parse::<f64>().is_ok()) {
        true => Values::Number(vec![]),
        false => Values::Text(vec![]),
    }
}
