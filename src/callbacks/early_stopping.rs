//! `keras.callbacks.EarlyStopping`

use super::monitor::{direction, find, is_improvement, keys, warn_of_mode};
use super::{Callback, Logs, Training, verbosity};
use crate::config::Config;
use crate::error::Result;
use crate::model::StopReason;

/// Stops when `monitor` has not improved by more than `min_delta` for `patience` epochs (never at
/// the first epoch). `restore_best_weights` puts back the best epoch's weights when training ends,
/// whoever ended it. With a `baseline`, patience starts anew only when that is beaten too.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct EarlyStopping {
    pub monitor: String,
    pub min_delta: f64,
    pub patience: usize,
    #[serde(deserialize_with = "verbosity")]
    pub verbose: u8,
    pub mode: String,
    pub baseline: Option<f64>,
    pub restore_best_weights: bool,
    pub start_from_epoch: usize,
    #[serde(skip)]
    state: State,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct State {
    wait: usize,
    best: Option<f64>,
    best_epoch: Option<usize>,
    best_weights: Option<Vec<f32>>,
    stopped_epoch: usize,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        EarlyStopping {
            monitor: "val_loss".into(),
            min_delta: 0.0,
            patience: 0,
            verbose: 0,
            mode: "auto".into(),
            baseline: None,
            restore_best_weights: false,
            start_from_epoch: 0,
            state: State::default(),
        }
    }
}

impl EarlyStopping {
    fn keep(&mut self, epoch: usize, training: &Training) {
        self.state.best_epoch = Some(epoch);
        if self.restore_best_weights {
            let best = self.state.best_weights.get_or_insert_default();
            best.clear();
            best.extend_from_slice(&training.model.variables.values);
        }
    }
}

impl Callback for EarlyStopping {
    fn on_train_begin(&mut self, training: &mut Training) -> Result<()> {
        warn_of_mode("EarlyStopping", &self.mode, training);
        self.state = State::default();
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        let higher = direction("EarlyStopping", &self.monitor, &self.mode, training)?;
        let Some(current) = find(logs, &self.monitor) else {
            training.warn(format!(
                "Early stopping conditioned on metric `{}` which is not available. Available \
                 metrics are: {}",
                self.monitor,
                keys(logs)
            ));
            return Ok(());
        };
        if epoch < self.start_from_epoch {
            return Ok(());
        }
        if self.restore_best_weights && self.state.best_weights.is_none() {
            self.keep(epoch, training);
        }
        self.state.wait += 1;
        let better = |reference| is_improvement(higher, self.min_delta, current, reference);
        if better(self.state.best) {
            let beats_baseline = self.baseline.is_none() || better(self.baseline);
            self.state.best = Some(current);
            self.keep(epoch, training);
            if beats_baseline {
                self.state.wait = 0;
            }
        } else if self.state.wait >= self.patience && epoch > 0 {
            self.state.stopped_epoch = epoch;
            training.stop(StopReason::EarlyStopping);
        }
        Ok(())
    }

    fn on_train_end(&mut self, _logs: &Logs, training: &mut Training) -> Result<()> {
        if self.state.stopped_epoch > 0 && self.verbose > 0 {
            let epoch = self.state.stopped_epoch + 1;
            training.print(format!("Epoch {epoch}: early stopping"));
        }
        let (Some(best), Some(epoch)) = (&self.state.best_weights, self.state.best_epoch) else {
            return Ok(());
        };
        if self.verbose > 0 {
            training.print(format!(
                "Restoring model weights from the end of the best epoch: {}.",
                epoch + 1
            ));
        }
        training.model.variables.values.copy_from_slice(best);
        *training.restored_epoch = Some(epoch);
        Ok(())
    }

    fn best_epoch(&self) -> Option<usize> {
        self.state.best_epoch
    }
}
