//! `keras.layers.ZeroPadding1D` and `keras.layers.ZeroPadding2D`

use super::spatial::{DataFormat, Margins, two};
use super::{Backward, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::Result;
use crate::kernels::frame::Frame;

pub type ZeroPadding1D = ZeroPadding<1>;
pub type ZeroPadding2D = ZeroPadding<2>;

/// Zeros around the input on N axes: (…, n) → (…, n), each axis longer by its two margins; with
/// `channels_first`, n comes before them.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct ZeroPadding<const N: usize> {
    #[serde(default = "one_each")]
    pub padding: Margins<N>,
    #[serde(default)]
    pub data_format: DataFormat,
}

fn one_each<const N: usize>() -> Margins<N> {
    Margins([(1, 1); N])
}

impl<const N: usize> ZeroPadding<N> {
    fn frame(&self, input: &[usize]) -> Frame {
        let ([height, width], channels) = self.data_format.image::<N>(input);
        let [rows, cols] = two(self.padding.0, (0, 0));
        Frame {
            inner: (height, width),
            outer: (height + rows.0 + rows.1, width + cols.0 + cols.1),
            before: (rows.0, cols.0),
            channels,
        }
    }
}

impl<const N: usize> Layer for ZeroPadding<N> {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let class = format!("ZeroPadding{N}D");
        let shape = only(inputs, &class)?;
        let (mut spatial, channels) = self.data_format.split_shape::<N>(shape, &class)?;
        for (dim, (before, after)) in spatial.iter_mut().zip(self.padding.0) {
            *dim = dim.map(|dim| dim + before + after);
        }
        Ok(self.data_format.join(spatial, channels))
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let frame = self.frame(pass.inputs.shape(0));
        frame.pad(pass.team, pass.inputs.dense(0), pass.output);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let frame = self.frame(pass.inputs.shape(0));
        if let Some(dx) = pass.d_inputs.get(0) {
            frame.crop(pass.team, pass.d_output, dx);
        }
    }
}
