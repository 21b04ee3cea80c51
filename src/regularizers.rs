//! Penalties on weights and outputs, added to the loss (`keras.regularizers`).

use crate::registry::{registry, serde_by_name};
use serde::{Deserialize, Serialize};

/// A penalty over one variable.
pub trait Penalty {
    /// The penalty of `w`; its gradient is added to `gradient` where that is given.
    fn penalty(&self, w: &[f32], gradient: Option<&mut [f32]>) -> f32;
}

registry! {
    /// A regularizer of `keras.regularizers`.
    pub enum Regularizer: dyn Penalty, "keras.regularizers", "regularizer" {
        L1 = ["l1"], L2 = ["l2"], L1L2 = ["l1_l2", "l1l2"],
    }
}
serde_by_name!(Regularizer, "regularizer");

/// l1·Σ|w|
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct L1 {
    pub l1: f64,
}

impl Default for L1 {
    fn default() -> Self {
        L1 { l1: 0.01 }
    }
}

/// l2·Σw² (no ½)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct L2 {
    pub l2: f64,
}

impl Default for L2 {
    fn default() -> Self {
        L2 { l2: 0.01 }
    }
}

/// l1·Σ|w| + l2·Σw²; both 0 by default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct L1L2 {
    pub l1: f64,
    pub l2: f64,
}

/// l1·Σ|w| + l2·Σw² and, added to `gradient`, l1·sign(w) + 2·l2·w.
fn l1_l2(l1: f64, l2: f64, w: &[f32], gradient: Option<&mut [f32]>) -> f32 {
    // Sums of millions of squares: f64 keeps the digits that Keras' pairwise f32 sums keep.
    let mut penalty = 0.0_f64;
    if l1 != 0.0 {
        penalty += l1 * w.iter().map(|w| f64::from(w.abs())).sum::<f64>();
    }
    if l2 != 0.0 {
        penalty += l2 * w.iter().map(|&w| f64::from(w) * f64::from(w)).sum::<f64>();
    }
    if let Some(gradient) = gradient {
        for (g, &w) in gradient.iter_mut().zip(w) {
            let sign = if w > 0.0 {
                1.0
            } else if w < 0.0 {
                -1.0
            } else {
                0.0
            };
            *g += l1 as f32 * sign + 2.0 * l2 as f32 * w;
        }
    }
    penalty as f32
}

impl Penalty for L1 {
    fn penalty(&self, w: &[f32], gradient: Option<&mut [f32]>) -> f32 {
        l1_l2(self.l1, 0.0, w, gradient)
    }
}

impl Penalty for L2 {
    fn penalty(&self, w: &[f32], gradient: Option<&mut [f32]>) -> f32 {
        l1_l2(0.0, self.l2, w, gradient)
    }
}

impl Penalty for L1L2 {
    fn penalty(&self, w: &[f32], gradient: Option<&mut [f32]>) -> f32 {
        l1_l2(self.l1, self.l2, w, gradient)
    }
}
