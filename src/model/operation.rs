//! Operations of `keras.ops` among the layers of a Functional: arithmetic on tensors and numbers
//! (`x + 3.0`, `a * b`), which layers compute.

use super::functional;
use serde_json::{Value, json};

/// The layer (class and config) that computes an operation as Keras serializes it; None where none
/// does.
pub fn layer(operation: &Value) -> Option<Value> {
    let class = operation.get("class_name")?.as_str()?;
    let args = operation.pointer("/inbound_nodes/0/args")?.as_array()?;
    let kwargs = operation.pointer("/inbound_nodes/0/kwargs");
    if kwargs.is_some_and(|kwargs| kwargs.as_object().is_some_and(|it| !it.is_empty())) {
        return None;
    }
    let [first, second] = &args[..] else {
        return None;
    };
    let is_tensor = |value: &Value| !functional::arguments(value).is_empty();
    let rescaling = |scale: f64, offset: f64| {
        Some(json!({"class_name": "Rescaling", "config": {"scale": scale, "offset": offset}}))
    };
    if is_tensor(first) && is_tensor(second) {
        let merge = matches!(
            class,
            "Add" | "Subtract" | "Multiply" | "Maximum" | "Minimum"
        );
        return merge.then(|| json!({"class_name": class, "config": {}}));
    }
    match (class, first.as_f64(), second.as_f64()) {
        ("Add", Some(c), _) | ("Add", _, Some(c)) => rescaling(1.0, c),
        ("Multiply", Some(c), _) | ("Multiply", _, Some(c)) => rescaling(c, 0.0),
        ("Subtract", _, Some(c)) => rescaling(1.0, -c),
        ("Subtract", Some(c), _) => rescaling(-1.0, c),
        ("TrueDivide" | "Divide", _, Some(c)) if c != 0.0 => rescaling(1.0 / c, 0.0),
        _ => None,
    }
}
