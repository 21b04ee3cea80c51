//! Walking the lines of a CSV file, over those that are broken.

use super::cut::{Ends, decimal};
use super::reader;
use crate::data::{Values, Warning};
use crate::error::{Error, Result};
use ::csv::StringRecord;
use std::collections::HashSet;

/// Lines with broken quotes after which the file is given up.
const MOST_BROKEN: usize = 100;
/// Line numbers that a warning spells out.
const LISTED: usize = 10;

/// The lines of a file and how they are to be cut.
pub(super) struct Lines<'a> {
    pub text: &'a str,
    pub delimiter: u8,
    pub width: usize,
    pub skip_first: bool,
    /// Whether a number can mean "missing", as −999 often does.
    pub missing_numbers: bool,
}

/// Line numbers of what was left out.
#[derive(Default)]
pub(super) struct Skipped {
    ragged: Vec<u64>,
    unclosed: Vec<u64>,
}

impl Lines<'_> {
    /// Appends the cells of these columns; returns those of them that hold a text though they
    /// were to hold numbers, and the lines skipped.
    pub fn fill(
        &self,
        columns: &mut [Values],
        wanted: &[usize],
        missing: &dyn Fn(&str) -> bool,
    ) -> Result<(Vec<usize>, Skipped)> {
        let mut texts = HashSet::new();
        let skipped = self.walk(&mut |row| {
            for &index in wanted {
                let cell = trim(row[index]);
                match &mut columns[index] {
                    Values::Number(values) => {
                        let number = match decimal(cell) {
                            Some(number) if !self.missing_numbers => Some(number),
                            _ if missing(cell) => Some(f64::NAN),
                            number => number.or_else(|| cell.parse().ok()),
                        };
                        values.push(number.unwrap_or_else(|| {
                            texts.insert(index);
                            f64::NAN
                        }));
                    }
                    Values::Text(values) => {
                        values.push((!missing(cell)).then(|| cell.to_string()));
                    }
                }
            }
        })?;
        let mut texts: Vec<usize> = texts.into_iter().collect();
        texts.sort_unstable();
        Ok((texts, skipped))
    }

    /// Calls `row` with every record of the right width. A quotation mark that is never closed
    /// swallows the lines below it: then only its own line is skipped, and reading goes on below.
    fn walk(&self, row: &mut dyn FnMut(&[&str])) -> Result<Skipped> {
        let ends = Ends::new(self.delimiter);
        let mut skipped = Skipped::default();
        let mut cells = Vec::with_capacity(self.width);
        let (mut at, mut line, mut first) = (0, 1, self.skip_first);
        while at < self.text.len() {
            let text = &self.text[at..];
            if let Some(end @ (b'\n' | b'\r')) = text.bytes().next() {
                (at, line) = (at + 1, line + u64::from(end == b'\n'));
                continue;
            }
            let skip = std::mem::take(&mut first);
            if let Some(length) = ends.cut(text, self.delimiter, &mut cells) {
                if !skip && cells.len() == self.width {
                    row(&cells);
                } else if !skip {
                    skipped.ragged.push(line);
                }
                (at, line) = (at + length, line + 1);
            } else {
                let length = self.unusual(text, line, skip, row, &mut skipped)?;
                (at, line) = (at + length, line + newlines(&text[..length]));
            }
        }
        Ok(skipped)
    }

    /// Reads the record at the start of a text by the rules for quotation marks; returns its length,
    /// or that of its first line where it holds a mark that is never closed.
    fn unusual(
        &self,
        text: &str,
        line: u64,
        first: bool,
        row: &mut dyn FnMut(&[&str]),
        skipped: &mut Skipped,
    ) -> Result<usize> {
        let mut reader = reader(text, self.delimiter);
        let mut record = StringRecord::new();
        reader
            .read_record(&mut record)
            .map_err(|error| Error::file(format!("The CSV cannot be read: {error}.")))?;
        let end = reader.position().byte() as usize;
        if first {
            return Ok(end);
        }
        let raw = &text[..end];
        let below = raw
            .trim_end_matches(['\r', '\n'])
            .find('\n')
            .map(|length| length + 1);
        let wrong = record.len() != self.width;
        let (open, stray) = quoting(raw, self.delimiter);
        if open || (below.is_some() && (wrong || stray)) {
            skipped.unclosed.push(line);
            if skipped.unclosed.len() > MOST_BROKEN {
                return Err(Error::file(format!(
                    "More than {MOST_BROKEN} lines have quotation marks that are not closed (first \
                     in line {}): correct the file, or choose another delimiter.",
                    skipped.unclosed[0]
                )));
            }
            return Ok(below.unwrap_or(end));
        }
        match wrong {
            true => skipped.ragged.push(line),
            false => row(&record.iter().collect::<Vec<_>>()),
        }
        Ok(end)
    }
}

/// `str::trim`, with a look at whether there is anything to do.
fn trim(cell: &str) -> &str {
    match cell.as_bytes() {
        [] => cell,
        [only] if only.is_ascii_graphic() => cell,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
        _ => cell.trim(),
    }
}

fn newlines(text: &str) -> u64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u64
}

/// Whether a record ends within quotation marks, and whether something else than a delimiter
/// follows closed ones: over several lines, a sign that an earlier one was never closed.
fn quoting(record: &str, delimiter: u8) -> (bool, bool) {
    let (mut quoted, mut stray, mut field_start) = (false, false, true);
    let mut bytes = record.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, quoted) {
            (b'"', true) if bytes.next_if_eq(&b'"').is_none() => {
                quoted = false;
                let ends = |&next: &u8| next == delimiter || next == b'\r' || next == b'\n';
                stray |= !bytes.peek().is_none_or(ends);
            }
            (b'"', false) if field_start => quoted = true,
            _ => {}
        }
        field_start = !quoted && byte == delimiter;
    }
    (quoted, stray)
}

impl Skipped {
    /// An error where nothing, or less than half, can be used.
    pub fn check(&self, rows: usize, width: usize) -> Result<()> {
        let skipped = self.ragged.len() + self.unclosed.len();
        match rows {
            0 if skipped == 0 => Err(Error::file("The file has no rows below its first line.")),
            _ if skipped > rows => Err(Error::file(format!(
                "Only {rows} of {} lines have {width} fields each: the file is no table, or it has \
                 another delimiter.",
                rows + skipped
            ))),
            _ => Ok(()),
        }
    }

    pub fn warn(self, width: usize, warnings: &mut Vec<Warning>) {
        let ragged = format!("without exactly {width} fields");
        let kinds = [
            (self.ragged, ragged.as_str()),
            (self.unclosed, "with unclosed quotes"),
        ];
        for (lines, what) in kinds.into_iter().filter(|(lines, _)| !lines.is_empty()) {
            let listed: Vec<String> = lines.iter().take(LISTED).map(u64::to_string).collect();
            let more = if lines.len() > LISTED { ", …" } else { "" };
            let message = format!(
                "{} lines {what} were skipped: {}{more}.",
                lines.len(),
                listed.join(", ")
            );
            warnings.push(Warning { message, lines });
        }
    }
}
