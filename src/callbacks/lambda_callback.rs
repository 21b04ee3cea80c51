//! `keras.callbacks.LambdaCallback`

use super::{Callback, Hook};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Functions of the host, by the hook they are called at: `{"on_epoch_end": true}`. The fit asks
/// the host at these hooks ([`crate::model::Step::Ask`]); the functions themselves stay there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LambdaCallback {
    hooks: BTreeMap<String, Value>,
}

impl Callback for LambdaCallback {
    fn check(&mut self) -> Result<()> {
        let known = |name: &str| Hook::NAMES.contains(&name);
        if let Some(name) = self.hooks.keys().find(|name| !known(name)) {
            return Err(Error::unsupported(format!(
                "LambdaCallback has no argument \"{name}\"; it takes {}",
                Hook::NAMES.join(", ")
            )));
        }
        match self
            .hooks
            .iter()
            .find(|(_, given)| **given != Value::Bool(true) && !given.is_null())
        {
            Some((name, _)) => Err(LambdaCallback::without_host(name)),
            None => Ok(()),
        }
    }

    fn watches_batches(&self) -> bool {
        self.hooks
            .iter()
            .any(|(name, given)| name.contains("_batch_") && !given.is_null())
    }

    fn asks_host(&self, hook: Hook) -> bool {
        self.hooks
            .get(hook.parts().0)
            .is_some_and(|given| !given.is_null())
    }
}

impl LambdaCallback {
    /// The error of a host that has no functions.
    pub fn without_host(hook: &str) -> Error {
        Error::unsupported(format!(
            "LambdaCallback({hook}=…): JSON cannot hold a function; in JavaScript, give fit an \
             object with this hook instead"
        ))
    }
}
