//! Penalties on weights and outputs, added to the loss (`keras.regularizers`).

use crate::config::Config;
use crate::error::{Error, Result};
use crate::registry::{registry, serde_by_name};
use serde::{Deserialize, Serialize};

/// A penalty over one variable or output.
pub trait Penalty {
    /// Whether its arguments are sound and it takes this shape (of an output with the batch).
    fn check(&self, shape: &[usize]) -> Result<()>;

    /// The penalty of `w`.
    fn penalty(&self, shape: &[usize], w: &[f32]) -> f32;

    /// Adds `scale` times the penalty's gradient to `gradient`.
    fn add_gradient(&self, shape: &[usize], w: &[f32], scale: f32, gradient: &mut [f32]);
}

registry! {
    /// A regularizer of `keras.regularizers`.
    pub enum Regularizer: dyn Penalty, "keras.regularizers", "regularizer" {
        L1, L2, L1L2, OrthogonalRegularizer,
    }
}
serde_by_name!(Regularizer, "regularizer");

/// l1·Σ|w|
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct L1 {
    /// Keras holds it, and writes it, in single precision.
    pub l1: f32,
}

impl Default for L1 {
    fn default() -> Self {
        L1 { l1: 0.01 }
    }
}

/// l2·Σw² (no ½)
#[derive(Debug, Clone, PartialEq, Config)]
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
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct L1L2 {
    pub l1: f64,
    pub l2: f64,
}

/// factor·mean |cos| over the pairs of rows (or columns) of a matrix: 0 where they are orthogonal.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct OrthogonalRegularizer {
    /// Keras holds it, and writes it, in single precision.
    pub factor: f32,
    pub mode: Mode,
}

/// Which vectors are to be orthogonal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Rows,
    Columns,
}

impl Default for OrthogonalRegularizer {
    fn default() -> Self {
        OrthogonalRegularizer {
            factor: 0.01,
            mode: Mode::Rows,
        }
    }
}

fn not_negative(class: &str, name: &str, value: f64) -> Result<()> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(Error::unsupported(format!(
        "{class}({name}={value}): {name} must be a finite number of at least 0"
    )))
}

/// l1·Σ|w| + l2·Σw²
fn l1_l2(l1: f64, l2: f64, w: &[f32]) -> f32 {
    // Sums of millions of squares: f64 keeps the digits that Keras' pairwise f32 sums keep.
    let mut penalty = 0.0_f64;
    if l1 != 0.0 {
        penalty += l1 * w.iter().map(|w| f64::from(w.abs())).sum::<f64>();
    }
    if l2 != 0.0 {
        penalty += l2 * w.iter().map(|&w| f64::from(w) * f64::from(w)).sum::<f64>();
    }
    penalty as f32
}

/// The slope of |x|: 1 at 0, as JAX has it (TensorFlow has 0).
fn sign(x: f32) -> f32 {
    if x >= 0.0 { 1.0 } else { -1.0 }
}

/// gradient += l1·sign(w) + 2·l2·w
fn add_l1_l2(l1: f32, l2: f32, w: &[f32], gradient: &mut [f32]) {
    for (g, &w) in gradient.iter_mut().zip(w) {
        *g += l1 * sign(w) + 2.0 * l2 * w;
    }
}

impl Penalty for L1 {
    fn check(&self, _: &[usize]) -> Result<()> {
        not_negative("L1", "l1", f64::from(self.l1))
    }

    fn penalty(&self, _: &[usize], w: &[f32]) -> f32 {
        l1_l2(f64::from(self.l1), 0.0, w)
    }

    fn add_gradient(&self, _: &[usize], w: &[f32], scale: f32, gradient: &mut [f32]) {
        add_l1_l2(scale * self.l1, 0.0, w, gradient);
    }
}

impl Penalty for L2 {
    fn check(&self, _: &[usize]) -> Result<()> {
        not_negative("L2", "l2", self.l2)
    }

    fn penalty(&self, _: &[usize], w: &[f32]) -> f32 {
        l1_l2(0.0, self.l2, w)
    }

    fn add_gradient(&self, _: &[usize], w: &[f32], scale: f32, gradient: &mut [f32]) {
        add_l1_l2(0.0, scale * self.l2 as f32, w, gradient);
    }
}

