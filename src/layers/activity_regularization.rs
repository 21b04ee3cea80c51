//! `keras.layers.ActivityRegularization`

use super::{Backward, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::Result;
use crate::regularizers::{L1L2, Regularizer};

/// Passes its input on and adds l1·Σ|x| + l2·Σx², over the batch's samples, to the loss.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct ActivityRegularization {
    #[serde(default)]
    pub l1: f64,
    #[serde(default)]
    pub l2: f64,
}

impl ActivityRegularization {
    /// What its node adds to the loss, as for any layer's `activity_regularizer`.
    pub fn regularizer(&self) -> Regularizer {
        let (l1, l2) = (self.l1, self.l2);
        Regularizer::L1L2(L1L2 { l1, l2 })
    }
}

impl Layer for ActivityRegularization {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        Ok(only(inputs, "ActivityRegularization")?.clone())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        pass.pass_on();
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        pass.pass_on();
    }
}
