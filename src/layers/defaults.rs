//! What arguments are where none is given: what serde calls by name.

use crate::activations::Activation;
use crate::initializers::{GlorotUniform, Initializer, Ones, Orthogonal, Zeros};

pub fn yes() -> bool {
    true
}

pub fn one() -> usize {
    1
}

pub fn minus_one() -> i32 {
    -1
}

pub fn zeros() -> Initializer {
    Initializer::Zeros(Zeros::default())
}

pub fn ones() -> Initializer {
    Initializer::Ones(Ones::default())
}

pub fn glorot_uniform() -> Initializer {
    Initializer::GlorotUniform(GlorotUniform::default())
}

pub fn orthogonal() -> Initializer {
    Initializer::Orthogonal(Orthogonal::default())
}

pub fn tanh() -> Activation {
    Activation::Tanh
}

pub fn sigmoid() -> Activation {
    Activation::Sigmoid
}
