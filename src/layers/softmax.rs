//! `keras.layers.Softmax`

use super::axis::{Axis, last_axis};
use super::{Backward, Forward, Layer, Shape, activation, only, show};
use crate::activations::{Activation, Function};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::axes::{LANES, groups, offsets};
use crate::kernels::elementwise::exp;

/// e^(x - max) / Σ e^(x - max) over one axis or several together; the shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Softmax {
    pub axis: Axis,
}

impl Default for Softmax {
    fn default() -> Self {
        Softmax { axis: last_axis() }
    }
}

impl Layer for Softmax {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Softmax")?;
        let (axes, given) = (self.axis.of_rank(shape.len()), self.axis.list());
        if given.is_empty() || axes.count() != given.len() {
            return Err(Error::shape(format!(
                "Softmax(axis={}) of an input of shape {}: the axes must be different ones of 1 \
                 to {} (0 is the batch), or counted from -1 backwards",
                serde_json::to_value(&self.axis).unwrap_or_default(),
                show(shape),
                shape.len()
            )));
        }
        Ok(shape.clone())
    }

    fn function(&self) -> Option<&dyn Function> {
        (self.axis.list() == [-1]).then_some(&Activation::Softmax)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        if pass.inputs.mask(0).is_some() {
            return Err(Error::unsupported(
                "Softmax of masked inputs is not supported; leave mask_zero or Masking out before it",
            ));
        }
        let shape = pass.output_shape;
        let axes = self.axis.of_rank(shape.len());
        if axes.is_last(shape.len()) {
            activation::forward(&Activation::Softmax, pass);
            return Ok(());
        }
        let reduced = |axis| axes.contains(axis);
        let (x, len) = (pass.inputs.dense(0), shape.iter().product());
        pass.team.for_slices(pass.output, len, &|start, y| {
            y.copy_from_slice(&x[start..][..y.len()]);
            softmax_along(shape, &reduced, y);
        });
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let shape = pass.output_shape;
        let axes = self.axis.of_rank(shape.len());
        if axes.is_last(shape.len()) {
            return activation::backward(&Activation::Softmax, pass);
        }
        let reduced = |axis| axes.contains(axis);
        let (y, dy, len) = (pass.output, &*pass.d_output, shape.iter().product());
        if let Some(dx) = pass.d_inputs.get(0) {
            pass.team.for_slices(dx, len, &|start, dx| {
                dx.copy_from_slice(&dy[start..][..dx.len()]);
                slope_along(shape, &reduced, &y[start..], dx);
            });
        }
    }
}

/// Softmax of one sample over the reduced axes.
fn softmax_along(shape: &[usize], reduced: &dyn Fn(usize) -> bool, y: &mut [f32]) {
    groups(shape, reduced, &mut |_, start, lanes| {
        let (mut max, mut sum) = ([f32::NEG_INFINITY; LANES], [0.0_f64; LANES]);
        offsets(shape, reduced, &mut |o| {
            let lane = max.iter_mut().zip(&y[start + o..][..lanes]);
            lane.for_each(|(max, &v)| *max = max.max(v));
        });
        offsets(shape, reduced, &mut |o| {
            for (l, v) in y[start + o..][..lanes].iter_mut().enumerate() {
                *v = exp(*v - max[l]);
                sum[l] += f64::from(*v);
            }
        });
        offsets(shape, reduced, &mut |o| {
            let lane = y[start + o..][..lanes].iter_mut().zip(&sum);
            lane.for_each(|(v, &sum)| *v /= sum as f32);
        });
    });
}

/// y·(dy - Σ dy·y)
fn slope_along(shape: &[usize], reduced: &dyn Fn(usize) -> bool, y: &[f32], dy: &mut [f32]) {
    groups(shape, reduced, &mut |_, start, lanes| {
        let mut dot = [0.0_f64; LANES];
        offsets(shape, reduced, &mut |o| {
            for (l, dot) in dot[..lanes].iter_mut().enumerate() {
                *dot += f64::from(y[start + o + l]) * f64::from(dy[start + o + l]);
            }
        });
        offsets(shape, reduced, &mut |o| {
            for (l, &dot) in dot[..lanes].iter().enumerate() {
                let i = start + o + l;
                dy[i] = y[i] * (dy[i] - dot as f32);
            }
        });
    });
}
