//! Models out of `.keras` files whose config and weights do not fit each other. That they fit is
//! tested in train_cli.rs.
#![cfg(all(not(target_arch = "wasm32"), feature = "formats"))]

use model_dojo::error::Code;
use model_dojo::formats::{KerasFile, keras_model, keras_zip};
use model_dojo::tensor::{Array, Data};
use serde_json::json;

fn file() -> KerasFile {
    keras_zip::read(&std::fs::read("tests/formats/train_adam.keras").unwrap()).unwrap()
}

fn refused(change: impl Fn(&mut KerasFile)) -> (Code, String) {
    let mut file = file();
    change(&mut file);
    let error = keras_model::load(&file, 0).unwrap_err();
    (error.code, error.message)
}

fn scalar(data: Data) -> Array {
    Array::new(vec![], data).unwrap()
}

#[test]
fn weights_must_fit_the_config() {
    let (code, message) = refused(|file| drop(file.weights.remove("layers/dense_1/vars/0")));
    assert_eq!(code, Code::BadFile);
    assert!(
        message.contains("\"layers/dense_1/vars/0\"") && message.contains("kernel"),
        "{message}"
    );

    let (code, message) = refused(|file| {
        let turned = Array::f32(vec![5, 6], vec![0.0; 30]).unwrap();
        file.weights.insert("layers/dense_1/vars/0".into(), turned);
    });
    assert_eq!(code, Code::ShapeMismatch);
    assert!(
        message.contains("[5, 6]") && message.contains("[6, 5]"),
        "{message}"
    );

    let (code, message) = refused(|file| {
        file.weights.insert(
            "layers/gru/cell/vars/0".into(),
            scalar(Data::F32(vec![1.0])),
        );
    });
    assert_eq!(code, Code::BadFile);
    assert!(message.contains("layers/gru/cell/vars/0"), "{message}");
}

#[test]
fn learning_rate_and_iterations_come_from_the_state() {
    let mut file = file();
    file.weights
        .insert("optimizer/vars/0".into(), scalar(Data::I64(vec![77])));
    file.weights
        .insert("optimizer/vars/1".into(), scalar(Data::F32(vec![0.25])));
    let model = keras_model::load(&file, 0).unwrap();
    assert_eq!(model.optimizer_state.as_ref().unwrap().iterations, 77);
    assert_eq!(
        model.compiled.as_ref().unwrap().optimizer.learning_rate(0),
        0.25
    );
    let saved = keras_model::save(&model);
    assert_eq!(saved.weights["optimizer/vars/0"].data, Data::I32(vec![77]));
    assert_eq!(
        saved.weights["optimizer/vars/1"].data,
        Data::F32(vec![0.25])
    );
}

/// Keras skips such a state; `load_model` then starts the optimizer anew.
#[test]
fn a_state_of_another_optimizer_is_left_out() {
    let mut file = file();
    file.config["compile_config"]["optimizer"] = json!("sgd");
    let model = keras_model::load(&file, 0).unwrap();
    assert_eq!(model.optimizer_state, None);
    let saved = keras_model::save(&model);
    let state: Vec<_> = saved
        .weights
        .keys()
        .filter(|path| path.starts_with("optimizer"))
        .collect();
    assert_eq!(state, ["optimizer/vars/0", "optimizer/vars/1"]);
}

#[test]
fn states_of_seeds_that_older_keras_saved_are_passed_over() {
    let mut file = file();
    let seed = Array::new(vec![2], Data::I64(vec![1, 2])).unwrap();
    file.weights
        .insert("layers/dropout/seed_generator/vars/0".into(), seed);
    keras_model::load(&file, 0).unwrap();
}
