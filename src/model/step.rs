//! What a training tells of itself: its steps, its history, why it ended.

use crate::callbacks::{Hook, Logs};

/// What a step did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Trained on a batch.
    Batch,
    /// Looked at a batch of the validation data.
    Validation,
    /// Ended an epoch.
    Epoch(EpochEnd),
    /// A function of the host's is to be called; [`super::Fit::answer`] says what it did.
    Ask(Ask),
    /// Nothing is left to do.
    Done(StopReason),
}

/// A question to the host: the callback (its place in the list that `fit` was given), the hook and
/// the logs.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    pub callback: usize,
    pub hook: Hook,
    pub logs: Logs,
}

/// The numbers of an epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEnd {
    /// 0-based, as in Keras.
    pub epoch: usize,
    pub logs: Logs,
    /// The training loss without penalties, and the penalties: they sum to `loss`.
    pub data_loss: f64,
    pub penalty: f64,
}

/// Why the training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    Completed,
    EarlyStopping,
    /// TerminateOnNaN found a loss that is no number.
    Terminated,
    User,
}

impl StopReason {
    pub fn as_str(self) -> &'static str {
        match self {
            StopReason::Completed => "completed",
            StopReason::EarlyStopping => "early_stopping",
            StopReason::Terminated => "terminated",
            StopReason::User => "user",
        }
    }
}

/// `History`: the epochs' numbers and, by key, their logs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    pub epoch: Vec<usize>,
    pub history: Vec<(String, Vec<f64>)>,
}

impl History {
    pub fn push(&mut self, epoch: usize, logs: &Logs) {
        self.epoch.push(epoch);
        for (key, value) in logs {
            match self.history.iter_mut().find(|(known, _)| known == key) {
                Some((_, values)) => values.push(*value),
                None => self.history.push((key.clone(), vec![*value])),
            }
        }
    }
}
