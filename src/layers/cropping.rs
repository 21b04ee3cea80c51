//! `keras.layers.Cropping1D` and `keras.layers.Cropping2D`

use super::spatial::{DataFormat, Margins, two};
use super::{Backward, Forward, Layer, Shape, only, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::frame::Frame;

/// Takes steps away at both ends: (steps, n) → (steps − before − after, n).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Cropping1D {
    #[serde(default = "one_each")]
    pub cropping: Margins<1>,
}

fn one_each() -> Margins<1> {
    Margins([(1, 1)])
}

/// Takes rows and columns away on all sides: (height, width, n) → (height − top − bottom,
/// width − left − right, n); with `channels_first`, n comes first.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Cropping2D {
    #[serde(default = "none")]
    pub cropping: Margins<2>,
    #[serde(default)]
    pub data_format: DataFormat,
}

fn none() -> Margins<2> {
    Margins([(0, 0); 2])
}

impl<const N: usize> Margins<N> {
    fn cropped(&self, format: DataFormat, shape: &Shape, class: &str) -> Result<Shape> {
        let (mut spatial, channels) = format.split_shape::<N>(shape, class)?;
        for (dim, (before, after)) in spatial.iter_mut().zip(self.0) {
            if dim.is_some_and(|dim| dim <= before + after) {
                return Err(Error::shape(format!(
                    "{class}: cropping {before} + {after} leaves nothing of {}; crop less",
                    show(shape)
                )));
            }
            *dim = dim.map(|dim| dim - before - after);
        }
        Ok(format.join(spatial, channels))
    }

    fn frame(&self, format: DataFormat, input: &[usize]) -> Frame {
        let ([height, width], channels) = format.image::<N>(input);
        let [rows, cols] = two(self.0, (0, 0));
        Frame {
            inner: (height - rows.0 - rows.1, width - cols.0 - cols.1),
            outer: (height, width),
            before: (rows.0, cols.0),
            channels,
        }
    }
}

fn forward(frame: Frame, pass: &mut Forward) {
    frame.crop(pass.team, pass.inputs.dense(0), pass.output);
}

fn backward(frame: Frame, pass: &mut Backward) {
    if let Some(dx) = pass.d_inputs.get(0) {
        frame.pad(pass.team, pass.d_output, dx);
    }
}

impl Layer for Cropping1D {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Cropping1D")?;
        self.cropping
            .cropped(DataFormat::ChannelsLast, shape, "Cropping1D")
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let input = pass.inputs.shape(0);
        forward(self.cropping.frame(DataFormat::ChannelsLast, input), pass);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let input = pass.inputs.shape(0);
        backward(self.cropping.frame(DataFormat::ChannelsLast, input), pass);
    }
}

impl Layer for Cropping2D {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Cropping2D")?;
        self.cropping.cropped(self.data_format, shape, "Cropping2D")
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let input = pass.inputs.shape(0);
        forward(self.cropping.frame(self.data_format, input), pass);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let input = pass.inputs.shape(0);
        backward(self.cropping.frame(self.data_format, input), pass);
    }
}
