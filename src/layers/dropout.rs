//! `keras.layers.Dropout`

use super::{Backward, CacheLen, Forward, Layer, Shape, only};
use crate::error::{Error, Result};
use crate::rng::Rng;
use serde::{Deserialize, Serialize};

/// In training sets a `rate` share of its inputs to 0 and scales the others by 1 / (1 − rate);
/// otherwise passes them on (Srivastava et al., 2014). The shape stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dropout {
    pub rate: f64,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub noise_shape: Option<Vec<Option<usize>>>,
}

impl Layer for Dropout {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        if !(0.0..=1.0).contains(&self.rate) {
            return Err(Error::unsupported(format!(
                "Dropout(rate={}): rate must be between 0 and 1",
                self.rate
            )));
        }
        if self.noise_shape.is_some() {
            return Err(Error::unsupported(
                "Dropout(noise_shape=…) is not supported; leave it out",
            ));
        }
        Ok(only(inputs, "Dropout")?.clone())
    }

    /// The factor of each element: 0 or 1 / (1 − rate).
    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        CacheLen::per_sample(output.iter().product())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let x = pass.inputs.dense(0);
        if !pass.training || self.rate == 0.0 {
            pass.output.copy_from_slice(x);
            pass.cache.fill(1.0);
            return Ok(());
        }
        let mut own = self.seed.map(|seed| Rng::step(seed, "dropout", pass.step));
        let rng = own.as_mut().unwrap_or(pass.rng);
        let keep = (1.0 - self.rate) as f32;
        let scale = if keep > 0.0 { 1.0 / keep } else { 0.0 };
        let elements = pass.output.iter_mut().zip(pass.cache.iter_mut()).zip(x);
        for ((y, factor), &x) in elements {
            *factor = if rng.uniform() < keep { scale } else { 0.0 };
            *y = x * *factor;
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        if let Some(dx) = pass.d_inputs.get(0) {
            for ((dx, &dy), &factor) in dx.iter_mut().zip(pass.d_output.iter()).zip(pass.cache) {
                *dx = dy * factor;
            }
        }
    }
}
