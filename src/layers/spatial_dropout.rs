//! `keras.layers.SpatialDropout1D`, `SpatialDropout2D` and `SpatialDropout3D`: dropout of whole
//! channels (Tompson et al., 2014).

use super::spatial::DataFormat;
use super::{Backward, CacheLen, Forward, Layer, Shape, noise, only, show};
use crate::config::Config;
use crate::error::{Error, Result};

/// In training sets a `rate` share of each sample's channels to 0 all along the steps, and scales
/// the others by 1 / (1 − rate). The shape (steps, channels) stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct SpatialDropout1D {
    pub rate: f64,
    #[serde(default)]
    pub seed: Option<u32>,
}

/// [`SpatialDropout1D`] over images: (rows, columns, channels), or with `channels_first`
/// (channels, rows, columns).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct SpatialDropout2D {
    pub rate: f64,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub data_format: DataFormat,
}

/// [`SpatialDropout1D`] over volumes: three dimensions and the channels, last or first.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct SpatialDropout3D {
    pub rate: f64,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub data_format: DataFormat,
}

/// What the three have in common.
struct Spatial {
    class: &'static str,
    rank: usize,
    rate: f64,
    seed: Option<u32>,
    data_format: DataFormat,
}

impl Spatial {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, self.class)?;
        noise::check_rate(self.class, "rate", self.rate)?;
        if shape.len() != self.rank + 1 {
            return Err(Error::shape(format!(
                "{} takes {} dimensions besides the batch, channels included, found {}; use \
                 Dropout for other shapes",
                self.class,
                self.rank + 1,
                show(shape)
            )));
        }
        Ok(shape.clone())
    }

    fn forward(&self, pass: &mut Forward) {
        if !pass.training || self.rate == 0.0 {
            noise::leave(pass);
            return;
        }
        let rng = noise::stream(self.seed, "spatial_dropout", pass.rng, pass.step);
        let channels = match self.data_format {
            DataFormat::ChannelsFirst => 1,
            DataFormat::ChannelsLast => self.rank + 1,
        };
        let shared = |axis| axis != 0 && axis != channels;
        noise::multiply(pass, shared, noise::dropped(rng, self.rate));
    }
}

impl SpatialDropout1D {
    fn spatial(&self) -> Spatial {
        Spatial {
            class: "SpatialDropout1D",
            rank: 1,
            rate: self.rate,
            seed: self.seed,
            data_format: DataFormat::ChannelsLast,
        }
    }
}

impl SpatialDropout2D {
    fn spatial(&self) -> Spatial {
        Spatial {
            class: "SpatialDropout2D",
            rank: 2,
            rate: self.rate,
            seed: self.seed,
            data_format: self.data_format,
        }
    }
}

impl SpatialDropout3D {
    fn spatial(&self) -> Spatial {
        Spatial {
            class: "SpatialDropout3D",
            rank: 3,
            rate: self.rate,
            seed: self.seed,
            data_format: self.data_format,
        }
    }
}

macro_rules! spatial_layers {
    ($($class:ident),*) => {$(
        impl Layer for $class {
            fn supports_masking(&self) -> bool {
                true
            }

            fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
                self.spatial().output_shape(inputs)
            }

            fn has_base_config(&self) -> bool {
                false
            }

            fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
                noise::factors_len(output)
            }

            fn forward(&self, pass: &mut Forward) -> Result<()> {
                self.spatial().forward(pass);
                Ok(())
            }

            fn backward(&self, pass: &mut Backward) {
                noise::multiply_back(pass);
            }
        }
    )*};
}

spatial_layers!(SpatialDropout1D, SpatialDropout2D, SpatialDropout3D);
