//! Activations: the functions of `keras.activations`, each with its derivative, from the output
//! where that tells it and from the kept input elsewhere.

use crate::error::{Error, Result};
use crate::kernels::elementwise;
use crate::layers::CacheLen;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// An activation, given by its name (or null for linear).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// x
    #[default]
    Linear,
    /// max(x, 0)
    Relu,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// eˣⁱ / Σⱼ eˣʲ over the last axis
    Softmax,
    /// x·σ(x)
    Silu,
    /// tanh x
    Tanh,
}

impl Activation {
    const NAMES: &[(&str, Activation)] = &[
        ("linear", Activation::Linear),
        ("relu", Activation::Relu),
        ("sigmoid", Activation::Sigmoid),
        ("silu", Activation::Silu),
        ("softmax", Activation::Softmax),
        ("swish", Activation::Silu),
        ("tanh", Activation::Tanh),
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, a)| *a == self)
            .map_or("linear", |(name, _)| name)
    }

    /// Reads a name, null (linear) or a serialized function.
    pub fn from_json(value: &Value) -> Result<Self> {
        if value.is_null() {
            return Ok(Activation::Linear);
        }
        let named = crate::registry::Named::from_json(value, "activation")?;
        let found = Self::NAMES.iter().find(|(name, _)| {
            *name == named.class_name || *name == crate::registry::snake_case(&named.class_name)
        });
        found.map(|(_, activation)| *activation).ok_or_else(|| {
            let known: Vec<&str> = Self::NAMES.iter().map(|(name, _)| *name).collect();
            crate::registry::unknown_class("activation", &named.class_name, &known)
        })
    }

    /// Whether the derivative is computed from the input, which then lies in the cache.
    fn keeps_input(self) -> bool {
        matches!(self, Activation::Silu)
    }

    /// What a layer keeps for it whose output has this shape.
    pub fn cache_len(self, output: &[usize]) -> CacheLen {
        let len = output.iter().product();
        CacheLen::per_sample(if self.keeps_input() { len } else { 0 })
    }

    /// Applies it in place to rows of `width` elements; `kept` is as long as
    /// [`Activation::cache_len`] asks for.
    pub fn forward(self, y: &mut [f32], width: usize, kept: &mut [f32]) {
        if self.keeps_input() {
            kept.copy_from_slice(y);
        }
        match self {
            Activation::Linear => {}
            // Not f32::max, which would hide a NaN.
            Activation::Relu => y
                .iter_mut()
                .for_each(|y| *y = if *y < 0.0 { 0.0 } else { *y }),
            Activation::Sigmoid => elementwise::sigmoid_slice(y),
            Activation::Silu => y.iter_mut().for_each(|y| *y *= elementwise::sigmoid(*y)),
            Activation::Softmax => elementwise::softmax_rows(y, width),
            Activation::Tanh => elementwise::tanh_slice(y),
        }
    }

    /// Turns dL/dy into dL/dx in place, from the output `y` or the `kept` input.
    pub fn backward(self, y: &[f32], kept: &[f32], dy: &mut [f32], width: usize) {
        let pairs = dy.iter_mut().zip(y);
        match self {
            Activation::Linear => {}
            Activation::Relu => pairs.for_each(|(d, &y)| *d = if y > 0.0 { *d } else { 0.0 }),
            Activation::Silu => dy.iter_mut().zip(kept).for_each(|(d, &x)| {
                let s = elementwise::sigmoid(x);
                *d *= s * (1.0 + x * (1.0 - s));
            }),
            Activation::Sigmoid => pairs.for_each(|(d, &y)| *d *= y * (1.0 - y)),
            Activation::Tanh => pairs.for_each(|(d, &y)| *d *= 1.0 - y * y),
            Activation::Softmax => {
                for (d, y) in dy.chunks_exact_mut(width).zip(y.chunks_exact(width)) {
                    let dot: f32 = d.iter().zip(y).map(|(d, y)| d * y).sum();
                    d.iter_mut().zip(y).for_each(|(d, &y)| *d = y * (*d - dot));
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for Activation {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let value = Value::deserialize(d)?;
        Self::from_json(&value).map_err(|e: Error| serde::de::Error::custom(e.message))
    }
}

impl Serialize for Activation {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}
