//! Initial weights: the distributions of `keras.initializers`, drawn from our own streams.

use crate::registry::{registry, serde_by_name};
use crate::rng::Rng;
use serde::{Deserialize, Serialize};

/// Fills a new variable.
pub trait Initialize {
    /// Draws `out`, a variable of `shape`; `rng` is the variable's own stream.
    fn fill(&self, shape: &[usize], rng: &mut Rng, out: &mut [f32]);
    /// The seed the config names, if any: it replaces the model's.
    fn seed(&self) -> Option<u32> {
        None
    }
}

registry! {
    /// An initializer of `keras.initializers`.
    pub enum Initializer: dyn Initialize, "keras.initializers", "initializer" {
        Zeros, Ones, Constant, RandomUniform, RandomNormal = ["normal"], TruncatedNormal,
        VarianceScaling, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal,
    }
}
serde_by_name!(Initializer, "initializer");

/// Fans of a weight (Keras' `compute_fans`): rank 2 is (in, out); convolution kernels count their
/// receptive field.
fn fans(shape: &[usize]) -> (f32, f32) {
    match shape {
        [] => (1.0, 1.0),
        [n] => (*n as f32, *n as f32),
        [field @ .., fan_in, fan_out] => {
            let field: usize = field.iter().product();
            ((fan_in * field) as f32, (fan_out * field) as f32)
        }
    }
}

/// The variance-scaling family: variance = scale / fan, from the named distribution.
fn scaled(
    scale: f32,
    mode: &str,
    distribution: &str,
    shape: &[usize],
    rng: &mut Rng,
    out: &mut [f32],
) {
    let (fan_in, fan_out) = fans(shape);
    let fan = match mode {
        "fan_in" => fan_in,
        "fan_out" => fan_out,
        _ => (fan_in + fan_out) / 2.0,
    };
    let variance = scale / fan.max(1.0);
    match distribution {
        "uniform" => {
            let limit = (3.0 * variance).sqrt();
            out.iter_mut()
                .for_each(|w| *w = (2.0 * rng.uniform() - 1.0) * limit);
        }
        "untruncated_normal" => out
            .iter_mut()
            .for_each(|w| *w = rng.normal() * variance.sqrt()),
        // The spread of a normal cut at two deviations is 0.87963 of the whole one's.
        _ => truncated(0.0, variance.sqrt() / 0.879_625_7, rng, out),
    }
}

