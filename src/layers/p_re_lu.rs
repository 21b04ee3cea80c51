//! `keras.layers.PReLU`

use super::defaults::zeros;
use super::{Backward, Forward, Layer, Shape, VariableSpec, only, show};
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::kernels::axes::{LANES, groups, offsets};
use crate::regularizers::Regularizer;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// x, times the learned alpha below 0; the shape stays (He et al., 2015).
///
/// alpha has the shape of a sample, 1 along `shared_axes` (1 is the first behind the batch).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct PReLU {
    #[serde(default = "zeros")]
    pub alpha_initializer: Initializer,
    #[serde(default)]
    pub alpha_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub alpha_constraint: Option<Constraint>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub shared_axes: Option<Vec<i64>>,
}

/// A number is a list of one.
fn one_or_many<'de, D: Deserializer<'de>>(d: D) -> std::result::Result<Option<Vec<i64>>, D::Error> {
    let value = match Value::deserialize(d)? {
        number @ Value::Number(_) => Value::Array(vec![number]),
        other => other,
    };
    Deserialize::deserialize(&value).map_err(serde::de::Error::custom)
}

impl PReLU {
    /// Whether all of a sample's axis share their alpha. Negative ones count in the list of the
    /// sample's dimensions after 1 is taken off, as in Keras: -1 is the last but one.
    fn shares(&self, rank: usize, axis: usize) -> bool {
        let (rank, axis) = (rank as i64, axis as i64);
        let shared = self.shared_axes.iter().flatten();
        shared.map(|a| a - 1).any(|a| a == axis || a + rank == axis)
    }
}

impl Layer for PReLU {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "PReLU")?;
        let rank = shape.len() as i64;
        let mut shared = self.shared_axes.iter().flatten();
        if let Some(axis) = shared.find(|&&a| !(-rank..rank).contains(&(a - 1))) {
            return Err(Error::shape(format!(
                "PReLU: the shared axis {axis} is not one of an input of shape {}; use 1 to {rank}",
                show(shape)
            )));
        }
        Ok(shape.clone())
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let shape = only(inputs, "PReLU")?;
        let dims = shape.iter().enumerate().map(|(axis, dim)| {
            if self.shares(shape.len(), axis) {
                return Ok(1);
            }
            dim.ok_or_else(|| {
                Error::shape(format!(
                    "PReLU learns one alpha for each place along axis {}, whose length is not \
                     known in {}; give the input shape or share the axis",
                    axis + 1,
                    show(shape)
                ))
            })
        });
        let dims = dims.collect::<Result<_>>()?;
        let alpha = VariableSpec::new("alpha", dims, &self.alpha_initializer);
        Ok(vec![
            alpha.with(&self.alpha_regularizer, &self.alpha_constraint),
        ])
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let (shape, alpha) = (pass.output_shape, pass.weights.get(0));
        let shared = |axis| self.shares(shape.len(), axis);
        let (x, len) = (pass.inputs.dense(0), shape.iter().product());
        pass.team.for_slices(pass.output, len, &|start, y| {
            let x = &x[start..][..y.len()];
            groups(shape, &shared, &mut |group, first, lanes| {
                let alpha = &alpha[group..][..lanes];
                offsets(shape, &shared, &mut |o| {
                    let x = &x[first + o..][..lanes];
                    let y = y[first + o..][..lanes].iter_mut();
                    y.zip(x.iter().zip(alpha)).for_each(|(y, (&x, &alpha))| {
                        *y = if x >= 0.0 { x } else { alpha * x };
                    });
                });
            });
        });
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let (shape, alpha) = (pass.output_shape, pass.weights.get(0));
        let shared = |axis| self.shares(shape.len(), axis);
        let (x, dy) = (pass.inputs.dense(0), &*pass.d_output);
        let len: usize = shape.iter().product();
        if let Some(d_alpha) = pass.d_weights.get(0) {
            groups(shape, &shared, &mut |group, first, lanes| {
                let mut sums = [0.0_f64; LANES];
                for sample in (0..x.len()).step_by(len.max(1)) {
                    offsets(shape, &shared, &mut |o| {
                        let range = sample + first + o..sample + first + o + lanes;
                        let pairs = x[range.clone()].iter().zip(&dy[range]);
                        sums.iter_mut().zip(pairs).for_each(|(sum, (&x, &d))| {
                            *sum += f64::from(if x < 0.0 { x * d } else { 0.0 });
                        });
                    });
                }
                let d_alpha = d_alpha[group..][..lanes].iter_mut();
                d_alpha.zip(&sums).for_each(|(d, &sum)| *d = sum as f32);
            });
        }
        if let Some(dx) = pass.d_inputs.get(0) {
            pass.team.for_slices(dx, len, &|start, dx| {
                let range = start..start + dx.len();
                let (x, dy) = (&x[range.clone()], &dy[range]);
                groups(shape, &shared, &mut |group, first, lanes| {
                    offsets(shape, &shared, &mut |o| {
                        for l in 0..lanes {
                            let i = first + o + l;
                            dx[i] = dy[i] * slope(x[i], alpha[group + l]);
                        }
                    });
                });
            });
        }
    }
}

/// 1 above 0, alpha below, and 0 there: Keras adds two relus, flat at 0 both.
fn slope(x: f32, alpha: f32) -> f32 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        alpha
    } else {
        0.0
    }
}
