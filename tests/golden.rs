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
#[path = "golden/written.rs"]
mod written;

use chain::{Chain, Gradients};
use compare::{Checks, run};
use fixture::{array, features, float_list, floats, number, same_json, shape};
use model_dojo::activations::Activation;
use model_dojo::constraints::Constraint;
use model_dojo::error::Result;
use model_dojo::initializers::{Initializer, Zeros, compute_fans};
use model_dojo::kernels::Team;
use model_dojo::layers::{LayerNode, VariableSpec, transform_images};
use model_dojo::losses::Loss;
use model_dojo::metrics::Metric;
use model_dojo::model::{
    Fit, FitData, FitOptions, History, Model, Samples, Step, Variable, predict,
};
use model_dojo::optimizers::Optimizer;
use model_dojo::regularizers::Regularizer;
use model_dojo::rng::Rng;
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
        configs_are_keras(&model, &case["model"]);
        if let Some(expected) = case.get("fit") {
            short_training(case, expected, checks)?;
        }
        Ok(())
    });
}

/// What the layers write is what Keras wrote: each argument, and no other.
fn configs_are_keras(model: &Model, expected: &Value) {
    let expected = expected["config"]["layers"].as_array().expect("layers");
    let layers = expected.iter().filter(|l| l["class_name"] != "InputLayer");
    for (found, expected) in model.layers().iter().zip(layers) {
        let found = found.to_json();
        assert_eq!(found["class_name"], expected["class_name"]);
        same_json(&found["config"], &expected["config"]);
    }
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
            layer.data_format().layout(sample),
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
        let mut loss = Loss::from_json(&case["loss"])?;
        compare_config(case, &case["loss"], &loss.to_json());
        let [y_true, y_pred] = ["y_true", "y_pred"].map(|key| floats_of(&case[key]));
        let weights = case.get("sample_weight");
        let [target, pred] = ["y_true", "y_pred"].map(|key| shape(&case[key]));
        let weight_shape = weights.map(shape);
        let mut plan = loss.plan(
            &target[1..],
            &pred[1..],
            weight_shape.as_ref().map(|s| &s[1..]),
        )?;
        // Twice: the second finds the buffers of the first.
        for _ in 0..2 {
            let mut gradient = vec![f32::NAN; y_pred.len()];
            let value = loss.of_batch(
                &mut plan,
                [&y_true, &y_pred],
                pred[0],
                weights.map(floats).as_deref(),
                Some(&mut gradient),
            );
            checks.number("value", "", f64::from(value), number(&case["value"]), LOSS);
            if let Some(expected) = case.get("gradient") {
                checks.array("gradient", &gradient, expected, GRADIENT);
            }
        }
        Ok(())
    });
}

/// The config written back is Keras', except where the case says that Keras' loses something.
fn compare_config(case: &Value, given: &Value, written: &Value) {
    if case["incomplete_config"] != true {
        assert_eq!(
            canonical(written),
            canonical(given),
            "the config written back"
        );
    }
}

/// With all numbers as floats, for Keras writes 0 and 0.0 for the same.
fn canonical(v: &Value) -> Value {
    match v {
        Value::Number(n) => json!(n.as_f64()),
        Value::Array(list) => list.iter().map(canonical).collect(),
        Value::Object(map) => {
            let entry = |(k, v): (&String, &Value)| (k.clone(), canonical(v));
            map.iter()
                .map(entry)
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        other => other.clone(),
    }
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
        let mut metric = Metric::from_json(&case["metric"], &mut vec![])?;
        assert_eq!(json!(metric.name), case["key"]);
        compare_config(case, &case["metric"], &metric.to_json());
        let of_sample = |key: &str| batches[0].get(key).map(|array| shape(array)[1..].to_vec());
        let [target, pred, weights] = ["y_true", "y_pred", "sample_weight"].map(of_sample);
        let (target, pred) = (target.expect("labels"), pred.expect("predictions"));
        let mut plan = metric.plan(&target, &pred, weights.as_deref())?;
        let results = case["results"].as_array().expect("results");
        // Twice: a reset forgets all.
        for _ in 0..2 {
            metric.reset();
            for (i, (batch, expected)) in batches.iter().zip(results).enumerate() {
                let [y_true, y_pred] = ["y_true", "y_pred"].map(|key| floats_of(&batch[key]));
                let weights = batch.get("sample_weight").map(floats);
                let rows = shape(&batch["y_pred"])[0];
                metric.update(&mut plan, [&y_true, &y_pred], rows, weights.as_deref());
                let found = metric.result();
                checks.number(
                    "result",
                    &format!("[{i}]"),
                    found,
                    number(expected),
                    FORWARD,
                );
            }
        }
        Ok(())
    });
}

