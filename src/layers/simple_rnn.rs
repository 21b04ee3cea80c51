//! `keras.layers.SimpleRNN`

use super::defaults::{glorot_uniform, orthogonal, tanh, yes, zeros};
use super::recurrent::recurrent_layer;
use super::recurrent_cells::Cell;
use crate::activations::Activation;
use crate::config::Config;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;

/// h' = activation(x·kernel + h·recurrent_kernel + bias), step by step.
///
/// Shapes: (steps, features) → (units), or (steps, units) with `return_sequences`; with `return_state`
/// the last state, too.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct SimpleRNN {
    pub units: usize,
    #[serde(default = "tanh")]
    pub activation: Activation,
    #[serde(default = "yes")]
    pub use_bias: bool,
    #[serde(default = "glorot_uniform")]
    pub kernel_initializer: Initializer,
    #[serde(default = "orthogonal")]
    pub recurrent_initializer: Initializer,
    #[serde(default = "zeros")]
    pub bias_initializer: Initializer,
    #[serde(default)]
    pub kernel_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub recurrent_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub bias_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub kernel_constraint: Option<Constraint>,
    #[serde(default)]
    pub recurrent_constraint: Option<Constraint>,
    #[serde(default)]
    pub bias_constraint: Option<Constraint>,
    #[serde(default)]
    pub dropout: f64,
    #[serde(default)]
    pub recurrent_dropout: f64,
    #[serde(default, skip_serializing)]
    pub seed: Option<u32>,
    #[serde(default)]
    pub return_sequences: bool,
    #[serde(default)]
    pub return_state: bool,
    #[serde(default)]
    pub go_backwards: bool,
    #[serde(default)]
    pub stateful: bool,
    /// How Keras runs it: the numbers are the same.
    #[serde(default)]
    pub unroll: bool,
    #[serde(default)]
    pub zero_output_for_mask: bool,
}

recurrent_layer! {
    SimpleRNN, activation, |_| Cell::Simple, |_| 0..0
}