fn truncated(mean: f32, stddev: f32, rng: &mut Rng, out: &mut [f32]) {
    for w in out {
        let z = loop {
            let z = rng.normal();
            if z.abs() < 2.0 {
                break z;
            }
        };
        *w = mean + stddev * z;
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Zeros {}

impl Initialize for Zeros {
    fn fill(&self, _: &[usize], _: &mut Rng, out: &mut [f32]) {
        out.fill(0.0);
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ones {}

impl Initialize for Ones {
    fn fill(&self, _: &[usize], _: &mut Rng, out: &mut [f32]) {
        out.fill(1.0);
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Constant {
    pub value: f64,
}

impl Initialize for Constant {
    fn fill(&self, _: &[usize], _: &mut Rng, out: &mut [f32]) {
        out.fill(self.value as f32);
    }
}

/// Uniform in [minval, maxval).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RandomUniform {
    pub seed: Option<u32>,
    pub minval: f64,
    pub maxval: f64,
}

impl Default for RandomUniform {
    fn default() -> Self {
        RandomUniform {
            seed: None,
            minval: -0.05,
            maxval: 0.05,
        }
    }
}

impl Initialize for RandomUniform {
    fn fill(&self, _: &[usize], rng: &mut Rng, out: &mut [f32]) {
        let (low, width) = (self.minval as f32, (self.maxval - self.minval) as f32);
        out.iter_mut()
            .for_each(|w| *w = low + width * rng.uniform());
    }
    fn seed(&self) -> Option<u32> {
        self.seed
    }
}

/// Normal with mean and standard deviation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RandomNormal {
    pub seed: Option<u32>,
    pub mean: f64,
    pub stddev: f64,
}

impl Default for RandomNormal {
    fn default() -> Self {
        RandomNormal {
            seed: None,
            mean: 0.0,
            stddev: 0.05,
        }
    }
}

impl Initialize for RandomNormal {
    fn fill(&self, _: &[usize], rng: &mut Rng, out: &mut [f32]) {
        out.iter_mut()
            .for_each(|w| *w = self.mean as f32 + self.stddev as f32 * rng.normal());
    }
    fn seed(&self) -> Option<u32> {
        self.seed
    }
}

/// Normal, redrawn beyond two standard deviations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TruncatedNormal {
    pub seed: Option<u32>,
    pub mean: f64,
    pub stddev: f64,
}

impl Default for TruncatedNormal {
    fn default() -> Self {
        TruncatedNormal {
            seed: None,
            mean: 0.0,
            stddev: 0.05,
        }
    }
}

impl Initialize for TruncatedNormal {
    fn fill(&self, _: &[usize], rng: &mut Rng, out: &mut [f32]) {
        truncated(self.mean as f32, self.stddev as f32, rng, out);
    }
    fn seed(&self) -> Option<u32> {
        self.seed
    }
}

/// Variance = scale / fan (Keras' `VarianceScaling`, behind Glorot, He and LeCun).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VarianceScaling {
    pub seed: Option<u32>,
    pub scale: f64,
    pub mode: String,
    pub distribution: String,
    input_axes: Option<()>,
    output_axes: Option<()>,
}

impl Default for VarianceScaling {
    fn default() -> Self {
        VarianceScaling {
            seed: None,
            scale: 1.0,
            mode: "fan_in".into(),
            distribution: "truncated_normal".into(),
            input_axes: None,
            output_axes: None,
        }
    }
}

impl Initialize for VarianceScaling {
    fn fill(&self, shape: &[usize], rng: &mut Rng, out: &mut [f32]) {
        scaled(
            self.scale as f32,
            &self.mode,
            &self.distribution,
            shape,
            rng,
            out,
        );
    }
    fn seed(&self) -> Option<u32> {
        self.seed
    }
}

macro_rules! scaling {
    ($($(#[$doc:meta])* $class:ident($scale:literal, $mode:literal, $distribution:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $class {
            pub seed: Option<u32>,
            // Only their default, null, can be read.
            input_axes: Option<()>,
            output_axes: Option<()>,
        }

        impl Initialize for $class {
            fn fill(&self, shape: &[usize], rng: &mut Rng, out: &mut [f32]) {
                scaled($scale, $mode, $distribution, shape, rng, out);
            }
            fn seed(&self) -> Option<u32> {
                self.seed
            }
        }
    )*};
}

scaling! {
    /// Uniform within ±√(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010).
    GlorotUniform(1.0, "fan_avg", "uniform");
    /// Truncated normal, variance 2 / (fan_in + fan_out).
    GlorotNormal(1.0, "fan_avg", "truncated_normal");
    /// Uniform within ±√(6 / fan_in) (He et al., 2015).
    HeUniform(2.0, "fan_in", "uniform");
    /// Truncated normal, variance 2 / fan_in.
    HeNormal(2.0, "fan_in", "truncated_normal");
    /// Uniform within ±√(3 / fan_in) (LeCun et al., 1998).
    LecunUniform(1.0, "fan_in", "uniform");
    /// Truncated normal, variance 1 / fan_in.
    LecunNormal(1.0, "fan_in", "truncated_normal");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(initializer: &dyn Initialize, shape: &[usize]) -> (f64, f64, f32) {
        let n: usize = shape.iter().product();
        let mut out = vec![0.0; n];
        initializer.fill(shape, &mut Rng::stream(1, "test"), &mut out);
        let mean = out.iter().map(|&w| f64::from(w)).sum::<f64>() / n as f64;
        let var = out
            .iter()
            .map(|&w| (f64::from(w) - mean).powi(2))
            .sum::<f64>()
            / n as f64;
        (mean, var, out.iter().fold(0.0, |m, w| w.abs().max(m)))
    }

    #[test]
    fn variances_are_the_formulas() {
        let shape = [200, 300];
        for (initializer, expected) in [
            (&GlorotUniform::default() as &dyn Initialize, 2.0 / 500.0),
            (&GlorotNormal::default(), 2.0 / 500.0),
            (&HeNormal::default(), 2.0 / 200.0),
            (&HeUniform::default(), 2.0 / 200.0),
            (&LecunNormal::default(), 1.0 / 200.0),
            (&RandomUniform::default(), 0.1 * 0.1 / 12.0),
        ] {
            let (mean, var, _) = spread(initializer, &shape);
            assert!(
                mean.abs() < 5.0 * (expected / 60_000.0_f64).sqrt(),
                "mean {mean}"
            );
            assert!(
                (var / expected - 1.0).abs() < 0.05,
                "variance {var}, expected {expected}"
            );
        }
    }

    #[test]
    fn glorot_uniform_stays_in_its_limit() {
        let (_, _, max) = spread(&GlorotUniform::default(), &[784, 128]);
        let limit = (6.0_f32 / 912.0).sqrt();
        assert!(max <= limit && max > 0.99 * limit);
    }
}
