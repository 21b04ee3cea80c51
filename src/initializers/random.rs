//! Initializers of a given spread: `RandomUniform`, `RandomNormal`, `TruncatedNormal`.

use super::{Initialize, Seed};
use crate::config::Config;
use crate::rng::Rng;

/// Draws uniformly in low..high.
pub(super) fn uniform(low: f64, high: f64, rng: &mut Rng, out: &mut [f32]) {
    let (low, width) = (low as f32, (high - low) as f32);
    out.iter_mut()
        .for_each(|w| *w = low + width * rng.uniform());
}

/// Draws from a normal distribution.
pub(super) fn normal(mean: f64, stddev: f64, rng: &mut Rng, out: &mut [f32]) {
    let (mean, stddev) = (mean as f32, stddev as f32);
    out.iter_mut()
        .for_each(|w| *w = mean + stddev * rng.normal());
}

/// Draws from a normal distribution, again where two standard deviations off or more.
pub(super) fn truncated_normal(mean: f64, stddev: f64, rng: &mut Rng, out: &mut [f32]) {
    let (mean, stddev) = (mean as f32, stddev as f32);
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

/// Uniform in minval..maxval.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct RandomUniform {
    pub seed: Option<Seed>,
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
        uniform(self.minval, self.maxval, rng, out);
    }

    fn seed(&self) -> Option<u32> {
        self.seed.as_ref().and_then(Seed::number)
    }
}

macro_rules! normals {
    ($($(#[$doc:meta])* $class:ident: $draw:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Config)]
        #[serde(deny_unknown_fields, default)]
        pub struct $class {
            pub seed: Option<Seed>,
            pub mean: f64,
            pub stddev: f64,
        }

        impl Default for $class {
            fn default() -> Self {
                $class {
                    seed: None,
                    mean: 0.0,
                    stddev: 0.05,
                }
            }
        }

        impl Initialize for $class {
            fn fill(&self, _: &[usize], rng: &mut Rng, out: &mut [f32]) {
                $draw(self.mean, self.stddev, rng, out);
            }

            fn seed(&self) -> Option<u32> {
                self.seed.as_ref().and_then(Seed::number)
            }
        }
    )*};
}

normals! {
    /// Normal with mean and standard deviation.
    RandomNormal: normal;
    /// Normal, drawn again beyond two standard deviations (which makes the spread smaller).
    TruncatedNormal: truncated_normal;
}
