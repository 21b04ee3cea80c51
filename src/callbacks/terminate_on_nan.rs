//! `keras.callbacks.TerminateOnNaN`

use super::monitor::find;
use super::python::repr;
use super::{Callback, Logs, Training};
use crate::config::Config;
use crate::error::{Code, Error, Result};
use crate::model::StopReason;

/// Ends training at the first batch after which the epoch's running loss is NaN or infinite: the
/// epoch ends there, its end's hooks included. With `raise_error` it is an error instead, and no
/// hook follows.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct TerminateOnNaN {
    pub raise_error: bool,
}

impl Callback for TerminateOnNaN {
    fn watches_batches(&self) -> bool {
        true
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        training: &mut Training,
    ) -> Result<()> {
        let Some(loss) = find(logs, "loss").filter(|loss| !loss.is_finite()) else {
            return Ok(());
        };
        if self.raise_error {
            return Err(Error::new(
                Code::NonFinite,
                format!(
                    "NaN or Inf loss encountered at batch {batch}. Loss value: {}. Terminating \
                     training immediately.",
                    repr(loss)
                ),
            ));
        }
        training.print(format!("Batch {batch}: Invalid loss, terminating training"));
        training.stop(StopReason::Terminated);
        Ok(())
    }
}
