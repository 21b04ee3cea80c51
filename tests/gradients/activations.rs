//! Every activation, and the activation layers, off their kinks.

use super::setup::{Setup, setup};
use serde_json::{Value, json};

/// Inputs lie in ±(0.1..1): this moves them to `scale`·x + `offset`, away from a function's kinks.
fn moved(scale: f64, offset: f64, layer: (&'static str, Value)) -> Vec<(&'static str, Value)> {
    vec![
        ("Rescaling", json!({"scale": scale, "offset": offset})),
        layer,
    ]
}

/// Activations without a kink, or with one at 0.
const SMOOTH: [&str; 13] = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "leaky_relu",
    "mish",
    "relu6",
    "selu",
    "silu",
    "softplus",
    "softsign",
    "squareplus",
    "tanh_shrink",
];

/// Those with kinks away from 0: (name, scale, offset) for either side of one.
const KINKED: [(&str, f64, f64); 9] = [
    ("hard_shrink", 0.3, 1.0),
    ("soft_shrink", 0.3, 1.0),
    ("soft_shrink", 0.3, -1.0),
    ("hard_sigmoid", 2.0, 0.0),
    ("hard_silu", 2.0, 0.0),
    ("hard_silu", 0.5, 4.0),
    ("hard_tanh", 0.5, 0.0),
    ("sparse_plus", 0.8, 0.0),
    ("sparse_sigmoid", 0.8, 0.0),
];

pub fn setups() -> Vec<Setup> {
    let activation = |name: &str| ("Activation", json!({"activation": name}));
    let mut all: Vec<Setup> = SMOOTH
        .iter()
        .map(|name| setup(name, &[3], &[activation(name)]))
        .collect();
    for (name, scale, offset) in KINKED {
        all.push(setup(name, &[3], &moved(scale, offset, activation(name))));
    }
    let leaky = json!({"module": "keras.layers", "class_name": "LeakyReLU",
        "config": {"negative_slope": 0.3}});
    // A bias that keeps the inputs below 0.
    let below = json!({"class_name": "Constant", "config": {"value": -3.0}});
    let flatten = ("Flatten", json!({}));
    let limits = json!({"max_value": 0.5, "negative_slope": 0.2, "threshold": 0.02});
    let softmax = |axis: Value| ("Softmax", json!({"axis": axis}));
    let alpha = json!({"class_name": "Constant", "config": {"value": 0.3}});
    let shared = json!({"alpha_initializer": alpha, "shared_axes": [1]});
    all.extend([
        // Not called like what gives probabilities.
        setup("sigmoid_log", &[3], &[activation("log_sigmoid")]),
        setup("softmax_log", &[3], &[activation("log_softmax")]),
        // Members and others of the support are far from each other.
        setup("sparsemax", &[3], &moved(0.2, 0.0, activation("sparsemax"))),
        setup("relu_layer", &[3], &moved(0.4, 0.0, ("ReLU", limits))),
        setup(
            "leaky_relu_layer",
            &[3],
            &[("LeakyReLU", json!({"alpha": 0.1}))],
        ),
        setup("elu_layer", &[3], &[("ELU", json!({"alpha": 0.5}))]),
        setup(
            "prelu",
            &[3],
            &[("PReLU", json!({"alpha_initializer": "ones"}))],
        ),
        setup(
            "prelu_shared",
            &[2, 3],
            &[("PReLU", shared), flatten.clone()],
        ),
        setup("softmax_layer_softmax", &[3], &[softmax(json!(-1))]),
        setup(
            "softmax_on_steps",
            &[2, 3],
            &[softmax(json!(1)), flatten.clone()],
        ),
        setup(
            "softmax_of_both",
            &[2, 3],
            &[softmax(json!([1, 2])), flatten],
        ),
        setup(
            "dense_glu",
            &[3],
            &[("Dense", json!({"units": 4, "activation": "glu"}))],
        ),
        setup(
            "dense_leaky_layer",
            &[4],
            &[(
                "Dense",
                json!({"units": 3, "activation": leaky, "bias_initializer": below}),
            )],
        ),
    ]);
    all
}
