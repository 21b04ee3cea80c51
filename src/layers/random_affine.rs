//! `keras.layers.RandomRotation`, `RandomZoom` and `RandomTranslation`: affine transforms whose
//! numbers are drawn for each image.

use super::DataFormat;
use super::affine_transform::{FillMode, Interpolation, Reading, Transform};
use super::augmentation::{Augmentation, Factor, between, random_layer, range};
use super::image::Image;
use crate::config::Config;
use crate::error::Result;
use crate::rng::Rng;

/// In training turns each image about its centre by an angle drawn from `factor` · 2π (a number f
/// for ±f), positive against the clock. The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct RandomRotation {
    #[serde(deserialize_with = "range")]
    pub factor: [f64; 2],
    #[serde(default)]
    pub fill_mode: FillMode,
    #[serde(default)]
    pub interpolation: Interpolation,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub fill_value: f64,
    #[serde(default)]
    pub data_format: DataFormat,
}

/// In training zooms each image about its centre: height and width are read at 1 + a number drawn
/// from their factor times the distance, so that negative ones enlarge. Without a `width_factor`
/// both are the same. The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct RandomZoom {
    pub height_factor: Factor,
    #[serde(default)]
    pub width_factor: Option<Factor>,
    #[serde(default)]
    pub fill_mode: FillMode,
    #[serde(default)]
    pub interpolation: Interpolation,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub fill_value: f64,
    #[serde(default)]
    pub data_format: DataFormat,
}

/// In training shifts each image down and to the right by shares of its size drawn from the
/// factors. The shape stays.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct RandomTranslation {
    pub height_factor: Factor,
    pub width_factor: Factor,
    #[serde(default)]
    pub fill_mode: FillMode,
    #[serde(default)]
    pub interpolation: Interpolation,
    #[serde(default)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub fill_value: f64,
    #[serde(default)]
    pub data_format: DataFormat,
}

impl RandomRotation {
    /// The rotation by the drawn degrees.
    fn matrix(&self, image: Image, params: &[f32]) -> Transform {
        let angle = f64::from(params[0] * (std::f64::consts::PI / 180.0) as f32);
        let (sin, cos) = (angle.sin() as f32, angle.cos() as f32);
        let (cx, cy) = centre(image);
        let (a0, a1, b0, b1) = (cos, -sin, sin, cos);
        [
            a0,
            a1,
            cx - cx * a0 - cy * a1,
            b0,
            b1,
            cy - cx * b0 - cy * b1,
        ]
    }

    /// Degrees.
    fn params(&self) -> usize {
        1
    }

    fn check_arguments(&self) -> Result<()> {
        Ok(())
    }

    fn draw_params(&self, _: Image, rng: &mut Rng, params: &mut [f32]) {
        let [low, high] = self.factor;
        params[0] = between(rng, low * 360.0, high * 360.0);
    }
}

impl RandomZoom {
    fn matrix(&self, image: Image, params: &[f32]) -> Transform {
        let (zy, zx) = (params[0], params[1]);
        let (cx, cy) = centre(image);
        [zx, 0.0, cx * (1.0 - zx), 0.0, zy, cy * (1.0 - zy)]
    }

    /// The zoom of the height and of the width.
    fn params(&self) -> usize {
        2
    }

    fn check_arguments(&self) -> Result<()> {
        // −1 itself would be a zoom to nothing.
        let low = -1.0 + f64::EPSILON;
        self.height_factor.check("height_factor", low, 1.0)?;
        self.width_factor
            .map_or(Ok(()), |factor| factor.check("width_factor", low, 1.0))
    }

    fn draw_params(&self, _: Image, rng: &mut Rng, params: &mut [f32]) {
        let factors = [Some(self.height_factor), self.width_factor];
        for (i, factor) in factors.into_iter().enumerate() {
            params[i] = factor.map_or(params[0], |factor| {
                let [low, high] = factor.range();
                between(rng, 1.0 + low, 1.0 + high)
            });
        }
    }
}

impl RandomTranslation {
    fn matrix(&self, _: Image, params: &[f32]) -> Transform {
        [1.0, 0.0, -params[1], 0.0, 1.0, -params[0]]
    }

    /// Pixels down and to the right.
    fn params(&self) -> usize {
        2
    }

    fn check_arguments(&self) -> Result<()> {
        self.height_factor.check("height_factor", -1.0, 1.0)?;
        self.width_factor.check("width_factor", -1.0, 1.0)
    }

    fn draw_params(&self, image: Image, rng: &mut Rng, params: &mut [f32]) {
        let mut pixels = |factor: Factor, size: usize| {
            let [low, high] = factor.range();
            between(rng, low, high) * size as f32
        };
        params[0] = pixels(self.height_factor, image.height);
        params[1] = pixels(self.width_factor, image.width);
    }
}

/// Half the distance between the outermost pixels: x and y.
fn centre(image: Image) -> (f32, f32) {
    let half = |size: usize| (size as f32 - 1.0) / 2.0;
    (half(image.width), half(image.height))
}

/// An [`Augmentation`] of what the three have in common.
macro_rules! affine_layer {
    ($class:ident) => {
        random_layer!($class);

        impl $class {
            fn reading(&self) -> Reading {
                Reading {
                    fill_mode: self.fill_mode,
                    fill_value: self.fill_value as f32,
                    interpolation: self.interpolation,
                }
            }
        }

        impl Augmentation for $class {
            fn check(&self) -> Result<()> {
                self.check_arguments()
            }

            fn seed(&self) -> Option<u32> {
                self.seed
            }

            fn data_format(&self) -> DataFormat {
                self.data_format
            }

            fn params(&self) -> usize {
                $class::params(self)
            }

            fn draw(&self, image: Image, rng: &mut Rng, params: &mut [f32]) {
                self.draw_params(image, rng, params);
            }

            fn transform(&self, image: Image, params: &[f32], x: &[f32], y: &mut [f32]) {
                self.reading()
                    .forward(image, self.matrix(image, params), x, y);
            }

            fn gradient(
                &self,
                image: Image,
                params: &[f32],
                _x: &[f32],
                dy: &[f32],
                dx: &mut [f32],
            ) {
                self.reading()
                    .backward(image, self.matrix(image, params), dy, dx);
            }
        }
    };
}

affine_layer!(RandomRotation);
affine_layer!(RandomZoom);
affine_layer!(RandomTranslation);
