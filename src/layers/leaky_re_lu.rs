//! `keras.layers.LeakyReLU`

use super::{Backward, Forward, Layer, Shape, activation, only};
use crate::activations::{Function, leaky_relu, leaky_relu_slope};
use crate::config::Config;
use crate::error::{Error, Result};

/// x, times `negative_slope` (once called `alpha`) below 0; the shape stays (Maas et al., 2013).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct LeakyReLU {
    #[serde(alias = "alpha")]
    pub negative_slope: f64,
}

impl Default for LeakyReLU {
    fn default() -> Self {
        LeakyReLU {
            negative_slope: 0.3,
        }
    }
}

impl Function for LeakyReLU {
    fn apply(&self, y: &mut [f32], _: usize) {
        let slope = self.negative_slope as f32;
        y.iter_mut().for_each(|y| *y = leaky_relu(*y, slope));
    }

    fn differentiate(&self, x: &[f32], _: &[f32], dy: &mut [f32], _: usize) {
        let slope = self.negative_slope as f32;
        let pairs = dy.iter_mut().zip(x);
        pairs.for_each(|(d, &x)| *d *= leaky_relu_slope(x, slope));
    }
}

impl Layer for LeakyReLU {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        if self.negative_slope < 0.0 {
            return Err(Error::unsupported(format!(
                "LeakyReLU(negative_slope={}): negative_slope must be at least 0",
                self.negative_slope
            )));
        }
        Ok(only(inputs, "LeakyReLU")?.clone())
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
