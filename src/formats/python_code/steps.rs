//! The recipe's steps as Python: rows, labels, split and features.

use super::data::{Named, Writer};
use super::text::{Code, quoted};
use crate::callbacks::python::repr;
use crate::data::{Method, OutputMode, Recipe, Split, Step};
use crate::error::Result;

impl Writer<'_> {
    pub fn drop_rows(&mut self, recipe: &Recipe, named: &Named) -> Result<()> {
        let mut kept = vec![];
        for step in &recipe.steps {
            match step {
                Step::DropMissing { columns: None } => {
                    if named.table.is_some() {
                        kept.push(
                            "for values in columns.values():\n    kept &= ~is_missing(values)"
                                .into(),
                        );
                    }
                    kept.push("kept &= ~is_missing(y)".to_string());
                }
                Step::DropMissing {
                    columns: Some(columns),
                } => {
                    for name in columns {
                        kept.push(format!("kept &= ~is_missing({})", named.values(name)?));
                    }
                }
                Step::DropRows { column, equals } => {
                    let equals = number(*equals);
                    kept.push(format!("kept &= {} != {equals}", named.values(column)?));
                }
                _ => {}
            }
        }
        if kept.is_empty() {
            return Ok(());
        }
        self.line("kept = np.ones(len(y), bool)");
        kept.into_iter().for_each(|line| self.line(line));
        self.line(match named.table {
            Some(_) => "columns = {name: values[kept] for name, values in columns.items()}",
            None => "x = x[kept]",
        });
        self.line("y = y[kept]");
        if recipe.test.is_some() {
            self.line("is_test = is_test[kept]");
        }
        Ok(())
    }

    pub fn encode_labels(&mut self, recipe: &Recipe, named: &Named) {
        let mut is_class = false;
        for step in &recipe.steps {
            match step {
                Step::Threshold { column, above } if *column == named.label => {
                    self.line(format!("y = (y > {}).astype(\"float32\")", number(*above)));
                }
                Step::EncodeLabels { names } => {
                    is_class = true;
                    if let Some(names) = names {
                        let list =
                            Code::list(names.iter().map(|it| Code::text(quoted(it))).collect());
                        self.line(format!("# The classes are {}.", comment(&list)));
                    }
                    self.line("classes, y = np.unique(y, return_inverse=True)");
                }
                _ => {}
            }
        }
        if !is_class {
            self.line("y = y.astype(\"float32\")");
        }
    }

    /// `train` and `test`, the numbers of their rows; whether there is a test part.
    pub fn split(&mut self, recipe: &Recipe) -> bool {
        if recipe.test.is_some() {
            self.line("train, test = np.flatnonzero(~is_test), np.flatnonzero(is_test)");
            return true;
        }
        let Some(Split { test, method, seed }) = &recipe.split else {
            self.line("train = np.arange(len(y))");
            return false;
        };
        let test = repr(*test);
        match method {
            Method::Stratified => self.line(format!("train, test = split(y, {test}, seed={seed})")),
            Method::Random => {
                self.line(format!("rows = shuffled(len(y), seed={seed})"));
                self.line(format!("held_out = int(len(y) * {test} + 0.5)"));
                self.line("train, test = rows[held_out:], rows[:held_out]");
            }
            Method::Last => {
                self.line(format!("held_out = int(len(y) * {test} + 0.5)"));
                self.line("train, test = np.split(np.arange(len(y)), [len(y) - held_out])");
            }
        }
        true
    }

    pub fn features(&mut self, recipe: &Recipe, named: &Named) -> Result<()> {
        let mut text = false;
        for step in &recipe.steps {
            match step {
                Step::OneHot { column, names } => {
                    let mut arguments = vec![
                        Code::text("columns"),
                        Code::text(quoted(column)),
                        Code::text("train"),
                    ];
                    if !names.is_empty() {
                        let names = names
                            .iter()
                            .map(|(a, b)| (quoted(a), Code::text(quoted(b))));
                        arguments.push(Code::dict(names));
                    }
                    let code = Code::assign("columns", Code::call("one_hot", arguments));
                    self.line(code.layout(0));
                }
                Step::Normalize { columns } => {
                    let names = match columns {
                        Some(names) => {
                            Code::list(names.iter().map(|it| Code::text(quoted(it))).collect())
                        }
                        None => Code::text("list(columns)"),
                    };
                    let arguments = vec![Code::text("columns"), names, Code::text("train")];
                    self.line(Code::call("normalize", arguments).layout(0));
                }
                Step::Threshold { column, above } if *column != named.label => {
                    let column = format!("columns[{}]", quoted(column));
                    self.line(format!(
                        "{column} = ({column} > {}).astype(float)",
                        number(*above)
                    ));
                }
                Step::Rescale { divisor } => {
                    let divisor = number(f64::from(*divisor));
                    self.line(format!("x = x.astype(\"float32\") / {divisor}"));
                }
                Step::TextVectorization {
                    column,
                    max_tokens,
                    output_mode,
                    output_sequence_length,
                } => {
                    text = true;
                    let column = format!("columns[{}]", quoted(column));
                    let (special, call) = match output_mode {
                        OutputMode::Int => {
                            let length = output_sequence_length.unwrap_or_default();
                            (
                                "[\"\", \"[UNK]\"]",
                                format!("sequences({column}, vocabulary, {length})"),
                            )
                        }
                        OutputMode::MultiHot => {
                            ("[\"[UNK]\"]", format!("multi_hot({column}, vocabulary)"))
                        }
                    };
                    self.line(format!(
                        "vocabulary = vocabulary_of({column}[train], {max_tokens}, {special})"
                    ));
                    self.line(format!("x = {call}"));
                }
                _ => {}
            }
        }
        if named.table.is_some() && !text {
            self.line("x = np.stack(list(columns.values()), axis=1).astype(\"float32\")");
        }
        Ok(())
    }
}

/// A number without the decimals that say nothing.
fn number(value: f64) -> String {
    repr(value).trim_end_matches(".0").to_string()
}

/// A list on one line, however long.
fn comment(list: &Code) -> String {
    let text = list.layout(0);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join(" ").replace("[ ", "[").replace(", ]", "]")
}
