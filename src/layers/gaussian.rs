//! `keras.layers.GaussianNoise` and `keras.layers.GaussianDropout`

use super::{Backward, CacheLen, Forward, Layer, Shape, noise, only};
use crate::config::Config;
use crate::error::{Error, Result};

/// In training adds normal noise of mean 0 and standard deviation `stddev`; otherwise passes its
/// input on. The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct GaussianNoise {
    pub stddev: f64,
    #[serde(default)]
    pub seed: Option<u32>,
}

/// In training multiplies by normal noise of mean 1 and variance rate / (1 − rate); otherwise
/// passes its input on (Srivastava et al., 2014). The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct GaussianDropout {
    pub rate: f64,
    #[serde(default)]
    pub seed: Option<u32>,
}

impl Layer for GaussianNoise {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        noise::check_rate("GaussianNoise", "stddev", self.stddev)?;
        Ok(only(inputs, "GaussianNoise")?.clone())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        pass.pass_on();
        if pass.training && self.stddev > 0.0 {
            let mut rng = noise::stream(self.seed, "gaussian_noise", pass.rng, pass.step);
            let stddev = self.stddev as f32;
            let draw = |y: &mut f32| *y += stddev * rng.normal();
            pass.output.iter_mut().for_each(draw);
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        pass.pass_on();
    }
}

impl Layer for GaussianDropout {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        noise::check_rate("GaussianDropout", "rate", self.rate)?;
        Ok(only(inputs, "GaussianDropout")?.clone())
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
                "GaussianDropout(rate=1) has no finite noise to train with; give a rate below 1",
            ));
        }
        let mut rng = noise::stream(self.seed, "gaussian_dropout", pass.rng, pass.step);
        let stddev = (self.rate / (1.0 - self.rate)).sqrt() as f32;
        noise::multiply(pass, |_| false, || 1.0 + stddev * rng.normal());
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        noise::multiply_back(pass);
    }
}
