//! `keras.layers.Identity`

use super::{Backward, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::Result;

/// Passes its input on.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Identity {}

impl Layer for Identity {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        Ok(only(inputs, "Identity")?.clone())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        pass.pass_on();
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        pass.pass_on();
    }
}
