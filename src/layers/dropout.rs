//! `keras.layers.Dropout`

use super::noise::{self, NoiseShape};
use super::{Backward, CacheLen, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::Result;

/// In training sets a `rate` share of its inputs to 0 and scales the others by 1 / (1 − rate);
/// otherwise passes them on (Srivastava et al., 2014). The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Dropout {
    pub rate: f64,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub noise_shape: NoiseShape,
}

impl Layer for Dropout {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Dropout")?;
        noise::check_rate("Dropout", "rate", self.rate)?;
        noise::check_noise_shape("Dropout", &self.noise_shape, shape)?;
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
        noise::check_noise_batch("Dropout", &self.noise_shape, pass)?;
        let rng = noise::stream(self.seed, "dropout", pass.rng, pass.step);
        let shared = noise::is_shared(&self.noise_shape, pass.output_shape.len() + 1);
        noise::multiply(pass, shared, noise::dropped(rng, self.rate));
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        noise::multiply_back(pass);
    }
}
