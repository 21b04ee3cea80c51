//! Projections of a weight after each step (`keras.constraints`).

use crate::registry::{registry, serde_by_name};
use serde::{Deserialize, Serialize};

/// Projects one variable in place.
pub trait Project {
    fn project(&self, shape: &[usize], w: &mut [f32]);
}

registry! {
    /// A constraint of `keras.constraints`.
    pub enum Constraint: dyn Project, "keras.constraints", "constraint" {
        MaxNorm, MinMaxNorm, NonNeg, UnitNorm,
    }
}
serde_by_name!(Constraint, "constraint");

/// The axis (or axes) along which norms are taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Axes {
    One(usize),
    Many(Vec<usize>),
}

impl Default for Axes {
    fn default() -> Self {
        Axes::One(0)
    }
}

impl Axes {
    /// Multiplies each group of elements that differ only along these axes by `factor(norm)`.
    fn scale_by_norm(&self, shape: &[usize], w: &mut [f32], factor: impl Fn(f32) -> f32) {
        let reduced = |d: usize| match self {
            Axes::One(axis) => d == *axis,
            Axes::Many(axes) => axes.contains(&d),
        };
        let groups: usize = shape
            .iter()
            .enumerate()
            .filter(|(d, _)| !reduced(*d))
            .map(|(_, n)| n)
            .product();
        let group_of = |mut i: usize| {
            let (mut group, mut stride) = (0, 1);
            for (d, &n) in shape.iter().enumerate().rev() {
                if !reduced(d) {
                    group += (i % n) * stride;
                    stride *= n;
                }
                i /= n;
            }
            group
        };
        let mut sums = vec![0.0_f32; groups];
        for (i, w) in w.iter().enumerate() {
            sums[group_of(i)] += w * w;
        }
        let factors: Vec<f32> = sums.iter().map(|sum| factor(sum.sqrt())).collect();
        for (i, w) in w.iter_mut().enumerate() {
            *w *= factors[group_of(i)];
        }
    }
}

/// Keras' epsilon, which keeps a zero norm from dividing.
const EPSILON: f32 = 1e-7;

/// Norms along `axis` are at most `max_value`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MaxNorm {
    pub max_value: f64,
    pub axis: Axes,
}

impl Default for MaxNorm {
    fn default() -> Self {
        MaxNorm {
            max_value: 2.0,
            axis: Axes::default(),
        }
    }
}

impl Project for MaxNorm {
    fn project(&self, shape: &[usize], w: &mut [f32]) {
        let max = self.max_value as f32;
        self.axis
            .scale_by_norm(shape, w, |norm| norm.clamp(0.0, max) / (EPSILON + norm));
    }
}

/// Norms along `axis` are moved into min_value..max_value by the share `rate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MinMaxNorm {
    pub min_value: f64,
    pub max_value: f64,
    pub rate: f64,
    pub axis: Axes,
}

impl Default for MinMaxNorm {
    fn default() -> Self {
        MinMaxNorm {
            min_value: 0.0,
            max_value: 1.0,
            rate: 1.0,
            axis: Axes::default(),
        }
    }
}

impl Project for MinMaxNorm {
    fn project(&self, shape: &[usize], w: &mut [f32]) {
        let clip = |norm: f32| norm.max(self.min_value as f32).min(self.max_value as f32);
        self.axis.scale_by_norm(shape, w, |norm| {
            (self.rate as f32 * clip(norm) + (1.0 - self.rate) as f32 * norm) / (EPSILON + norm)
        });
    }
}

/// Negative weights become 0.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NonNeg {}

impl Project for NonNeg {
    fn project(&self, _: &[usize], w: &mut [f32]) {
        w.iter_mut()
            .for_each(|w| *w = if *w < 0.0 { 0.0 } else { *w });
    }
}

/// Norms along `axis` are 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UnitNorm {
    pub axis: Axes,
}

impl Project for UnitNorm {
    fn project(&self, shape: &[usize], w: &mut [f32]) {
        self.axis
            .scale_by_norm(shape, w, |norm| 1.0 / (EPSILON + norm));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_norm_works_on_columns() {
        // Columns (3, 4) with norm 5 and (0.6, 0.8) with norm 1.
        let mut w = vec![3.0, 0.6, 4.0, 0.8];
        MaxNorm::default().project(&[2, 2], &mut w);
        for (w, expected) in w.iter().zip([1.2, 0.6, 1.6, 0.8]) {
            assert!((w - expected).abs() < 1e-6);
        }
    }
}