impl Penalty for L1L2 {
    fn check(&self, _: &[usize]) -> Result<()> {
        not_negative("L1L2", "l1", self.l1)?;
        not_negative("L1L2", "l2", self.l2)
    }

    fn penalty(&self, _: &[usize], w: &[f32]) -> f32 {
        l1_l2(self.l1, self.l2, w)
    }

    fn add_gradient(&self, _: &[usize], w: &[f32], scale: f32, gradient: &mut [f32]) {
        let (l1, l2) = (scale * self.l1 as f32, scale * self.l2 as f32);
        add_l1_l2(l1, l2, w, gradient);
    }
}

/// The rows or columns of a matrix.
struct Vectors<'a> {
    w: &'a [f32],
    count: usize,
    len: usize,
    /// From one vector, and from one element, to the next.
    steps: (usize, usize),
}

impl Vectors<'_> {
    fn at(&self, vector: usize, element: usize) -> usize {
        vector * self.steps.0 + element * self.steps.1
    }

    fn dot(&self, i: usize, j: usize) -> f64 {
        let products = (0..self.len)
            .map(|e| f64::from(self.w[self.at(i, e)]) * f64::from(self.w[self.at(j, e)]));
        products.sum()
    }

    /// 1 / ‖vᵢ‖, at most 1 / ε, as Keras normalizes.
    fn inverse_norm(&self, i: usize) -> f64 {
        (1.0 / self.dot(i, i).sqrt()).min(1e7)
    }
}

impl OrthogonalRegularizer {
    fn vectors<'a>(&self, shape: &[usize], w: &'a [f32]) -> Vectors<'a> {
        let (rows, columns) = match shape {
            [rows, columns] => (*rows, *columns),
            _ => (0, 0), // refused by `check`
        };
        let (count, len, steps) = match self.mode {
            Mode::Rows => (rows, columns, (columns, 1)),
            Mode::Columns => (columns, rows, (1, columns)),
        };
        Vectors {
            w,
            count,
            len,
            steps,
        }
    }

    /// What the sum of |cos| over the pairs i < j is multiplied by; NaN for one vector, as in
    /// Keras.
    fn per_pair(&self, count: usize) -> f64 {
        let count = count as f64;
        f64::from(self.factor) / (count * (count - 1.0) / 2.0)
    }
}

impl Penalty for OrthogonalRegularizer {
    fn check(&self, shape: &[usize]) -> Result<()> {
        not_negative("OrthogonalRegularizer", "factor", f64::from(self.factor))?;
        match shape {
            [_, _] => Ok(()),
            _ => Err(Error::shape(format!(
                "OrthogonalRegularizer takes matrices, found the shape {shape:?}; use it for the \
                 kernel of a Dense layer or the embeddings of an Embedding"
            ))),
        }
    }

    fn penalty(&self, shape: &[usize], w: &[f32]) -> f32 {
        let v = self.vectors(shape, w);
        let mut sum = 0.0;
        for i in 0..v.count {
            let norm = v.inverse_norm(i);
            sum += (0..i)
                .map(|j| (v.dot(i, j) * norm * v.inverse_norm(j)).abs())
                .sum::<f64>();
        }
        (sum * self.per_pair(v.count)) as f32
    }

    /// d|cos(vᵢ, vⱼ)|/dvᵢ = (±v̂ⱼ - |cos|·v̂ᵢ) / ‖vᵢ‖: pair by pair, so that no buffer is needed.
    fn add_gradient(&self, shape: &[usize], w: &[f32], scale: f32, gradient: &mut [f32]) {
        let v = self.vectors(shape, w);
        let k = f64::from(scale) * self.per_pair(v.count);
        for i in 0..v.count {
            let norm = v.inverse_norm(i);
            for j in (0..v.count).filter(|&j| j != i) {
                let other = v.inverse_norm(j);
                let cos = v.dot(i, j) * norm * other;
                if cos == 0.0 {
                    continue;
                }
                let towards_j = k * norm * cos.signum() * other;
                let towards_i = k * norm * cos.abs() * norm;
                for e in 0..v.len {
                    let (a, b) = (v.at(i, e), v.at(j, e));
                    gradient[a] +=
                        (towards_j * f64::from(w[b]) - towards_i * f64::from(w[a])) as f32;
                }
            }
        }
    }
}
