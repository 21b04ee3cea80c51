//! Optimizers: one file per Keras class; here what they share (`keras/src/optimizers/base_optimizer.py`).
//!
//! Weights, gradients and slots are flat buffers of one layout, so a step is one loop.

mod adam;
mod rmsprop;
mod sgd;

pub use adam::Adam;
pub use rmsprop::RMSprop;
pub use sgd::SGD;

use crate::error::{Error, Result};
use crate::model::Variable;
use crate::registry::{Named, registry, to_keras};
use serde_json::{Map, Value, json};

/// One step of an optimizer over a stretch of the flat buffers.
pub trait UpdateStep {
    /// Names of the slots in groups, as Keras saves them: the slots of a group variable by
    /// variable in turn, one group after the other.
    fn slot_groups(&self) -> Vec<Vec<&'static str>>;

    /// Changes `w` by gradient `g`; `slots` in the order of the groups; `iteration` counts from 1.
    fn update_step(
        &self,
        lr: f32,
        iteration: u64,
        w: &mut [f32],
        g: &[f32],
        slots: &mut [Vec<f32>],
    );

    /// The learning rate where none is given.
    fn default_learning_rate(&self) -> f64 {
        0.001
    }
}

registry! {
    /// An optimizer of `keras.optimizers`.
    pub enum AnyOptimizer: dyn UpdateStep, "keras.optimizers", "optimizer" {
        Adam, RMSprop, SGD,
    }
}

/// An optimizer with the arguments all of them have.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer {
    pub name: String,
    pub update: AnyOptimizer,
    learning_rate: f64,
    /// Decoupled: w −= w·weight_decay·lr before the step.
    pub weight_decay: Option<f64>,
    /// The norm of each variable's gradient is at most this.
    pub clipnorm: Option<f64>,
    /// The norm of the whole gradient is at most this.
    pub global_clipnorm: Option<f64>,
    /// Each element of the gradient is at most this far from 0.
    pub clipvalue: Option<f64>,
}

/// What an optimizer remembers between steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OptimizerState {
    pub iterations: u64,
    /// One flat buffer per slot name, in the order of [`UpdateStep::slot_groups`].
    pub slots: Vec<Vec<f32>>,
}

impl Optimizer {
    /// Reads `"adam"` or `{class_name, config}`.
    pub fn from_json(value: &Value) -> Result<Self> {
        let mut named = Named::from_json(value, "optimizer")?;
        let given_name: Option<String> = named.take("name", None)?;
        let learning_rate: Value = named.take("learning_rate", Value::Null)?;
        let weight_decay = named.take("weight_decay", None)?;
        let clipnorm = named.take("clipnorm", None)?;
        let global_clipnorm = named.take("global_clipnorm", None)?;
        let clipvalue = named.take("clipvalue", None)?;
        named.refuse_unless("use_ema", &json!(false))?;
        let _only_with_ema: Value = named.take("ema_momentum", Value::Null)?;
        for key in [
            "ema_overwrite_frequency",
            "loss_scale_factor",
            "gradient_accumulation_steps",
        ] {
            named.refuse_unless(key, &Value::Null)?;
        }
        let update = AnyOptimizer::from_named(named)?;
        let optimizer = Optimizer {
            name: given_name.unwrap_or_else(|| crate::registry::snake_case(update.class_name())),
            learning_rate: read_learning_rate(&learning_rate, &update)?,
            update,
            weight_decay,
            clipnorm,
            global_clipnorm,
            clipvalue,
        };
        optimizer.check()?;
        Ok(optimizer)
    }

    fn check(&self) -> Result<()> {
        let clips = [self.clipnorm, self.global_clipnorm, self.clipvalue];
        if clips.iter().flatten().count() > 1 {
            return Err(Error::unsupported(format!(
                "only one of clipnorm, clipvalue and global_clipnorm can be set, found \
                 clipnorm={:?}, global_clipnorm={:?}, clipvalue={:?}",
                self.clipnorm, self.global_clipnorm, self.clipvalue
            )));
        }
        Ok(())
    }

