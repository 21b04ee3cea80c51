//! `keras.layers.Activation`

use super::{Backward, CacheLen, Forward, Layer, Shape, only};
use crate::activations;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// Applies an activation to its input; the shape stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    pub activation: activations::Activation,
}

impl Layer for Activation {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        Ok(only(inputs, "Activation")?.clone())
    }

    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        self.activation.cache_len(output)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        pass.output.copy_from_slice(pass.inputs.dense(0));
        let width = pass.output_shape.last().copied().unwrap_or(1);
        self.activation.forward(pass.output, width, pass.cache);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let width = pass.output_shape.last().copied().unwrap_or(1);
        self.activation
            .backward(pass.output, pass.cache, pass.d_output, width);
        if let Some(dx) = pass.d_inputs.get(0) {
            dx.copy_from_slice(pass.d_output);
        }
    }
}
