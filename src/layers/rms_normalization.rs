//! `keras.layers.RMSNormalization`

use super::axis::{Axis, last_axis, refuse_empty};
use super::layer_normalization::sorted_dims;
use super::row_norm::{Affine, RowNorm};
use super::{Backward, CacheLen, Forward, Layer, Shape, VariableSpec, only, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::initializers::{Initializer, Ones};

/// scale·x / √(mean(x²) + ε) along `axis`; the shape stays (Zhang & Sennrich, 2019).
///
/// Variable: scale, of the shape of the normalised axes.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct RMSNormalization {
    #[serde(default = "last_axis")]
    pub axis: Axis,
    #[serde(default = "epsilon")]
    pub epsilon: f64,
}

const SCALE: Affine = Affine {
    gamma: Some(0),
    beta: None,
};

fn epsilon() -> f64 {
    1e-6
}

impl RMSNormalization {
    fn norm(&self) -> RowNorm {
        RowNorm {
            about_mean: false,
            subtract_mean: false,
            mean_square: true,
            epsilon: self.epsilon as f32,
            largest: f32::INFINITY,
        }
    }
}

impl Layer for RMSNormalization {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "RMSNormalization")?;
        let axes = self.axis.resolve("RMSNormalization", shape)?;
        refuse_empty("RMSNormalization", shape)?;
        // Keras multiplies by scale along the last axes, whichever were normalised.
        if !axes.are_trailing(shape.len()) {
            return Err(Error::unsupported(format!(
                "RMSNormalization(axis={:?}) takes the last axes only, found {}; put Permute before \
                 it",
                self.axis.list(),
                show(shape)
            )));
        }
        Ok(shape.clone())
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let dims = sorted_dims(&self.axis, only(inputs, "RMSNormalization")?);
        let ones = Initializer::Ones(Ones::default());
        Ok(vec![VariableSpec::new("scale", dims, &ones)])
    }

    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        self.norm().cache_len(&self.axis, output)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        self.norm().forward(&self.axis, pass, SCALE);
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        self.norm().backward(&self.axis, pass, SCALE);
    }
}
