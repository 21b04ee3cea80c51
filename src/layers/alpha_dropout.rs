//! `keras.layers.AlphaDropout`

use super::noise::{self, NoiseShape};
use super::{Backward, CacheLen, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::{Error, Result};

/// In training sets a `rate` share of its inputs to selu's lowest value −λα and maps all of them,
/// a·x + b, so that mean and variance of standard normal inputs stay; otherwise passes them on
/// (Klambauer et al., 2017). The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct AlphaDropout {
    pub rate: f64,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub noise_shape: NoiseShape,
}

/// −λα of selu.
const LOWEST: f64 = -1.673_263_242_354_377_2 * 1.050_700_987_355_480_5;

impl Layer for AlphaDropout {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "AlphaDropout")?;
        noise::check_rate("AlphaDropout", "rate", self.rate)?;
        noise::check_noise_shape("AlphaDropout", &self.noise_shape, shape)?;
        Ok(shape.clone())
    }

    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        noise::factors_len(output)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        if !pass.training || self.rate == 0.0 {
            noise::leave(pass);
            return Ok(());
        }
        if self.rate == 1.0 {
            return Err(Error::unsupported(
                "AlphaDropout(rate=1) leaves nothing to train with; give a rate below 1",
            ));
        }
        noise::check_noise_batch("AlphaDropout", &self.noise_shape, pass)?;
        let mut rng = noise::stream(self.seed, "alpha_dropout", pass.rng, pass.step);
        let rate = self.rate as f32;
        let a = ((1.0 - self.rate) * (1.0 + self.rate * LOWEST * LOWEST))
            .sqrt()
            .recip();
        let b = -a * LOWEST * self.rate;
        let draw = || if rng.uniform() >= rate { a as f32 } else { 0.0 };
        let shared = noise::is_shared(&self.noise_shape, pass.output_shape.len() + 1);
        noise::multiply(pass, shared, draw);
        let (kept, dropped) = (b as f32, (a * LOWEST + b) as f32);
        for (y, &factor) in pass.output.iter_mut().zip(pass.cache.iter()) {
            *y += if factor == 0.0 { dropped } else { kept };
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        noise::multiply_back(pass);
    }
}
