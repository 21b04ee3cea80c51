//! `save_freq`: `"epoch"`, or each so many batches.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How often a callback saves, as it was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SaveFreq(Value);

impl Default for SaveFreq {
    fn default() -> Self {
        SaveFreq("epoch".into())
    }
}

impl SaveFreq {
    pub fn check(&self, class: &str) -> Result<()> {
        if self.by_epoch() || self.batches().is_some_and(|batches| batches > 0) {
            return Ok(());
        }
        Err(Error::unsupported(format!(
            "{class}(save_freq={}): expected \"epoch\" or a number of batches from 1",
            self.0
        )))
    }

    pub fn by_epoch(&self) -> bool {
        self.0 == "epoch"
    }

    fn batches(&self) -> Option<u64> {
        self.0.as_u64()
    }

    /// Counts a batch in `seen`; true where it is time to save, which starts the count anew.
    pub fn is_due(&self, seen: &mut u64) -> bool {
        let Some(batches) = self.batches() else {
            return false;
        };
        *seen += 1;
        if *seen >= batches {
            *seen = 0;
            return true;
        }
        false
    }
}
