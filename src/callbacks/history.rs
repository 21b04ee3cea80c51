//! `keras.callbacks.History`

use super::{Callback, Logs, Training};
use crate::config::Config;
use crate::error::Result;

/// Records each epoch's logs. Every training has one, behind all other callbacks; given by name it
/// stands where it is given and does not see what later callbacks add to the logs.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields)]
pub struct History {}

impl Callback for History {
    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        training.history.push(epoch, logs);
        Ok(())
    }
}
