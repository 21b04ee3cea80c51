//! Optimizers: one file per Keras class; what they share (`keras/src/optimizers/base_optimizer.py`)
//! is in `optimizer` (arguments), `state` (what is remembered) and `step`.
//!
//! Weights and gradients are flat buffers of one layout, and so are most slots: a step is one loop,
//! split over the team.

mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod ftrl;
mod lamb;
mod learning_rate;
mod lion;
mod nadam;
mod optimizer;
mod rmsprop;
mod schedule_free_adamw;
pub mod schedules;
mod sgd;
mod state;
mod step;

pub use adadelta::Adadelta;
pub use adafactor::Adafactor;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::AdamW;
pub use ftrl::Ftrl;
pub use lamb::Lamb;
pub use learning_rate::LearningRate;
pub use lion::Lion;
pub use nadam::Nadam;
pub use optimizer::Optimizer;
pub use rmsprop::RMSprop;
pub use schedule_free_adamw::ScheduleFreeAdamW;
pub use sgd::SGD;
pub use state::{OptimizerState, Slot, SlotShape, SlotStart, SlotVariable};
pub use step::Step;

use crate::error::Result;
use crate::registry::registry;

/// What sets the classes apart.
pub trait UpdateStep {
    /// The slots in groups, as Keras creates and saves them: the slots of a group variable by
    /// variable in turn, one group after the other.
    fn slots(&self) -> Vec<Vec<Slot>>;

    /// Changes `w` by gradient `g`, which it may overwrite; `slots` in the order of the groups.
    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]);

    /// The learning rate where none is given.
    fn default_learning_rate(&self) -> f64 {
        0.001
    }

    /// The weight decay where none is given.
    fn default_weight_decay(&self) -> Option<f64> {
        None
    }

    /// An error where arguments are out of range.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

registry! {
    /// An optimizer of `keras.optimizers`.
    pub enum AnyOptimizer: dyn UpdateStep, "keras.optimizers", "optimizer" {
        Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, Nadam, RMSprop, SGD,
        ScheduleFreeAdamW,
    }
}
