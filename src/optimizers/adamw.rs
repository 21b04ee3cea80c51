//! `keras.optimizers.AdamW`

use super::{Adam, Slot, Step, UpdateStep};
use serde::{Deserialize, Serialize};

/// Adam with decoupled weight decay (Loshchilov & Hutter, 2019): `weight_decay` is 0.004 where
/// none is given, and must be a number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AdamW(pub Adam);

impl UpdateStep for AdamW {
    fn slots(&self) -> Vec<Vec<Slot>> {
        self.0.slots()
    }

    fn update_step(&self, step: &Step, w: &mut [f32], g: &mut [f32], slots: &mut [Vec<f32>]) {
        self.0.update_step(step, w, g, slots);
    }

    fn default_weight_decay(&self) -> Option<f64> {
        Some(0.004)
    }
}
