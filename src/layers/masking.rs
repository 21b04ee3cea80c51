//! `keras.layers.Masking`

use super::{Backward, Forward, Layer, OutputMask, Shape, only};
use crate::config::Config;
use crate::error::{Error, Result};

/// Leaves out the steps whose features all equal `mask_value`: their output is 0 and the layers
/// behind are told (`mask`). The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Masking {
    #[serde(default)]
    pub mask_value: f64,
}

impl Masking {
    fn counts(&self, step: &[f32]) -> bool {
        step.iter().any(|&x| x != self.mask_value as f32)
    }
}

impl Layer for Masking {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Masking")?;
        if shape.is_empty() {
            return Err(Error::shape(
                "Masking takes (batch, …, features), found (None,); reshape the data",
            ));
        }
        Ok(shape.clone())
    }

    fn mask(&self, inputs: &[&[usize]], _masks: &[Option<usize>]) -> OutputMask {
        let shape = inputs[0];
        OutputMask::Own(shape[..shape.len() - 1].iter().product())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let features = pass.output_shape[pass.output_shape.len() - 1].max(1);
        let Some(mask) = pass.mask.as_deref_mut() else {
            return Ok(());
        };
        let steps = pass.inputs.dense(0).chunks_exact(features);
        let outputs = pass.output.chunks_exact_mut(features);
        for ((x, y), mask) in steps.zip(outputs).zip(mask) {
            *mask = self.counts(x);
            match *mask {
                true => y.copy_from_slice(x),
                false => y.fill(0.0),
            }
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let features = pass.output_shape[pass.output_shape.len() - 1].max(1);
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        let steps = pass.inputs.dense(0).chunks_exact(features);
        let pairs = dx
            .chunks_exact_mut(features)
            .zip(pass.d_output.chunks_exact(features));
        for (x, (dx, dy)) in steps.zip(pairs) {
            match self.counts(x) {
                true => dx.copy_from_slice(dy),
                false => dx.fill(0.0),
            }
        }
    }
}
