//! Every case of `tests/golden/fixtures` through this engine: what Keras computes, it computes.
//! `cargo test --test golden -- --nocapture` shows the worst deviations.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)] // what only gradients.rs calls
#[path = "golden/chain.rs"]
mod chain;
#[path = "golden/compare.rs"]
mod compare;
#[allow(dead_code)] // what only determinism.rs reads
#[path = "golden/fixture.rs"]
mod fixture;
#[path = "golden/training.rs"]
mod training;

use chain::{Chain, Gradients};
use compare::{Checks, run};
use fixture::{array, features, float_list, floats, number, shape};
use model_dojo::error::Result;
use model_dojo::initializers::{Initializer, Zeros};
use model_dojo::kernels::Team;
use model_dojo::layers::{LayerNode, VariableSpec, transform_images};
use model_dojo::losses::Loss;
use model_dojo::model::{
    Evaluation, Fit, FitData, FitOptions, History, Model, Samples, Step, Variable, predict,
};
use model_dojo::optimizers::Optimizer;
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;

const FORWARD: f64 = 1e-5;
const GRADIENT: f64 = 1e-4;
const LOSS: f64 = 1e-5;

#[test]
fn layers() {
    run("layers", |case, checks| {
        let mut model = training::model(case)?;
        let input = &case["input"];
        let elements = match array(input).data {
            Data::I32(values) => values.iter().map(|&v| v as f32).collect(),
            _ => floats(input),
        };
        if case["training"] == false {
            let predicted = predict(&mut model, &Team::new(2), &[features(input)], 32)?;
            let Data::F32(predicted) = &predicted[0].data else {
                panic!("float32 predictions")
            };
            checks.array("predict", predicted, &case["output"], FORWARD);
        }
        let pass = |threads| -> Result<(Vec<f32>, Gradients)> {
            let mut model = training::model(case)?;
            let mut chain = Chain::new(&mut model, Team::new(threads));
            let output = chain.forward(&elements, case["training"] == true)?;
            let output = output.to_vec();
            Ok((output, chain.backward(&floats(&case["cotangent"]))))
        };
        let alone = pass(1)?;
        for threads in [2, 4] {
            assert!(alone == pass(threads)?, "other bits at {threads} threads");
        }
        let (output, gradients) = alone;
        checks.array("output", &output, &case["output"], FORWARD);
        checks.arrays(
            "weight_gradient",
            &gradients.weights,
            &case["weight_gradients"],
            GRADIENT,
        );
        if let Some(expected) = case.get("input_gradient") {
            checks.array("input_gradient", &gradients.input, expected, GRADIENT);
        }
        let summary = case["summary"].as_str().expect("a text");
        assert_eq!(model.summary().trim_end(), summary.trim_end());
        if let Some(expected) = case.get("fit") {
            short_training(case, expected, checks)?;
        }
        Ok(())
    });
}

/// Three epochs towards drawn targets, as `short_training` in cases/layers.py.
fn short_training(case: &Value, expected: &Value, checks: &mut Checks) -> Result<()> {
    let mut model = training::model(case)?;
    model.compile(&short_compile("Adam", 0.01))?;
    let run = json!({
        "data": {"x": case["input"], "y": expected["targets"]},
        "fit": {"batch_size": 2, "epochs": 3, "shuffle": false},
    });
    let history = training::fit(&run, &mut model, &Team::new(2), |_| {})?;
    compare_history(&history, &expected["history"], LOSS, checks);
    let weights = training::weights(&model);
    checks.arrays(
        "weights_after",
        &weights,
        &expected["weights_after"],
        GRADIENT,
    );
    Ok(())
}

/// What short trainings compile with.
fn short_compile(optimizer: &str, learning_rate: f64) -> Value {
    json!({
        "optimizer": {"class_name": optimizer, "config": {"learning_rate": learning_rate}},
        "loss": "mse",
        "metrics": ["mae"],
    })
}

/// Keys and numbers of a history.
fn compare_history(history: &History, expected: &Value, tolerance: f64, checks: &mut Checks) {
    let expected = expected.as_object().expect("history");
    let keys: Vec<&String> = history.history.iter().map(|(key, _)| key).collect();
    assert_eq!(
        keys,
        expected.keys().collect::<Vec<_>>(),
        "keys of the history"
    );
    for (key, values) in &history.history {
        let expected = expected[key].as_array().expect("a list");
        assert_eq!(values.len(), expected.len(), "epochs of {key}");
        for (i, (found, expected)) in values.iter().zip(expected).enumerate() {
            checks.number(
                "history",
                &format!(".{key}[{i}]"),
                *found,
                number(expected),
                tolerance,
            );
        }
    }
}

