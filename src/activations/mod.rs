//! Activations: the functions of `keras.activations`, each with its derivative, from the output
//! where that tells it and from the kept input elsewhere. At a kink the slope is that of the flat
//! side.

mod json;
mod piecewise;
mod rows;
mod smooth;

pub use piecewise::{Threshold, leaky_relu, leaky_relu_slope};
pub use rows::{glu, glu_slope};
pub use smooth::{elu, elu_slope};

use crate::error::{Error, Result};
use crate::kernels::elementwise;
use crate::kernels::team::Team;
use crate::layers::{AnyLayer, CacheLen, LayerNode, Shape, show};

/// A function of elements, or of rows along the last axis, that leaves the shape as it is.
pub trait Function: Sync {
    /// Turns x into f(x) in place, in rows of `width` elements.
    fn apply(&self, y: &mut [f32], width: usize);

    /// Turns dL/dy into dL/dx in place, from input `x` and output `y`.
    fn differentiate(&self, x: &[f32], y: &[f32], dy: &mut [f32], width: usize);
}

/// An activation, given by its name (or null for linear), or as a layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Activation {
    /// max(x, 0) + min(eˣ - 1, 0)
    Celu,
    /// x above 0, eˣ - 1 below
    Elu,
    /// eˣ
    Exponential,
    /// x·Φ(x), Φ of the normal distribution
    Gelu,
    /// a·σ(b), a and b the halves of the last axis
    Glu,
    /// x where |x| > ½, else 0
    HardShrink,
    /// min(max(x + 3, 0), 6) / 6
    HardSigmoid,
    /// x·hard_sigmoid(x)
    HardSilu,
    /// x within -1..1
    HardTanh,
    /// x, times 0.2 below 0
    LeakyRelu,
    /// x
    #[default]
    Linear,
    /// ln σ(x)
    LogSigmoid,
    /// x - ln Σⱼ eˣʲ over the last axis
    LogSoftmax,
    /// x·tanh(ln(1 + eˣ))
    Mish,
    /// max(x, 0)
    Relu,
    /// min(max(x, 0), 6)
    Relu6,
    /// 1.0507·(x above 0, 1.6733·(eˣ - 1) below)
    Selu,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// x·σ(x)
    Silu,
    /// x ∓ ½ beyond ±½, 0 between
    SoftShrink,
    /// eˣⁱ / Σⱼ eˣʲ over the last axis
    Softmax,
    /// ln(1 + eˣ)
    Softplus,
    /// x / (1 + |x|)
    Softsign,
    /// 0 up to -1, (x + 1)² / 4 up to 1, x beyond
    SparsePlus,
    /// min(max(x + 1, 0), 2) / 2
    SparseSigmoid,
    /// max(x - τ, 0) over the last axis, τ as Keras has it
    Sparsemax,
    /// (x + √(x² + 4)) / 2
    Squareplus,
    /// tanh x
    Tanh,
    /// x - tanh x
    TanhShrink,
    /// x above a threshold, else a value of its own
    Threshold(Threshold),
    /// An activation layer in the place of a function: `activation=LeakyReLU(0.1)`.
    Layer(Box<LayerNode>),
}

impl Activation {
    /// Whether the derivative is computed from the input, which then lies in the cache.
    pub fn keeps_input(&self) -> bool {
        matches!(
            self,
            Activation::Gelu
                | Activation::HardSilu
                | Activation::Layer(_)
                | Activation::Mish
                | Activation::Silu
                | Activation::Softsign
                | Activation::Sparsemax
                | Activation::Squareplus
                | Activation::TanhShrink
                | Activation::Threshold(_)
        )
    }

    /// Whether the result is half as wide as what it is computed from: then it is [`glu`], which
    /// leaves its place, and none of the passes here.
    pub fn halves(&self) -> bool {
        match self {
            Activation::Glu => true,
            Activation::Layer(node) => match &node.layer {
                AnyLayer::Activation(layer) => layer.activation.halves(),
                _ => false,
            },
            _ => false,
        }
    }

