//! Arguments and shapes that layers refuse: the error names what is wrong, and nothing panics.
#![cfg(not(target_arch = "wasm32"))]

use model_dojo::model::Model;
use serde_json::{Value, json};

/// The error of a model of one layer on samples of this shape.
fn refused(shape: &[usize], class: &str, config: Value) -> String {
    let batch_shape: Vec<Value> = std::iter::once(Value::Null)
        .chain(shape.iter().map(|&n| json!(n)))
        .collect();
    let layers = json!([
        {"class_name": "InputLayer", "config": {"batch_shape": batch_shape}},
        {"class_name": class, "config": config},
    ]);
    let model = Model::from_config(&layers, 0);
    let Err(error) = model else {
        panic!("{class} {layers} was taken");
    };
    error.message
}

#[test]
fn wrong_arguments_are_named() {
    let images = &[4, 5, 6][..];
    for (class, shape, config, part) in [
        (
            "Reshape",
            images,
            json!({"target_shape": [7, -1]}),
            "120 elements",
        ),
        (
            "Reshape",
            images,
            json!({"target_shape": [-1, -1]}),
            "one of them",
        ),
        (
            "Reshape",
            images,
            json!({"target_shape": [0, -1]}),
            "does not fit",
        ),
        (
            "Reshape",
            images,
            json!({"target_shape": [4, 5]}),
            "does not fit",
        ),
        (
            "Permute",
            images,
            json!({"dims": [1, 2]}),
            "each of the input's dimensions",
        ),
        (
            "Permute",
            images,
            json!({"dims": [0, 1, 2]}),
            "dims must hold",
        ),
        ("RepeatVector", images, json!({"n": 2}), "Flatten"),
        ("RepeatVector", &[3], json!({"n": 0}), "at least 1"),
        (
            "Flatten",
            images,
            json!({"data_format": "first"}),
            "channels_first",
        ),
        ("BatchNormalization", images, json!({"axis": 0}), "batch"),
        ("BatchNormalization", images, json!({"axis": 4}), "axis 4"),
        (
            "BatchNormalization",
            images,
            json!({"synchronized": true}),
            "synchronized",
        ),
        (
            "BatchNormalization",
            images,
            json!({"renorm": true, "renorm_clipping": {"rmin": 2.0, "rmax": 1.0}}),
            "rmin",
        ),
        (
            "BatchNormalization",
            images,
            json!({"renorm": true, "moving_variance_initializer": "random_normal"}),
            "moving_variance_initializer",
        ),
        (
            "BatchNormalization",
            &[4, 0],
            json!({}),
            "nothing to normalise",
        ),
        ("GroupNormalization", images, json!({}), "groups=32"),
        (
            "GroupNormalization",
            images,
            json!({"groups": 0}),
            "groups=0",
        ),
        (
            "GroupNormalization",
            images,
            json!({"groups": -2}),
            "groups=-2",
        ),
        (
            "LayerNormalization",
            images,
            json!({"axis": [0, 1]}),
            "axis 0",
        ),
        (
            "LayerNormalization",
            images,
            json!({"axis": [3, -1]}),
            "twice",
        ),
        (
            "LayerNormalization",
            &[0],
            json!({}),
            "nothing to normalise",
        ),
        ("RMSNormalization", images, json!({"axis": 1}), "last axes"),
        ("UnitNormalization", images, json!({"axis": -5}), "axis -5"),
        ("Normalization", images, json!({"mean": 0.5}), "both"),
        (
            "Normalization",
            images,
            json!({"mean": [1.0, 2.0], "variance": [1.0, 2.0]}),
            "kept axes",
        ),
        (
            "Normalization",
            images,
            json!({"axis": [2, 3], "mean": [[1.0], 2.0], "variance": 1.0}),
            "list of numbers",
        ),
        (
            "ActivityRegularization",
            images,
            json!({"l1": 0.1, "activity_regularizer": "l2"}),
            "instead",
        ),
        ("Identity", images, json!({"rate": 1}), "rate"),
    ] {
        let message = refused(shape, class, config.clone());
        assert!(message.contains(part), "{class} {config}: {message}");
    }
}

#[test]
fn inputs_of_other_kinds_are_refused() {
    for (config, part) in [
        (
            json!({"batch_shape": [null, 3], "dtype": "complex64"}),
            "complex64",
        ),
        (json!({"batch_shape": [null, 3], "sparse": true}), "sparse"),
        (json!({"batch_shape": [null, 3], "ragged": true}), "ragged"),
        (
            json!({"batch_shape": [null, 3], "optional": true}),
            "optional",
        ),
    ] {
        let layers = json!([
            {"class_name": "InputLayer", "config": config},
            {"class_name": "Identity", "config": {}},
        ]);
        let error = Model::from_config(&layers, 0).unwrap_err();
        assert!(error.message.contains(part), "{config}: {}", error.message);
    }
}

#[test]
fn shapes_that_the_data_will_tell() {
    let layers = json!([
        {"class_name": "InputLayer", "config": {"batch_shape": [null, null, 4]}},
        {"class_name": "LayerNormalization", "config": {}},
        {"class_name": "Permute", "config": {"dims": [2, 1]}},
        {"class_name": "Reshape", "config": {"target_shape": [-1, 2]}},
    ]);
    let model = Model::from_config(&layers, 0).unwrap();
    assert_eq!(model.shapes()[2], [Some(4), None]);
    assert_eq!(model.shapes()[3], [None, Some(2)]);
}

#[test]
fn models_within_models_need_layers() {
    let message = refused(&[3], "Sequential", json!({"layers": []}));
    assert!(message.contains("no layers"), "{message}");
}
