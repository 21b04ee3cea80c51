//! What callbacks make, and what the host of a training gives them.

use super::Logs;
use crate::formats::{KerasFile, Weights};
use std::collections::{BTreeMap, BTreeSet};

/// What a callback wants done outside of the engine, in the order in which it happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// For the terminal, line ends included.
    Text(String),
    Warning(String),
    File(File),
    /// Copies a file, where it is there.
    Copy {
        from: String,
        to: String,
    },
    /// Removes a directory with all that is in it, where it is there.
    Remove(String),
}

/// A file, or what is added to one.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub path: String,
    pub kind: FileKind,
    /// The epoch it was made in (0-based) and its logs.
    pub epoch: usize,
    pub logs: Logs,
    pub content: Content,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A whole model (`.keras`).
    Checkpoint,
    /// Weights and optimizer state (`.weights.h5`).
    Weights,
    /// A text: what CSVLogger writes, what goes with a backup.
    Log,
    Events,
    /// The weights of a backup.
    Backup,
}

impl FileKind {
    pub fn as_str(self) -> &'static str {
        match self {
            FileKind::Checkpoint => "checkpoint",
            FileKind::Weights => "weights",
            FileKind::Log => "log",
            FileKind::Events => "events",
            FileKind::Backup => "backup",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// To be written as a `.keras` file.
    Model(Box<KerasFile>),
    /// To be written as a `.weights.h5` file.
    Weights(Box<KerasFile>),
    /// The whole file, in place of what was there.
    Whole(Vec<u8>),
    /// What comes at its end.
    More(Vec<u8>),
}

/// What BackupAndRestore finds in its directory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Backup {
    pub weights: Option<Weights>,
    /// The epoch to go on with, 0-based.
    pub epoch: Option<usize>,
}

/// What a training knows of the world around it.
#[derive(Debug, Clone)]
pub struct Host {
    /// Seconds since 1970.
    pub clock: fn() -> f64,
    /// Files that are there and not empty, of those that callbacks add to.
    pub filled: BTreeSet<String>,
    /// What lies in backup directories, by their path.
    pub backups: BTreeMap<String, Backup>,
}

impl Default for Host {
    fn default() -> Self {
        Host {
            clock: system_clock,
            filled: BTreeSet::new(),
            backups: BTreeMap::new(),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn system_clock() -> f64 {
    std::time::UNIX_EPOCH
        .elapsed()
        .map_or(0.0, |time| time.as_secs_f64())
}

/// There is none in wasm: the page gives its own.
#[cfg(target_arch = "wasm32")]
fn system_clock() -> f64 {
    0.0
}
