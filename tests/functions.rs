//! What Keras' function families take and refuse as JSON, beyond what the golden cases show.
#![cfg(not(target_arch = "wasm32"))]

use model_dojo::data::Features;
use model_dojo::error::{Error, Result};
use model_dojo::kernels::Team;
use model_dojo::model::{Model, predict};
use model_dojo::tensor::Array;
use serde_json::{Value, json};
use std::sync::Arc;

/// A model of this one layer behind an input of this shape.
fn model(shape: Value, class: &str, config: Value) -> Result<Model> {
    let layers = json!([
        {"class_name": "InputLayer", "config": {"batch_shape": shape}},
        {"class_name": class, "config": config},
    ]);
    Model::from_config(&layers, 0)
}

fn error(shape: Value, class: &str, config: Value) -> Error {
    let text = config.to_string();
    match model(shape, class, config) {
        Ok(_) => panic!("{class}({text}) was taken"),
        Err(error) => error,
    }
}

fn dense(activation: Value) -> Value {
    json!({"units": 4, "activation": activation})
}

#[test]
fn activations_as_objects() {
    let leaky = json!({"module": "keras.layers", "class_name": "LeakyReLU",
        "config": {"name": "leaky_re_lu_3", "alpha": 0.2}, "registered_name": null});
    for (given, written) in [
        (json!(null), json!("linear")),
        (json!("swish"), json!("silu")),
        (
            json!({"module": "builtins", "class_name": "function", "config": "gelu",
                "registered_name": "function"}),
            json!("gelu"),
        ),
    ] {
        let found = model(json!([null, 4]), "Dense", dense(given)).expect("taken");
        assert_eq!(found.layers()[0].to_json()["config"]["activation"], written);
    }
    // As a layer, with the argument's old name.
    let found = model(json!([null, 4]), "Dense", dense(leaky)).expect("taken");
    let written = &found.layers()[0].to_json()["config"]["activation"];
    assert_eq!(written["class_name"], "LeakyReLU");
    assert_eq!(written["config"]["name"], "leaky_re_lu_3");
    assert_eq!(written["config"]["negative_slope"], 0.2);
}

#[test]
fn activations_that_are_refused() {
    let object = |class: &str, config: Value| json!({"module": "keras.layers", "class_name": class, "config": config});
    for (activation, said) in [
        (json!("threshold"), "misses its arguments"),
        (
            object("Threshold", json!({"threshold": 1})),
            "default_value",
        ),
        (json!("Relu"), "unknown activation"),
        (json!("my_own"), "known are celu"),
        (object("PReLU", json!({})), "PReLU as an activation"),
        (
            object("Dense", json!({"units": 2})),
            "Dense as an activation",
        ),
        (object("Softmax", json!({"axis": 1})), "other axes"),
        (
            object("ReLU", json!({"activity_regularizer": "l2"})),
            "activity_regularizer",
        ),
        (object("LeakyReLU", json!({"slope": 1})), "slope"),
        (json!(3), "given by its name"),
    ] {
        let found = error(json!([null, 4]), "Dense", dense(activation));
        assert_eq!(found.layer.as_deref(), Some("dense"));
        assert!(found.message.contains(said), "{found}");
    }
}

#[test]
fn arguments_that_layers_refuse() {
    let bias = |key: &str, value: &str| json!({"units": 3, key: value});
    for (shape, class, config, said) in [
        (
            json!([null, 4]),
            "ReLU",
            json!({"max_value": -1}),
            "max_value=-1",
        ),
        (
            json!([null, 4]),
            "ReLU",
            json!({"negative_slope": -0.1}),
            "negative_slope=-0.1",
        ),
        (
            json!([null, 4]),
            "ReLU",
            json!({"threshold": -2.0}),
            "threshold=-2",
        ),
        (
            json!([null, 4]),
            "LeakyReLU",
            json!({"negative_slope": -1}),
            "negative_slope=-1",
        ),
        (
            json!([null, 4]),
            "Softmax",
            json!({"axis": 0}),
            "0 is the batch",
        ),
        (json!([null, 4]), "Softmax", json!({"axis": 2}), "(None, 4)"),
        (json!([null, 4]), "Softmax", json!({"axis": []}), "axis=[]"),
        (
            json!([null, 4, 5]),
            "Softmax",
            json!({"axis": [1, -2]}),
            "different ones",
        ),
        (
            json!([null, 4]),
            "PReLU",
            json!({"shared_axes": [2]}),
            "shared axis 2",
        ),
        (json!([null, null, 3]), "PReLU", json!({}), "share the axis"),
        (
            json!([null, 4]),
            "Dense",
            bias("bias_regularizer", "orthogonal_regularizer"),
            "matrices",
        ),
        (
            json!([null, 4]),
            "Dense",
            bias("bias_initializer", "identity"),
            "matrices",
        ),
        (
            json!([null, 4]),
            "Dense",
            bias("bias_initializer", "orthogonal"),
            "two dimensions",
        ),
        (
            json!([null, 4]),
            "Dense",
            json!({"units": 3, "kernel_regularizer": {"class_name": "L2", "config": {"l2": -1}}}),
            "l2=-1",
        ),
        (
            json!([null, 4]),
            "Dense",
            json!({"units": 3, "bias_constraint":
                {"class_name": "MaxNorm", "config": {"axis": 1}}}),
            "bias: a constraint's axes",
        ),
    ] {
        let found = error(shape, class, config);
        assert!(found.message.contains(said), "{class}: {found}");
        assert!(found.layer.is_some(), "{class}: {found}");
    }
}

#[test]
fn shared_axes_leave_a_length_open() {
    let found = model(json!([null, null, 3]), "PReLU", json!({"shared_axes": [1]}));
    let found = found.expect("taken");
    assert_eq!(found.variables.list[0].spec.shape, [1, 3]);
}

#[test]
fn what_halves_its_axis_comes_last_and_needs_an_even_one() -> Result<()> {
    for (units, said) in [
        (4, "expected an input of shape (None, 4)"),
        (3, "must be divisible by 2, found (None, 3)"),
    ] {
        let layers = json!([
            {"class_name": "InputLayer", "config": {"batch_shape": [null, 2]}},
            {"class_name": "Dense", "config": {"units": units, "activation": "glu"}},
            {"class_name": "Dense", "config": {"units": 1}},
        ]);
        // Keras, too, finds out when it runs.
        let mut model = Model::from_config(&layers, 1)?;
        let x = Features {
            array: Arc::new(Array::f32(vec![1, 2], vec![0.5, -0.5])?),
            divisor: None,
        };
        let error = predict(&mut model, &Team::single(), &[x], 1).unwrap_err();
        assert!(error.message.contains(said), "{error}");
    }
    Ok(())
}
