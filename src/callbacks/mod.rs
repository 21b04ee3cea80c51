//! Callbacks: one file per Keras class. They see the training's hooks in Keras' order, may change
//! the logs, the learning rate and the weights, and may stop the training.
//!
//! A callback touches neither file nor terminal: what it prints or saves is an [`Output`], which
//! the host takes from the fit and writes. What it has to read, the host finds before: [`Host`].

mod backup_and_restore;
mod csv_logger;
mod early_stopping;
pub mod event_file;
mod history;
mod lambda_callback;
mod learning_rate_scheduler;
mod model_checkpoint;
mod monitor;
mod output;
mod progbar;
mod progbar_logger;
pub mod python;
mod reduce_lr_on_plateau;
mod save_freq;
mod swap_ema_weights;
mod tensor_board;
mod terminate_on_nan;
#[cfg(test)]
mod tests;

pub use backup_and_restore::BackupAndRestore;
pub use csv_logger::CSVLogger;
pub use early_stopping::EarlyStopping;
pub use history::History;
pub use lambda_callback::LambdaCallback;
pub use learning_rate_scheduler::LearningRateScheduler;
pub use model_checkpoint::ModelCheckpoint;
pub use output::{Backup, Content, File, FileKind, Host, Output};
pub use progbar::Progbar;
pub use progbar_logger::ProgbarLogger;
pub use reduce_lr_on_plateau::ReduceLROnPlateau;
pub use swap_ema_weights::SwapEMAWeights;
pub use tensor_board::TensorBoard;
pub use terminate_on_nan::TerminateOnNaN;

use crate::error::{Error, Result};
use crate::model::{Model, StopReason};
use crate::registry::{Named, registry};
use serde_json::Value;

/// The logs of a batch or an epoch, key by key.
pub type Logs = Vec<(String, f64)>;

/// Sets a log: in its place where it is there, else at the end, as in a Python dict.
pub fn set_log(logs: &mut Logs, key: &str, value: f64) {
    match logs.iter_mut().find(|(known, _)| known == key) {
        Some((_, known)) => *known = value,
        None => logs.push((key.to_string(), value)),
    }
}

/// What all callbacks are told of the training (Keras' `params`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    pub epochs: usize,
    /// Batches in an epoch.
    pub steps: usize,
    /// 0: silent, 1: a bar, 2: a line per epoch.
    pub verbose: u8,
}

/// What a callback may look at and change.
#[derive(Debug)]
pub struct Training<'a> {
    pub model: &'a mut Model,
    pub params: Params,
    pub host: &'a Host,
    pub history: &'a mut crate::model::History,
    /// Why the training is to stop; the first callback that asks is the one that is named.
    pub stop: &'a mut Option<StopReason>,
    /// The epoch to begin with instead of `initial_epoch`.
    pub initial_epoch: &'a mut Option<usize>,
    /// The epoch whose weights were restored, 0-based.
    pub restored_epoch: &'a mut Option<usize>,
    pub outputs: &'a mut Vec<Output>,
}

impl Training<'_> {
    /// Asks for the training's end after the batch or epoch it is at (`stop_training = True`).
    pub fn stop(&mut self, reason: StopReason) {
        self.stop.get_or_insert(reason);
    }

    /// Prints a line.
    pub fn print(&mut self, line: String) {
        self.outputs.push(Output::Text(line + "\n"));
    }

    pub fn warn(&mut self, warning: String) {
        self.outputs.push(Output::Warning(warning));
    }

    /// The learning rate of the next step: a float32, as in Keras.
    pub fn learning_rate(&self) -> Result<f64> {
        self.model.learning_rate()
    }
}

/// The hooks of `keras.callbacks.Callback`.
pub trait Callback {
    /// Refuses arguments that the class does not take.
    fn check(&mut self) -> Result<()> {
        Ok(())
    }
    /// Whether it wants the hooks of each batch: their logs cost a little.
    fn watches_batches(&self) -> bool {
        false
    }
    fn on_train_begin(&mut self, _training: &mut Training) -> Result<()> {
        Ok(())
    }
    fn on_train_end(&mut self, _logs: &Logs, _training: &mut Training) -> Result<()> {
        Ok(())
    }
    fn on_epoch_begin(&mut self, _epoch: usize, _training: &mut Training) -> Result<()> {
        Ok(())
    }
    fn on_epoch_end(
        &mut self,
        _epoch: usize,
        _logs: &mut Logs,
        _training: &mut Training,
    ) -> Result<()> {
        Ok(())
    }
    fn on_train_batch_begin(&mut self, _batch: usize, _training: &mut Training) -> Result<()> {
        Ok(())
    }
    fn on_train_batch_end(
        &mut self,
        _batch: usize,
        _logs: &Logs,
        _training: &mut Training,
    ) -> Result<()> {
        Ok(())
    }
    fn on_test_begin(&mut self, _training: &mut Training) -> Result<()> {
        Ok(())
    }
    fn on_test_end(&mut self, _logs: &Logs, _training: &mut Training) -> Result<()> {
        Ok(())
    }
    fn on_test_batch_begin(&mut self, _batch: usize, _training: &mut Training) -> Result<()> {
        Ok(())
    }
    fn on_test_batch_end(
        &mut self,
        _batch: usize,
        _logs: &Logs,
        _training: &mut Training,
    ) -> Result<()> {
        Ok(())
    }
    /// Whether the host is to be asked at this hook: functions live there.
    fn asks_host(&self, _hook: Hook) -> bool {
        false
    }
    /// The best epoch it has seen, 0-based.
    fn best_epoch(&self) -> Option<usize> {
        None
    }
}