    /// As Keras serializes it.
    pub fn to_json(&self) -> Value {
        let mut config = Map::new();
        config.insert("name".into(), json!(self.name));
        config.insert(
            "learning_rate".into(),
            json!(f64::from(self.learning_rate as f32)),
        );
        config.insert("weight_decay".into(), json!(self.weight_decay));
        config.insert("clipnorm".into(), json!(self.clipnorm));
        config.insert("global_clipnorm".into(), json!(self.global_clipnorm));
        config.insert("clipvalue".into(), json!(self.clipvalue));
        config.insert("use_ema".into(), json!(false));
        config.insert("ema_momentum".into(), json!(0.99));
        for key in [
            "ema_overwrite_frequency",
            "loss_scale_factor",
            "gradient_accumulation_steps",
        ] {
            config.insert(key.into(), Value::Null);
        }
        if let Value::Object(own) = self.update.config() {
            config.extend(own);
        }
        to_keras(
            "keras.optimizers",
            self.update.class_name(),
            Value::Object(config),
        )
    }

    /// The learning rate of the step after `iterations` steps.
    pub fn learning_rate(&self, _iterations: u64) -> f64 {
        self.learning_rate
    }

    /// Sets the learning rate from now on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        self.learning_rate = checked(learning_rate)?;
        Ok(())
    }

    /// Slots of `len` weights, all zero.
    pub fn new_state(&self, len: usize) -> OptimizerState {
        let slots = self
            .update
            .slot_groups()
            .iter()
            .flatten()
            .map(|_| vec![0.0; len])
            .collect();
        OptimizerState {
            iterations: 0,
            slots,
        }
    }

    /// One step: clips `g`, decays and updates `w`. `variables` tell the trained ranges.
    pub fn step(
        &self,
        state: &mut OptimizerState,
        w: &mut [f32],
        g: &mut [f32],
        variables: &[Variable],
    ) {
        self.clip(g, variables);
        state.iterations += 1;
        let lr = self.learning_rate as f32;
        if let Some(weight_decay) = self.weight_decay {
            let weight_decay = weight_decay as f32;
            w.iter_mut().for_each(|w| *w -= *w * weight_decay * lr);
        }
        self.update
            .update_step(lr, state.iterations, w, g, &mut state.slots);
    }

    fn clip(&self, g: &mut [f32], variables: &[Variable]) {
        if let Some(clip) = self.clipnorm.filter(|clip| *clip > 0.0) {
            for variable in variables.iter().filter(|variable| variable.trainable) {
                let g = &mut g[variable.range.clone()];
                let norm = norm(g);
                g.iter_mut()
                    .for_each(|g| *g = *g * clip as f32 / norm.max(clip as f32));
            }
        } else if let Some(clip) = self.global_clipnorm.filter(|clip| *clip > 0.0) {
            let clip = clip as f32;
            let norm = norm(g);
            // Infinite and NaN norms give NaN, as in Keras.
            let scale = if norm.is_finite() {
                clip * (1.0 / norm).min(1.0 / clip)
            } else {
                f32::NAN
            };
            g.iter_mut().for_each(|g| *g *= scale);
        } else if let Some(clip) = self.clipvalue.filter(|clip| *clip > 0.0) {
            let clip = clip as f32;
            g.iter_mut()
                .filter(|g| !g.is_nan())
                .for_each(|g| *g = g.clamp(-clip, clip));
        }
    }
}

fn norm(g: &[f32]) -> f32 {
    g.iter()
        .map(|&g| f64::from(g) * f64::from(g))
        .sum::<f64>()
        .sqrt() as f32
}

fn read_learning_rate(value: &Value, update: &AnyOptimizer) -> Result<f64> {
    match value {
        Value::Null => Ok(update.default_learning_rate()),
        Value::Number(number) => Ok(number.as_f64().unwrap_or(f64::NAN)),
        other => Err(Error::unsupported(format!(
            "{}(learning_rate={other}): only a number is supported, not a schedule",
            update.class_name()
        ))),
    }
    .and_then(checked)
}

fn checked(learning_rate: f64) -> Result<f64> {
    if learning_rate.is_finite() && learning_rate >= 0.0 {
        Ok(learning_rate)
    } else {
        Err(Error::unsupported(format!(
            "learning_rate must be a number ≥ 0, found {learning_rate}"
        )))
    }
}
