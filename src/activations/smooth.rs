//! Activations with exponentials and roots, and their slopes.

use crate::kernels::elementwise::{erfc, exp, expm1, sigmoid, tanh};
use std::f32::consts::FRAC_1_SQRT_2;

/// x above 0, alpha·(eˣ - 1) below
pub fn elu(x: f32, alpha: f32) -> f32 {
    if x > 0.0 { x } else { alpha * expm1(x) }
}

/// From the input (or what has its sign) and the output.
pub fn elu_slope(x: f32, y: f32, alpha: f32) -> f32 {
    if x > 0.0 { 1.0 } else { y + alpha }
}

/// The constants of `selu` (Klambauer et al., 2017), with which activations keep mean 0 and
/// variance 1.
const SELU_ALPHA: f32 = 1.673_263_2;
const SELU_SCALE: f32 = 1.050_701;

/// scale·elu(x, alpha)
pub fn selu(x: f32) -> f32 {
    SELU_SCALE * elu(x, SELU_ALPHA)
}

/// From the output.
pub fn selu_slope(y: f32) -> f32 {
    if y > 0.0 {
        SELU_SCALE
    } else {
        y + SELU_SCALE * SELU_ALPHA
    }
}

/// From the output: σ(x) = 1 - e^-y.
pub fn softplus_slope(y: f32) -> f32 {
    -expm1(-y)
}

/// From the output: σ(-x) = 1 - eʸ.
pub fn log_sigmoid_slope(y: f32) -> f32 {
    -expm1(y)
}

/// x / (1 + |x|)
pub fn softsign(x: f32) -> f32 {
    x / (x.abs() + 1.0)
}

/// From the input.
pub fn softsign_slope(x: f32) -> f32 {
    let a = x.abs() + 1.0;
    1.0 / a / a
}

/// (x + √(x² + 4)) / 2
pub fn squareplus(x: f32) -> f32 {
    (x + (x * x + 4.0).sqrt()) / 2.0
}

/// From the input.
pub fn squareplus_slope(x: f32) -> f32 {
    0.5 * (1.0 + x / (x * x + 4.0).sqrt())
}

/// x·σ(x)
pub fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

/// From the input.
pub fn silu_slope(x: f32) -> f32 {
    let s = sigmoid(x);
    s * (1.0 + x * (1.0 - s))
}

/// x·Φ(x) with the normal distribution's Φ(x) = ½·erfc(-x/√2)
pub fn gelu(x: f32) -> f32 {
    0.5 * x * erfc(-x * FRAC_1_SQRT_2)
}

/// From the input: Φ(x) + x·φ(x).
pub fn gelu_slope(x: f32) -> f32 {
    const DENSITY: f32 = 0.398_942_3; // 1 / √(2π)
    0.5 * erfc(-x * FRAC_1_SQRT_2) + x * DENSITY * exp(-0.5 * x * x)
}

/// tanh(ln(1 + eˣ)) = w / (w + 2) with w = eˣ·(eˣ + 2)
fn tanh_softplus(x: f32) -> f32 {
    let n = exp(if x > 20.0 { 20.0 } else { x }); // 1 from there on
    let w = n * (n + 2.0);
    w / (w + 2.0)
}

/// x·tanh(ln(1 + eˣ))
pub fn mish(x: f32) -> f32 {
    x * tanh_softplus(x)
}

/// From the input.
pub fn mish_slope(x: f32) -> f32 {
    let t = tanh_softplus(x);
    t + x * (1.0 - t * t) * sigmoid(x)
}

/// x - tanh(x)
pub fn tanh_shrink(x: f32) -> f32 {
    x - tanh(x)
}

/// From the input.
pub fn tanh_shrink_slope(x: f32) -> f32 {
    let t = tanh(x);
    t * t
}
