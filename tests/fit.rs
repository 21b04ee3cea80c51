//! `fit`, `evaluate` and `predict` end to end, on problems whose answer is known.
#![cfg(not(target_arch = "wasm32"))]

use model_dojo::data::Features;
use model_dojo::kernels::team::Team;
use model_dojo::model::{Evaluation, Fit, FitData, FitOptions, Model, Samples, Step, predict};
use model_dojo::tensor::Array;
use serde_json::json;
use std::sync::Arc;

fn features(shape: &[usize], data: Vec<f32>) -> Features {
    Features {
        array: Arc::new(Array::f32(shape.to_vec(), data).unwrap()),
        divisor: None,
    }
}

/// y = 2a − 3b + 1 on a grid.
fn plane() -> (Features, Features) {
    let points: Vec<(f32, f32)> = (0..64)
        .map(|i| ((i % 8) as f32 / 8.0, (i / 8) as f32 / 8.0))
        .collect();
    let x = points.iter().flat_map(|&(a, b)| [a, b]).collect();
    let y = points
        .iter()
        .map(|&(a, b)| 2.0 * a - 3.0 * b + 1.0)
        .collect();
    (features(&[64, 2], x), features(&[64], y))
}

fn linear_model() -> Model {
    let config = json!({
        "class_name": "Sequential",
        "config": {"layers": [{"class_name": "Dense", "config": {"units": 1}}]},
    });
    let mut model = Model::from_config(&config, 1).unwrap();
    let sgd = json!({"class_name": "SGD", "config": {"learning_rate": 0.3}});
    model
        .compile(&json!({"optimizer": sgd, "loss": "mse", "metrics": ["mae"]}))
        .unwrap();
    model
}

#[test]
fn a_linear_model_finds_the_plane() {
    let (x, y) = plane();
    let (mut model, team) = (linear_model(), Team::new(2));
    let train = Samples::of_one(vec![x.clone()], y.clone(), None).unwrap();
    let options = FitOptions::from_json(&json!({"epochs": 200, "batch_size": 16})).unwrap();
    let data = FitData {
        train: train.clone(),
        validation: None,
    };
    let mut fit = Fit::new(&mut model, data, options).unwrap();
    let mut epochs = 0;
    loop {
        match fit.step(&mut model, &team).unwrap() {
            Step::Epoch(end) => {
                assert_eq!(end.epoch, epochs);
                assert_eq!(end.penalty, 0.0);
                epochs += 1;
            }
            Step::Done(_) => break,
            _ => {}
        }
    }
    assert_eq!(epochs, 200);
    for (w, expected) in model.variables.values.iter().zip([2.0, -3.0, 1.0]) {
        assert!(
            (w - expected).abs() < 1e-3,
            "weight {w}, expected {expected}"
        );
    }
    let logs = Evaluation::new(&mut model, train, 32, None)
        .unwrap()
        .run(&mut model, &team)
        .unwrap();
    assert_eq!(logs[0].0, "loss");
    assert!(logs[0].1 < 1e-5 && logs[1].1 < 1e-2, "{logs:?}");
    let outputs = predict(&mut model, &team, &[x], 10).unwrap();
    assert_eq!(outputs[0].shape, [64, 1]);
}

#[test]
fn misfits_are_explained() {
    let (x, _) = plane();
    let mut model = linear_model();
    let y = features(&[64, 3], vec![0.0; 192]);
    let train = Samples::of_one(vec![x], y, None).unwrap();
    let data = FitData {
        train,
        validation: None,
    };
    let error = Fit::new(&mut model, data, FitOptions::default()).unwrap_err();
    assert_eq!(error.code.as_str(), "shape_mismatch");
    assert!(
        error.message.contains("give the last layer 3 units"),
        "{}",
        error.message
    );
}
