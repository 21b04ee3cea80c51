//! `keras.callbacks.ReduceLROnPlateau`

use super::monitor::{direction, find, is_improvement, keys, warn_of_mode};
use super::python::repr;
use super::{Callback, Logs, Training, set_log, verbosity};
use crate::config::Config;
use crate::error::{Error, Result};

/// Multiplies the learning rate by `factor`, down to `min_lr`, when `monitor` has not improved by
/// more than `min_delta` for `patience` epochs; then `cooldown` epochs do not count. Adds
/// `learning_rate`, the one the epoch had, to the logs.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct ReduceLROnPlateau {
    pub monitor: String,
    pub factor: f64,
    pub patience: usize,
    #[serde(deserialize_with = "verbosity")]
    pub verbose: u8,
    pub mode: String,
    pub min_delta: f64,
    pub cooldown: usize,
    pub min_lr: f64,
    #[serde(skip)]
    state: State,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct State {
    best: Option<f64>,
    wait: usize,
    cooldown: usize,
}

impl Default for ReduceLROnPlateau {
    fn default() -> Self {
        ReduceLROnPlateau {
            monitor: "val_loss".into(),
            factor: 0.1,
            patience: 10,
            verbose: 0,
            mode: "auto".into(),
            min_delta: 1e-4,
            cooldown: 0,
            min_lr: 0.0,
            state: State::default(),
        }
    }
}

impl ReduceLROnPlateau {
    /// Lowers the learning rate unless it is as low as it may be.
    fn reduce(&mut self, epoch: usize, training: &mut Training) -> Result<()> {
        let old = training.learning_rate()?;
        if old <= f64::from(self.min_lr as f32) {
            return Ok(());
        }
        let new = (old * self.factor).max(self.min_lr);
        training.model.set_learning_rate(new)?;
        if self.verbose > 0 {
            training.print(format!(
                "\nEpoch {}: ReduceLROnPlateau reducing learning rate to {}.",
                epoch + 1,
                repr(new)
            ));
        }
        self.state.cooldown = self.cooldown;
        self.state.wait = 0;
        Ok(())
    }
}

impl Callback for ReduceLROnPlateau {
    fn check(&mut self) -> Result<()> {
        if self.factor >= 1.0 {
            return Err(Error::unsupported(format!(
                "ReduceLROnPlateau does not support a factor >= 1.0. Received factor={}",
                repr(self.factor)
            )));
        }
        Ok(())
    }

    fn on_train_begin(&mut self, training: &mut Training) -> Result<()> {
        warn_of_mode("ReduceLROnPlateau", &self.mode, training);
        self.state = State::default();
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        let higher = direction("ReduceLROnPlateau", &self.monitor, &self.mode, training)?;
        set_log(logs, "learning_rate", training.learning_rate()?);
        let Some(current) = find(logs, &self.monitor) else {
            training.warn(format!(
                "Learning rate reduction is conditioned on metric `{}` which is not available. \
                 Available metrics are: {}.",
                self.monitor,
                keys(logs)
            ));
            return Ok(());
        };
        if self.state.cooldown > 0 {
            self.state.cooldown -= 1;
            self.state.wait = 0;
        }
        if is_improvement(higher, self.min_delta, current, self.state.best) {
            self.state.best = Some(current);
            self.state.wait = 0;
        } else if self.state.cooldown == 0 {
            self.state.wait += 1;
            if self.state.wait >= self.patience {
                self.reduce(epoch, training)?;
            }
        }
        Ok(())
    }
}
