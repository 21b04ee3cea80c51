//! `keras.layers.LSTM`

use super::defaults::{glorot_uniform, orthogonal, sigmoid, tanh, yes, zeros};
use super::recurrent::recurrent_layer;
use super::recurrent_cells::Cell;
use crate::activations::Activation;
use crate::config::Config;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;

/// Long short-term memory (Hochreiter and Schmidhuber, 1997): see [`Cell::Lstm`].
///
/// Shapes: (steps, features) → (units), or (steps, units) with `return_sequences`; with `return_state`
/// the last state and cell, too.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct LSTM {
    pub units: usize,
    #[serde(default = "tanh")]
    pub activation: Activation,
    #[serde(default = "sigmoid")]
    pub recurrent_activation: Activation,
    #[serde(default = "yes")]
    pub use_bias: bool,
    #[serde(default = "glorot_uniform")]
    pub kernel_initializer: Initializer,
    #[serde(default = "orthogonal")]
    pub recurrent_initializer: Initializer,
    #[serde(default = "zeros")]
    pub bias_initializer: Initializer,
    /// The forget gate's bias is 1 at first.
    #[serde(default = "yes")]
    pub unit_forget_bias: bool,
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
    #[serde(default)]
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
    LSTM, recurrent_activation, |_| Cell::Lstm, |it| match it.unit_forget_bias {
        true => it.units..2 * it.units,
        false => 0..0,
    }
}
