//! An optimizer with the arguments that all classes have, read and written as Keras does.

use super::{AnyOptimizer, LearningRate};
use crate::error::{Error, Result};
use crate::registry::{Named, join_configs, snake_case, to_keras};
use serde_json::{Value, json};

/// An optimizer with the arguments all of them have.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer {
    pub name: String,
    pub update: AnyOptimizer,
    learning_rate: LearningRate,
    /// Decoupled: w −= w·weight_decay·lr before the step.
    pub weight_decay: Option<f64>,
    /// The norm of each variable's gradient is at most this.
    pub clipnorm: Option<f64>,
    /// The norm of the whole gradient is at most this.
    pub global_clipnorm: Option<f64>,
    /// Each element of the gradient is at most this far from 0.
    pub clipvalue: Option<f64>,
    /// Keeps a moving average of the weights, which replaces them at the end of `fit`.
    pub use_ema: bool,
    pub ema_momentum: f64,
    /// Updates after which the averages replace the weights during training, too.
    pub ema_overwrite_frequency: Option<u64>,
    /// The loss is multiplied by this, and its gradient divided.
    pub loss_scale_factor: Option<f64>,
    /// Steps whose mean gradient makes one update.
    pub gradient_accumulation_steps: Option<u64>,
}

impl Optimizer {
    /// Reads `"adam"` or `{class_name, config}`.
    pub fn from_json(value: &Value) -> Result<Self> {
        let mut named = Named::from_json(value, "optimizer")?;
        refuse_absent(&named.class_name)?;
        // Keras knows its optimizers in any case.
        let same = |class: &&&str| class.eq_ignore_ascii_case(&named.class_name);
        if let Some(class) = AnyOptimizer::CLASSES.iter().find(same) {
            named.class_name = class.to_string();
        }
        let given_name: Option<String> = named.take("name", None)?;
        let learning_rate = named.config.shift_remove("learning_rate");
        let decays = named.config.contains_key("weight_decay");
        let weight_decay: Option<f64> = named.take("weight_decay", None)?;
        let clipnorm = named.take("clipnorm", None)?;
        let global_clipnorm = named.take("global_clipnorm", None)?;
        let clipvalue = named.take("clipvalue", None)?;
        let use_ema = named.take("use_ema", false)?;
        let ema_momentum = named.take("ema_momentum", 0.99)?;
        let ema_overwrite_frequency = named.take("ema_overwrite_frequency", None)?;
        let loss_scale_factor = named.take("loss_scale_factor", None)?;
        let gradient_accumulation_steps = named.take("gradient_accumulation_steps", None)?;
        refuse_decay(&mut named)?;
        let update = AnyOptimizer::from_named(named)?;
        let class = update.class_name();
        let optimizer = Optimizer {
            name: given_name.unwrap_or_else(|| snake_case(class)),
            learning_rate: match learning_rate {
                Some(given) => LearningRate::from_json(&given, class)?,
                None => LearningRate::constant(update.default_learning_rate(), class)?,
            },
            weight_decay: match decays {
                true => weight_decay,
                false => update.default_weight_decay(),
            },
            update,
            clipnorm,
            global_clipnorm,
            clipvalue,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
        };
        optimizer.check()?;
        Ok(optimizer)
    }

    fn check(&self) -> Result<()> {
        let wrong = |what: String| {
            Err(Error::unsupported(format!(
                "{}({what}",
                self.update.class_name()
            )))
        };
        let clips = [self.clipnorm, self.global_clipnorm, self.clipvalue];
        if clips.iter().flatten().count() > 1 {
            return wrong(format!(
                "clipnorm={:?}, global_clipnorm={:?}, clipvalue={:?}): only one of the three can \
                 be set; leave the others out",
                self.clipnorm, self.global_clipnorm, self.clipvalue
            ));
        }
        if self.gradient_accumulation_steps == Some(1) {
            return wrong(
                "gradient_accumulation_steps=1): must be an integer ≥ 2, or null for none".into(),
            );
        }
        if self.use_ema && !(0.0..=1.0).contains(&self.ema_momentum) {
            return wrong(format!(
                "ema_momentum={}): must be in the range [0, 1]",
                self.ema_momentum
            ));
        }
        if self.use_ema && self.ema_overwrite_frequency == Some(0) {
            return wrong(
                "ema_overwrite_frequency=0): must be an integer ≥ 1, or null for never".into(),
            );
        }
        if matches!(self.update, AnyOptimizer::AdamW(_)) && self.weight_decay.is_none() {
            return wrong("weight_decay=null): must be a number; Adam goes without".into());
        }
        self.update.check()
    }

