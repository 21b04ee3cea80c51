//! `keras.callbacks.TensorBoard`

use super::event_file::{self, Summary};
use super::{Callback, Content, File, FileKind, Logs, Output, Training, set_log};
use crate::config::Config;
use crate::error::{Error, Result};
use serde_json::{Value, json};

/// Writes event files for TensorBoard into `log_dir/train` and `log_dir/validation`: each epoch's
/// logs as `epoch_<name>` with `epoch_learning_rate`, each validation as
/// `evaluation_<name>_vs_iterations`, the model's graph, and with `update_freq` a number (or
/// `"batch"`: 1) each so many batches' running logs as `batch_<name>`.
///
/// As in Keras, an `update_freq` in batches governs the epochs' values, too: they are written
/// where the last batch is one of the n-th. Histograms, embeddings and profiles are refused.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct TensorBoard {
    pub log_dir: String,
    pub histogram_freq: Value,
    pub write_graph: bool,
    /// Has an effect only beside histograms.
    pub write_images: bool,
    pub write_steps_per_second: bool,
    pub update_freq: Value,
    pub profile_batch: Value,
    pub embeddings_freq: Value,
    pub embeddings_metadata: Value,
    #[serde(skip)]
    state: Box<State>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct State {
    /// Train and validation.
    writers: [Option<String>; 2],
    /// Batches since training began, and of validation in all.
    batches: [u64; 2],
    batch_start: f64,
    epoch_start: f64,
    epoch: usize,
    iterations: u64,
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Train,
    Validation,
}

impl Default for TensorBoard {
    fn default() -> Self {
        TensorBoard {
            log_dir: "logs".into(),
            histogram_freq: json!(0),
            write_graph: true,
            write_images: false,
            write_steps_per_second: false,
            update_freq: json!("epoch"),
            profile_batch: json!(0),
            embeddings_freq: json!(0),
            embeddings_metadata: Value::Null,
            state: Box::default(),
        }
    }
}

impl TensorBoard {
    /// Each how many batches something is written; None where only epochs are.
    fn batches(&self) -> Option<u64> {
        match &self.update_freq {
            Value::String(name) if name == "batch" => Some(1),
            other => other.as_u64(),
        }
    }

    /// Whether what comes now is written.
    fn records(&self, side: Side) -> bool {
        self.batches()
            .is_none_or(|n| self.state.batches[side as usize].is_multiple_of(n))
    }

    /// Adds values to a side's file, which begins with the first.
    fn write(
        &mut self,
        side: Side,
        step: u64,
        values: &[(String, Summary)],
        logs: &Logs,
        training: &mut Training,
    ) {
        let now = (training.host.clock)();
        let (directory, number) = match side {
            Side::Train => ("train", 0),
            Side::Validation => ("validation", 1),
        };
        let writer = &mut self.state.writers[side as usize];
        let mut bytes = Vec::new();
        let is_new = writer.is_none();
        let path = writer.get_or_insert_with(|| {
            bytes = event_file::header(now);
            let base = self.log_dir.trim_end_matches('/');
            format!(
                "{base}/{directory}/events.out.tfevents.{}.model-dojo.{}.{number}.v2",
                now as u64,
                (now.fract() * 1e6) as u64
            )
        });
        for (tag, value) in values {
            bytes.extend(event_file::summary(now, step, tag, value));
        }
        training.outputs.push(Output::File(File {
            path: path.clone(),
            kind: FileKind::Events,
            epoch: self.state.epoch,
            logs: logs.clone(),
            content: if is_new {
                Content::Whole(bytes)
            } else {
                Content::More(bytes)
            },
        }));
    }
}

/// Scalars of logs whose tags `tag` makes.
fn scalars(
    logs: &[(String, f64)],
    tag: impl Fn(&str) -> String,
) -> Vec<(String, Summary<'static>)> {
    logs.iter()
        .map(|(key, value)| (tag(key), Summary::Scalar(*value as f32)))
        .collect()
}

