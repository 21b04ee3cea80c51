//! A recipe as Python: the same rows, split and numbers as the page had, with nothing but numpy.

use super::DataFile;
use super::text::{Code, identifier, quoted};
use crate::data::{LabelSelection, LoadOptions, Loaded, Recipe, Selection, Table, Values};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Statements that end with `x_train`, `y_train` and perhaps `x_test`, `y_test`.
pub struct Data {
    pub helpers: Vec<String>,
    pub statements: String,
    pub has_test: bool,
}

impl From<String> for Data {
    /// Statements that need no functions.
    fn from(statements: String) -> Self {
        Data {
            helpers: vec![],
            statements,
            has_test: false,
        }
    }
}

macro_rules! helpers {
    ($($name:ident),*) => {
        /// Functions of the program, those that others call first.
        const HELPERS: &[(&str, &str)] =
            &[$((stringify!($name), include_str!(concat!("helpers/", stringify!($name), ".py")))),*];
    };
}
helpers!(
    open_file,
    read_csv,
    read_json,
    read_idx,
    numbers,
    texts,
    is_missing,
    shuffled,
    split,
    one_hot,
    normalize,
    tokens,
    vocabulary_of,
    sequences,
    multi_hot
);

/// Follows the recipe.
pub fn statements(
    recipe: &Recipe,
    files: &BTreeMap<String, DataFile>,
    sources: &BTreeMap<String, Loaded>,
) -> Result<Data> {
    let mut writer = Writer {
        files,
        sources,
        lines: vec![],
        missing: None,
    };
    let names = writer.read(recipe)?;
    writer.drop_rows(recipe, &names)?;
    writer.encode_labels(recipe, &names);
    let has_test = writer.split(recipe);
    writer.features(recipe, &names)?;
    writer.line("x_train, y_train = x[train], y[train]");
    if has_test {
        writer.line("x_test, y_test = x[test], y[test]");
    }
    let statements = writer.lines.join("\n");
    let mut used = statements.clone();
    let mut chosen = vec![];
    for (name, code) in HELPERS.iter().rev() {
        if used.contains(&format!("{name}(")) {
            used += code;
            chosen.push(code.trim_end().replace("MISSING", &marks(writer.missing)));
        }
    }
    chosen.reverse();
    Ok(Data {
        helpers: chosen,
        statements,
        has_test,
    })
}

/// The cells that mean "missing", as a set.
fn marks(options: Option<&LoadOptions>) -> String {
    let default = LoadOptions::default();
    let marks = &options.unwrap_or(&default).missing;
    let marks: Vec<String> = marks
        .iter()
        .map(|mark| quoted(&mark.to_lowercase()))
        .collect();
    format!("{{{}}}", marks.join(", "))
}

pub struct Writer<'a> {
    files: &'a BTreeMap<String, DataFile>,
    sources: &'a BTreeMap<String, Loaded>,
    lines: Vec<String>,
    missing: Option<&'a LoadOptions>,
}

/// What the label and the features are called.
pub struct Named<'a> {
    pub label: String,
    /// The table of the features; None where they are an array.
    pub table: Option<&'a Table>,
    columns: Vec<String>,
}

/// One part of the recipe's data: training rows or a ready test part.
struct Part<'a> {
    table: Option<&'a Table>,
    label_name: String,
    /// Expression of the label's values.
    label: String,
    /// Expression of the features' array; empty for a table.
    array: String,
}

impl<'a> Writer<'a> {
    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn source(&self, name: Option<&'a str>) -> Result<(&'a str, &'a Loaded)> {
        let found = match name {
            Some(name) => self.sources.get_key_value(name),
            None => self.sources.first_key_value(),
        };
        found
            .map(|(name, source)| (name.as_str(), source))
            .ok_or_else(|| {
                Error::data(format!(
                    "There is no source \"{}\" of the recipe: load it first.",
                    name.unwrap_or_default()
                ))
            })
    }

    /// The path of a source's file and its expression; a file that is got from somewhere gets a
    /// variable of its own.
    fn path(&mut self, source: &str) -> (String, String) {
        let file = self.files.get(source);
        let path = file.map_or(source, |file| file.path.as_str()).to_string();
        let Some(url) = file.and_then(|file| file.url.as_deref()) else {
            let code = quoted(&path);
            return (path, code);
        };
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_string();
        let variable = identifier(&format!("{}_file", last(source)));
        let origin = Code::keyword("origin", Code::text(quoted(url)));
        let arguments = vec![Code::text(quoted(&last(&path))), origin];
        let code = Code::assign(&variable, Code::call("keras.utils.get_file", arguments));
        let line = code.layout(0);
        if !self.lines.contains(&line) {
            self.line(line);
        }
        (path, variable)
    }

    /// Expression of an array: the one named `column`, or the only one.
    fn array(&mut self, source: &str, column: Option<&str>) -> String {
        let (path, code) = self.path(source);
        match column {
            Some(column) => format!("np.load({code})[{}]", quoted(column)),
            None if path.ends_with(".npy") => format!("np.load({code})"),
            None if path.ends_with(".npy.gz") => format!("np.load(gzip.open({code}))"),
            None => format!("read_idx({code})"),
        }
    }

