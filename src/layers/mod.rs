//! Layers: one file per Keras class, `forward` above `backward`.
//!
//! A layer's struct is its Keras config; what every layer has (name, trainable, dtype) is in
//! [`LayerNode`]. To add one: write `layers/<snake_case>.rs` and name the class in `registry!`.

mod activation;
mod dense;
mod dropout;
mod embedding;
mod flatten;
mod global_average_pooling1d;
mod input_layer;
mod node;
mod normalization;
mod pass;
mod rescaling;

pub use activation::Activation;
pub use dense::Dense;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use flatten::Flatten;
pub use global_average_pooling1d::GlobalAveragePooling1D;
pub use input_layer::InputLayer;
pub use node::LayerNode;
pub(crate) use node::check_dtype;
pub use normalization::Normalization;
pub use pass::{Backward, CacheLen, DInputs, DWeights, Forward, Inputs, Value, Weights};
pub use rescaling::Rescaling;

use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::{Initializer, Zeros};
use crate::registry::registry;
use crate::regularizers::Regularizer;

/// One sample's dimensions; None where only the data will tell.
pub type Shape = Vec<Option<usize>>;

/// A variable that a layer asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableSpec {
    /// Keras' name within the layer, e.g. `kernel`.
    pub name: &'static str,
    pub shape: Vec<usize>,
    pub initializer: Initializer,
    pub regularizer: Option<Regularizer>,
    pub constraint: Option<Constraint>,
    /// False for state that no gradient changes (moving averages).
    pub trainable: bool,
}

impl VariableSpec {
    /// A trainable variable.
    pub fn new(name: &'static str, shape: Vec<usize>, initializer: &Initializer) -> Self {
        VariableSpec {
            name,
            shape,
            initializer: initializer.clone(),
            regularizer: None,
            constraint: None,
            trainable: true,
        }
    }

    /// A variable that training does not change by gradient, zero at first.
    pub fn state(name: &'static str, shape: Vec<usize>) -> Self {
        let zeros = Initializer::Zeros(Zeros::default());
        VariableSpec {
            trainable: false,
            ..Self::new(name, shape, &zeros)
        }
    }

    pub fn with(
        mut self,
        regularizer: &Option<Regularizer>,
        constraint: &Option<Constraint>,
    ) -> Self {
        self.regularizer.clone_from(regularizer);
        self.constraint.clone_from(constraint);
        self
    }

    /// Number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// What every layer can do. Shapes are of one sample, without the batch dimension.
pub trait Layer {
    /// The output's shape for these input shapes; an error where they do not fit.
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape>;

    /// The variables for these input shapes, in Keras' order.
    fn variables(&self, _inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        Ok(vec![])
    }

    /// What `forward` keeps for `backward` besides inputs and output, for these concrete shapes.
    fn cache_len(&self, _inputs: &[&[usize]], _output: &[usize]) -> CacheLen {
        CacheLen::default()
    }

    /// Can read [`Value::Sparse`] inputs.
    fn reads_sparse(&self) -> bool {
        false
    }

    /// Writes `pass.output` from `pass.inputs`.
    fn forward(&self, pass: &mut Forward) -> Result<()>;

    /// From `pass.d_output` (which it may overwrite) writes `pass.d_weights` and `pass.d_inputs`,
    /// where they are asked for.
    fn backward(&self, pass: &mut Backward);
}

registry! {
    /// A layer of `keras.layers`.
    pub enum AnyLayer: dyn Layer, "keras.layers", "layer" {
        Activation, Dense, Dropout, Embedding, Flatten, GlobalAveragePooling1D, Normalization,
        Rescaling,
    }
}

/// The one input shape of a layer that takes one input.
fn only<'a>(inputs: &'a [Shape], class: &str) -> Result<&'a Shape> {
    match inputs {
        [one] => Ok(one),
        _ => Err(Error::shape(format!(
            "{class} takes one input, found {}",
            inputs.len()
        ))),
    }
}

/// The last dimension, which must be known.
fn last_dim(shape: &Shape, class: &str) -> Result<usize> {
    match shape.last() {
        Some(Some(n)) => Ok(*n),
        Some(None) => Err(Error::shape(format!(
            "{class} needs to know its input's last dimension, found {}; give the input shape",
            show(shape)
        ))),
        None => Err(Error::shape(format!(
            "{class} needs an input with at least one dimension besides the batch, found {}; \
             reshape the data to (rows, 1)",
            show(shape)
        ))),
    }
}

/// A shape as Keras prints it, batch first: `(None, 28, 28)`.
pub fn show(shape: &Shape) -> String {
    let mut out = String::from("(None");
    for dim in shape {
        out.push_str(", ");
        out.push_str(&dim.map_or("None".into(), |n| n.to_string()));
    }
    if shape.is_empty() {
        out.push(',');
    }
    out + ")"
}