#[test]
fn optimizers() {
    run("optimizers", |case, checks| {
        let optimizer = Optimizer::from_json(&case["optimizer"])?;
        assert_same(&optimizer.to_json(), &case["optimizer"], "config");
        let variables = variables(&case["variables"]);
        let mut w = float_list(&case["variables"]).concat();
        let mut state = optimizer.new_state(&variables, &w)?;
        let parts = |w: &[f32]| -> Vec<Vec<f32>> {
            let part = |variable: &Variable| w[variable.range.clone()].to_vec();
            variables.iter().map(part).collect()
        };
        let steps = case["gradients"].as_array().expect("steps");
        for (gradients, after) in steps.iter().zip(case["after"].as_array().expect("steps")) {
            let mut g = drawn(gradients, &case["variables"]);
            optimizer.step(&Team::single(), &mut state, &mut w, &mut g, &variables);
            checks.arrays("variable", &parts(&w), after, FORWARD);
        }
        assert_eq!(json!(state.iterations), case["iterations"]);
        let slots = optimizer.slot_variables(&variables);
        let expected = case["state"].as_array().expect("arrays");
        let shapes: Vec<_> = slots.iter().map(|slot| slot.shape.clone()).collect();
        assert_eq!(shapes, expected.iter().map(shape).collect::<Vec<_>>());
        let found: Vec<Vec<f32>> = slots
            .iter()
            .map(|slot| state.slots[slot.slot][slot.range.clone()].to_vec())
            .collect();
        checks.arrays("state", &found, &case["state"], FORWARD);
        if let Some(finalized) = case.get("finalized") {
            optimizer.finalize_variable_values(&state, &mut w);
            checks.arrays("finalized", &parts(&w), finalized, FORWARD);
        }
        Ok(())
    });
}

/// Gradients of all variables: `uniform` from a seed that counts up, each in its own ± scale.
fn drawn(spec: &Value, variables: &Value) -> Vec<f32> {
    let (seed, scales) = (
        number(&spec["seed"]),
        spec["scales"].as_array().expect("scales"),
    );
    let variables = variables.as_array().expect("variables").iter().zip(scales);
    let draw = |(i, (variable, scale)): (usize, (&Value, &Value))| {
        let scale = number(scale);
        let uniform = json!({"seed": seed + i as f64, "low": -scale, "high": scale});
        floats(&json!({"shape": variable["shape"], "uniform": uniform}))
    };
    variables.enumerate().flat_map(draw).collect()
}

#[test]
fn schedules() {
    run("schedules", |case, checks| {
        let config = json!({"class_name": "SGD", "config": {"learning_rate": case["schedule"]}});
        let optimizer = Optimizer::from_json(&config)?;
        let written = &optimizer.to_json()["config"]["learning_rate"];
        assert_same(written, &case["schedule"], "config");
        let steps = case["steps"].as_array().expect("steps");
        for (step, value) in steps.iter().zip(case["values"].as_array().expect("values")) {
            let found = optimizer.learning_rate(number(step) as u64);
            checks.number("value", &format!("[{step}]"), found, number(value), FORWARD);
        }
        Ok(())
    });
}

