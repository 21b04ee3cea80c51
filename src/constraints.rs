//! Projections of a weight after each step (`keras.constraints`).

use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::axes::{LANES, groups, offsets};
use crate::registry::{registry, serde_by_name};
use serde::{Deserialize, Serialize};

/// Projects one variable in place.
pub trait Project {
    /// Whether it takes a variable of this shape.
    fn check(&self, _shape: &[usize]) -> Result<()> {
        Ok(())
    }

    fn project(&self, shape: &[usize], w: &mut [f32]);
}

registry! {
    /// A constraint of `keras.constraints`.
    pub enum Constraint: dyn Project, "keras.constraints", "constraint" {
        MaxNorm, MinMaxNorm, NonNeg, UnitNorm,
    }
}
serde_by_name!(Constraint, "constraint");

/// The axis (or axes) along which norms are taken, from the last backwards where negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Axes {
    One(i64),
    Many(Vec<i64>),
    /// null: the norm is that of the whole variable.
    All,
}

impl Default for Axes {
    fn default() -> Self {
        Axes::One(0)
    }
}

impl Axes {
    fn given(&self) -> &[i64] {
        match self {
            Axes::One(axis) => std::slice::from_ref(axis),
            Axes::Many(axes) => axes,
            Axes::All => &[],
        }
    }

    /// Whether all axes are different ones of a variable of this shape.
    fn check(&self, shape: &[usize]) -> Result<()> {
        let rank = shape.len() as i64;
        let given = self.given();
        let within = given.iter().all(|axis| (-rank..rank).contains(axis));
        let twice = |(i, a): (usize, &i64)| given[..i].iter().any(|b| (a - b) % rank == 0);
        if within && !given.iter().enumerate().any(twice) {
            return Ok(());
        }
        Err(Error::shape(format!(
            "a constraint's axes {given:?} do not fit a variable of shape {shape:?}; give \
             different ones of 0 to {}, or negative ones from the last backwards",
            rank - 1
        )))
    }

    fn reduces(&self, rank: usize, axis: usize) -> bool {
        let (rank, axis) = (rank as i64, axis as i64);
        let found = |a: &i64| *a == axis || a + rank == axis;
        matches!(self, Axes::All) || self.given().iter().any(found)
    }

    /// Multiplies each group of elements that differ only along these axes by `factor(norm)`.
    fn scale_by_norm(&self, shape: &[usize], w: &mut [f32], factor: impl Fn(f32) -> f32) {
        let reduced = |axis| self.reduces(shape.len(), axis);
        groups(shape, &reduced, &mut |_, start, lanes| {
            let mut sums = [0.0_f64; LANES];
            offsets(shape, &reduced, &mut |o| {
                let w = &w[start + o..][..lanes];
                let squares = w.iter().map(|&w| f64::from(w) * f64::from(w));
                sums.iter_mut().zip(squares).for_each(|(sum, s)| *sum += s);
            });
            let factors = sums.map(|sum| factor(sum.sqrt() as f32));
            offsets(shape, &reduced, &mut |o| {
                let w = &mut w[start + o..][..lanes];
                w.iter_mut().zip(&factors).for_each(|(w, f)| *w *= f);
            });
        });
    }
}

/// Keras' epsilon, which keeps a zero norm from dividing.
const EPSILON: f32 = 1e-7;

/// w·min(‖w‖, max_value) / (ε + ‖w‖): norms along `axis` are at most `max_value`.
#[derive(Debug, Clone, PartialEq, Config)]
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
    fn check(&self, shape: &[usize]) -> Result<()> {
        self.axis.check(shape)
    }

    fn project(&self, shape: &[usize], w: &mut [f32]) {
        let max = self.max_value as f32;
        // As Keras' clip, max last: a max_value below 0 is the desired norm, too.
        self.axis
            .scale_by_norm(shape, w, |norm| norm.max(0.0).min(max) / (EPSILON + norm));
    }
}

/// Norms along `axis` are moved into min_value..max_value by the share `rate`.
#[derive(Debug, Clone, PartialEq, Config)]
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
    fn check(&self, shape: &[usize]) -> Result<()> {
        self.axis.check(shape)
    }

    fn project(&self, shape: &[usize], w: &mut [f32]) {
        let clip = |norm: f32| norm.max(self.min_value as f32).min(self.max_value as f32);
        self.axis.scale_by_norm(shape, w, |norm| {
            (self.rate as f32 * clip(norm) + (1.0 - self.rate) as f32 * norm) / (EPSILON + norm)
        });
    }
}

/// Negative weights become 0.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct NonNeg {}

impl Project for NonNeg {
    fn project(&self, _: &[usize], w: &mut [f32]) {
        w.iter_mut()
            .for_each(|w| *w = if *w < 0.0 { 0.0 } else { *w });
    }
}

/// w / (ε + ‖w‖): norms along `axis` are 1.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct UnitNorm {
    pub axis: Axes,
}

impl Project for UnitNorm {
    fn check(&self, shape: &[usize]) -> Result<()> {
        self.axis.check(shape)
    }

    fn project(&self, shape: &[usize], w: &mut [f32]) {
        self.axis
            .scale_by_norm(shape, w, |norm| 1.0 / (EPSILON + norm));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_must_fit_the_variable() {
        let check = |axis: serde_json::Value| {
            let config = serde_json::json!({"class_name": "UnitNorm", "config": {"axis": axis}});
            let constraint: Constraint = serde_json::from_value(config).unwrap();
            constraint.check(&[3, 4])
        };
        for fine in ["0", "1", "-1", "-2", "[0, 1]", "[-1, 0]", "null", "[]"] {
            assert!(check(serde_json::from_str(fine).unwrap()).is_ok(), "{fine}");
        }
        for wrong in ["2", "-3", "[0, 2]", "[0, 0]", "[1, -1]"] {
            let error = check(serde_json::from_str(wrong).unwrap()).unwrap_err();
            assert!(error.message.contains("[3, 4]"), "{error}");
        }
    }
}
