//! The arguments of `fit`, as Keras names them.

use crate::callbacks::{AnyCallback, Host};
use crate::error::{Error, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// `fit`'s arguments besides the data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FitOptions {
    pub epochs: usize,
    pub batch_size: Option<usize>,
    pub shuffle: Shuffle,
    /// The share of rows, from the end, that is kept for validation.
    pub validation_split: f64,
    /// Weight of each class, by its number.
    pub class_weight: Option<BTreeMap<String, f64>>,
    pub initial_epoch: usize,
    pub validation_batch_size: Option<usize>,
    pub validation_freq: ValidationFreq,
    pub validation_steps: Option<usize>,
    pub steps_per_epoch: Option<usize>,
    /// What is printed: 0 nothing, 1 (`"auto"`) a bar, 2 a line per epoch. No number depends on it.
    pub verbose: Value,
    /// The seed of shuffling and random layers; the model's where absent.
    pub seed: Option<u32>,
    /// `{class_name, config}` of built-in callbacks.
    pub callbacks: Option<Vec<Value>>,
    /// What callbacks need to know of the world around; not an argument of Keras'.
    #[serde(skip)]
    pub host: Host,
}

/// In which order the rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub enum Shuffle {
    /// As they are.
    No,
    /// In a new order each epoch.
    Rows,
    /// Whole batches in a new order, each as it is; a short one stays the last.
    Batches,
}

impl TryFrom<Value> for Shuffle {
    type Error = String;

    fn try_from(value: Value) -> std::result::Result<Self, String> {
        match value {
            Value::Bool(true) => Ok(Shuffle::Rows),
            Value::Bool(false) | Value::Null => Ok(Shuffle::No),
            value if value == "batch" => Ok(Shuffle::Batches),
            other => Err(format!(
                "shuffle={other}: expected true, false or \"batch\""
            )),
        }
    }
}

/// In which epochs the validation data are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ValidationFreq {
    /// In each n-th one.
    Every(usize),
    /// In these, counted from 1.
    Epochs(Vec<usize>),
}

impl ValidationFreq {
    /// Whether epoch `epoch` (0-based) is one of them.
    pub fn includes(&self, epoch: usize) -> bool {
        match self {
            ValidationFreq::Every(n) => (epoch + 1).is_multiple_of(*n),
            ValidationFreq::Epochs(epochs) => epochs.contains(&(epoch + 1)),
        }
    }
}

impl Default for FitOptions {
    fn default() -> Self {
        FitOptions {
            epochs: 1,
            batch_size: None,
            shuffle: Shuffle::Rows,
            validation_split: 0.0,
            class_weight: None,
            initial_epoch: 0,
            validation_batch_size: None,
            validation_freq: ValidationFreq::Every(1),
            validation_steps: None,
            steps_per_epoch: None,
            verbose: Value::Null,
            seed: None,
            callbacks: None,
            host: Host::default(),
        }
    }
}

impl FitOptions {
    /// Reads `{"epochs": 5, …}`; unknown arguments are refused.
    pub fn from_json(value: &Value) -> Result<Self> {
        if !value.is_object() {
            return Err(Error::unsupported(format!(
                "fit takes an object of its arguments, found {value}"
            )));
        }
        let options: FitOptions =
            FitOptions::deserialize(value).map_err(|e| Error::unsupported(format!("fit: {e}")))?;
        options.check()?;
        Ok(options)
    }

    fn check(&self) -> Result<()> {
        let counts = [
            ("batch_size", self.batch_size),
            ("validation_batch_size", self.validation_batch_size),
            ("steps_per_epoch", self.steps_per_epoch),
            ("validation_steps", self.validation_steps),
        ];
        if let Some((name, _)) = counts.iter().find(|(_, count)| *count == Some(0)) {
            return Err(Error::unsupported(format!(
                "fit({name}=0): {name} must be at least 1"
            )));
        }
        if self.validation_freq == ValidationFreq::Every(0) {
            return Err(Error::unsupported(
                "fit(validation_freq=0): validation_freq must be at least 1",
            ));
        }
        if !(0.0..1.0).contains(&self.validation_split) {
            return Err(Error::unsupported(format!(
                "fit(validation_split={}): it must be at least 0 and below 1",
                self.validation_split
            )));
        }
        Ok(())
    }

    pub fn batch_size(&self) -> usize {
        self.batch_size.unwrap_or(32)
    }

    pub fn read_callbacks(&self) -> Result<Vec<AnyCallback>> {
        let callbacks = self.callbacks.as_deref().unwrap_or_default();
        callbacks.iter().map(AnyCallback::from_json).collect()
    }

    /// `verbose` as a number.
    pub fn verbosity(&self) -> Result<u8> {
        match &self.verbose {
            Value::Bool(on) => Ok(u8::from(*on)),
            Value::Null => Ok(1),
            auto if auto == "auto" => Ok(1),
            Value::Number(number) if number.as_u64().is_some_and(|n| n <= 2) => {
                Ok(number.as_u64().unwrap_or(0) as u8)
            }
            other => Err(Error::unsupported(format!(
                "fit(verbose={other}): expected \"auto\", 0, 1 or 2"
            ))),
        }
    }

    /// The weight of class `class`: 1 where none is given.
    pub fn weight_of(&self, class: f32) -> Result<Option<f32>> {
        let Some(weights) = &self.class_weight else {
            return Ok(None);
        };
        for key in weights.keys() {
            if key.parse::<u32>().is_err() {
                return Err(Error::unsupported(format!(
                    "class_weight's keys are class numbers, found \"{key}\""
                )));
            }
        }
        let key = format!("{}", class.round() as i64);
        Ok(Some(weights.get(&key).map_or(1.0, |weight| *weight as f32)))
    }
}
