//! What `compile` and the data's shapes make of losses and metrics: names, keys, refusals.
#![cfg(not(target_arch = "wasm32"))]

use model_dojo::data::Features;
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::model::{Evaluation, Fit, FitData, FitOptions, Model, Samples, predict};
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;

fn zeros(shape: &[usize]) -> Features {
    let values = vec![0.0; shape.iter().product()];
    Features {
        array: Arc::new(Array::f32(shape.to_vec(), values).unwrap()),
        divisor: None,
    }
}

/// A model that gives its inputs of `shape` back.
fn model(shape: &[usize], compile: Value) -> Result<Model> {
    let batch_shape: Vec<Value> = std::iter::once(Value::Null)
        .chain(shape.iter().map(|&n| json!(n)))
        .collect();
    let config = json!({
        "class_name": "Sequential",
        "config": {"layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": batch_shape}},
            {"class_name": "Activation", "config": {"activation": "linear"}},
        ]},
        "compile_config": compile,
    });
    Model::from_config(&config, 0)
}

fn samples(pred: &[usize], target: &[usize], weight: Option<&[usize]>) -> Result<Samples> {
    let rows = |shape: &[usize]| zeros(&[&[2], shape].concat());
    Samples::of_one(vec![rows(pred)], rows(target), weight.map(rows))
}

/// Evaluates on labels of shape `target` and predictions of `pred` (per sample).
fn keys(
    compile: Value,
    pred: &[usize],
    target: &[usize],
    weight: Option<&[usize]>,
) -> Result<Vec<String>> {
    let mut model = model(pred, compile)?;
    let samples = samples(pred, target, weight)?;
    let logs = Evaluation::new(&mut model, samples, 2, None)?.run(&mut model, &Team::single())?;
    Ok(logs.into_iter().map(|(key, _)| key).collect())
}

/// The message of a refusal, which must hold all of `parts`.
fn refused(found: Result<Vec<String>>, parts: &[&str]) {
    let message = found.expect_err("a refusal").message;
    for part in parts {
        assert!(message.contains(part), "no \"{part}\" in: {message}");
    }
}

#[test]
fn keys_are_keras() {
    let auc = json!({"class_name": "AUC", "config": {}});
    let compile = json!({
        "loss": "mse",
        "metrics": ["mae", "mae", auc, "AUC", auc, {"class_name": "LogCoshError", "config": {}}],
        "weighted_metrics": [auc, "mae", "mae", "mse", "mse"],
    });
    let expected = [
        "loss",
        "mae",
        "mae_1",
        "auc",
        "AUC",
        "auc_1",
        "logcosh",
        "auc_2",
        "weighted_mae",
        "weighted_mae_1",
        "mse",
        "weighted_mse",
    ];
    assert_eq!(keys(compile, &[1], &[1], None).unwrap(), expected);
    // By output, and in a list of lists.
    for metrics in [json!({"out": ["mae", "mse"]}), json!([["mae", "mse"]])] {
        let compile = json!({"loss": ["mse"], "metrics": metrics});
        let expected = ["loss", "mae", "mse"];
        assert_eq!(keys(compile, &[1], &[1], None).unwrap(), expected);
    }
}

#[test]
fn names_that_keras_does_not_know_are_refused() {
    for loss in ["mean_error", "accuracy"] {
        refused(
            keys(json!({"loss": loss}), &[1], &[1], None),
            &["unknown loss", loss],
        );
    }
    // Losses, but no metrics.
    for metric in ["huber", "ce", "kld"] {
        let compile = json!({"loss": "mse", "metrics": [metric]});
        refused(keys(compile, &[1], &[1], None), &["unknown metric", metric]);
    }
    let compile = json!({"loss": {"class_name": "Dice", "config": {"alpha": 1}}});
    refused(keys(compile, &[1], &[1], None), &["Dice", "alpha"]);
}

