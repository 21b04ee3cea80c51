//! `keras.layers.RandomFlip`

use super::DataFormat;
use super::augmentation::{Augmentation, random_layer};
use super::image::Image;
use crate::config::Config;
use crate::rng::Rng;
use serde::{Deserialize, Serialize};

/// In training flips half of the images: along the width, the height, or (by default) both at
/// once. The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct RandomFlip {
    #[serde(default)]
    pub mode: Mode,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub data_format: DataFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Horizontal,
    Vertical,
    #[default]
    HorizontalAndVertical,
}

random_layer!(RandomFlip);

impl Augmentation for RandomFlip {
    fn seed(&self) -> Option<u32> {
        self.seed
    }

    fn data_format(&self) -> DataFormat {
        self.data_format
    }

    /// 1 where the image is flipped.
    fn params(&self) -> usize {
        1
    }

    fn draw(&self, _: Image, rng: &mut Rng, params: &mut [f32]) {
        params[0] = f32::from(u8::from(rng.uniform() <= 0.5));
    }

    fn transform(&self, image: Image, params: &[f32], x: &[f32], y: &mut [f32]) {
        if params[0] == 0.0 {
            return y.copy_from_slice(x);
        }
        for row in 0..image.height {
            for column in 0..image.width {
                let from_row = match self.mode {
                    Mode::Horizontal => row,
                    _ => image.height - 1 - row,
                };
                let from_column = match self.mode {
                    Mode::Vertical => column,
                    _ => image.width - 1 - column,
                };
                let from = image.pixel_channels(from_row, from_column);
                let pairs = image.pixel_channels(row, column).zip(from);
                pairs.for_each(|(to, from)| y[to] = x[from]);
            }
        }
    }

    /// A flip is its own inverse.
    fn gradient(&self, image: Image, params: &[f32], _x: &[f32], dy: &[f32], dx: &mut [f32]) {
        self.transform(image, params, dy, dx);
    }
}
