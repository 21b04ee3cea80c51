//! Files with each optimizer's state: training goes on from Keras' as in Keras, see
//! formats/make_optimizers.py. Keras goes on from ours in formats/check_with_keras.py.
#![cfg(all(not(target_arch = "wasm32"), feature = "formats"))]

use model_dojo::data::Features;
use model_dojo::formats::{KerasFile, keras_model, keras_zip};
use model_dojo::kernels::Team;
use model_dojo::model::{Fit, FitData, FitOptions, Model, Samples, Step, predict};
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read("tests/formats/optimizers.json").unwrap()).unwrap()
}

fn file(name: &str) -> KerasFile {
    let path = format!("tests/formats/optimizers/{name}.keras");
    keras_zip::read(&std::fs::read(path).unwrap()).unwrap()
}

fn floats(list: &Value) -> Vec<f32> {
    let numbers = list.as_array().unwrap().iter();
    numbers.map(|v| v.as_f64().unwrap() as f32).collect()
}

fn features(list: &Value) -> Features {
    let values = floats(list);
    let array = Array::f32(vec![20, values.len() / 20], values).unwrap();
    Features {
        array: Arc::new(array),
        divisor: None,
    }
}

/// The loss of one epoch.
fn epoch(model: &mut Model, content: &Value) -> f64 {
    let train =
        Samples::of_one(vec![features(&content["x"])], features(&content["y"]), None).unwrap();
    let data = FitData {
        train,
        validation: None,
    };
    let options = FitOptions::from_json(&content["fit"]).unwrap();
    let mut fit = Fit::new(model, data, options).unwrap();
    while !matches!(fit.step(model, &Team::single()).unwrap(), Step::Done(_)) {}
    fit.history.history[0].1[0]
}

fn assert_close(found: f64, expected: f64, what: &str) {
    let allowed = 1e-6 + 1e-5 * expected.abs();
    assert!(
        (found - expected).abs() <= allowed,
        "{what}: {found} instead of {expected}"
    );
}

#[test]
fn training_goes_on_with_each_optimizer() {
    let content = expected();
    for (name, expected) in content["trained"].as_object().unwrap() {
        let mut model = keras_model::load(&file(name), 0).unwrap();
        let first = floats(&expected["first"])[0].into();
        assert_close(epoch(&mut model, &content), first, name);

        // Keras goes on from here.
        let written = keras_zip::write(&keras_model::save(&model)).unwrap();
        let directory = format!("{}/keras_optimizers", env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(format!("{directory}/{name}.keras"), &written).unwrap();

        let mut read = keras_model::load(&keras_zip::read(&written).unwrap(), 0).unwrap();
        let second = floats(&expected["second"])[0].into();
        assert_close(epoch(&mut read, &content), second, name);
        let x = [features(&content["x"])];
        let outputs = predict(&mut read, &Team::single(), &x, 32).unwrap();
        let Data::F32(found) = &outputs[0].data else {
            panic!("float32 predictions")
        };
        for (&found, expected) in found.iter().zip(floats(&expected["predict"])) {
            assert_close(found.into(), expected.into(), name);
        }
    }
}

#[test]
fn what_is_read_is_written_again() {
    for name in expected()["trained"].as_object().unwrap().keys() {
        let file = file(name);
        let saved = keras_model::save(&keras_model::load(&file, 0).unwrap());
        assert_eq!(saved.weights, file.weights, "{name}");
    }
}

/// With a schedule there is no learning rate in the file, and a number is none of its state.
#[test]
fn a_file_of_a_schedule_fits_no_number() {
    let mut file = file("sgd_schedule");
    let optimizer = &mut file.config["compile_config"]["optimizer"]["config"];
    optimizer["learning_rate"] = json!(0.1);
    let model = keras_model::load(&file, 0).unwrap();
    assert_eq!(model.optimizer_state, None);
}
