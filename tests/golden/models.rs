//! Whole models: trainings and summaries.

use super::compare::{Checks, compare_history, run};
use super::fixture::number;
use super::{FORWARD, GRADIENT, LOSS, training};
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::model::{Fit, FitData, FitOptions, Model, Samples, Step};
use model_dojo::tensor::Array;
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn tutorials() {
    run("tutorials", check_training);
}

#[test]
fn fits() {
    run("fits", check_training);
}

fn check_training(case: &Value, checks: &mut Checks) -> Result<()> {
    let tolerance = case.get("tolerance").map_or(LOSS, number);
    let outcome = training::run(case, &Team::new(2))?;
    checks.array(
        "predictions_before",
        &outcome.before,
        &case["predictions_before"],
        FORWARD,
    );
    compare_history(&outcome.history, &case["history"], tolerance, checks);
    let expected = case["evaluate"].as_object().expect("evaluate");
    // Keras' dict is sorted, ours in the order of the list it gives: loss first, then as compiled.
    let mut keys: Vec<&String> = outcome.evaluate.iter().map(|(key, _)| key).collect();
    keys.sort();
    assert_eq!(
        keys,
        expected.keys().collect::<Vec<_>>(),
        "keys of evaluate"
    );
    for (key, found) in &outcome.evaluate {
        checks.number(
            "evaluate",
            &format!(".{key}"),
            *found,
            number(&expected[key]),
            tolerance,
        );
    }
    checks.array(
        "predictions_after",
        &outcome.after,
        &case["predictions_after"],
        GRADIENT,
    );
    checks.arrays(
        "weights_after",
        &outcome.weights,
        &case["weights_after"],
        GRADIENT,
    );
    outcome.written.check(case, tolerance, checks);
    Ok(())
}

#[test]
fn summaries() {
    run("summaries", |case, checks| {
        let mut model = Model::from_config(&case["model"], 0)?;
        if case["fitted"] == true {
            fit_zeros(&mut model)?;
        }
        let (found, expected) = (model.summary(), case["text"].as_str().expect("a text"));
        let differing = found.lines().zip(expected.lines()).find(|(a, b)| a != b);
        assert_eq!(differing, None, "first differing line");
        assert_eq!(found.trim_end(), expected.trim_end());
        checks.number(
            "lines",
            "",
            found.lines().count() as f64,
            expected.lines().count() as f64,
            0.0,
        );
        Ok(())
    });
}

/// One epoch on two samples of zeros: the optimizer's variables come into being.
fn fit_zeros(model: &mut Model) -> Result<()> {
    let input = model.shapes()[0].iter().map(|dim| dim.expect("known"));
    let zeros = |shape: Vec<usize>| -> Result<_> {
        let array = Array::f32(shape.clone(), vec![0.0; shape.iter().product()])?;
        Ok(model_dojo::data::Features {
            array: Arc::new(array),
            divisor: None,
        })
    };
    let x = zeros(std::iter::once(2).chain(input).collect())?;
    let train = Samples::of_one(vec![x], zeros(vec![2, 1])?, None)?;
    let options = FitOptions::from_json(&json!({}))?;
    let mut fit = Fit::new(
        model,
        FitData {
            train,
            validation: None,
        },
        options,
    )?;
    while !matches!(fit.step(model, &Team::single())?, Step::Done(_)) {}
    Ok(())
}