    /// The result's shape from the shape of what it is computed from.
    pub fn output_shape(&self, mut shape: Shape) -> Result<Shape> {
        if !self.halves() {
            return Ok(shape);
        }
        match shape.last_mut() {
            Some(Some(width)) if width.is_multiple_of(2) => *width /= 2,
            Some(None) => {}
            _ => {
                return Err(Error::shape(format!(
                    "the activation \"glu\" halves the last axis, whose size must be divisible by \
                     2, found {}; give the layer before it an even number of units",
                    show(&shape)
                )));
            }
        }
        Ok(shape)
    }

    /// What a layer keeps for it whose output has this shape.
    pub fn cache_len(&self, output: &[usize]) -> CacheLen {
        let len = output.iter().product();
        CacheLen::per_sample(match self {
            _ if self.halves() => 2 * len,
            _ if self.keeps_input() => len,
            _ => 0,
        })
    }

    /// Applies it in place to rows of `width` elements; `kept` is as long as
    /// [`Activation::cache_len`] asks for.
    pub fn forward(&self, team: &Team, y: &mut [f32], width: usize, kept: &mut [f32]) {
        if self.keeps_input() {
            team.for_slices_n([y, kept], piece(width), &|_, [y, kept]| {
                kept.copy_from_slice(y);
                self.apply(y, width);
            });
        } else if *self != Activation::Linear {
            team.for_slices(y, piece(width), &|_, y| self.apply(y, width));
        }
    }

    /// Turns dL/dy into dL/dx in place, from the output `y` or the `kept` input.
    pub fn backward(&self, team: &Team, y: &[f32], kept: &[f32], dy: &mut [f32], width: usize) {
        if *self == Activation::Linear {
            return;
        }
        team.for_slices(dy, piece(width), &|start, dy| {
            let range = start..start + dy.len();
            let kept = if self.keeps_input() {
                &kept[range.clone()]
            } else {
                &[]
            };
            self.differentiate(kept, &y[range], dy, width);
        });
    }
}

/// How many elements one thread takes at once: whole rows.
pub(crate) fn piece(width: usize) -> usize {
    const ELEMENTS: usize = 1 << 13;
    let width = width.max(1);
    (ELEMENTS / width).max(1) * width
}

/// y = f(y)
fn each(y: &mut [f32], f: impl Fn(f32) -> f32) {
    y.iter_mut().for_each(|y| *y = f(*y));
}

/// dy = dy·slope(s)
fn times(dy: &mut [f32], s: &[f32], slope: impl Fn(f32) -> f32) {
    dy.iter_mut().zip(s).for_each(|(d, &s)| *d *= slope(s));
}

/// dy where `open(s)`, 0 elsewhere
fn gate(dy: &mut [f32], s: &[f32], open: impl Fn(f32) -> bool) {
    let pairs = dy.iter_mut().zip(s);
    pairs.for_each(|(d, &s)| *d = if open(s) { *d } else { 0.0 });
}