impl Callback for TensorBoard {
    fn check(&mut self) -> Result<()> {
        let off = [json!(0), Value::Null, json!(false)];
        let refused = [
            ("histogram_freq", &self.histogram_freq),
            ("embeddings_freq", &self.embeddings_freq),
            ("profile_batch", &self.profile_batch),
            ("embeddings_metadata", &self.embeddings_metadata),
        ];
        if let Some((name, value)) = refused.iter().find(|(_, value)| !off.contains(value)) {
            return Err(Error::unsupported(format!(
                "TensorBoard({name}={value}) is not supported; leave {name} out"
            )));
        }
        let known = self.update_freq == "epoch" || self.batches().is_some_and(|n| n > 0);
        if known {
            return Ok(());
        }
        Err(Error::unsupported(format!(
            "TensorBoard(update_freq={}): expected \"epoch\", \"batch\" or a number of batches from 1",
            self.update_freq
        )))
    }

    fn watches_batches(&self) -> bool {
        self.batches().is_some()
    }

    fn on_train_begin(&mut self, training: &mut Training) -> Result<()> {
        *self.state = State::default();
        if self.write_graph {
            let config = training.model.to_config().to_string();
            let values = [("keras".to_string(), Summary::KerasModel(&config))];
            self.write(Side::Train, 0, &values, &vec![], training);
        }
        Ok(())
    }

    fn on_epoch_begin(&mut self, epoch: usize, training: &mut Training) -> Result<()> {
        self.state.epoch = epoch;
        self.state.epoch_start = (training.host.clock)();
        self.state.iterations = training.model.iterations();
        Ok(())
    }

    fn on_train_batch_begin(&mut self, _batch: usize, training: &mut Training) -> Result<()> {
        self.state.batches[0] += 1;
        self.state.batch_start = (training.host.clock)();
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        _batch: usize,
        logs: &Logs,
        training: &mut Training,
    ) -> Result<()> {
        if !self.records(Side::Train) {
            return Ok(());
        }
        let mut values = scalars(logs, |key| format!("batch_{key}"));
        if self.write_steps_per_second {
            let seconds = (training.host.clock)() - self.state.batch_start;
            let rate = Summary::Scalar((1.0 / seconds) as f32);
            values.insert(0, ("batch_steps_per_second".to_string(), rate));
        }
        let step = self.state.batches[0];
        self.write(Side::Train, step, &values, logs, training);
        Ok(())
    }

    fn on_test_batch_begin(&mut self, _batch: usize, _training: &mut Training) -> Result<()> {
        self.state.batches[1] += 1;
        Ok(())
    }

    fn on_test_end(&mut self, logs: &Logs, training: &mut Training) -> Result<()> {
        if self.records(Side::Validation) {
            let values = scalars(logs, |key| format!("evaluation_{key}_vs_iterations"));
            let step = training.model.iterations();
            self.write(Side::Validation, step, &values, logs, training);
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        if !self.records(Side::Train) {
            return Ok(());
        }
        let is_validation = |(key, _): &&(String, f64)| key.starts_with("val_");
        let validation: Logs = logs.iter().filter(is_validation).cloned().collect();
        let mut train: Logs = logs
            .iter()
            .filter(|log| !is_validation(log))
            .cloned()
            .collect();
        set_log(&mut train, "learning_rate", training.learning_rate()?);
        if self.write_steps_per_second {
            let steps = training.model.iterations() - self.state.iterations;
            let seconds = (training.host.clock)() - self.state.epoch_start;
            set_log(&mut train, "steps_per_second", steps as f64 / seconds);
        }
        let values = scalars(&train, |key| format!("epoch_{key}"));
        self.write(Side::Train, epoch as u64, &values, logs, training);
        if !validation.is_empty() {
            let name = |key: &str| format!("epoch_{}", key.strip_prefix("val_").unwrap_or(key));
            let values = scalars(&validation, name);
            self.write(Side::Validation, epoch as u64, &values, logs, training);
        }
        Ok(())
    }
}
