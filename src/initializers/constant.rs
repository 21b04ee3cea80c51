//! Initializers that draw nothing: `Zeros`, `Ones`, `Constant`, `Identity`, `STFT`.

use super::Initialize;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::rng::Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// 0
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Zeros {}

impl Initialize for Zeros {
    fn fill(&self, _: &[usize], _: &mut Rng, out: &mut [f32]) {
        out.fill(0.0);
    }
}

/// 1
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Ones {}

impl Initialize for Ones {
    fn fill(&self, _: &[usize], _: &mut Rng, out: &mut [f32]) {
        out.fill(1.0);
    }
}

/// One number. Keras does not read it from the mere name, either.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    pub value: f64,
}

impl Initialize for Constant {
    fn fill(&self, _: &[usize], _: &mut Rng, out: &mut [f32]) {
        out.fill(self.value as f32);
    }
}

/// gain on the diagonal of a matrix, 0 beside it.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// Keras reads it but never writes it; here only 1 goes without saying.
    #[serde(skip_serializing_if = "is_one")]
    pub gain: f64,
}

fn is_one(gain: &f64) -> bool {
    *gain == 1.0
}

impl Default for Identity {
    fn default() -> Self {
        Identity { gain: 1.0 }
    }
}

impl Initialize for Identity {
    fn check(&self, shape: &[usize]) -> Result<()> {
        match shape {
            [_, _] => Ok(()),
            _ => Err(Error::shape(format!(
                "Identity fills matrices only, found the shape {shape:?}; use Orthogonal"
            ))),
        }
    }

    fn fill(&self, shape: &[usize], _: &mut Rng, out: &mut [f32]) {
        let columns = shape.last().copied().unwrap_or(1);
        for (i, w) in out.iter_mut().enumerate() {
            let on_diagonal = i / columns == i % columns;
            *w = if on_diagonal { self.gain as f32 } else { 0.0 };
        }
    }
}

/// Kernels of a short-time Fourier transform: window(t)·cos(-2π·t·f / n) / scale, or sin, of shape
/// (frame length, 1, n / 2 + 1).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct STFT {
    pub side: Side,
    /// None: no window, and no scaling.
    pub window: Option<Window>,
    pub periodic: bool,
    pub scaling: Option<Scaling>,
}

/// Which part of the complex exponential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Real,
    Imag,
}

/// SciPy's windows that are sums of cosines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Window {
    Hann,
    Hamming,
    Blackman,
    Boxcar,
}

/// The norm a window is divided by: its Euclidean one, or Σ|w|.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scaling {
    Density,
    Spectrum,
}

impl Default for STFT {
    fn default() -> Self {
        STFT {
            side: Side::Real,
            window: Some(Window::Hann),
            periodic: false,
            scaling: Some(Scaling::Density),
        }
    }
}

impl Window {
    /// Sample `t` of `len`: Σ aₖ·cos(2πk·t / period - πk).
    fn at(self, t: usize, len: usize, periodic: bool) -> f64 {
        let terms: &[f64] = match self {
            Window::Hann => &[0.5, 0.5],
            Window::Hamming => &[0.54, 0.46],
            Window::Blackman => &[0.42, 0.5, 0.08],
            Window::Boxcar => &[1.0],
        };
        if len == 1 {
            return 1.0;
        }
        let period = if periodic { len } else { len - 1 };
        let angle = TAU * t as f64 / period as f64 - PI;
        let terms = terms.iter().enumerate();
        terms.map(|(k, a)| a * (k as f64 * angle).cos()).sum()
    }
}

impl Initialize for STFT {
    fn check(&self, shape: &[usize]) -> Result<()> {
        match shape {
            [_, _, bands] if *bands > 1 => Ok(()),
            _ => Err(Error::shape(format!(
                "STFT fills kernels of shape (frame length, 1, n / 2 + 1), found {shape:?}"
            ))),
        }
    }

    fn fill(&self, shape: &[usize], _: &mut Rng, out: &mut [f32]) {
        let &[frame, channels, bands] = shape else {
            return; // refused by `check`
        };
        let window = |t| self.window.map_or(1.0, |w| w.at(t, frame, self.periodic));
        let scale = match (self.window, self.scaling) {
            (Some(_), Some(Scaling::Density)) => {
                (0..frame).map(|t| window(t).powi(2)).sum::<f64>().sqrt()
            }
            (Some(_), Some(Scaling::Spectrum)) => (0..frame).map(|t| window(t).abs()).sum(),
            _ => 1.0,
        };
        for (t, rows) in out.chunks_exact_mut(channels * bands).enumerate() {
            for (i, w) in rows.iter_mut().enumerate() {
                let band = (i % bands) as f64;
                let angle = -TAU * t as f64 * band / (2 * (bands - 1)) as f64;
                let wave = match self.side {
                    Side::Real => angle.cos(),
                    Side::Imag => angle.sin(),
                };
                *w = (wave * window(t) / scale) as f32;
            }
        }
    }
}
