//! `keras.layers.Dot`

use super::axis::sample_axis;
use super::{Backward, CacheLen, Forward, Inputs, Layer, Shape, show};
use crate::config::Config;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Products of two inputs summed along an axis of each: with axes k and l,
/// y[…i…, …j…] = Σ_k x₀[…i… k …] · x₁[…j… k …].
///
/// `normalize` divides both by their length along the axis first (cosine proximity). Shapes: the
/// dimensions of x₀ without its axis, then those of x₁ without its; (1) where none are left.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Dot {
    pub axes: Axes,
    #[serde(default)]
    pub normalize: bool,
}

/// One axis for both inputs or one for each, counted with the batch dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Axes {
    Both(i32),
    Each([i32; 2]),
}

impl Axes {
    fn get(self, i: usize) -> i32 {
        match self {
            Axes::Both(axis) => axis,
            Axes::Each(axes) => axes[i],
        }
    }
}

/// Squared lengths are at least this (`keras.backend.epsilon()`, squared as `ops.normalize` does).
const EPSILON: f32 = 1e-7;

/// One input: outer × along × inner elements of a sample.
#[derive(Clone, Copy)]
struct Side {
    outer: usize,
    along: usize,
    inner: usize,
}

impl Side {
    fn new(shape: &[usize], axis: i32) -> Self {
        let axis = sample_axis(axis, shape.len()).unwrap_or(0);
        Side {
            outer: shape[..axis].iter().product(),
            along: shape[axis],
            inner: shape[axis + 1..].iter().product(),
        }
    }

    /// How many vectors a sample has along the axis.
    fn vectors(self) -> usize {
        self.outer * self.inner
    }

    fn len(self) -> usize {
        self.vectors() * self.along
    }

    /// The index of element `k` of vector `v`.
    fn at(self, v: usize, k: usize) -> usize {
        (v / self.inner * self.along + k) * self.inner + v % self.inner
    }
}

impl Dot {
    fn sides(&self, inputs: &Inputs) -> [Side; 2] {
        [0, 1].map(|i| Side::new(inputs.shape(i), self.axes.get(i)))
    }

    /// 1 / the length of vector `v` of a sample, or 1.
    fn factor(&self, side: Side, x: &[f32], v: usize) -> f32 {
        if !self.normalize {
            return 1.0;
        }
        let square: f32 = (0..side.along).map(|k| x[side.at(v, k)].powi(2)).sum();
        1.0 / square.max(EPSILON * EPSILON).sqrt()
    }
}

impl Layer for Dot {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let [a, b] = inputs else {
            return Err(Error::shape(format!(
                "Dot is called on a list of 2 inputs, found {}",
                inputs.len()
            )));
        };
        let mut output = vec![];
        let mut along = vec![];
        for (i, shape) in [a, b].into_iter().enumerate() {
            let axis = self.axes.get(i);
            let at = sample_axis(axis, shape.len()).ok_or_else(|| {
                Error::unsupported(format!(
                    "Dot(axes={:?}): {} has no axis {axis} behind the batch",
                    self.axes,
                    show(shape)
                ))
            })?;
            along.push(shape[at]);
            output.extend(shape[..at].iter().chain(&shape[at + 1..]));
        }
        if along[0].is_some() && along[1].is_some() && along[0] != along[1] {
            return Err(Error::shape(format!(
                "Dot sums along axes of the same size, found {} and {}; change axes",
                show(a),
                show(b)
            )));
        }
        if output.is_empty() {
            output.push(Some(1));
        }
        Ok(output)
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn mask(&self, _inputs: &[&[usize]], _masks: &[Option<usize>]) -> super::OutputMask {
        super::OutputMask::None
    }

    fn cache_len(&self, inputs: &[&[usize]], _output: &[usize]) -> CacheLen {
        let vectors = |i: usize| Side::new(inputs[i], self.axes.get(i)).vectors();
        CacheLen::per_sample(vectors(0) + vectors(1))
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let sides = self.sides(&pass.inputs);
        let [a, b] = sides;
        let x = [0, 1].map(|i| pass.inputs.dense(i));
        let (n, m) = (a.vectors(), b.vectors());
        let samples = pass.output.chunks_exact_mut(n * m);
        for (s, (y, factors)) in samples.zip(pass.cache.chunks_exact_mut(n + m)).enumerate() {
            let x = [0, 1].map(|i| &x[i][s * sides[i].len()..][..sides[i].len()]);
            for (v, factor) in factors.iter_mut().enumerate() {
                let (side, v_of) = if v < n { (0, v) } else { (1, v - n) };
                *factor = self.factor(sides[side], x[side], v_of);
            }
            for i in 0..n {
                for j in 0..m {
                    let products = (0..a.along).map(|k| x[0][a.at(i, k)] * x[1][b.at(j, k)]);
                    y[i * m + j] = products.sum::<f32>() * (factors[i] * factors[n + j]);
                }
            }
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let sides = self.sides(&pass.inputs);
        let x = [0, 1].map(|i| pass.inputs.dense(i));
        let (n, m) = (sides[0].vectors(), sides[1].vectors());
        for side in 0..2 {
            let Some(dx) = pass.d_inputs.get(side) else {
                continue;
            };
            let (own, other) = (sides[side], sides[1 - side]);
            for s in 0..pass.inputs.rows {
                let dy = &pass.d_output[s * n * m..][..n * m];
                let factors = &pass.cache[s * (n + m)..][..n + m];
                let x = [0, 1].map(|i| &x[i][s * sides[i].len()..][..sides[i].len()]);
                let dx = &mut dx[s * own.len()..][..own.len()];
                for v in 0..own.vectors() {
                    let pair = |w: usize| if side == 0 { (v, w) } else { (w, v) };
                    let factor = factors[if side == 0 { v } else { n + v }];
                    for k in 0..own.along {
                        let of = |w: usize| {
                            let (i, j) = pair(w);
                            let f = factors[i] * factors[n + j];
                            dy[i * m + j] * x[1 - side][other.at(w, k)] * f
                        };
                        dx[own.at(v, k)] = (0..other.vectors()).map(of).sum();
                    }
                    if self.normalize && factor < 1.0 / EPSILON {
                        // d(x/|x|) takes out what lies along x.
                        let along = |k: usize| dx[own.at(v, k)] * x[side][own.at(v, k)];
                        let along: f32 = (0..own.along).map(along).sum();
                        for k in 0..own.along {
                            dx[own.at(v, k)] -= along * factor * factor * x[side][own.at(v, k)];
                        }
                    }
                }
            }
        }
    }
}
