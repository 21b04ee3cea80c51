//! Layers that reshape, pass on, or multiply by what they draw (the same in each step here).

use super::setup::{Setup, setup};
use serde_json::json;

pub fn setups() -> Vec<Setup> {
    let flatten = || ("Flatten", json!({}));
    let dense = || ("Dense", json!({"units": 3, "activation": "tanh"}));
    let first = json!({"data_format": "channels_first"});
    let one =
        |name, shape: &[usize], layer| setup(name, shape, &[dense(), layer, flatten(), dense()]);
    let alone = |name, shape: &[usize], layer| setup(name, shape, &[layer, flatten()]);
    vec![
        one(
            "reshape",
            &[4, 2],
            ("Reshape", json!({"target_shape": [2, -1]})),
        ),
        one("permute", &[4, 2], ("Permute", json!({"dims": [2, 1]}))),
        one(
            "permute_images",
            &[2, 2, 3],
            ("Permute", json!({"dims": [3, 1, 2]})),
        ),
        one("repeat_vector", &[4], ("RepeatVector", json!({"n": 2}))),
        one("flatten_first", &[2, 2, 3], ("Flatten", first)),
        one("identity", &[4], ("Identity", json!({}))),
        alone(
            "dropout_noise",
            &[3, 2],
            ("Dropout", json!({"rate": 0.4, "noise_shape": [null, 1, 2]})),
        ),
        alone(
            "spatial_dropout1d",
            &[3, 4],
            ("SpatialDropout1D", json!({"rate": 0.5})),
        ),
        alone(
            "spatial_dropout2d",
            &[2, 2, 4],
            ("SpatialDropout2D", json!({"rate": 0.5})),
        ),
        alone(
            "gaussian_noise",
            &[3, 2],
            ("GaussianNoise", json!({"stddev": 0.5})),
        ),
        alone(
            "gaussian_dropout",
            &[3, 2],
            ("GaussianDropout", json!({"rate": 0.3})),
        ),
        alone(
            "alpha_dropout",
            &[3, 2],
            ("AlphaDropout", json!({"rate": 0.3})),
        ),
    ]
}
