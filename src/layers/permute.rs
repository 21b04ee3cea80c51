//! `keras.layers.Permute`

use super::{Backward, Forward, Layer, Shape, only, show};
use crate::error::{Error, Result};
use crate::kernels::permute::{permute, unpermute};
use serde::{Deserialize, Serialize};

/// Puts a sample's axes in another order: axis i of the output is axis `dims[i]` of the input,
/// counted from 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Permute {
    pub dims: Vec<usize>,
    /// `dims` counted from 0.
    #[serde(skip)]
    order: Vec<usize>,
}

impl<'de> Deserialize<'de> for Permute {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Config {
            dims: Vec<usize>,
        }
        let Config { dims } = Config::deserialize(d)?;
        let mut sorted = dims.clone();
        sorted.sort_unstable();
        if sorted.iter().enumerate().any(|(i, &dim)| dim != i + 1) {
            return Err(serde::de::Error::custom(format!(
                "dims must hold each of 1 to {} once, found {dims:?}",
                dims.len()
            )));
        }
        let order = dims.iter().map(|dim| dim - 1).collect();
        Ok(Permute { dims, order })
    }
}

impl Layer for Permute {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Permute")?;
        if shape.len() != self.dims.len() {
            return Err(Error::shape(format!(
                "Permute(dims={:?}) takes {} dimensions besides the batch, found {}; name each of \
                 the input's dimensions",
                self.dims,
                self.dims.len(),
                show(shape)
            )));
        }
        Ok(self.order.iter().map(|&axis| shape[axis]).collect())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let (x, dims) = (pass.inputs.dense(0), pass.inputs.shape(0));
        let len = dims.iter().product::<usize>().max(1);
        pass.team.for_slices(pass.output, len, &|start, y| {
            permute(&x[start..start + y.len()], dims, &self.order, y);
        });
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let dims = pass.inputs.shape(0);
        let len = dims.iter().product::<usize>().max(1);
        let dy = &*pass.d_output;
        if let Some(dx) = pass.d_inputs.get(0) {
            pass.team.for_slices(dx, len, &|start, dx| {
                unpermute(&dy[start..start + dx.len()], dims, &self.order, dx);
            });
        }
    }
}
