//! `keras.layers.MaxPooling1D`, `MaxPooling2D`, `AveragePooling1D` and `AveragePooling2D`

use super::sliding::Sliding;
use super::spatial::{DataFormat, Dims, Padding, ones};
use super::{Backward, Forward, Layer, Shape, only};
use crate::error::Result;
use crate::kernels::pool::Pool;
use serde::{Deserialize, Serialize};

pub type MaxPooling1D = Pooling<1, true>;
pub type MaxPooling2D = Pooling<2, true>;
pub type AveragePooling1D = Pooling<1, false>;
pub type AveragePooling2D = Pooling<2, false>;

/// The maximum (`MAX`) or the mean of the inputs under each window, channel by channel, over N axes.
/// Padding is no part of either. Of equal inputs, the first gets the maximum's gradient.
///
/// Shapes: (…, n) → (…, n), N axes before the channels, each shorter by its stride; with
/// `channels_first`, n comes before them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Arguments<N>")]
pub struct Pooling<const N: usize, const MAX: bool> {
    pub pool_size: Dims<N>,
    pub padding: Padding,
    pub strides: Dims<N>,
    pub data_format: DataFormat,
}

/// As they are given: `strides` defaults to the pool's size.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments<const N: usize> {
    #[serde(default)]
    pool_size: Option<Dims<N>>,
    #[serde(default)]
    padding: Padding,
    #[serde(default)]
    strides: Option<Dims<N>>,
    #[serde(default)]
    data_format: DataFormat,
}

impl<const N: usize, const MAX: bool> TryFrom<Arguments<N>> for Pooling<N, MAX> {
    type Error = &'static str;

    fn try_from(given: Arguments<N>) -> std::result::Result<Self, Self::Error> {
        let default = MAX.then_some(Dims([2; N]));
        let pool_size = given.pool_size.or(default).ok_or("missing pool_size")?;
        Ok(Pooling {
            pool_size,
            padding: given.padding,
            strides: given.strides.unwrap_or(pool_size),
            data_format: given.data_format,
        })
    }
}

impl<const N: usize, const MAX: bool> Pooling<N, MAX> {
    fn class() -> String {
        format!("{}Pooling{N}D", if MAX { "Max" } else { "Average" })
    }

    fn sliding(&self) -> Sliding<N> {
        Sliding {
            kernel: self.pool_size,
            strides: self.strides,
            dilation: ones(),
            padding: self.padding,
        }
    }

    fn pool(&self, input: &[usize]) -> Pool {
        let (spatial, channels) = self.data_format.image::<N>(input);
        Pool {
            window: self.sliding().window(spatial),
            channels,
        }
    }
}

impl<const N: usize, const MAX: bool> Layer for Pooling<N, MAX> {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let class = Self::class();
        let shape = only(inputs, &class)?;
        let (spatial, channels) = self.data_format.split_shape(shape, &class)?;
        let output = self.sliding().output(spatial, &class, "pool_size")?;
        Ok(self.data_format.join(output, channels))
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let (pool, x) = (self.pool(pass.inputs.shape(0)), pass.inputs.dense(0));
        if MAX {
            pool.max(pass.team, x, pass.output);
        } else {
            pool.average(pass.team, x, pass.output);
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let (pool, x) = (self.pool(pass.inputs.shape(0)), pass.inputs.dense(0));
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        if MAX {
            pool.max_gradient(pass.team, x, pass.output, pass.d_output, dx);
        } else {
            pool.average_gradient(pass.team, pass.d_output, dx);
        }
    }
}