/// Layers that take or give texts and whole numbers, adapted where the case says so.
#[test]
fn strings() {
    run("strings", |case, checks| {
        let mut model = Model::from_config(case.get("unadapted").unwrap_or(&case["model"]), 0)?;
        for adapt in case["adapt"].as_array().into_iter().flatten() {
            let layer = adapt["layer"].as_str().expect("a name");
            model.adapt(layer, &array(&adapt["data"]))?;
        }
        let entry_and_first = |config: &Value| {
            let layers = config["config"]["layers"].as_array().expect("a list");
            let mut layers = as_floats(&json!(layers[..2]));
            if case["learned"] == true {
                // Keras' has the rows it learned from.
                layers[1]["build_config"] = Value::Null;
            }
            layers
        };
        assert_eq!(
            entry_and_first(&model.to_config()),
            entry_and_first(&case["model"])
        );
        if case["learned"] == true {
            let learned = training::weights(&model);
            checks.arrays("learned", &learned, &case["weights"], FORWARD);
        }
        model.set_weights(&float_list(&case["weights"]))?;
        let summary = case["summary"].as_str().expect("a text");
        assert_eq!(model.summary().trim_end(), summary.trim_end());
        let alone = predict(&mut model, &Team::new(1), &[features(&case["input"])], 2)?;
        let found = predict(&mut model, &Team::new(4), &[features(&case["input"])], 2)?;
        assert_eq!(found, alone, "at 4 threads");
        let expected = &case["output"];
        assert_eq!(found[0].shape, shape(expected), "shape");
        match &found[0].data {
            Data::F32(found) => checks.array("output", found, expected, FORWARD),
            found => {
                assert_eq!(*found, array(expected).data, "output");
                checks.number("exact", "", 0.0, 0.0, 0.0);
            }
        }
        if case.get("fit").is_some() {
            model.compile(&short_compile("SGD", 0.1))?;
            let history = training::fit(case, &mut model, &Team::new(2), |_| {})?;
            compare_history(&history, &case["history"], LOSS, checks);
        }
        Ok(())
    });
}

/// JSON whose numbers are all floats: Python's 0 and 0.0 are the same.
fn as_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(as_floats).collect(),
        Value::Object(entries) => {
            let entries = entries.iter();
            entries
                .map(|(key, value)| (key.clone(), as_floats(value)))
                .collect()
        }
        other => other.clone(),
    }
}

/// Random image layers: Keras' transform of given numbers, and its gradient.
#[test]
fn augmentation() {
    run("augmentation", |case, checks| {
        let node = LayerNode::from_json(&case["layer"], &[])?;
        let mut config = node.to_json();
        config["build_config"] = case["layer"]["build_config"].clone();
        assert_eq!(as_floats(&config), as_floats(&case["layer"]));
        let layer = node.layer.augmentation().expect("a random layer");
        let (x, params) = (floats(&case["input"]), floats(&case["params"]));
        let sample = &shape(&case["input"])[1..];
        let mut y = vec![f32::NAN; x.len()];
        transform_images(layer, sample, &params, &x, &mut y);
        checks.array("output", &y, &case["output"], FORWARD);
        let (image, dy) = (
            layer.data_format().image(sample),
            floats(&case["cotangent"]),
        );
        let mut dx = vec![f32::NAN; x.len()];
        let len = image.size();
        for (i, params) in params.chunks_exact(layer.params()).enumerate() {
            let all = i * len..(i + 1) * len;
            layer.gradient(
                image,
                params,
                &x[all.clone()],
                &dy[all.clone()],
                &mut dx[all],
            );
        }
        checks.array("input_gradient", &dx, &case["input_gradient"], GRADIENT);
        Ok(())
    });
}

#[test]
fn losses() {
    run("losses", |case, checks| {
        let loss = Loss::from_json(&case["loss"])?;
        let (y_true, y_pred) = (floats_of(&case["y_true"]), floats(&case["y_pred"]));
        let dims = shape(&case["y_pred"]);
        let weights = case.get("sample_weight").map(floats);
        let mut gradient = vec![f32::NAN; y_pred.len()];
        let (width, rows) = (dims[dims.len() - 1], dims[0]);
        let value = loss.of_batch(
            &y_true,
            &y_pred,
            width,
            rows,
            weights.as_deref(),
            Some(&mut gradient),
        );
        checks.number("value", "", f64::from(value), number(&case["value"]), LOSS);
        checks.array("gradient", &gradient, &case["gradient"], GRADIENT);
        Ok(())
    });
}

