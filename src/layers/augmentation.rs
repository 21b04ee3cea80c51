//! What the random image layers share: numbers drawn for each sample in training, a transform that
//! they determine; otherwise images pass as they are.

use super::DataFormat;
use super::image::{Image, image_shape};
use super::{Backward, CacheLen, Forward, Shape, only};
use crate::error::{Error, Result};
use crate::rng::Rng;
use serde::{Deserialize, Deserializer, Serialize};

/// A random transform of images.
pub trait Augmentation: Sync {
    /// Refuses arguments out of range.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn seed(&self) -> Option<u32>;

    fn data_format(&self) -> DataFormat;

    /// Numbers drawn per sample.
    fn params(&self) -> usize;

    fn draw(&self, image: Image, rng: &mut Rng, params: &mut [f32]);

    /// Writes image `x`, transformed by `params`, to `y`.
    fn transform(&self, image: Image, params: &[f32], x: &[f32], y: &mut [f32]);

    /// dL/dx from dL/dy.
    fn gradient(&self, image: Image, params: &[f32], x: &[f32], dy: &[f32], dx: &mut [f32]);
}

/// Transforms each sample by its own params (Keras' `transform_images`).
pub fn transform_images(
    layer: &dyn Augmentation,
    shape: &[usize],
    params: &[f32],
    x: &[f32],
    y: &mut [f32],
) {
    let image = layer.data_format().layout(shape);
    let samples = x
        .chunks_exact(image.size())
        .zip(y.chunks_exact_mut(image.size()));
    for ((x, y), params) in samples.zip(params.chunks_exact(layer.params())) {
        layer.transform(image, params, x, y);
    }
}

pub fn output_shape(layer: &dyn Augmentation, inputs: &[Shape], class: &str) -> Result<Shape> {
    layer.check()?;
    image_shape(only(inputs, class)?, class).cloned()
}

pub fn cache_len(layer: &dyn Augmentation) -> CacheLen {
    CacheLen::per_sample(layer.params())
}

/// Params of a sample that passes as it is.
const UNTOUCHED: f32 = f32::NAN;

pub fn forward(layer: &dyn Augmentation, pass: &mut Forward, class: &str) {
    let x = pass.inputs.dense(0);
    if !pass.training {
        pass.output.copy_from_slice(x);
        pass.cache.fill(UNTOUCHED);
        return;
    }
    let image = layer.data_format().layout(pass.inputs.shape(0));
    let mut own = layer.seed().map(|seed| Rng::step(seed, class, pass.step));
    let rng = own.as_mut().unwrap_or(pass.rng);
    let count = layer.params();
    for params in pass.cache.chunks_exact_mut(count) {
        layer.draw(image, rng, params);
    }
    let (len, params) = (image.size(), &*pass.cache);
    pass.team.for_slices(pass.output, len, &|start, y| {
        let params = &params[start / len * count..][..count];
        layer.transform(image, params, &x[start..start + len], y);
    });
}

pub fn backward(layer: &dyn Augmentation, pass: &mut Backward) {
    let image = layer.data_format().layout(pass.inputs.shape(0));
    let (x, dy, params) = (pass.inputs.dense(0), &*pass.d_output, &*pass.cache);
    let (len, count) = (image.size(), layer.params());
    let Some(dx) = pass.d_inputs.get(0) else {
        return;
    };
    pass.team.for_slices(dx, len, &|start, dx| {
        let params = &params[start / len * count..][..count];
        let (x, dy) = (&x[start..start + len], &dy[start..start + len]);
        if params[0].is_nan() {
            dx.copy_from_slice(dy);
        } else {
            layer.gradient(image, params, x, dy, dx);
        }
    });
}

/// Makes a layer of an [`Augmentation`].
macro_rules! random_layer {
    ($class:ident) => {
        impl crate::layers::Layer for $class {
            fn output_shape(
                &self,
                inputs: &[crate::layers::Shape],
            ) -> crate::error::Result<crate::layers::Shape> {
                crate::layers::augmentation::output_shape(self, inputs, stringify!($class))
            }

            fn cache_len(&self, _: &[&[usize]], _: &[usize]) -> crate::layers::CacheLen {
                crate::layers::augmentation::cache_len(self)
            }

            fn augmentation(&self) -> Option<&dyn crate::layers::Augmentation> {
                Some(self)
            }

            fn forward(&self, pass: &mut crate::layers::Forward) -> crate::error::Result<()> {
                crate::layers::augmentation::forward(self, pass, stringify!($class));
                Ok(())
            }

            fn backward(&self, pass: &mut crate::layers::Backward) {
                crate::layers::augmentation::backward(self, pass);
            }
        }
    };
}
pub(super) use random_layer;

/// A number for ± that much, or the lower and upper end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Factor {
    One(f64),
    Pair([f64; 2]),
}

impl Factor {
    pub fn range(self) -> [f64; 2] {
        match self {
            Factor::One(factor) => [-factor.abs(), factor.abs()],
            Factor::Pair([a, b]) => [a.min(b), a.max(b)],
        }
    }

    /// Refuses numbers that are not within `low..=high`.
    pub fn check(self, argument: &str, low: f64, high: f64) -> Result<()> {
        let within = |x: f64| (low..=high).contains(&x);
        let fine = match self {
            Factor::One(factor) => within(factor),
            Factor::Pair([a, b]) => within(a) && within(b),
        };
        if fine {
            return Ok(());
        }
        Err(Error::unsupported(format!(
            "{argument} must be a number from {low} to {high}, or a pair of them, found {self:?}"
        )))
    }
}

/// A factor within -1..=1 as the pair that Keras makes of it.
pub fn range<'de, D: Deserializer<'de>>(d: D) -> std::result::Result<[f64; 2], D::Error> {
    let factor = Factor::deserialize(d)?;
    let checked = factor.check("factor", -1.0, 1.0);
    checked.map_err(serde::de::Error::custom)?;
    Ok(factor.range())
}

/// The same within 0..=1.
pub fn positive_range<'de, D: Deserializer<'de>>(d: D) -> std::result::Result<[f64; 2], D::Error> {
    let factor = Factor::deserialize(d)?;
    let checked = factor.check("factor", 0.0, 1.0);
    checked.map_err(serde::de::Error::custom)?;
    Ok(factor.range().map(|end| end.max(0.0)))
}

/// Uniform between two ends.
pub fn between(rng: &mut Rng, low: f64, high: f64) -> f32 {
    let (low, high) = (low as f32, high as f32);
    low + (high - low) * rng.uniform()
}

/// The slope of clipping to low..=high; halves at the ends, as in Keras.
pub fn clip_slope(x: f32, [low, high]: [f32; 2]) -> f32 {
    if x == low || x == high {
        0.5
    } else if x > low && x < high {
        1.0
    } else {
        0.0
    }
}
