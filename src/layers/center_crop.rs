//! `keras.layers.CenterCrop`

use super::DataFormat;
use super::image::image_shape;
use super::resample::{Method, Resample, View};
use super::{Backward, CacheLen, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::{Error, Result};

/// The middle of images: (h, w, channels) → (height, width, channels). Where an image is smaller,
/// the largest part with these proportions is resized (bilinear).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct CenterCrop {
    pub height: usize,
    pub width: usize,
    #[serde(default)]
    pub data_format: DataFormat,
}

impl CenterCrop {
    fn resample(&self, input: &[usize], output: &[usize]) -> Resample {
        let from = self.data_format.layout(input);
        let fits = from.height >= self.height && from.width >= self.width;
        let view = if fits {
            View {
                top: ((from.height - self.height) / 2) as isize,
                left: ((from.width - self.width) / 2) as isize,
                height: self.height,
                width: self.width,
                fill: 0.0,
            }
        } else {
            View::crop(from, [self.height, self.width])
        };
        Resample {
            from,
            to: self.data_format.layout(output),
            view,
            method: Method::Bilinear,
            antialias: false,
        }
    }
}

impl Layer for CenterCrop {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        if self.height == 0 || self.width == 0 {
            return Err(Error::unsupported(
                "CenterCrop: height and width must be at least 1",
            ));
        }
        let shape = image_shape(only(inputs, "CenterCrop")?, "CenterCrop")?;
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
