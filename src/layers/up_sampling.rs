//! `keras.layers.UpSampling1D` and `keras.layers.UpSampling2D`

use super::image::Image;
use super::resample::{Method, Resample, View};
use super::sliding::positive;
use super::spatial::{DataFormat, Dims};
use super::{Backward, CacheLen, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::Result;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Repeats each step: (steps, n) → (steps·size, n).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct UpSampling1D {
    #[serde(default = "twice")]
    pub size: usize,
}

fn twice() -> usize {
    2
}

/// Makes images larger: (height, width, n) → (height·size[0], width·size[1], n); with
/// `channels_first`, n comes first.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct UpSampling2D {
    #[serde(default = "twice_each")]
    pub size: Dims<2>,
    #[serde(default)]
    pub data_format: DataFormat,
    #[serde(default = "nearest", deserialize_with = "interpolation")]
    pub interpolation: Method,
}

fn twice_each() -> Dims<2> {
    Dims([2, 2])
}

fn nearest() -> Method {
    Method::Nearest
}

fn interpolation<'de, D: Deserializer<'de>>(d: D) -> std::result::Result<Method, D::Error> {
    let name = String::deserialize(d)?.to_lowercase();
    match name.as_str() {
        "nearest" => Ok(Method::Nearest),
        "bilinear" => Ok(Method::Bilinear),
        "bicubic" => Ok(Method::Bicubic),
        _ => Err(D::Error::custom(format!(
            "interpolation=\"{name}\" is not supported; use \"nearest\", \"bilinear\" or \"bicubic\""
        ))),
    }
}

/// The output's shape for factors on N axes.
fn enlarged<const N: usize>(
    size: [usize; N],
    format: DataFormat,
    shape: &Shape,
    class: &str,
) -> Result<Shape> {
    positive(class, &[("size", &size)])?;
    let (mut spatial, channels) = format.split_shape::<N>(shape, class)?;
    for (dim, factor) in spatial.iter_mut().zip(size) {
        *dim = dim.map(|dim| dim * factor);
    }
    Ok(format.join(spatial, channels))
}

fn resample(from: Image, to: Image, method: Method) -> Resample {
    Resample {
        from,
        to,
        view: View::whole(from),
        method,
        antialias: false,
    }
}

impl UpSampling1D {
    fn resample(&self, input: &[usize], output: &[usize]) -> Resample {
        let image = |shape: &[usize]| DataFormat::ChannelsLast.layout(&[shape[0], 1, shape[1]]);
        resample(image(input), image(output), Method::Nearest)
    }
}

impl Layer for UpSampling1D {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "UpSampling1D")?;
        enlarged([self.size], DataFormat::ChannelsLast, shape, "UpSampling1D")
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

impl UpSampling2D {
    fn resample(&self, input: &[usize], output: &[usize]) -> Resample {
        let image = |shape| self.data_format.layout(shape);
        resample(image(input), image(output), self.interpolation)
    }
}

impl Layer for UpSampling2D {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "UpSampling2D")?;
        enlarged(self.size.0, self.data_format, shape, "UpSampling2D")
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
