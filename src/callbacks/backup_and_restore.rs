//! `keras.callbacks.BackupAndRestore`

use super::save_freq::SaveFreq;
use super::{Callback, Content, File, FileKind, Logs, Output, Training};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::formats::keras_model;

/// Keeps weights, optimizer state and epoch in `backup_dir` while it trains, and goes on from there
/// where an earlier training broke off. A training that ends by itself removes the directory
/// unless `delete_checkpoint` is false.
///
/// What is in the directory at the beginning, the host has read: [`super::Host::backups`].
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct BackupAndRestore {
    pub backup_dir: String,
    #[serde(default)]
    pub save_freq: SaveFreq,
    /// Keeps the backup before the last one, too.
    #[serde(default)]
    pub double_checkpoint: bool,
    #[serde(default = "yes")]
    pub delete_checkpoint: bool,
    #[serde(skip)]
    state: State,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct State {
    epoch: usize,
    last_batch: usize,
    /// Batches since the last saving.
    batches: u64,
}

fn yes() -> bool {
    true
}

impl BackupAndRestore {
    /// Weights and metadata in a backup directory.
    pub const FILES: [&str; 2] = ["latest.weights.h5", "training_metadata.json"];
    /// What the files of the backup before have at the end of their names.
    pub const PREVIOUS: &str = ".bkp";

    /// The paths of weights and metadata.
    pub fn paths(&self) -> [String; 2] {
        let directory = self.backup_dir.trim_end_matches('/');
        Self::FILES.map(|name| format!("{directory}/{name}"))
    }

    fn save(&self, logs: &Logs, training: &mut Training) {
        let paths = self.paths();
        if self.double_checkpoint {
            for path in &paths {
                training.outputs.push(Output::Copy {
                    from: path.clone(),
                    to: format!("{path}{}", Self::PREVIOUS),
                });
            }
        }
        let State {
            epoch, last_batch, ..
        } = self.state;
        let weights = Content::Weights(Box::new(keras_model::save(training.model)));
        let metadata = format!("{{\"epoch\": {epoch}, \"batch\": {last_batch}}}");
        let contents = [
            (FileKind::Backup, weights),
            (FileKind::Log, Content::Whole(metadata.into_bytes())),
        ];
        for (path, (kind, content)) in paths.into_iter().zip(contents) {
            training.outputs.push(Output::File(File {
                path,
                kind,
                epoch,
                logs: logs.clone(),
                content,
            }));
        }
    }
}

impl Callback for BackupAndRestore {
    fn check(&mut self) -> Result<()> {
        if self.backup_dir.is_empty() {
            return Err(Error::unsupported("BackupAndRestore: backup_dir is empty"));
        }
        self.save_freq.check("BackupAndRestore")
    }

    fn watches_batches(&self) -> bool {
        !self.save_freq.by_epoch()
    }

    fn on_train_begin(&mut self, training: &mut Training) -> Result<()> {
        let Some(backup) = training.host.backups.get(&self.backup_dir) else {
            return Ok(());
        };
        if let Some(weights) = &backup.weights {
            keras_model::restore(training.model, weights)?;
        }
        // Keras takes epoch 0 for no backup at all.
        *training.initial_epoch = backup.epoch.filter(|&epoch| epoch > 0);
        self.state.epoch = backup.epoch.unwrap_or(0);
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        (self.state.epoch, self.state.last_batch) = (epoch + 1, 0);
        if self.save_freq.by_epoch() {
            self.save(logs, training);
        }
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        training: &mut Training,
    ) -> Result<()> {
        self.state.last_batch = batch;
        if self.save_freq.is_due(&mut self.state.batches) {
            self.save(logs, training);
        }
        Ok(())
    }

    fn on_train_end(&mut self, _logs: &Logs, training: &mut Training) -> Result<()> {
        if self.delete_checkpoint {
            training
                .outputs
                .push(Output::Remove(self.backup_dir.clone()));
        }
        Ok(())
    }
}