    /// Expression that reads a table.
    fn table(&mut self, source: &str, table: &'a Table) -> String {
        let (_, code) = self.path(source);
        self.missing = Some(&table.options);
        let Some(delimiter) = table.options.delimiter else {
            return format!("read_json({code})");
        };
        let mut arguments = vec![Code::text(code)];
        if delimiter != ',' {
            let delimiter = Code::text(quoted(&delimiter.to_string()));
            arguments.push(Code::keyword("delimiter", delimiter));
        }
        let odd = table.warnings.iter().any(|warning| warning.lines == [1]);
        if odd || table.options.header == Some(false) {
            let names = table
                .columns
                .iter()
                .map(|column| Code::text(quoted(&column.name)));
            arguments.push(Code::keyword("names", Code::list(names.collect())));
        }
        if table.options.header == Some(false) {
            arguments.push(Code::text("header=False"));
        }
        Code::call("read_csv", arguments).layout(0)
    }

    /// Reads a part, its table into `variable`.
    fn part(
        &mut self,
        features: &'a Selection,
        label: &'a LabelSelection,
        variable: &str,
    ) -> Result<Part<'a>> {
        let (source, loaded) = self.source(features.source.as_deref())?;
        let (label_source, labelled) = self.source(label.source.as_deref().or(Some(source)))?;
        let column = label.column.as_deref();
        let label_name = column.unwrap_or(label_source).to_string();
        let table = match loaded {
            Loaded::Table(table) => Some(table),
            _ => None,
        };
        if let Some(table) = table {
            let code = self.table(source, table);
            self.line(format!("{variable} = {code}"));
        }
        let first = features
            .columns
            .as_ref()
            .and_then(|columns| columns.first());
        let array = match table {
            Some(_) => String::new(),
            None => self.array(source, first.map(String::as_str)),
        };
        let label = match labelled {
            Loaded::Table(labelled) => {
                let from = match label_source == source {
                    true => variable.to_string(),
                    false => self.table(label_source, labelled),
                };
                cells(labelled, &label_name, &from)?
            }
            _ => format!("{}.reshape(-1)", self.array(label_source, column)),
        };
        Ok(Part {
            table,
            label_name,
            label,
            array,
        })
    }

    /// Reads all rows: `columns` or `x`, and `y`; `is_test` where the test part comes ready.
    fn read(&mut self, recipe: &'a Recipe) -> Result<Named<'a>> {
        let part = self.part(&recipe.features, &recipe.label, "table")?;
        let columns = match part.table {
            Some(table) => recipe.features.columns.clone().unwrap_or_else(|| {
                let names = table.columns.iter().map(|column| column.name.clone());
                names.filter(|name| *name != part.label_name).collect()
            }),
            None => vec![],
        };
        let parts = match &recipe.test {
            Some(test) => vec![part, self.part(&test.features, &test.label, "test_table")?],
            None => vec![part],
        };
        for (part, suffix) in parts.iter().zip(["", "_test"]) {
            if let Some(table) = part.table {
                let from = if suffix.is_empty() {
                    "table"
                } else {
                    "test_table"
                };
                self.columns(table, &columns, from, &format!("columns{suffix}"))?;
            } else {
                self.line(format!("x{suffix} = {}", part.array));
            }
            self.line(format!("y{suffix} = {}", part.label));
        }
        if recipe.test.is_some() {
            self.line("# Training and test rows together: the steps learn from the former alone.");
            self.line("is_test = np.repeat([False, True], [len(y), len(y_test)])");
            self.line(match parts[0].table {
                Some(_) => {
                    "columns = {\n    name: np.concatenate([values, columns_test[name]])\n    \
                     for name, values in columns.items()\n}"
                }
                None => "x = np.concatenate([x, x_test])",
            });
            self.line("y = np.concatenate([y, y_test])");
        }
        let Part {
            table, label_name, ..
        } = &parts[0];
        Ok(Named {
            label: label_name.clone(),
            table: *table,
            columns,
        })
    }

    /// `columns = {"age": numbers(table["age"]), …}`
    fn columns(&mut self, table: &Table, names: &[String], from: &str, to: &str) -> Result<()> {
        let mut values = vec![];
        let mut texts = false;
        for name in names {
            texts |= matches!(table.column(name)?.values, Values::Text(_));
            values.push((quoted(name), Code::text(cells(table, name, from)?)));
        }
        if texts || names.len() < 3 {
            let code = Code::assign(to, Code::dict(values)).layout(0);
            self.line(code);
        } else {
            let names = names.iter().map(|name| Code::text(quoted(name))).collect();
            self.line(Code::assign("features", Code::list(names)).layout(0));
            self.line(format!(
                "{to} = {{name: numbers({from}[name]) for name in features}}"
            ));
        }
        Ok(())
    }
}

impl Named<'_> {
    /// Expression of a column's values, whether it is a feature or not.
    pub fn values(&self, name: &str) -> Result<String> {
        if name == self.label {
            return Ok("y".into());
        }
        if self.columns.iter().any(|column| column == name) {
            return Ok(format!("columns[{}]", quoted(name)));
        }
        match self.table {
            Some(table) => cells(table, name, "table"),
            None => Err(Error::data(format!("There is no column \"{name}\"."))),
        }
    }
}

/// `numbers(table["age"])`
fn cells(table: &Table, name: &str, from: &str) -> Result<String> {
    let kind = match table.column(name)?.values {
        Values::Number(_) => "numbers",
        Values::Text(_) => "texts",
    };
    Ok(format!("{kind}({from}[{}])", quoted(name)))
}
