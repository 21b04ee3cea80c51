//! `keras.layers.Rescaling`

use super::{Backward, Forward, Layer, Shape, last_dim, only};
use crate::config::Config;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// x · scale + offset, element by element; scale and offset are numbers or one number per channel
/// (the last axis). The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Rescaling {
    pub scale: Factor,
    #[serde(default)]
    pub offset: Factor,
}

/// One number, or one per channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Factor {
    All(f64),
    PerChannel(Vec<f64>),
}

impl Default for Factor {
    fn default() -> Self {
        Factor::All(0.0)
    }
}

impl Factor {
    fn at(&self, channel: usize) -> f32 {
        match self {
            Factor::All(value) => *value as f32,
            Factor::PerChannel(values) if values.len() == 1 => values[0] as f32,
            Factor::PerChannel(values) => values[channel] as f32,
        }
    }

    fn fits(&self, channels: usize) -> bool {
        match self {
            Factor::All(_) => true,
            Factor::PerChannel(values) => values.len() == 1 || values.len() == channels,
        }
    }
}

impl Layer for Rescaling {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Rescaling")?;
        if !matches!(
            (&self.scale, &self.offset),
            (Factor::All(_), Factor::All(_))
        ) {
            let channels = last_dim(shape, "Rescaling")?;
            if !self.scale.fits(channels) || !self.offset.fits(channels) {
                return Err(Error::shape(format!(
                    "Rescaling's scale and offset need 1 or {channels} numbers, one per channel"
                )));
            }
        }
        Ok(shape.clone())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let width = pass.output_shape.last().copied().unwrap_or(1);
        let rows = pass.output.chunks_exact_mut(width);
        for (y, x) in rows.zip(pass.inputs.dense(0).chunks_exact(width)) {
            for (channel, (y, x)) in y.iter_mut().zip(x).enumerate() {
                *y = x * self.scale.at(channel) + self.offset.at(channel);
            }
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let width = pass.output_shape.last().copied().unwrap_or(1);
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        for (dx, dy) in dx
            .chunks_exact_mut(width)
            .zip(pass.d_output.chunks_exact(width))
        {
            for (channel, (dx, dy)) in dx.iter_mut().zip(dy).enumerate() {
                *dx = dy * self.scale.at(channel);
            }
        }
    }
}
