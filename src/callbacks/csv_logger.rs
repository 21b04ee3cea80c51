//! `keras.callbacks.CSVLogger`

use super::python::repr;
use super::{Callback, Content, File, FileKind, Logs, Output, Training};
use crate::config::Config;
use crate::error::{Error, Result};

/// Writes a line per epoch: its number (from 0) and the logs in alphabetical order, numbers as
/// Python's `repr`, lines ended by `\r\n`. The columns are those of the first epoch; where that
/// one had no validation, a `val_` column follows for each, and `NA` stands for what is missing.
/// With `append` a file that is there goes on, without a second header.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct CSVLogger {
    pub filename: String,
    #[serde(default = "comma")]
    pub separator: String,
    #[serde(default)]
    pub append: bool,
    /// The columns, once the first epoch has shown them.
    #[serde(skip)]
    keys: Option<Vec<String>>,
}

fn comma() -> String {
    ",".into()
}

impl CSVLogger {
    fn write(&self, content: Content, epoch: usize, logs: &Logs, training: &mut Training) {
        training.outputs.push(Output::File(File {
            path: self.filename.clone(),
            kind: FileKind::Log,
            epoch,
            logs: logs.clone(),
            content,
        }));
    }

    /// One line: a value is quoted only where it has to be.
    fn line(&self, values: impl IntoIterator<Item = String>) -> String {
        let quoted = |value: String| {
            let special = |c| matches!(c, '"' | '\r' | '\n') || self.separator.starts_with(c);
            if value.contains(special) {
                format!("\"{}\"", value.replace('"', "\"\""))
            } else {
                value
            }
        };
        let values: Vec<String> = values.into_iter().map(quoted).collect();
        values.join(&self.separator) + "\r\n"
    }
}

impl Callback for CSVLogger {
    fn check(&mut self) -> Result<()> {
        if self.filename.is_empty() {
            return Err(Error::unsupported("CSVLogger: filename is empty"));
        }
        match self.separator.chars().count() {
            1 => Ok(()),
            _ => Err(Error::unsupported(format!(
                "CSVLogger(separator=\"{}\"): expected one character",
                self.separator
            ))),
        }
    }

    fn on_train_begin(&mut self, training: &mut Training) -> Result<()> {
        self.keys = None;
        if !self.append {
            self.write(Content::Whole(vec![]), 0, &vec![], training);
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        let mut text = String::new();
        let keys = match self.keys.take() {
            Some(keys) => keys,
            None => {
                let keys = columns(logs);
                if !self.append || !training.host.filled.contains(&self.filename) {
                    let names = std::iter::once("epoch").chain(keys.iter().map(String::as_str));
                    text += &self.line(names.map(str::to_string));
                }
                keys
            }
        };
        let value = |key: &String| match logs.iter().find(|(known, _)| known == key) {
            Some((_, value)) => repr(*value),
            None => "NA".to_string(),
        };
        text += &self.line(std::iter::once(epoch.to_string()).chain(keys.iter().map(value)));
        self.keys = Some(keys);
        self.write(Content::More(text.into_bytes()), epoch, logs, training);
        Ok(())
    }
}

fn columns(logs: &Logs) -> Vec<String> {
    let mut keys: Vec<String> = logs.iter().map(|(key, _)| key.clone()).collect();
    keys.sort();
    if !keys.iter().any(|key| key.starts_with("val_")) {
        let validation: Vec<String> = keys.iter().map(|key| format!("val_{key}")).collect();
        keys.extend(validation);
    }
    keys
}
