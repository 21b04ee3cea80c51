//! `keras.layers.RandomContrast` and `RandomBrightness`

use super::DataFormat;
use super::augmentation::{Augmentation, between, clip_slope, positive_range, random_layer, range};
use super::image::Image;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::rng::Rng;

/// In training scales each image's distance from the mean of its channel by a number drawn from
/// 1 − lower to 1 + upper `factor` (a number f for 1 to 1 + f), then clips to `value_range`.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct RandomContrast {
    #[serde(deserialize_with = "positive_range")]
    pub factor: [f64; 2],
    #[serde(default = "bytes")]
    pub value_range: [f64; 2],
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub data_format: DataFormat,
}

/// In training adds to each image a number drawn from `factor` (f for ±f) times the extent of
/// `value_range`, then clips to that range.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct RandomBrightness {
    #[serde(deserialize_with = "range")]
    pub factor: [f64; 2],
    #[serde(default = "bytes")]
    pub value_range: [f64; 2],
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub data_format: DataFormat,
}

fn bytes() -> [f64; 2] {
    [0.0, 255.0]
}

fn check_range(value_range: [f64; 2]) -> Result<()> {
    if value_range[0] <= value_range[1] {
        return Ok(());
    }
    Err(Error::unsupported(format!(
        "value_range must be a lower and an upper number, found {value_range:?}"
    )))
}

random_layer!(RandomContrast);
random_layer!(RandomBrightness);

/// The places of one channel.
fn channel(image: Image, c: usize) -> impl Iterator<Item = usize> {
    let places = (0..image.height).flat_map(move |row| (0..image.width).map(move |w| (row, w)));
    places.map(move |(row, column)| image.pixel(row, column) + c * image.strides[2])
}

fn mean(image: Image, c: usize, value: impl Fn(usize) -> f32) -> f32 {
    let sum: f64 = channel(image, c).map(|i| f64::from(value(i))).sum();
    (sum / (image.height * image.width) as f64) as f32
}

impl Augmentation for RandomContrast {
    fn check(&self) -> Result<()> {
        check_range(self.value_range)
    }

    fn seed(&self) -> Option<u32> {
        self.seed
    }

    fn data_format(&self) -> DataFormat {
        self.data_format
    }

    /// The scale.
    fn params(&self) -> usize {
        1
    }

    fn draw(&self, _: Image, rng: &mut Rng, params: &mut [f32]) {
        params[0] = between(rng, 1.0 - self.factor[0], 1.0 + self.factor[1]);
    }

    fn transform(&self, image: Image, params: &[f32], x: &[f32], y: &mut [f32]) {
        let [low, high] = self.value_range.map(|end| end as f32);
        for c in 0..image.channels {
            let mean = mean(image, c, |i| x[i]);
            for i in channel(image, c) {
                y[i] = ((x[i] - mean) * params[0] + mean).max(low).min(high);
            }
        }
    }

    fn gradient(&self, image: Image, params: &[f32], x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let ends = self.value_range.map(|end| end as f32);
        let factor = params[0];
        for c in 0..image.channels {
            let centre = mean(image, c, |i| x[i]);
            for i in channel(image, c) {
                dx[i] = dy[i] * clip_slope((x[i] - centre) * factor + centre, ends);
            }
            let spread = (1.0 - factor) * mean(image, c, |i| dx[i]);
            channel(image, c).for_each(|i| dx[i] = factor * dx[i] + spread);
        }
    }
}

impl Augmentation for RandomBrightness {
    fn check(&self) -> Result<()> {
        check_range(self.value_range)
    }

    fn seed(&self) -> Option<u32> {
        self.seed
    }

    fn data_format(&self) -> DataFormat {
        self.data_format
    }

    /// What is added.
    fn params(&self) -> usize {
        1
    }

    fn draw(&self, _: Image, rng: &mut Rng, params: &mut [f32]) {
        let extent = (self.value_range[1] - self.value_range[0]) as f32;
        params[0] = between(rng, self.factor[0], self.factor[1]) * extent;
    }

    fn transform(&self, _: Image, params: &[f32], x: &[f32], y: &mut [f32]) {
        let [low, high] = self.value_range.map(|end| end as f32);
        for (y, x) in y.iter_mut().zip(x) {
            *y = (x + params[0]).max(low).min(high);
        }
    }

    fn gradient(&self, _: Image, params: &[f32], x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let ends = self.value_range.map(|end| end as f32);
        for ((dx, dy), x) in dx.iter_mut().zip(dy).zip(x) {
            *dx = dy * clip_slope(x + params[0], ends);
        }
    }
}
