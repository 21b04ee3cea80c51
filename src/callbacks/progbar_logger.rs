//! `keras.callbacks.ProgbarLogger`

use super::{Callback, Logs, Output, Progbar, Training};
use crate::config::Config;
use crate::error::Result;

/// Prints what `verbose` of `fit` asks for: a bar (1), a line per epoch (2) or nothing (0).
/// `Epoch i/n` stands above each where there are several. Every training that is not silent has
/// one, behind all other callbacks.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields)]
pub struct ProgbarLogger {
    #[serde(skip)]
    progbar: Option<Progbar>,
    #[serde(skip)]
    verbose: u8,
}

impl ProgbarLogger {
    fn update(&mut self, current: usize, logs: &Logs, finalize: bool, training: &mut Training) {
        let now = (training.host.clock)();
        if let Some(progbar) = &mut self.progbar {
            let text = progbar.update(current, logs, finalize, now);
            if !text.is_empty() {
                training.outputs.push(Output::Text(text));
            }
        }
    }
}

impl Callback for ProgbarLogger {
    fn watches_batches(&self) -> bool {
        self.verbose == 1
    }

    fn on_train_begin(&mut self, training: &mut Training) -> Result<()> {
        self.verbose = training.params.verbose;
        Ok(())
    }

    fn on_epoch_begin(&mut self, epoch: usize, training: &mut Training) -> Result<()> {
        let params = training.params;
        let now = (training.host.clock)();
        self.progbar = Some(Progbar::new(params.steps, self.verbose, now));
        if self.verbose > 0 && params.epochs > 1 {
            training.print(format!("Epoch {}/{}", epoch + 1, params.epochs));
        }
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        training: &mut Training,
    ) -> Result<()> {
        if self.verbose == 1 {
            self.update(batch + 1, logs, false, training);
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        _epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        self.update(training.params.steps, logs, true, training);
        Ok(())
    }
}
