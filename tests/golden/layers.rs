//! Layers one by one: what they give, their gradients, their configs, a short training.

use super::chain::{Chain, Gradients};
use super::compare::{Checks, compare_history, run};
use super::fixture::{array, as_floats, cast, features, float_list, floats, same_json, shape};
use super::{FORWARD, GRADIENT, LOSS, training};
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::layers::{LayerNode, transform_images};
use model_dojo::model::{Model, predict};
use model_dojo::tensor::Data;
use serde_json::{Value, json};

#[test]
fn layers() {
    run("layers", |case, checks| {
        let mut model = training::model(case)?;
        let input = &case["input"];
        let elements = cast(input);
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
            let mut outputs = chain.forward(&[&elements], case["training"] == true)?;
            let gradients = chain.backward(&[&floats(&case["cotangent"])]);
            Ok((outputs.swap_remove(0), gradients))
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
            checks.array("input_gradient", &gradients.inputs[0], expected, GRADIENT);
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
