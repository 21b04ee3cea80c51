//! `keras.layers.Flatten`

use super::spatial::DataFormat;
use super::{Backward, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::Result;
use crate::kernels::permute::{permute, unpermute};

/// Lays each sample out as one vector: (a, b, …) → (a·b·…). With `channels_first` the first axis
/// is moved to the end before.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Flatten {
    #[serde(default)]
    pub data_format: DataFormat,
}

impl Flatten {
    /// (channels, positions) where those have to change places.
    fn turned(&self, shape: &[usize]) -> Option<[usize; 2]> {
        match (self.data_format, shape) {
            (DataFormat::ChannelsFirst, [channels, positions @ ..]) if !positions.is_empty() => {
                Some([*channels, positions.iter().product()])
            }
            _ => None,
        }
    }
}

impl Layer for Flatten {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Flatten")?;
        Ok(vec![shape.iter().copied().product()])
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let Some(dims) = self.turned(pass.inputs.shape(0)) else {
            pass.pass_on();
            return Ok(());
        };
        let x = pass.inputs.dense(0);
        let len = (dims[0] * dims[1]).max(1);
        pass.team.for_slices(pass.output, len, &|start, y| {
            permute(&x[start..start + y.len()], &dims, &[1, 0], y);
        });
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let Some(dims) = self.turned(pass.inputs.shape(0)) else {
            pass.pass_on();
            return;
        };
        let dy = &*pass.d_output;
        let len = (dims[0] * dims[1]).max(1);
        if let Some(dx) = pass.d_inputs.get(0) {
            pass.team.for_slices(dx, len, &|start, dx| {
                unpermute(&dy[start..start + dx.len()], &dims, &[1, 0], dx);
            });
        }
    }
}
