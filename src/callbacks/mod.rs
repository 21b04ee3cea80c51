//! Callbacks: one file per Keras class. They see each epoch's logs and may stop the training.

mod early_stopping;
mod monitor;

pub use early_stopping::EarlyStopping;

use crate::error::Result;
use crate::registry::{Named, registry};
use serde_json::Value;

/// The logs of an epoch, key by key.
pub type Logs = Vec<(String, f64)>;

/// What a callback may look at and change.
pub struct Training<'a> {
    /// All weights, flat.
    pub weights: &'a mut [f32],
    /// Names of the metrics and whether more is better.
    pub directions: &'a [(String, bool)],
    pub stop: bool,
    /// The epoch whose weights were restored, 0-based.
    pub restored_epoch: Option<usize>,
}

/// The hooks of `keras.callbacks.Callback` that built-in callbacks use.
pub trait Callback {
    fn on_train_begin(&mut self, _training: &mut Training) -> Result<()> {
        Ok(())
    }
    fn on_epoch_end(
        &mut self,
        _epoch: usize,
        _logs: &Logs,
        _training: &mut Training,
    ) -> Result<()> {
        Ok(())
    }
    fn on_train_end(&mut self, _training: &mut Training) {}
    /// The best epoch it has seen, 0-based.
    fn best_epoch(&self) -> Option<usize> {
        None
    }
}

registry! {
    /// A callback of `keras.callbacks`.
    pub enum AnyCallback: dyn Callback, "keras.callbacks", "callback" {
        EarlyStopping,
    }
}

impl AnyCallback {
    /// Reads `{class_name, config}`.
    pub fn from_json(value: &Value) -> Result<Self> {
        AnyCallback::from_named(Named::from_json(value, "callback")?)
    }
}