/// A moment at which callbacks are called, with the number of its epoch or batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    TrainBegin,
    TrainEnd,
    EpochBegin(usize),
    EpochEnd(usize),
    TrainBatchBegin(usize),
    TrainBatchEnd(usize),
    TestBegin,
    TestEnd,
    TestBatchBegin(usize),
    TestBatchEnd(usize),
}

impl Hook {
    pub const NAMES: [&str; 10] = [
        "on_train_begin",
        "on_train_end",
        "on_epoch_begin",
        "on_epoch_end",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_test_begin",
        "on_test_end",
        "on_test_batch_begin",
        "on_test_batch_end",
    ];

    /// Keras' name of the method, and its number.
    pub fn parts(self) -> (&'static str, Option<usize>) {
        let (i, number) = match self {
            Hook::TrainBegin => (0, None),
            Hook::TrainEnd => (1, None),
            Hook::EpochBegin(epoch) => (2, Some(epoch)),
            Hook::EpochEnd(epoch) => (3, Some(epoch)),
            Hook::TrainBatchBegin(batch) => (4, Some(batch)),
            Hook::TrainBatchEnd(batch) => (5, Some(batch)),
            Hook::TestBegin => (6, None),
            Hook::TestEnd => (7, None),
            Hook::TestBatchBegin(batch) => (8, Some(batch)),
            Hook::TestBatchEnd(batch) => (9, Some(batch)),
        };
        (Hook::NAMES[i], number)
    }

    /// Whether it comes with every batch.
    pub fn of_batch(self) -> bool {
        self.parts().0.contains("_batch_")
    }
}

registry! {
    /// A callback of `keras.callbacks`.
    pub enum AnyCallback: dyn Callback, "keras.callbacks", "callback" {
        BackupAndRestore, CSVLogger, EarlyStopping, History, LambdaCallback,
        LearningRateScheduler, ModelCheckpoint, ProgbarLogger, ReduceLROnPlateau, SwapEMAWeights,
        TensorBoard, TerminateOnNaN,
    }
}

impl AnyCallback {
    /// Reads `{class_name, config}`.
    pub fn from_json(value: &Value) -> Result<Self> {
        let named = Named::from_json(value, "callback")?;
        let instead = match named.class_name.as_str() {
            "RemoteMonitor" => Some("send the logs from a hook of your own (on_epoch_end)"),
            "OrbaxCheckpoint" => Some("use ModelCheckpoint"),
            _ => None,
        };
        if let Some(instead) = instead {
            return Err(Error::unsupported(format!(
                "{} is not supported; {instead}",
                named.class_name
            )));
        }
        let mut callback = AnyCallback::from_named(named)?;
        callback.check()?;
        Ok(callback)
    }

    /// Calls the method of `hook`.
    pub fn call(&mut self, hook: Hook, logs: &mut Logs, training: &mut Training) -> Result<()> {
        match hook {
            Hook::TrainBegin => self.on_train_begin(training),
            Hook::TrainEnd => self.on_train_end(logs, training),
            Hook::EpochBegin(epoch) => self.on_epoch_begin(epoch, training),
            Hook::EpochEnd(epoch) => self.on_epoch_end(epoch, logs, training),
            Hook::TrainBatchBegin(batch) => self.on_train_batch_begin(batch, training),
            Hook::TrainBatchEnd(batch) => self.on_train_batch_end(batch, logs, training),
            Hook::TestBegin => self.on_test_begin(training),
            Hook::TestEnd => self.on_test_end(logs, training),
            Hook::TestBatchBegin(batch) => self.on_test_batch_begin(batch, training),
            Hook::TestBatchEnd(batch) => self.on_test_batch_end(batch, logs, training),
        }
    }
}

/// Reads a verbosity: Keras takes numbers and booleans alike.
fn verbosity<'de, D>(deserializer: D) -> std::result::Result<u8, D::Error>
where
    D: serde::Deserializer<'de>,
{
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Given {
        Flag(bool),
        Level(u8),
    }
    Ok(
        match <Given as serde::Deserialize>::deserialize(deserializer)? {
            Given::Flag(on) => u8::from(on),
            Given::Level(level) => level,
        },
    )
}
