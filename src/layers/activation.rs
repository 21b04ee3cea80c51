//! `keras.layers.Activation`, and the passes of every layer that is a function of its input.

use super::{Backward, Forward, Layer, Shape, only};
use crate::activations::{self, Function, piece};
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

    fn function(&self) -> Option<&dyn Function> {
        Some(&self.activation)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        forward(&self.activation, pass);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        backward(&self.activation, pass);
    }
}

/// The width of rows, and how many elements one thread takes at once.
fn slices(shape: &[usize]) -> (usize, usize) {
    let width = shape.last().copied().unwrap_or(1);
    (width, piece(width))
}

/// output = f(input)
pub(super) fn forward(function: &dyn Function, pass: &mut Forward) {
    let (width, len) = slices(pass.output_shape);
    let x = pass.inputs.dense(0);
    pass.team.for_slices(pass.output, len, &|start, y| {
        y.copy_from_slice(&x[start..][..y.len()]);
        function.apply(y, width);
    });
}

/// d_input = f'(input)·d_output
pub(super) fn backward(function: &dyn Function, pass: &mut Backward) {
    let (width, len) = slices(pass.output_shape);
    let (x, y, dy) = (pass.inputs.dense(0), pass.output, &*pass.d_output);
    let Some(dx) = pass.d_inputs.get(0) else {
        return;
    };
    pass.team.for_slices(dx, len, &|start, dx| {
        let range = start..start + dx.len();
        dx.copy_from_slice(&dy[range.clone()]);
        function.differentiate(&x[range.clone()], &y[range], dx, width);
    });
}