/// Equal as Python sees it: 1 and 1.0 are.
fn assert_same(found: &Value, expected: &Value, path: &str) {
    match (found, expected) {
        (Value::Object(a), Value::Object(b)) => {
            let keys =
                |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(a), keys(b), "{path}");
            for (key, a) in a {
                assert_same(a, &b[key], &format!("{path}.{key}"));
            }
        }
        (Value::Number(a), Value::Number(b)) => assert_eq!(a.as_f64(), b.as_f64(), "{path}"),
        _ => assert_eq!(found, expected, "{path}"),
    }
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
fn activations() {
    run("activations", |case, checks| {
        let activation = Activation::from_json(&case["activation"])?;
        assert_eq!(
            serde_json::to_value(&activation).ok().as_ref(),
            Some(&case["written"])
        );
        let x = listed(&case["x"]);
        let mut kept = vec![0.0; activation.cache_len(&[x.len()]).sample];
        let (mut y, mut slope) = (x.clone(), vec![1.0; x.len()]);
        activation.forward(&mut y, 1, &mut kept);
        activation.backward(&y, &kept, &mut slope, 1);
        for (kind, found) in [("y", y), ("slope", slope)] {
            for (i, (found, expected)) in found.iter().zip(listed(&case[kind])).enumerate() {
                let (found, expected) = (f64::from(*found), f64::from(expected));
                if !expected.is_finite() {
                    // Where Keras has NaN, a number is fine: it divides infinities.
                    let same = found == expected || expected.is_nan();
                    assert!(same, "{kind} at {}: {found} for {expected}", x[i]);
                } else {
                    // Beside numbers of the size of x and 1 only their digits count.
                    let scale = f64::from(x[i].abs()).min(100.0) * 0.1;
                    let scale = scale.max(expected.abs()).max(0.01);
                    let place = format!(" at {}", x[i]);
                    checks.scaled(kind, &place, [found, expected], scale, FORWARD);
                }
            }
        }
        Ok(())
    });
}

/// Numbers as `listed` of cases/activations.py writes them.
fn listed(list: &Value) -> Vec<f32> {
    let number = |v: &Value| match v.as_str() {
        Some(word) => word.parse().expect("nan or inf"),
        None => number(v) as f32,
    };
    list.as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect()
}

#[test]
fn regularizers() {
    run("regularizers", |case, checks| {
        let regularizer: Regularizer = parse(&case["regularizer"]);
        same_json(&regularizer.to_json(), &case["written"]);
        let (w, shape) = (floats(&case["w"]), shape(&case["w"]));
        regularizer.check(&shape)?;
        let value = regularizer.penalty(&shape, &w);
        checks.number("value", "", f64::from(value), number(&case["value"]), LOSS);
        // Added to what is there, in shares.
        let mut gradient = vec![0.0; w.len()];
        regularizer.add_gradient(&shape, &w, 0.25, &mut gradient);
        regularizer.add_gradient(&shape, &w, 0.75, &mut gradient);
        checks.array("gradient", &gradient, &case["gradient"], GRADIENT);
        Ok(())
    });
}

#[test]
fn constraints() {
    run("constraints", |case, checks| {
        let constraint: Constraint = parse(&case["constraint"]);
        same_json(&constraint.to_json(), &case["written"]);
        let (mut w, shape) = (floats(&case["w"]), shape(&case["w"]));
        constraint.check(&shape)?;
        constraint.project(&shape, &mut w);
        checks.array("projected", &w, &case["projected"], FORWARD);
        Ok(())
    });
}

#[test]
fn initializers() {
    run("initializers", |case, checks| {
        if let Some(expected) = case.get("fans") {
            let dims: Vec<usize> = parse(&case["shape"]);
            let axes = |key: &str| -> Option<Vec<i64>> { parse(&case[key]) };
            let (inputs, outputs) = (axes("input_axes"), axes("output_axes"));
            let (fan_in, fan_out) = compute_fans(&dims, inputs.as_deref(), outputs.as_deref());
            checks.number("fan_in", "", fan_in, number(&expected[0]), 0.0);
            checks.number("fan_out", "", fan_out, number(&expected[1]), 0.0);
            return Ok(());
        }
        let initializer: Initializer = parse(&case["initializer"]);
        let mut written = case["written"].clone();
        if case["name"] == "identity_gain" {
            // Keras reads it, but forgets to write it.
            written["config"] = json!({"gain": 2.5});
        }
        same_json(&initializer.to_json(), &written);
        checks.number("config", "", 0.0, 0.0, 0.0);
        if let Some(expected) = case.get("values") {
            let dims = shape(expected);
            initializer.check(&dims)?;
            let mut values = vec![f32::NAN; dims.iter().product()];
            initializer.fill(&dims, &mut Rng::stream(0, "test"), &mut values);
            checks.array("values", &values, expected, FORWARD);
        }
        Ok(())
    });
}

/// A fixture's JSON as the engine reads it.
fn parse<T: serde::de::DeserializeOwned>(json: &Value) -> T {
    serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{json}: {error}"))
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
