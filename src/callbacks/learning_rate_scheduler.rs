//! `keras.callbacks.LearningRateScheduler`

use super::python::repr;
use super::{Callback, Logs, Training, set_log, verbosity};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::optimizers::Optimizer;
use serde_json::{Value, json};

/// Sets the learning rate at the beginning of every epoch and adds `learning_rate` to the logs at
/// its end. Keras' `schedule` is a function of the epoch; JSON has two forms of it: a list with
/// one number per epoch, or a schedule of `keras.optimizers.schedules` that is given the epoch
/// (0-based) as its step: `lambda epoch, lr: float(schedule(epoch))`.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct LearningRateScheduler {
    pub schedule: Value,
    #[serde(default, deserialize_with = "verbosity")]
    pub verbose: u8,
    /// An optimizer of this learning rate: it knows the schedules.
    #[serde(skip)]
    scheduled: Option<Box<Optimizer>>,
}

impl LearningRateScheduler {
    fn learning_rate(&self, epoch: usize) -> Result<f64> {
        if let Some(optimizer) = &self.scheduled {
            return Ok(f64::from(optimizer.learning_rate(epoch as u64) as f32));
        }
        let list = self.schedule.as_array().map_or(&[][..], |list| list);
        list.get(epoch).and_then(Value::as_f64).ok_or_else(|| {
            Error::unsupported(format!(
                "LearningRateScheduler(schedule=[…]): the list has {} learning rates, but epoch \
                 {} asks for one more; give one per epoch",
                list.len(),
                epoch + 1
            ))
        })
    }
}

impl Callback for LearningRateScheduler {
    fn check(&mut self) -> Result<()> {
        match &self.schedule {
            Value::Array(list) if list.iter().all(Value::is_number) => Ok(()),
            Value::Object(_) => {
                let config = json!({"learning_rate": self.schedule});
                let sgd = json!({"class_name": "SGD", "config": config});
                self.scheduled = Some(Box::new(Optimizer::from_json(&sgd)?));
                Ok(())
            }
            other => Err(Error::unsupported(format!(
                "LearningRateScheduler(schedule={other}): JSON cannot hold a function; give a \
                 list with one learning rate per epoch or a schedule of keras.optimizers.schedules"
            ))),
        }
    }

    fn on_epoch_begin(&mut self, epoch: usize, training: &mut Training) -> Result<()> {
        let learning_rate = self.learning_rate(epoch)?;
        training.model.set_learning_rate(learning_rate)?;
        if self.verbose > 0 {
            training.print(format!(
                "\nEpoch {}: LearningRateScheduler setting learning rate to {}.",
                epoch + 1,
                repr(learning_rate)
            ));
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        _epoch: usize,
        logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        set_log(logs, "learning_rate", training.learning_rate()?);
        Ok(())
    }
}
