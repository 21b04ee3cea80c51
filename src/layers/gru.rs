//! `keras.layers.GRU`

use super::defaults::{glorot_uniform, orthogonal, yes, zeros};
use super::recurrent::{Recurrent, RecurrentLayer, Weighting};
use super::recurrent_cells::Cell;
use crate::activations::Activation;
use crate::config::Config;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;

/// A gated recurrent unit (Cho et al., 2014): see [`Cell::Gru`].
///
/// Shapes: (steps, features) → (units), or (steps, units) with `return_sequences`; with `return_state`
/// the last state, too.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct GRU {
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
    #[serde(default = "yes")]
    pub reset_after: bool,
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

fn tanh() -> Activation {
    Activation::Tanh
}

fn sigmoid() -> Activation {
    Activation::Sigmoid
}

impl RecurrentLayer for GRU {
    fn recurrent(&self) -> Recurrent<'_> {
        Recurrent {
            class: "GRU",
            cell: Cell::Gru {
                reset_after: self.reset_after,
            },
            units: self.units,
            activation: &self.activation,
            recurrent_activation: &self.recurrent_activation,
            use_bias: self.use_bias,
            dropout: self.dropout,
            recurrent_dropout: self.recurrent_dropout,
            return_sequences: self.return_sequences,
            return_state: self.return_state,
            go_backwards: self.go_backwards,
            stateful: self.stateful,
            zero_output_for_mask: self.zero_output_for_mask,
        }
    }

    fn weighting(&self) -> Weighting<'_> {
        Weighting {
            initializers: [
                &self.kernel_initializer,
                &self.recurrent_initializer,
                &self.bias_initializer,
            ],
            regularizers: [
                &self.kernel_regularizer,
                &self.recurrent_regularizer,
                &self.bias_regularizer,
            ],
            constraints: [
                &self.kernel_constraint,
                &self.recurrent_constraint,
                &self.bias_constraint,
            ],
        }
    }

    fn seed(&self) -> Option<u32> {
        self.seed
    }
}
