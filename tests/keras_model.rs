//! Models out of `.keras` files whose config and weights do not fit each other. That they fit is
//! tested in train_cli.rs.
#![cfg(all(not(target_arch = "wasm32"), feature = "formats"))]

use model_dojo::data::Features;
use model_dojo::error::Code;
use model_dojo::formats::{KerasFile, keras_model, keras_zip};
use model_dojo::kernels::Team;
use model_dojo::model::predict;
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;

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

/// Models of `make_vocabularies.py`: Keras' file → the same predictions → the same file.
/// `check_vocabularies.py` then loads in Keras what is written here.
#[test]
fn vocabularies_go_both_ways() {
    for name in ["text", "text_tf_idf", "words_tf_idf", "numbers"] {
        let path = format!("tests/formats/vocabulary_{name}");
        let file = keras_zip::read(&std::fs::read(format!("{path}.keras")).unwrap()).unwrap();
        let expected = std::fs::read_to_string(format!("{path}.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let mut model = keras_model::load(&file, 0).unwrap();
        let array = Arc::new(array(&expected["x"]));
        let divisor = None;
        let x = Features { array, divisor };
        let found = predict(&mut model, &Team::single(), &[x], 32).unwrap();
        same(&found[0].data, &flat(&expected["predict"]), name);
        let saved = keras_model::save(&model);
        assert_eq!(saved.assets, file.assets, "{name}");
        assert_eq!(saved.weights, file.weights, "{name}");
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        let bytes = keras_zip::write(&saved).unwrap();
        assert_eq!(keras_zip::read(&bytes).unwrap(), saved, "{name}");
        std::fs::write(folder.join(format!("vocabulary_{name}.keras")), bytes).unwrap();
    }
}

#[test]
fn a_missing_vocabulary_is_an_error() {
    let bytes = std::fs::read("tests/formats/vocabulary_text.keras").unwrap();
    let mut file = keras_zip::read(&bytes).unwrap();
    file.assets.clear();
    let error = keras_model::load(&file, 0).unwrap_err();
    assert_eq!(error.code, Code::BadFile);
    assert_eq!(error.layer.as_deref(), Some("text_vectorization"));
    assert!(error.message.contains("vocabulary.txt"), "{error}");
}

/// The innermost elements of nested lists.
fn flat(list: &Value) -> Vec<Value> {
    match list {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        one => vec![one.clone()],
    }
}

/// Rows of texts or whole numbers.
fn array(rows: &Value) -> Array {
    let items = flat(rows);
    let rows = rows.as_array().unwrap().len();
    let texts = || items.iter().map(|x| x.as_str().map(String::from)).collect();
    let numbers = || {
        items
            .iter()
            .map(Value::as_i64)
            .collect::<Option<Vec<i64>>>()
    };
    let data = match texts() {
        Some(texts) => Data::Str(texts),
        None => Data::I64(numbers().unwrap()),
    };
    Array::new(vec![rows, items.len() / rows], data).unwrap()
}

fn same(found: &Data, expected: &[Value], name: &str) {
    match found {
        Data::F32(found) => {
            assert_eq!(found.len(), expected.len(), "{name}");
            for (f, e) in found.iter().zip(expected) {
                assert!(
                    (f64::from(*f) - e.as_f64().unwrap()).abs() < 1e-6,
                    "{name}: {f} {e}"
                );
            }
        }
        Data::Str(found) => assert_eq!(json!(found), json!(expected), "{name}"),
        other => panic!("{name}: {other:?}"),
    }
}
