//! `keras.layers.ELU`

use super::{Backward, Forward, Layer, Shape, activation, only};
use crate::activations::{Function, elu, elu_slope};
use crate::config::Config;
use crate::error::Result;

/// x above 0, alpha·(eˣ - 1) below; the shape stays (Clevert et al., 2016).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct ELU {
    pub alpha: f64,
}

impl Default for ELU {
    fn default() -> Self {
        ELU { alpha: 1.0 }
    }
}

impl Function for ELU {
    fn apply(&self, y: &mut [f32], _: usize) {
        let alpha = self.alpha as f32;
        y.iter_mut().for_each(|y| *y = elu(*y, alpha));
    }

    fn differentiate(&self, x: &[f32], y: &[f32], dy: &mut [f32], _: usize) {
        let alpha = self.alpha as f32;
        let pairs = x.iter().zip(y);
        let all = dy.iter_mut().zip(pairs);
        all.for_each(|(d, (&x, &y))| *d *= elu_slope(x, y, alpha));
    }
}

impl Layer for ELU {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        Ok(only(inputs, "ELU")?.clone())
    }

    fn function(&self) -> Option<&dyn Function> {
        Some(self)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        activation::forward(self, pass);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        activation::backward(self, pass);
    }
}
