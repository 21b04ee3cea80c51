//! Layers that normalise. A wide ε keeps the third derivatives, and with them the cut-off of the
//! differences, small.

use super::setup::{Setup, setup};
use serde_json::{Value, json};

pub fn setups() -> Vec<Setup> {
    let with = |mut config: Value, more: Value| {
        let more = more.as_object().expect("an object").clone();
        config.as_object_mut().expect("an object").extend(more);
        config
    };
    let wide = |more: Value| with(json!({"epsilon": 2.0}), more);
    let flatten = || ("Flatten", json!({}));
    let dense = || ("Dense", json!({"units": 3, "activation": "tanh"}));
    let one = |name, shape: &[usize], class, config: Value| {
        setup(name, shape, &[dense(), (class, config), flatten(), dense()])
    };
    let batch = "BatchNormalization";
    let layer = "LayerNormalization";
    let group = "GroupNormalization";
    vec![
        one("batch_normalization", &[3], batch, wide(json!({}))),
        one("batch_norm_steps", &[4, 3], batch, wide(json!({}))),
        one(
            "batch_norm_axis_1",
            &[2, 4, 3],
            batch,
            wide(json!({"axis": 1})),
        ),
        one(
            "batch_norm_bare",
            &[4, 3],
            batch,
            wide(json!({"center": false, "scale": false})),
        ),
        one(
            "batch_norm_frozen",
            &[3],
            batch,
            wide(json!({"trainable": false})),
        ),
        one("layer_normalization", &[4, 3], layer, wide(json!({}))),
        one(
            "layer_norm_axis_1",
            &[4, 3],
            layer,
            wide(json!({"axis": 1})),
        ),
        one(
            "layer_norm_axes",
            &[2, 3, 2],
            layer,
            wide(json!({"axis": [1, 3]})),
        ),
        one(
            "layer_norm_rms",
            &[4, 3],
            layer,
            wide(json!({"rms_scaling": true})),
        ),
        one(
            "group_normalization",
            &[4, 3],
            group,
            wide(json!({"groups": 1})),
        ),
        one(
            "group_norm_axis_1",
            &[4, 3],
            group,
            wide(json!({"groups": 2, "axis": 1})),
        ),
        one(
            "rms_normalization",
            &[4, 3],
            "RMSNormalization",
            wide(json!({})),
        ),
        setup(
            "unit_normalization",
            &[4, 3],
            &[
                ("UnitNormalization", json!({"axis": [1, 2]})),
                flatten(),
                dense(),
            ],
        ),
        setup(
            "unit_norm_axis_1",
            &[4, 3],
            &[
                ("UnitNormalization", json!({"axis": 1})),
                flatten(),
                dense(),
            ],
        ),
        setup(
            "normalization_axis_1",
            &[2, 3],
            &[
                (
                    "Normalization",
                    json!({"axis": 1, "mean": [0.1, 0.2], "variance": [0.5, 2.0]}),
                ),
                flatten(),
                dense(),
            ],
        ),
    ]
}
