//! `keras.layers.UpSampling1D` and `keras.layers.UpSampling2D`

use super::sliding::positive;
use super::spatial::{DataFormat, Dims, two};
use super::{Backward, Forward, Layer, Shape, only};
use crate::error::Result;
use crate::kernels::resize::{Interpolation, Resize, Scale};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Repeats each step: (steps, n) → (steps·size, n).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpSampling2D {
    #[serde(default = "twice_each")]
    pub size: Dims<2>,
    #[serde(default)]
    pub data_format: DataFormat,
    #[serde(default)]
    pub interpolation: Interpolation,
}

fn twice_each() -> Dims<2> {
    Dims([2, 2])
}

const INTERPOLATIONS: [(&str, Interpolation); 3] = [
    ("nearest", Interpolation::Nearest),
    ("bilinear", Interpolation::Bilinear),
    ("bicubic", Interpolation::Bicubic),
];

impl<'de> Deserialize<'de> for Interpolation {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let name = String::deserialize(d)?.to_lowercase();
        let found = INTERPOLATIONS.iter().find(|(known, _)| *known == name);
        found.map(|(_, it)| *it).ok_or_else(|| {
            D::Error::custom(format!(
                "interpolation=\"{name}\" is not supported; use \"nearest\", \"bilinear\" or \"bicubic\""
            ))
        })
    }
}

impl Serialize for Interpolation {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        let name = INTERPOLATIONS.iter().find(|(_, it)| it == self);
        s.serialize_str(name.map_or("nearest", |(name, _)| name))
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

fn resize<const N: usize>(
    size: [usize; N],
    format: DataFormat,
    interpolation: Interpolation,
    input: &[usize],
) -> Resize {
    let ([height, width], channels) = format.image::<N>(input);
    let [rows, cols] = two(size, 1);
    let scale = |input, factor| Scale { input, factor };
    Resize {
        height: scale(height, rows),
        width: scale(width, cols),
        channels,
        interpolation,
    }
}

impl UpSampling1D {
    fn resize(&self, input: &[usize]) -> Resize {
        let (format, interpolation) = (DataFormat::ChannelsLast, Interpolation::Nearest);
        resize([self.size], format, interpolation, input)
    }
}

impl Layer for UpSampling1D {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "UpSampling1D")?;
        enlarged([self.size], DataFormat::ChannelsLast, shape, "UpSampling1D")
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let resize = self.resize(pass.inputs.shape(0));
        resize.forward(pass.team, pass.inputs.dense(0), pass.output);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let resize = self.resize(pass.inputs.shape(0));
        if let Some(dx) = pass.d_inputs.get(0) {
            resize.gradient(pass.team, pass.d_output, dx);
        }
    }
}

impl UpSampling2D {
    fn resize(&self, input: &[usize]) -> Resize {
        resize(self.size.0, self.data_format, self.interpolation, input)
    }
}

impl Layer for UpSampling2D {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "UpSampling2D")?;
        enlarged(self.size.0, self.data_format, shape, "UpSampling2D")
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let resize = self.resize(pass.inputs.shape(0));
        resize.forward(pass.team, pass.inputs.dense(0), pass.output);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let resize = self.resize(pass.inputs.shape(0));
        if let Some(dx) = pass.d_inputs.get(0) {
            resize.gradient(pass.team, pass.d_output, dx);
        }
    }
}
