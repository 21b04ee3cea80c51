//! `keras.layers.Activation`, and the passes of every layer that is a function of its input, or
//! has one behind it.

use super::{Backward, Forward, Layer, Shape, only};
use crate::activations::{self, Function, glu, glu_slope, piece};
use crate::config::Config;
use crate::error::Result;

/// Applies an activation to its input; the shape stays (but for `glu`).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    pub activation: activations::Activation,
}

impl Layer for Activation {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.activation.output_shape(self.declared_shape(inputs)?)
    }

    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        Ok(only(inputs, "Activation")?.clone())
    }

    fn function(&self) -> Option<&dyn Function> {
        Some(&self.activation)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        if self.activation.halves() {
            glu(pass.inputs.dense(0), pass.output, width(pass.output_shape));
        } else {
            forward(&self.activation, pass);
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        if !self.activation.halves() {
            backward(&self.activation, pass);
        } else if let Some(dx) = pass.d_inputs.get(0) {
            dx.copy_from_slice(pass.inputs.dense(0));
            glu_slope(dx, pass.d_output, width(pass.output_shape));
        }
    }
}

/// The width of rows.
fn width(shape: &[usize]) -> usize {
    shape.last().copied().unwrap_or(1).max(1)
}

/// The width of rows, and how many elements one thread takes at once.
fn slices(shape: &[usize]) -> (usize, usize) {
    let width = width(shape);
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

/// Runs `linear`, which writes what stands before the activation, and then the activation. What
/// that keeps lies in front in the cache; `linear` sees the rest.
pub(super) fn forward_behind(
    activation: &activations::Activation,
    pass: &mut Forward,
    linear: impl FnOnce(&mut Forward),
) {
    let width = width(pass.output_shape);
    let len = pass.inputs.rows * activation.cache_len(pass.output_shape).sample;
    let (mut kept, rest) = std::mem::take(&mut pass.cache).split_at_mut(len);
    pass.cache = rest;
    if activation.halves() {
        std::mem::swap(&mut pass.output, &mut kept);
        linear(pass);
        std::mem::swap(&mut pass.output, &mut kept);
        glu(kept, pass.output, width);
    } else {
        linear(pass);
        activation.forward(pass.team, pass.output, width, kept);
    }
}

/// The way back through what [`forward_behind`] ran: `linear` sees the gradient of what it wrote.
pub(super) fn backward_behind(
    activation: &activations::Activation,
    pass: &mut Backward,
    linear: impl FnOnce(&mut Backward),
) {
    let width = width(pass.output_shape);
    let len = pass.inputs.rows * activation.cache_len(pass.output_shape).sample;
    let (kept, rest) = std::mem::take(&mut pass.cache).split_at_mut(len);
    pass.cache = rest;
    if activation.halves() {
        glu_slope(kept, pass.d_output, width);
        pass.d_output = kept;
    } else {
        activation.backward(pass.team, pass.output, kept, pass.d_output, width);
    }
    linear(pass);
}
