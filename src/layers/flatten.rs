//! `keras.layers.Flatten`

use super::{Backward, Forward, Layer, Shape, only};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Lays each sample out as one vector: (a, b, …) → (a·b·…).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flatten {
    #[serde(default = "channels_last")]
    pub data_format: Option<String>,
}

fn channels_last() -> Option<String> {
    Some("channels_last".into())
}

impl Layer for Flatten {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Flatten")?;
        if self.data_format.as_deref() == Some("channels_first") && shape.len() > 1 {
            return Err(Error::unsupported(
                "Flatten(data_format=\"channels_first\") is not supported; use channels_last",
            ));
        }
        Ok(vec![shape.iter().copied().product()])
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        pass.output.copy_from_slice(pass.inputs.dense(0));
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        if let Some(dx) = pass.d_inputs.get(0) {
            dx.copy_from_slice(pass.d_output);
        }
    }
}