/// Labels as the model's door casts them.
fn floats_of(v: &Value) -> Vec<f32> {
    match array(v).data {
        Data::I32(values) => values.iter().map(|&v| v as f32).collect(),
        Data::I64(values) => values.iter().map(|&v| v as f32).collect(),
        _ => floats(v),
    }
}

#[test]
fn metrics() {
    run("metrics", |case, checks| {
        let batches = case["batches"].as_array().expect("batches");
        let all =
            |key: &str| -> Vec<f32> { batches.iter().flat_map(|b| floats_of(&b[key])).collect() };
        let (y_pred, y_true) = (all("y_pred"), all("y_true"));
        let weighted = batches[0].get("sample_weight").is_some();
        let (pred, target) = (shape(&batches[0]["y_pred"]), shape(&batches[0]["y_true"]));
        let mut model = identity(&pred[1..], &target[1..], &case["metric"], weighted)?;
        let rows = y_pred.len() / pred[1..].iter().product::<usize>();
        let features = |values: Vec<f32>, dims: &[usize]| -> Result<_> {
            let array = Array::f32([&[rows], &dims[1..]].concat(), values)?;
            Ok(model_dojo::data::Features {
                array: Arc::new(array),
                divisor: None,
            })
        };
        let weights = weighted.then(|| Arc::new(all("sample_weight")));
        let samples = Samples::new(
            vec![features(y_pred, &pred)?],
            features(y_true, &target)?,
            weights,
        )?;
        let mut evaluation = Evaluation::new(&mut model, samples, pred[0], None)?;
        evaluation.reset(&mut model);
        for (i, expected) in case["results"]
            .as_array()
            .expect("results")
            .iter()
            .enumerate()
        {
            evaluation.step(&mut model, &Team::single())?;
            let (key, found) = evaluation.logs(&model).swap_remove(1);
            assert_eq!(json!(key), case["key"]);
            checks.number(
                "result",
                &format!("[{i}]"),
                found,
                number(expected),
                FORWARD,
            );
        }
        Ok(())
    });
}

/// A model whose predictions are its inputs, with this metric.
fn identity(pred: &[usize], target: &[usize], metric: &Value, weighted: bool) -> Result<Model> {
    let mut batch_shape = vec![Value::Null];
    batch_shape.extend(pred.iter().map(|&n| json!(n)));
    // Any loss that takes these labels will do.
    let product = |dims: &[usize]| dims.iter().product::<usize>();
    let same_size = product(pred) == product(target);
    let config = json!({
        "class_name": "Sequential",
        "config": {"layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": batch_shape}},
            {"class_name": "Activation", "config": {"activation": "linear"}},
        ]},
        "compile_config": {
            "loss": if same_size { "mse" } else { "sparse_categorical_crossentropy" },
            (if weighted { "weighted_metrics" } else { "metrics" }): [metric],
        },
    });
    Model::from_config(&config, 0)
}

#[test]
fn optimizers() {
    run("optimizers", |case, checks| {
        let optimizer = Optimizer::from_json(&case["optimizer"])?;
        let variables = variables(&case["variables"]);
        let mut w = float_list(&case["variables"]).concat();
        let mut state = optimizer.new_state(w.len());
        let steps = case["gradients"].as_array().expect("steps");
        for (gradients, after) in steps.iter().zip(case["after"].as_array().expect("steps")) {
            optimizer.step(
                &mut state,
                &mut w,
                &mut float_list(gradients).concat(),
                &variables,
            );
            let found: Vec<Vec<f32>> = variables
                .iter()
                .map(|variable| w[variable.range.clone()].to_vec())
                .collect();
            checks.arrays("variable", &found, after, FORWARD);
        }
        Ok(())
    });
}

/// Trained variables of these shapes, one behind the other.
fn variables(list: &Value) -> Vec<Variable> {
    let mut end = 0;
    let list = list.as_array().expect("variables");
    let variable = list.iter().map(|v| {
        let zeros = Initializer::Zeros(Zeros::default());
        let spec = VariableSpec::new("variable", shape(v), &zeros);
        let start = end;
        end += spec.size();
        Variable {
            layer: 0,
            spec,
            trainable: true,
            range: start..end,
        }
    });
    variable.collect()
}

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
    let train = Samples::new(vec![x], zeros(vec![2, 1])?, None)?;
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
