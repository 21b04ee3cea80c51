//! `keras.layers.Normalization`

use super::{Backward, Forward, Layer, Shape, VariableSpec, only, show};
use crate::error::{Error, Result};
use crate::initializers::{Initializer, Ones};
use crate::tensor::Array;
use serde::{Deserialize, Serialize};

/// (x − mean) / max(√variance, 1e-7), or with `invert` its inverse; the shape stays.
///
/// Mean and variance are arguments, or variables that `adapt` sets (mean, variance, count), one
/// for each index of the kept `axis` (the last one, or none: one for all).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    #[serde(default = "last_axis")]
    pub axis: Axis,
    #[serde(default)]
    pub invert: bool,
    #[serde(default)]
    pub mean: Option<Statistic>,
    #[serde(default)]
    pub variance: Option<Statistic>,
}

/// `axis=-1`, `axis=[-1]` or `axis=None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Axis {
    One(i32),
    Many(Vec<i32>),
    None,
}

/// A number, or one for each index of the kept axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Statistic {
    All(f64),
    Each(Vec<f64>),
}

fn last_axis() -> Axis {
    Axis::Many(vec![-1])
}

impl Statistic {
    fn at(&self, i: usize) -> f32 {
        match self {
            Statistic::All(value) => *value as f32,
            Statistic::Each(values) if values.len() == 1 => values[0] as f32,
            Statistic::Each(values) => values[i] as f32,
        }
    }

    fn fits(&self, width: usize) -> bool {
        match self {
            Statistic::All(_) => true,
            Statistic::Each(values) => values.len() == 1 || values.len() == width,
        }
    }
}

impl Normalization {
    /// Number of means: the last dimension where that axis is kept, else 1.
    fn width(&self, shape: &Shape) -> Result<usize> {
        let axes = match &self.axis {
            Axis::One(axis) => std::slice::from_ref(axis),
            Axis::Many(axes) => axes,
            Axis::None => &[],
        };
        match axes {
            [] => Ok(1),
            // Counted with the batch dimension, as Keras does.
            [axis] if *axis == -1 || *axis == shape.len() as i32 => {
                shape.last().copied().flatten().ok_or_else(|| {
                    Error::shape(format!(
                        "Normalization keeps the last axis, whose size must be known, found {}",
                        show(shape)
                    ))
                })
            }
            _ => Err(Error::unsupported(format!(
                "Normalization(axis={axes:?}) is not supported; use axis=-1 or axis=None"
            ))),
        }
    }

    /// mean and max(√variance, 1e-7) of index `i`.
    fn at(&self, i: usize, adapted: [&[f32]; 2]) -> (f32, f32) {
        let (mean, variance) = match (&self.mean, &self.variance) {
            (Some(mean), Some(variance)) => (mean.at(i), variance.at(i)),
            _ => (adapted[0][i], adapted[1][i]),
        };
        (mean, variance.sqrt().max(1e-7))
    }

    fn given(&self) -> bool {
        self.mean.is_some()
    }
}

impl Layer for Normalization {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Normalization")?;
        let width = self.width(shape)?;
        if self.mean.is_some() != self.variance.is_some() {
            return Err(Error::unsupported(
                "Normalization needs both mean and variance, or neither (then adapt sets them)",
            ));
        }
        for statistic in [&self.mean, &self.variance].into_iter().flatten() {
            if !statistic.fits(width) {
                return Err(Error::shape(format!(
                    "Normalization's mean and variance need 1 or {width} numbers, as {} has",
                    show(shape)
                )));
            }
        }
        Ok(shape.clone())
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let shape = only(inputs, "Normalization")?;
        let width = self.width(shape)?;
        if self.given() {
            return Ok(vec![]);
        }
        let dims = if self.axis == Axis::None || self.axis == Axis::Many(vec![]) {
            vec![]
        } else {
            vec![width]
        };
        let ones = Initializer::Ones(Ones::default());
        let variance = VariableSpec {
            initializer: ones,
            ..VariableSpec::state("variance", dims.clone())
        };
        Ok(vec![
            VariableSpec::state("mean", dims),
            variance,
            VariableSpec::state("count", vec![]),
        ])
    }

    fn adapt(&mut self, data: &Array) -> Result<Vec<Vec<f32>>> {
        if self.given() {
            return Err(Error::unsupported(
                "Normalization with mean and variance has nothing to learn; leave them out",
            ));
        }
        let shape: Shape = data.shape.iter().skip(1).map(|&n| Some(n)).collect();
        let width = self.width(&shape)?;
        let values = data.to_f32()?;
        let count = (values.len() / width.max(1)) as f64;
        if count == 0.0 {
            return Err(Error::data(
                "Normalization needs at least one row to learn from",
            ));
        }
        let mut mean = vec![0.0; width];
        let mut variance = vec![0.0; width];
        for row in values.chunks_exact(width) {
            mean.iter_mut()
                .zip(row)
                .for_each(|(m, &x)| *m += f64::from(x) / count);
        }
        for row in values.chunks_exact(width) {
            for ((v, m), &x) in variance.iter_mut().zip(&mean).zip(row) {
                *v += (f64::from(x) - m).powi(2) / count;
            }
        }
        let to_f32 = |list: Vec<f64>| list.into_iter().map(|x| x as f32).collect();
        // Keras leaves the count as it was: 0.
        Ok(vec![to_f32(mean), to_f32(variance), vec![0.0]])
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let shape: Shape = pass.inputs.shape(0).iter().map(|&n| Some(n)).collect();
        let width = self.width(&shape)?;
        let adapted = if self.given() {
            [&[][..]; 2]
        } else {
            [pass.weights.get(0), pass.weights.get(1)]
        };
        let rows = pass.output.chunks_exact_mut(width);
        for (y, x) in rows.zip(pass.inputs.dense(0).chunks_exact(width)) {
            for (i, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                let (mean, deviation) = self.at(i, adapted);
                *y = if self.invert {
                    mean + x * deviation
                } else {
                    (x - mean) / deviation
                };
            }
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let shape: Shape = pass.inputs.shape(0).iter().map(|&n| Some(n)).collect();
        let Ok(width) = self.width(&shape) else {
            return;
        };
        let adapted = if self.given() {
            [&[][..]; 2]
        } else {
            [pass.weights.get(0), pass.weights.get(1)]
        };
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        for (dx, dy) in dx
            .chunks_exact_mut(width)
            .zip(pass.d_output.chunks_exact(width))
        {
            for (i, (dx, &dy)) in dx.iter_mut().zip(dy).enumerate() {
                let (_, deviation) = self.at(i, adapted);
                *dx = if self.invert {
                    dy * deviation
                } else {
                    dy / deviation
                };
            }
        }
    }
}
