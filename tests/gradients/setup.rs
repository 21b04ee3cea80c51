//! What a gradient check varies.

use serde_json::{Value, json};

/// What is varied: layers, the shape of a sample, whether inputs are whole numbers.
pub struct Setup {
    pub name: &'static str,
    pub shape: Vec<usize>,
    pub layers: Vec<Value>,
    pub whole_numbers: bool,
}

/// Layers (class and config) behind an input of this shape, with a vector as the last output.
pub fn setup(name: &'static str, shape: &[usize], layers: &[(&str, Value)]) -> Setup {
    let layer = |(class, config): &(&str, Value)| json!({"class_name": class, "config": config});
    Setup {
        name,
        shape: shape.to_vec(),
        layers: layers.iter().map(layer).collect(),
        whole_numbers: layers[0].0 == "Embedding",
    }
}
