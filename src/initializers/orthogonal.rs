//! `keras.initializers.Orthogonal`

use super::{Initialize, Seed};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::rng::Rng;

/// gain times a uniformly drawn orthogonal matrix (Saxe et al., 2014). All axes but the last are
/// the rows; the vectors along the longer side, of which there are fewer, are orthonormal.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Orthogonal {
    pub gain: f64,
    pub seed: Option<Seed>,
}

impl Default for Orthogonal {
    fn default() -> Self {
        Orthogonal {
            gain: 1.0,
            seed: None,
        }
    }
}

impl Initialize for Orthogonal {
    fn check(&self, shape: &[usize]) -> Result<()> {
        if shape.len() >= 2 {
            return Ok(());
        }
        Err(Error::shape(format!(
            "Orthogonal needs at least two dimensions, found the shape {shape:?}; use RandomNormal"
        )))
    }

    fn fill(&self, shape: &[usize], rng: &mut Rng, out: &mut [f32]) {
        let columns = shape.last().copied().unwrap_or(1).max(1);
        let rows = out.len() / columns;
        let vectors = orthonormal(rows.min(columns), rows.max(columns), rng);
        for (i, vector) in vectors.iter().enumerate() {
            for (j, &v) in vector.iter().enumerate() {
                let place = if rows < columns {
                    i * columns + j
                } else {
                    j * columns + i
                };
                out[place] = (self.gain * v) as f32;
            }
        }
    }

    fn seed(&self) -> Option<u32> {
        self.seed.as_ref().and_then(Seed::number)
    }
}

/// Normally drawn vectors made orthonormal by Gram and Schmidt: the Q of a QR decomposition whose
/// R has a positive diagonal, which makes Q uniform (Mezzadri, 2007).
fn orthonormal(count: usize, len: usize, rng: &mut Rng) -> Vec<Vec<f64>> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut v: Vec<f64> = (0..len).map(|_| f64::from(rng.normal())).collect();
        for _ in 0..2 {
            // The second time takes away what rounding has left.
            for earlier in &vectors {
                let share = dot(&v, earlier);
                v.iter_mut().zip(earlier).for_each(|(v, e)| *v -= share * e);
            }
        }
        let norm = dot(&v, &v).sqrt();
        v.iter_mut().for_each(|v| *v /= norm);
        vectors.push(v);
    }
    vectors
}