#[test]
fn several_numbers_are_refused() {
    for (metric, config, hint) in [
        (
            "Precision",
            json!({"thresholds": [0.2, 0.8]}),
            "one threshold",
        ),
        ("F1Score", json!({}), "macro"),
        (
            "R2Score",
            json!({"class_aggregation": null}),
            "uniform_average",
        ),
    ] {
        let compile = json!({
            "loss": "mse",
            "metrics": [{"class_name": metric, "config": config}],
        });
        refused(keys(compile, &[2], &[2], None), &[metric, hint]);
    }
    for reduction in [json!("none"), Value::Null] {
        let config = json!({"reduction": reduction});
        let compile = json!({"loss": {"class_name": "Huber", "config": config}});
        refused(keys(compile, &[1], &[1], None), &["Huber", "reduction"]);
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let loss = |class: &str| json!({"loss": {"class_name": class, "config": {}}});
    for (class, pred, target, hint) in [
        ("MeanSquaredError", &[3][..], &[2][..], "2 units"),
        (
            "CategoricalCrossentropy",
            &[3],
            &[],
            "sparse_categorical_crossentropy",
        ),
        ("SparseCategoricalCrossentropy", &[3], &[3], "one-hot"),
        ("CategoricalGeneralizedCrossEntropy", &[3], &[1], "(None,)"),
        ("Circle", &[4, 3], &[], "Flatten"),
        ("CTC", &[3], &[2], "(None, steps, classes)"),
    ] {
        refused(keys(loss(class), pred, target, None), &[class, hint]);
    }
    let too_far = json!({"loss": {"class_name": "BinaryCrossentropy", "config": {"axis": 4}}});
    refused(keys(too_far, &[3], &[3], None), &["axis=4", "-2 to 1"]);
    // Keras refuses one weight per sample where a sample has several values.
    let expected = ["(None, 4)", "(None, 1)"];
    refused(
        keys(loss("MeanSquaredError"), &[4, 3], &[4, 3], Some(&[])),
        &expected,
    );
    assert!(keys(loss("MeanSquaredError"), &[4, 3], &[4, 3], Some(&[1])).is_ok());
    let f1 = json!({"class_name": "F1Score", "config": {"average": "micro"}});
    let compile = json!({"loss": "mse", "metrics": [f1]});
    refused(
        keys(compile, &[4, 3], &[4, 3], None),
        &["F1Score", "Flatten"],
    );
}

#[test]
fn classes_and_class_weights_are_checked() {
    let compile = || json!({"loss": {"class_name": "CTC", "config": {}}});
    let mut model = model(&[5, 3], compile()).unwrap();
    let y = Array::f32(vec![1, 2], vec![1.0, 3.0]).unwrap();
    let y = Features {
        array: Arc::new(y),
        divisor: None,
    };
    let samples = Samples::of_one(vec![zeros(&[1, 5, 3])], y, None).unwrap();
    let error = Evaluation::new(&mut model, samples, 1, None).unwrap_err();
    assert!(error.message.contains("label 3 in row 0"), "{error}");

    let data = FitData {
        train: self::samples(&[5, 3], &[5, 3], None).unwrap(),
        validation: None,
    };
    let options = FitOptions::from_json(&json!({"class_weight": {"0": 2.0}})).unwrap();
    let error = Fit::new(&mut model, data, options).unwrap_err();
    assert!(error.message.contains("sample_weight"), "{error}");
}

#[test]
fn a_loss_weight_counts_in_the_loss_and_is_written_back() {
    for given in [json!(0.25), json!([0.25]), json!({"activation": 0.25})] {
        let compile = json!({"loss": "mse", "loss_weights": given, "metrics": ["mse"]});
        let mut model = model(&[2], compile).unwrap();
        let mut samples = samples(&[2], &[2], None).unwrap();
        let y = samples.y[0].as_mut().unwrap();
        y.array = Arc::new(Array::f32(vec![2, 2], vec![2.0; 4]).unwrap());
        let evaluation = Evaluation::new(&mut model, samples, 2, None).unwrap();
        let logs = evaluation.run(&mut model, &Team::single()).unwrap();
        assert_eq!(logs, [("loss".to_string(), 1.0), ("mse".to_string(), 4.0)]);
        let written = model.compiled.as_ref().unwrap().to_json();
        assert_eq!(written["loss_weights"], given);
    }
    let two = model(&[2], json!({"loss": "mse", "loss_weights": [0.5, 0.5]}));
    assert!(two.unwrap_err().message.contains("has 2 entries"));
}

#[test]
fn data_are_cast_to_the_inputs_type() {
    let predicted = |dtype: &str, values: Vec<f32>| {
        let config = json!({"class_name": "Sequential", "config": {"layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [null, values.len()], "dtype": dtype}},
            {"class_name": "Rescaling", "config": {"scale": 1.0}},
        ]}});
        let mut model = Model::from_config(&config, 0).unwrap();
        let x = Features {
            array: Arc::new(Array::f32(vec![1, values.len()], values).unwrap()),
            divisor: None,
        };
        let y = predict(&mut model, &Team::single(), &[x], 32).unwrap();
        y[0].data.clone()
    };
    let values = vec![1.7, -1.7, 0.4, 3.0];
    // As Keras' predict gives them.
    for (dtype, expected) in [
        ("float32", [1.7, -1.7, 0.4, 3.0]),
        ("int32", [1.0, -1.0, 0.0, 3.0]),
        ("int8", [1.0, -1.0, 0.0, 3.0]),
        ("bool", [1.0, 1.0, 1.0, 1.0]),
    ] {
        let found = predicted(dtype, values.clone());
        assert_eq!(found, Data::F32(expected.to_vec()), "{dtype}");
        // The same among so many zeros that the rows are kept sparse.
        let among_zeros = |few: &[f32]| [few, &[0.0; 596]].concat();
        let found = predicted(dtype, among_zeros(&values));
        assert_eq!(found, Data::F32(among_zeros(&expected)), "{dtype}, sparse");
    }
}
