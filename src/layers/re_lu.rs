//! `keras.layers.ReLU`

use super::{Backward, Forward, Layer, Shape, activation, only};
use crate::activations::Function;
use crate::config::Config;
use crate::error::{Error, Result};

/// The rectifier with its variants; the shape stays:
/// max_value where x ≥ max_value, x above threshold, negative_slope·(x - threshold) below.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct ReLU {
    pub max_value: Option<f64>,
    pub negative_slope: f64,
    pub threshold: f64,
}

impl ReLU {
    /// max_value (infinite where there is none), negative_slope, threshold
    fn arguments(&self) -> (f32, f32, f32) {
        let max = self.max_value.map_or(f32::INFINITY, |max| max as f32);
        (max, self.negative_slope as f32, self.threshold as f32)
    }
}

impl Function for ReLU {
    fn apply(&self, y: &mut [f32], _: usize) {
        let (max, slope, threshold) = self.arguments();
        for y in y {
            *y = if *y > threshold {
                y.min(max)
            } else if slope != 0.0 {
                slope * (*y - threshold)
            } else if y.is_nan() && threshold == 0.0 {
                *y // a threshold hides it, as in Keras
            } else {
                0.0
            };
        }
    }

    fn differentiate(&self, x: &[f32], _: &[f32], dy: &mut [f32], _: usize) {
        let (max, slope, threshold) = self.arguments();
        // Keras computes a mere leaky relu apart, with the slope 1 at 0.
        let leaky = slope != 0.0 && max == f32::INFINITY && threshold == 0.0;
        let at_threshold = if leaky { 1.0 } else { 0.0 };
        for (d, &x) in dy.iter_mut().zip(x) {
            *d *= if x > threshold {
                if x < max { 1.0 } else { 0.0 }
            } else if x < threshold {
                slope
            } else {
                at_threshold
            };
        }
    }
}

impl Layer for ReLU {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let arguments = [
            ("max_value", self.max_value.unwrap_or(0.0)),
            ("negative_slope", self.negative_slope),
            ("threshold", self.threshold),
        ];
        if let Some((name, value)) = arguments.iter().find(|(_, value)| *value < 0.0) {
            return Err(Error::unsupported(format!(
                "ReLU({name}={value}): {name} must be at least 0"
            )));
        }
        Ok(only(inputs, "ReLU")?.clone())
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
