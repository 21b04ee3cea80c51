//! `keras.callbacks.ModelCheckpoint`

use super::monitor::{direction, find, is_improvement, warn_of_mode};
use super::python::{Field, fixed, format_template};
use super::save_freq::SaveFreq;
use super::{Callback, Content, File, FileKind, Logs, Output, Training, verbosity};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::formats::keras_model;

/// Saves the model (`.keras`) or its weights (`.weights.h5`) after each epoch or each `save_freq`
/// batches, with `save_best_only` where `monitor` is better than before. `filepath` may name the
/// epoch (from 1), the batch (from 1, where `save_freq` counts batches) and the logs:
/// `{epoch:02d}-{val_loss:.2f}.keras`.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct ModelCheckpoint {
    pub filepath: String,
    #[serde(default = "val_loss")]
    pub monitor: String,
    #[serde(default, deserialize_with = "verbosity")]
    pub verbose: u8,
    #[serde(default)]
    pub save_best_only: bool,
    #[serde(default)]
    pub save_weights_only: bool,
    #[serde(default = "auto")]
    pub mode: String,
    #[serde(default)]
    pub save_freq: SaveFreq,
    #[serde(default)]
    pub initial_value_threshold: Option<f64>,
    #[serde(skip)]
    state: State,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct State {
    best: Option<f64>,
    best_epoch: Option<usize>,
    epoch: usize,
    /// Batches since the last saving.
    batches: u64,
}

fn val_loss() -> String {
    "val_loss".into()
}

fn auto() -> String {
    "auto".into()
}

impl ModelCheckpoint {
    fn save(&mut self, batch: Option<usize>, logs: &Logs, training: &mut Training) -> Result<()> {
        let epoch = self.state.epoch;
        let path = self.path(batch, logs)?;
        if !self.is_to_be_saved(logs, &path, training)? {
            return Ok(());
        }
        let file = Box::new(keras_model::save(training.model));
        let (kind, content) = if self.save_weights_only {
            (FileKind::Weights, Content::Weights(file))
        } else {
            (FileKind::Checkpoint, Content::Model(file))
        };
        training.outputs.push(Output::File(File {
            path: path.clone(),
            kind,
            epoch,
            logs: logs.clone(),
            content,
        }));
        if self.verbose > 0 {
            training.print(format!(
                "\nEpoch {}: finished saving model to {path}",
                epoch + 1
            ));
        }
        Ok(())
    }

    fn path(&self, batch: Option<usize>, logs: &Logs) -> Result<String> {
        let field = |name: &str| match (name, batch) {
            ("epoch", _) => Some(Field::Int(self.state.epoch + 1)),
            ("batch", Some(batch)) => Some(Field::Int(batch + 1)),
            _ => find(logs, name).map(Field::Float),
        };
        format_template(&self.filepath, field).map_err(|e| Error {
            message: format!(
                "Failed to format this callback filepath: \"{}\". Reason: {}",
                self.filepath, e.message
            ),
            ..e
        })
    }

    fn is_to_be_saved(&mut self, logs: &Logs, path: &str, training: &mut Training) -> Result<bool> {
        let number = self.state.epoch + 1;
        if !self.save_best_only {
            if self.verbose > 0 {
                training.print(format!("\nEpoch {number}: saving model to {path}"));
            }
            return Ok(true);
        }
        let monitor = &self.monitor;
        let Some(current) = find(logs, monitor) else {
            training.warn(format!(
                "Can save best model only with {monitor} available."
            ));
            return Ok(true);
        };
        let best = self
            .state
            .best
            .map_or("None".to_string(), |best| fixed(best, 5));
        let higher = direction("ModelCheckpoint", monitor, &self.mode, training)?;
        let better = is_improvement(higher, 0.0, current, self.state.best);
        if self.verbose > 0 {
            training.print(if better {
                let current = fixed(current, 5);
                format!("\nEpoch {number}: {monitor} improved from {best} to {current}, saving model to {path}")
            } else {
                format!("\nEpoch {number}: {monitor} did not improve from {best}")
            });
        }
        if better {
            self.state.best = Some(current);
            self.state.best_epoch = Some(self.state.epoch);
        }
        Ok(better)
    }
}

impl Callback for ModelCheckpoint {
    fn check(&mut self) -> Result<()> {
        self.save_freq.check("ModelCheckpoint")?;
        self.state.best = self.initial_value_threshold;
        let ends = |extension: &str| self.filepath.ends_with(extension);
        let expected = match self.save_weights_only {
            true if !ends(".weights.h5") => {
                "with save_weights_only=true it must end in .weights.h5"
            }
            false if ends(".h5") => {
                "whole models are saved as .keras only; end it in .keras, or in .weights.h5 with \
                 save_weights_only=true"
            }
            false if !ends(".keras") => "it must end in .keras",
            _ => return Ok(()),
        };
        Err(Error::unsupported(format!(
            "ModelCheckpoint(filepath=\"{}\"): {expected}",
            self.filepath
        )))
    }

    fn watches_batches(&self) -> bool {
        !self.save_freq.by_epoch()
    }

    fn on_train_begin(&mut self, training: &mut Training) -> Result<()> {
        warn_of_mode("ModelCheckpoint", &self.mode, training);
        Ok(())
    }

    fn on_epoch_begin(&mut self, epoch: usize, _training: &mut Training) -> Result<()> {
        self.state.epoch = epoch;
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        training: &mut Training,
    ) -> Result<()> {
        if self.save_freq.is_due(&mut self.state.batches) {
            self.save(Some(batch), logs, training)?;
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        _epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        // Keras asks for the direction even where nothing is compared.
        direction("ModelCheckpoint", &self.monitor, &self.mode, training)?;
        if self.save_freq.by_epoch() {
            self.save(None, logs, training)?;
        }
        Ok(())
    }

    fn best_epoch(&self) -> Option<usize> {
        self.state.best_epoch
    }
}
