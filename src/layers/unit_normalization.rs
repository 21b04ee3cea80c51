//! `keras.layers.UnitNormalization`

use super::axis::{Axis, last_axis, refuse_empty};
use super::row_norm::{Affine, RowNorm};
use super::{Backward, CacheLen, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::Result;

/// x / ‖x‖ along `axis`, and 0 for 0; the shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct UnitNormalization {
    #[serde(default = "last_axis")]
    pub axis: Axis,
}

const NORM: RowNorm = RowNorm {
    about_mean: false,
    subtract_mean: false,
    mean_square: false,
    epsilon: 0.0,
    largest: 1e12,
};

impl Layer for UnitNormalization {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "UnitNormalization")?;
        self.axis.resolve("UnitNormalization", shape)?;
        refuse_empty("UnitNormalization", shape)?;
        Ok(shape.clone())
    }

    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        NORM.cache_len(&self.axis, output)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        NORM.forward(&self.axis, pass, Affine::default());
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        NORM.backward(&self.axis, pass, Affine::default());
    }
}