impl Function for Activation {
    fn apply(&self, y: &mut [f32], width: usize) {
        use {piecewise as p, smooth as s};
        match self {
            Activation::Celu | Activation::Elu => each(y, |x| s::elu(x, 1.0)),
            Activation::Exponential => each(y, elementwise::exp),
            Activation::Gelu => each(y, s::gelu),
            Activation::HardShrink => each(y, p::hard_shrink),
            Activation::HardSigmoid => each(y, p::hard_sigmoid),
            Activation::HardSilu => each(y, p::hard_silu),
            Activation::HardTanh => each(y, p::hard_tanh),
            Activation::Layer(node) => {
                if let Some(function) = node.layer.function() {
                    function.apply(y, width);
                }
            }
            Activation::LeakyRelu => each(y, |x| p::leaky_relu(x, 0.2)),
            Activation::Glu | Activation::Linear => {}
            Activation::LogSigmoid => each(y, |x| -elementwise::softplus(-x)),
            Activation::LogSoftmax => rows::log_softmax(y, width),
            Activation::Mish => each(y, s::mish),
            Activation::Relu => each(y, p::relu),
            Activation::Relu6 => each(y, p::relu6),
            Activation::Selu => each(y, s::selu),
            Activation::Sigmoid => each(y, elementwise::sigmoid),
            Activation::Silu => each(y, s::silu),
            Activation::SoftShrink => each(y, p::soft_shrink),
            Activation::Softmax => elementwise::softmax_rows(y, width),
            Activation::Softplus => each(y, elementwise::softplus),
            Activation::Softsign => each(y, s::softsign),
            Activation::SparsePlus => each(y, p::sparse_plus),
            Activation::SparseSigmoid => each(y, p::sparse_sigmoid),
            Activation::Sparsemax => rows::sparsemax(y, width),
            Activation::Squareplus => each(y, s::squareplus),
            Activation::Tanh => each(y, elementwise::tanh),
            Activation::TanhShrink => each(y, s::tanh_shrink),
            Activation::Threshold(it) => each(y, |x| it.of(x)),
        }
    }

    /// `x` may be empty where the input is not kept.
    fn differentiate(&self, x: &[f32], y: &[f32], dy: &mut [f32], width: usize) {
        use {piecewise as p, smooth as s};
        match self {
            Activation::Celu | Activation::Elu => times(dy, y, |y| s::elu_slope(y, y, 1.0)),
            Activation::Exponential => times(dy, y, |y| y),
            Activation::Gelu => times(dy, x, s::gelu_slope),
            Activation::HardSigmoid => times(dy, y, p::hard_sigmoid_slope),
            Activation::HardSilu => times(dy, x, p::hard_silu_slope),
            // Open for NaN, as Keras' conditions are.
            Activation::HardTanh => gate(dy, y, |y| y != 1.0 && y != -1.0),
            Activation::Layer(node) => {
                if let Some(function) = node.layer.function() {
                    function.differentiate(x, y, dy, width);
                }
            }
            Activation::LeakyRelu => times(dy, y, |y| p::leaky_relu_slope(y, 0.2)),
            Activation::Glu | Activation::Linear => {}
            Activation::LogSigmoid => times(dy, y, s::log_sigmoid_slope),
            Activation::LogSoftmax => rows::log_softmax_slope(y, dy, width),
            Activation::Mish => times(dy, x, s::mish_slope),
            Activation::Relu => gate(dy, y, |y| y > 0.0),
            Activation::Relu6 => gate(dy, y, |y| y > 0.0 && y < 6.0),
            Activation::Selu => times(dy, y, s::selu_slope),
            Activation::Sigmoid => times(dy, y, |y| y * (1.0 - y)),
            Activation::Silu => times(dy, x, s::silu_slope),
            Activation::HardShrink | Activation::SoftShrink => gate(dy, y, |y| y != 0.0),
            Activation::Softmax => rows::softmax_slope(y, dy, width),
            Activation::Softplus => times(dy, y, s::softplus_slope),
            Activation::Softsign => times(dy, x, s::softsign_slope),
            Activation::SparsePlus => times(dy, y, p::sparse_plus_slope),
            Activation::SparseSigmoid => times(dy, y, p::sparse_sigmoid_slope),
            Activation::Sparsemax => rows::sparsemax_slope(x, y, dy, width),
            Activation::Squareplus => times(dy, x, s::squareplus_slope),
            Activation::Tanh => times(dy, y, |y| 1.0 - y * y),
            Activation::TanhShrink => times(dy, x, s::tanh_shrink_slope),
            Activation::Threshold(it) => gate(dy, x, |x| it.passes(x)),
        }
    }
}
