//! `keras.layers.GlobalMaxPooling1D`, `GlobalMaxPooling2D` and `GlobalAveragePooling2D`

use super::spatial::DataFormat;
use super::{Backward, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::Result;
use crate::kernels::pool::{
    global_average, global_average_gradient, global_max, global_max_gradient,
};

pub type GlobalMaxPooling1D = GlobalPooling<1, true>;
pub type GlobalMaxPooling2D = GlobalPooling<2, true>;
pub type GlobalAveragePooling2D = GlobalPooling<2, false>;

/// The maximum (`MAX`) or the mean over all positions of N axes, channel by channel. Equal maxima
/// share the gradient.
///
/// Shapes: (…, n) → (n), with `keepdims` (1…, n); with `channels_first`, n comes first.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct GlobalPooling<const N: usize, const MAX: bool> {
    #[serde(default)]
    pub data_format: DataFormat,
    #[serde(default)]
    pub keepdims: bool,
}

impl<const N: usize, const MAX: bool> GlobalPooling<N, MAX> {
    /// Channels that lie side by side at each position.
    fn channels(&self, input: &[usize]) -> usize {
        self.data_format.image::<N>(input).1
    }
}

impl<const N: usize, const MAX: bool> Layer for GlobalPooling<N, MAX> {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let class = format!("Global{}Pooling{N}D", if MAX { "Max" } else { "Average" });
        let shape = only(inputs, &class)?;
        let (_, channels) = self.data_format.split_shape::<N>(shape, &class)?;
        Ok(if self.keepdims {
            self.data_format.join([Some(1); N], channels)
        } else {
            vec![channels]
        })
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let channels = self.channels(pass.inputs.shape(0));
        let pool = if MAX { global_max } else { global_average };
        pool(pass.team, pass.inputs.dense(0), channels, pass.output);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let channels = self.channels(pass.inputs.shape(0));
        let (x, y, dy) = (pass.inputs.dense(0), pass.output, &*pass.d_output);
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        if MAX {
            global_max_gradient(pass.team, x, y, dy, channels, dx);
        } else {
            global_average_gradient(pass.team, dy, channels, dx);
        }
    }
}
