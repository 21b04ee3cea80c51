//! Dense, activations and what stands around them.

use super::setup::{Setup, setup};
use serde_json::json;

pub fn setups() -> Vec<Setup> {
    let dense = |activation: &str| {
        // A bias that keeps relu's inputs above 0.
        let bias = json!({"class_name": "Constant", "config": {"value": 3.0}});
        let bias = if activation == "relu" {
            bias
        } else {
            json!("zeros")
        };
        json!({"units": 3, "activation": activation, "bias_initializer": bias})
    };
    let activation = |name: &str| json!({"activation": name});
    let flatten = ("Flatten", json!({}));
    let average = ("GlobalAveragePooling1D", json!({}));
    let embedding = ("Embedding", json!({"input_dim": 5, "output_dim": 3}));
    vec![
        setup("dense_linear", &[5], &[("Dense", dense("linear"))]),
        setup("dense_relu", &[5], &[("Dense", dense("relu"))]),
        setup("dense_sigmoid", &[5], &[("Dense", dense("sigmoid"))]),
        setup("dense_softmax", &[5], &[("Dense", dense("softmax"))]),
        setup("dense_tanh", &[5], &[("Dense", dense("tanh"))]),
        setup(
            "dense_on_steps",
            &[2, 3],
            &[("Dense", dense("tanh")), flatten.clone()],
        ),
        setup(
            "dense_deep",
            &[5],
            &[("Dense", dense("tanh")), ("Dense", dense("sigmoid"))],
        ),
        setup("relu", &[3], &[("Activation", activation("relu"))]),
        setup("sigmoid", &[3], &[("Activation", activation("sigmoid"))]),
        setup("softmax", &[3], &[("Activation", activation("softmax"))]),
        setup("tanh", &[3], &[("Activation", activation("tanh"))]),
        setup(
            "flatten",
            &[2, 3],
            &[flatten.clone(), ("Dense", dense("tanh"))],
        ),
        setup("dropout", &[6], &[("Dropout", json!({"rate": 0.5}))]),
        setup("embedding", &[4], &[embedding.clone(), flatten]),
        setup("embedding_average", &[4], &[embedding, average.clone()]),
        setup("average", &[4, 3], &[average]),
        setup(
            "average_first",
            &[3, 4],
            &[(
                "GlobalAveragePooling1D",
                json!({"data_format": "channels_first"}),
            )],
        ),
        setup(
            "normalization",
            &[3],
            &[(
                "Normalization",
                json!({"mean": [0.1, 0.2, 0.3], "variance": [0.5, 1.0, 2.0]}),
            )],
        ),
        setup(
            "rescaling",
            &[3],
            &[("Rescaling", json!({"scale": 0.5, "offset": 1.0}))],
        ),
    ]
}
