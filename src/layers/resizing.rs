//! `keras.layers.Resizing`

use super::DataFormat;
use super::image::image_shape;
use super::resample::{Method, Resample, View};
use super::{Backward, CacheLen, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::{Error, Result};

/// Images in another size: (h, w, channels) → (height, width, channels), in training and
/// otherwise. To keep the proportions the image is cropped, or put into a frame of `fill_value`.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Resizing {
    pub height: usize,
    pub width: usize,
    #[serde(default)]
    pub interpolation: Method,
    #[serde(default)]
    pub crop_to_aspect_ratio: bool,
    #[serde(default)]
    pub pad_to_aspect_ratio: bool,
    #[serde(default = "constant")]
    pub fill_mode: String,
    #[serde(default)]
    pub fill_value: f64,
    #[serde(default)]
    pub antialias: bool,
    #[serde(default)]
    pub data_format: DataFormat,
}

fn constant() -> String {
    "constant".into()
}

impl Resizing {
    fn resample(&self, input: &[usize], output: &[usize]) -> Resample {
        let from = self.data_format.layout(input);
        let target = [self.height, self.width];
        let view = match (self.crop_to_aspect_ratio, self.pad_to_aspect_ratio) {
            (true, _) => View::crop(from, target),
            (_, true) => View::pad(from, target, self.fill_value as f32),
            _ => View::whole(from),
        };
        Resample {
            from,
            to: self.data_format.layout(output),
            view,
            method: self.interpolation,
            antialias: self.antialias,
        }
    }
}

impl Layer for Resizing {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let wrong = |text: &str| Err(Error::unsupported(format!("Resizing: {text}")));
        if self.height == 0 || self.width == 0 {
            return wrong("height and width must be at least 1");
        }
        if self.crop_to_aspect_ratio && self.pad_to_aspect_ratio {
            return wrong("choose crop_to_aspect_ratio or pad_to_aspect_ratio, not both");
        }
        if self.fill_mode != "constant" {
            return wrong("fill_mode must be \"constant\", the only one Keras has");
        }
        let shape = image_shape(only(inputs, "Resizing")?, "Resizing")?;
        Ok(self.data_format.resized(shape, self.height, self.width))
    }

    fn cache_len(&self, inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        CacheLen::per_batch(self.resample(inputs[0], output).plan_len())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let resample = self.resample(pass.inputs.shape(0), pass.output_shape);
        resample.forward(pass);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let resample = self.resample(pass.inputs.shape(0), pass.output_shape);
        resample.backward(pass);
    }
}
