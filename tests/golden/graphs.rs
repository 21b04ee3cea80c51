//! Functional models: what they give, their gradients, their configs, a short training.

use super::chain::{Chain, Gradients};
use super::compare::{Checks, compare_history, run};
use super::fixture::{cast, features, float_list, same_json};
use super::{FORWARD, GRADIENT, LOSS, training};
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::model::{Fit, FitData, FitOptions, Model, Samples, Step, predict};
use serde_json::{Value, json};

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// A config without what Keras notes of how layers were built: it leaves that out for those that
/// build when they are made.
fn without_build(config: &Value) -> Value {
    match config {
        Value::Object(entries) => entries
            .iter()
            .filter(|(key, _)| *key != "build_config")
            .map(|(key, value)| (key.clone(), without_build(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_build).collect(),
        other => other.clone(),
    }
}

#[test]
fn graphs() {
    run("graphs", |case, checks| {
        let mut model = training::model(case)?;
        let inputs: Vec<Vec<f32>> = list(&case["inputs"]).iter().map(cast).collect();
        let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
        let cotangents = float_list(&case["cotangents"]);
        let cotangents: Vec<&[f32]> = cotangents.iter().map(Vec::as_slice).collect();
        let pass = |threads| -> Result<(Vec<Vec<f32>>, Gradients)> {
            let mut model = training::model(case)?;
            let mut chain = Chain::new(&mut model, Team::new(threads));
            let outputs = chain.forward(&inputs, case["training"] == true)?;
            Ok((outputs, chain.backward(&cotangents)))
        };
        let alone = pass(1)?;
        for threads in [2, 4] {
            assert!(alone == pass(threads)?, "other bits at {threads} threads");
        }
        let (outputs, gradients) = alone;
        checks.arrays("output", &outputs, &case["outputs"], FORWARD);
        let expected = &case["weight_gradients"];
        checks.arrays("weight_gradient", &gradients.weights, expected, GRADIENT);
        for (found, expected) in gradients.inputs.iter().zip(list(&case["input_gradients"])) {
            if !expected.is_null() {
                checks.array("input_gradient", found, expected, GRADIENT);
            }
        }
        if case["training"] == false {
            let x: Vec<_> = list(&case["inputs"]).iter().map(features).collect();
            let predicted = predict(&mut model, &Team::new(2), &x, 2)?;
            let predicted: Vec<_> = predicted.iter().map(|it| it.to_f32().unwrap()).collect();
            checks.arrays("predict", &predicted, &case["outputs"], FORWARD);
        }
        let summary = case["summary"].as_str().expect("a text");
        assert_eq!(model.summary().trim_end(), summary.trim_end());
        let written = without_build(&model.to_config()["config"]);
        same_json(&written, &without_build(&case["model"]["config"]));
        if let Some(expected) = case.get("fit") {
            short_training(case, expected, checks)?;
        }
        Ok(())
    });
}

/// Three epochs towards drawn targets, as `short_training` in cases/graphs.py.
fn short_training(case: &Value, expected: &Value, checks: &mut Checks) -> Result<()> {
    let mut model: Model = training::model(case)?;
    let targets = list(&expected["targets"]);
    model.compile(&json!({
        "optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.01}},
        "loss": "mse",
        "metrics": vec![json!(["mae"]); targets.len()],
    }))?;
    let x = list(&case["inputs"]).iter().map(features).collect();
    let y = targets.iter().map(|y| Some(features(y))).collect();
    let train = Samples::new(x, y, vec![])?;
    let options = json!({"batch_size": 2, "epochs": 3, "shuffle": false});
    let data = FitData {
        train,
        validation: None,
    };
    let mut fit = Fit::new(&mut model, data, FitOptions::from_json(&options)?)?;
    let team = Team::new(2);
    team.session(|| -> Result<()> {
        while !matches!(fit.step(&mut model, &team)?, Step::Done(_)) {}
        Ok(())
    })?;
    compare_history(&fit.history, &expected["history"], LOSS, checks);
    let weights = training::weights(&model);
    let expected = &expected["weights_after"];
    checks.arrays("weights_after", &weights, expected, GRADIENT);
    Ok(())
}