    /// As Keras serializes it.
    pub fn to_json(&self) -> Value {
        let shared = json!({
            "name": self.name,
            "learning_rate": self.learning_rate.to_json(),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        });
        let config = join_configs(shared, self.update.config());
        to_keras("keras.optimizers", self.update.class_name(), config)
    }

    /// The learning rate of the step after `iterations` steps, as the float32 that Keras has.
    pub fn learning_rate(&self, iterations: u64) -> f64 {
        f64::from(self.learning_rate.at(iterations))
    }

    /// Whether the learning rate follows a schedule: then there is nothing to set, nor to save.
    pub fn is_scheduled(&self) -> bool {
        matches!(self.learning_rate, LearningRate::Schedule(_))
    }

    /// Sets the learning rate from now on; an error where it follows a schedule.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        let class = self.update.class_name();
        if let LearningRate::Schedule(schedule) = &self.learning_rate {
            return Err(Error::unsupported(format!(
                "the learning rate of this {class} follows {}, so it cannot be set; compile with a \
                 number as learning_rate, or leave out the callback that sets it",
                schedule.class_name()
            )));
        }
        self.learning_rate = LearningRate::constant(learning_rate, class)?;
        Ok(())
    }

    /// Steps that make one update; 0 stands for none in Keras.
    pub(super) fn accumulation_steps(&self) -> Option<u64> {
        self.gradient_accumulation_steps.filter(|&steps| steps > 0)
    }
}

/// Optimizers of Keras that there are not, and what to do without.
fn refuse_absent(class: &str) -> Result<()> {
    match class.to_lowercase().as_str() {
        "lossscaleoptimizer" => Err(Error::unsupported(
            "LossScaleOptimizer is not supported: it guards float16 gradients, and here all is \
             float32; give its inner_optimizer alone",
        )),
        "muon" => Err(Error::unsupported(
            "Muon is not supported; AdamW is what Muon itself uses for all but matrices",
        )),
        "multioptimizer" => Err(Error::unsupported(
            "MultiOptimizer is not supported; give one optimizer for all layers",
        )),
        _ => Ok(()),
    }
}

