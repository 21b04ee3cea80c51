//! `VarianceScaling` and its kin: Glorot, He and LeCun.

use super::random::{normal, truncated_normal, uniform};
use super::{Initialize, Seed};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::rng::Rng;
use serde::{Deserialize, Deserializer, Serialize};

/// Numbers of inputs and outputs of a weight, as Keras' `compute_fans`: those along the given axes
/// (where both are given), else the last two, times the receptive field of a convolution.
pub fn compute_fans(
    shape: &[usize],
    inputs: Option<&[i64]>,
    outputs: Option<&[i64]>,
) -> (f64, f64) {
    if let (Some(inputs), Some(outputs)) = (inputs, outputs) {
        let along =
            |axes: &[i64]| -> usize { axes.iter().filter_map(|a| dim(shape, *a)).product() };
        return (along(inputs) as f64, along(outputs) as f64);
    }
    match shape {
        [] => (1.0, 1.0),
        [n] => (*n as f64, *n as f64),
        [field @ .., fan_in, fan_out] => {
            let field: usize = field.iter().product();
            ((fan_in * field) as f64, (fan_out * field) as f64)
        }
    }
}

/// The length of an axis, negative ones from the last backwards.
fn dim(shape: &[usize], axis: i64) -> Option<usize> {
    let axis = if axis < 0 {
        axis + shape.len() as i64
    } else {
        axis
    };
    shape.get(usize::try_from(axis).ok()?).copied()
}

/// What the variance is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    #[serde(rename = "fan_in")]
    In,
    #[serde(rename = "fan_out")]
    Out,
    #[serde(rename = "fan_avg")]
    Average,
}

/// What is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    #[serde(alias = "normal")]
    TruncatedNormal,
    UntruncatedNormal,
    Uniform,
}

/// Variance = scale / fan.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct VarianceScaling {
    pub seed: Option<Seed>,
    pub scale: f64,
    pub mode: Mode,
    #[serde(deserialize_with = "any_case")]
    pub distribution: Distribution,
    pub input_axes: Option<Vec<i64>>,
    pub output_axes: Option<Vec<i64>>,
}

/// Keras takes `"Uniform"`, too.
fn any_case<'de, D: Deserializer<'de>>(d: D) -> std::result::Result<Distribution, D::Error> {
    let name = String::deserialize(d)?.to_lowercase();
    serde_json::from_value(name.into()).map_err(serde::de::Error::custom)
}

impl Default for VarianceScaling {
    fn default() -> Self {
        VarianceScaling {
            seed: None,
            scale: 1.0,
            mode: Mode::In,
            distribution: Distribution::TruncatedNormal,
            input_axes: None,
            output_axes: None,
        }
    }
}

impl Initialize for VarianceScaling {
    fn check(&self, shape: &[usize]) -> Result<()> {
        if self.scale.is_nan() || self.scale <= 0.0 {
            return Err(Error::unsupported(format!(
                "VarianceScaling(scale={}): scale must be above 0",
                self.scale
            )));
        }
        let given = [&self.input_axes, &self.output_axes];
        let mut axes = given.into_iter().flatten().flatten();
        match axes.find(|&&axis| dim(shape, axis).is_none()) {
            None => Ok(()),
            Some(axis) => Err(Error::shape(format!(
                "axis {axis} of an initializer's input_axes and output_axes is not one of the \
                 shape {shape:?}"
            ))),
        }
    }

    fn fill(&self, shape: &[usize], rng: &mut Rng, out: &mut [f32]) {
        let axes = (self.input_axes.as_deref(), self.output_axes.as_deref());
        let (fan_in, fan_out) = compute_fans(shape, axes.0, axes.1);
        let fan = match self.mode {
            Mode::In => fan_in,
            Mode::Out => fan_out,
            Mode::Average => (fan_in + fan_out) / 2.0,
        };
        let variance = self.scale / fan.max(1.0);
        match self.distribution {
            Distribution::Uniform => {
                let limit = (3.0 * variance).sqrt();
                uniform(-limit, limit, rng, out);
            }
            Distribution::UntruncatedNormal => normal(0.0, variance.sqrt(), rng, out),
            // The spread of a normal cut at two deviations is this share of the whole one's.
            Distribution::TruncatedNormal => {
                truncated_normal(0.0, variance.sqrt() / 0.879_625_661_034_239_8, rng, out);
            }
        }
    }

    fn seed(&self) -> Option<u32> {
        self.seed.as_ref().and_then(Seed::number)
    }
}

macro_rules! scaling {
    ($($(#[$doc:meta])* $class:ident($scale:literal, $mode:ident, $distribution:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Config)]
        #[serde(deny_unknown_fields, default)]
        pub struct $class {
            pub seed: Option<Seed>,
            pub input_axes: Option<Vec<i64>>,
            pub output_axes: Option<Vec<i64>>,
        }

        impl $class {
            fn scaling(&self) -> VarianceScaling {
                VarianceScaling {
                    seed: self.seed.clone(),
                    scale: $scale,
                    mode: Mode::$mode,
                    distribution: Distribution::$distribution,
                    input_axes: self.input_axes.clone(),
                    output_axes: self.output_axes.clone(),
                }
            }
        }

        impl Initialize for $class {
            fn check(&self, shape: &[usize]) -> Result<()> {
                self.scaling().check(shape)
            }

            fn fill(&self, shape: &[usize], rng: &mut Rng, out: &mut [f32]) {
                self.scaling().fill(shape, rng, out);
            }

            fn seed(&self) -> Option<u32> {
                self.scaling().seed()
            }
        }
    )*};
}

scaling! {
    /// Uniform within ±√(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010).
    GlorotUniform(1.0, Average, Uniform);
    /// Truncated normal, variance 2 / (fan_in + fan_out).
    GlorotNormal(1.0, Average, TruncatedNormal);
    /// Uniform within ±√(6 / fan_in) (He et al., 2015).
    HeUniform(2.0, In, Uniform);
    /// Truncated normal, variance 2 / fan_in.
    HeNormal(2.0, In, TruncatedNormal);
    /// Uniform within ±√(3 / fan_in) (LeCun et al., 1998).
    LecunUniform(1.0, In, Uniform);
    /// Truncated normal, variance 1 / fan_in.
    LecunNormal(1.0, In, TruncatedNormal);
}
