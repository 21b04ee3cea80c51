//! `keras.layers.RepeatVector`

use super::{Backward, Forward, Layer, Shape, only, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::elementwise::add_assign;

/// Repeats each vector `n` times: (features) → (n, features).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct RepeatVector {
    pub n: usize,
}

impl Layer for RepeatVector {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "RepeatVector")?;
        if self.n == 0 {
            return Err(Error::unsupported(
                "RepeatVector(n=0): n must be at least 1",
            ));
        }
        match shape[..] {
            [features] => Ok(vec![Some(self.n), features]),
            _ => Err(Error::shape(format!(
                "RepeatVector takes (batch, features), found {}; put Flatten before it",
                show(shape)
            ))),
        }
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let len = pass.inputs.shape(0)[0].max(1);
        let samples = pass.output.chunks_exact_mut(self.n * len);
        for (y, x) in samples.zip(pass.inputs.dense(0).chunks_exact(len)) {
            y.chunks_exact_mut(len).for_each(|y| y.copy_from_slice(x));
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let len = pass.inputs.shape(0)[0].max(1);
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        let samples = pass.d_output.chunks_exact(self.n * len);
        for (dx, dy) in dx.chunks_exact_mut(len).zip(samples) {
            dx.fill(0.0);
            dy.chunks_exact(len).for_each(|dy| add_assign(dx, dy));
        }
    }
}