/// Keras 3 warns of `decay`, which Keras 2 knew, and ignores it.
fn refuse_decay(named: &mut Named) -> Result<()> {
    match named.take("decay", 0.0)? {
        0.0 => Ok(()),
        decay => Err(Error::unsupported(format!(
            "{}(decay={decay}) is no argument of Keras 3; give an InverseTimeDecay as learning_rate",
            named.class_name
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(class: &str, config: Value) -> Result<Optimizer> {
        Optimizer::from_json(&json!({"class_name": class, "config": config}))
    }

    #[test]
    fn arguments_that_cannot_be_are_refused() {
        let refused = [
            ("SGD", json!({"learning_rate": "fast"}), "learning_rate"),
            ("SGD", json!({"learning_rate": null}), "learning_rate"),
            ("SGD", json!({"learning_rate": -1}), "learning_rate"),
            (
                "SGD",
                json!({"learning_rate": {"class_name": "Decay"}}),
                "\"Decay\"",
            ),
            ("SGD", json!({"beta_1": 0.9}), "beta_1"),
            ("SGD", json!({"decay": 0.1}), "InverseTimeDecay"),
            ("SGD", json!({"clipnorm": 1, "clipvalue": 1}), "only one"),
            ("SGD", json!({"gradient_accumulation_steps": 1}), "≥ 2"),
            (
                "SGD",
                json!({"gradient_accumulation_steps": 2.5}),
                "gradient_accumulation_steps",
            ),
            (
                "SGD",
                json!({"use_ema": true, "ema_momentum": 2}),
                "ema_momentum",
            ),
            (
                "SGD",
                json!({"use_ema": true, "ema_overwrite_frequency": 0}),
                "≥ 1",
            ),
            ("AdamW", json!({"weight_decay": null}), "weight_decay"),
            ("Lion", json!({"beta_1": 0}), "beta_1"),
            (
                "Ftrl",
                json!({"learning_rate_power": 0.5}),
                "learning_rate_power",
            ),
            (
                "Ftrl",
                json!({"initial_accumulator_value": -1}),
                "initial_accumulator_value",
            ),
            ("LossScaleOptimizer", json!({}), "inner_optimizer"),
            ("MultiOptimizer", json!({}), "MultiOptimizer"),
            ("Muon", json!({}), "AdamW"),
            ("Momentum", json!({}), "Adadelta"),
        ];
        for (class, config, part) in refused {
            let error = read(class, config.clone()).unwrap_err().message;
            assert!(error.contains(part), "{class}({config}): {error}");
        }
        let schedules = [
            (
                "ExponentialDecay",
                json!({"initial_learning_rate": 0.1, "decay_steps": 5}),
            ),
            (
                "ExponentialDecay",
                json!({"initial_learning_rate": 0.1, "decay_steps": 0, "decay_rate": 1}),
            ),
            (
                "PiecewiseConstantDecay",
                json!({"boundaries": [], "values": [0.1]}),
            ),
            (
                "PiecewiseConstantDecay",
                json!({"boundaries": [3, 1], "values": [3, 2, 1]}),
            ),
            (
                "PiecewiseConstantDecay",
                json!({"boundaries": [3], "values": [3]}),
            ),
            (
                "CosineDecay",
                json!({"initial_learning_rate": 0.1, "decay_steps": 5, "warmup_steps": -1}),
            ),
        ];
        for (class, config) in schedules {
            let schedule = json!({"class_name": class, "config": config});
            let error = read("SGD", json!({"learning_rate": schedule})).unwrap_err();
            assert!(error.message.contains(class), "{class}: {error}");
        }
    }

    #[test]
    fn names_and_defaults_are_keras() {
        for (given, class, name, rate) in [
            ("adam", "Adam", "adam", 0.001),
            ("SGD", "SGD", "sgd", 0.01),
            ("aDaMw", "AdamW", "adam_w", 0.001),
            ("rmsprop", "RMSprop", "rm_sprop", 0.001),
            (
                "schedulefreeadamw",
                "ScheduleFreeAdamW",
                "schedule_free_adam_w",
                0.0025,
            ),
        ] {
            let optimizer = Optimizer::from_json(&json!(given)).unwrap();
            assert_eq!(
                (optimizer.update.class_name(), &optimizer.name[..]),
                (class, name)
            );
            assert_eq!(optimizer.learning_rate(0), f64::from(rate as f32));
            let decay = (class == "AdamW").then_some(0.004);
            assert_eq!(optimizer.weight_decay, decay);
        }
    }

    #[test]
    fn a_schedule_cannot_be_set() {
        let schedule = json!({"class_name": "InverseTimeDecay", "config": {
            "initial_learning_rate": 1.0, "decay_steps": 2, "decay_rate": 1.0,
        }});
        let mut optimizer = read("SGD", json!({"learning_rate": schedule})).unwrap();
        assert_eq!(optimizer.learning_rate(2), 0.5);
        let error = optimizer.set_learning_rate(0.1).unwrap_err().message;
        assert!(error.contains("InverseTimeDecay"), "{error}");
    }
}
