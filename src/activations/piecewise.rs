//! Activations made of straight and square pieces, and their slopes. What no condition selects,
//! NaN among it, goes where Keras' conditions let it go.

use serde::{Deserialize, Serialize};

/// max(x, 0). Not `f32::max`, which would hide a NaN.
pub fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

/// min(max(x, 0), 6)
pub fn relu6(x: f32) -> f32 {
    let y = relu(x);
    if y > 6.0 { 6.0 } else { y }
}

/// x, times `slope` below 0
pub fn leaky_relu(x: f32, slope: f32) -> f32 {
    if x >= 0.0 { x } else { slope * x }
}

/// Of [`leaky_relu`], from x, or from y where `slope` is above 0.
pub fn leaky_relu_slope(x: f32, slope: f32) -> f32 {
    if x >= 0.0 { 1.0 } else { slope }
}

/// x within -1..1, and the nearer end beyond
pub fn hard_tanh(x: f32) -> f32 {
    x.clamp(-1.0, 1.0)
}

/// x / 6 + ½ within 0..1
pub fn hard_sigmoid(x: f32) -> f32 {
    relu6(x + 3.0) / 6.0
}

/// From the output.
pub fn hard_sigmoid_slope(y: f32) -> f32 {
    if y > 0.0 && y < 1.0 { 1.0 / 6.0 } else { 0.0 }
}

/// x·hard_sigmoid(x)
pub fn hard_silu(x: f32) -> f32 {
    x * hard_sigmoid(x)
}

/// From the input.
pub fn hard_silu_slope(x: f32) -> f32 {
    let h = hard_sigmoid(x);
    if h > 0.0 && h < 1.0 { h + x / 6.0 } else { h }
}

/// Where `hard_shrink` and `soft_shrink` have their thresholds.
const SHRINK: f32 = 0.5;

/// x where |x| > ½, else 0
pub fn hard_shrink(x: f32) -> f32 {
    if x.abs() > SHRINK { x } else { 0.0 }
}

/// x moved by ½ towards 0, and 0 where that lies between
pub fn soft_shrink(x: f32) -> f32 {
    if x > SHRINK {
        x - SHRINK
    } else if x < -SHRINK {
        x + SHRINK
    } else {
        0.0
    }
}

/// 0 up to -1, (x + 1)² / 4 up to 1, x beyond
pub fn sparse_plus(x: f32) -> f32 {
    if x <= -1.0 {
        0.0
    } else if x >= 1.0 {
        x
    } else {
        (x + 1.0) * (x + 1.0) / 4.0
    }
}

/// From the output: (x + 1) / 2 = √y.
pub fn sparse_plus_slope(y: f32) -> f32 {
    if y >= 1.0 { 1.0 } else { y.sqrt() }
}

/// (x + 1) / 2 within 0..1
pub fn sparse_sigmoid(x: f32) -> f32 {
    let y = relu(x + 1.0);
    0.5 * if y > 2.0 { 2.0 } else { y }
}

/// From the output.
pub fn sparse_sigmoid_slope(y: f32) -> f32 {
    if y > 0.0 && y < 1.0 { 0.5 } else { 0.0 }
}

/// x where x > `threshold`, else `default_value`.
///
/// Keras' function takes these as arguments, which a name cannot give. Its operation of the same
/// name (`keras.src.ops.nn.Threshold`) holds them, and that is what Keras saves and loads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    #[serde(default = "threshold_name")]
    pub name: String,
    pub threshold: f64,
    pub default_value: f64,
}

fn threshold_name() -> String {
    "threshold".into()
}

impl Threshold {
    pub fn of(&self, x: f32) -> f32 {
        if self.passes(x) {
            x
        } else {
            self.default_value as f32
        }
    }

    /// Whether x stays as it is.
    pub fn passes(&self, x: f32) -> bool {
        x > self.threshold as f32
    }
}
