//! Texts at a model's door: who reads them, and what the others say.
#![cfg(not(target_arch = "wasm32"))]

use model_dojo::data::Features;
use model_dojo::error::{Code, Error, Result};
use model_dojo::kernels::Team;
use model_dojo::model::{Evaluation, Model, Samples, predict};
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;

fn layer(class: &str, config: Value) -> Value {
    json!({"class_name": class, "config": config})
}

fn model(layers: &[Value]) -> Result<Model> {
    Model::from_config(&json!(layers), 1)
}

fn texts(rows: &[&str]) -> Features {
    let texts = rows.iter().map(|text| text.to_string()).collect();
    features(Data::Str(texts), rows.len())
}

fn features(data: Data, rows: usize) -> Features {
    Features {
        array: Arc::new(Array::new(vec![rows, 1], data).unwrap()),
        divisor: None,
    }
}

fn predicted(layers: &[Value], x: Features) -> Result<Data> {
    let found = predict(&mut model(layers)?, &Team::single(), &[x], 2)?;
    Ok(found.into_iter().next().expect("an output").data)
}

fn lookup(options: Value) -> Value {
    let mut config = json!({"vocabulary": ["red", "green"]});
    for (key, value) in options.as_object().expect("options") {
        config[key] = value.clone();
    }
    layer("StringLookup", config)
}

fn says(error: Error, code: Code, part: &str) {
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(part), "{error}");
}

#[test]
fn texts_need_a_layer_that_reads_them() {
    let dense = layer("Dense", json!({"units": 1}));
    let error = predicted(&[dense], texts(&["a", "b"])).unwrap_err();
    says(
        error,
        Code::BadData,
        "the model takes numbers, but the data are texts",
    );
}

#[test]
fn readers_of_texts_refuse_numbers() {
    let error = predicted(&[lookup(json!({}))], features(Data::F32(vec![1.0]), 1)).unwrap_err();
    assert_eq!(error.layer.as_deref(), Some("string_lookup"));
    says(error, Code::BadData, "it takes texts, but gets numbers");
}

#[test]
fn texts_out_of_a_layer_need_a_reader_too() {
    let back = lookup(json!({"invert": true}));
    let dense = layer("Dense", json!({"units": 1}));
    let error = predicted(&[back.clone(), dense], features(Data::I32(vec![1]), 1)).unwrap_err();
    assert_eq!(error.layer.as_deref(), Some("dense"));
    says(error, Code::BadData, "gives texts");
    let found = predicted(
        &[back, lookup(json!({}))],
        features(Data::U8(vec![2, 0, 9]), 3),
    );
    assert_eq!(found.unwrap(), Data::F32(vec![2.0, 0.0, 0.0]));
}

/// Data without an InputLayer before them: the model then says what Keras would have put there.
#[test]
fn the_first_layer_names_the_inputs_dtype() {
    for (first, data, dtype) in [
        (lookup(json!({})), texts(&["red"]), "string"),
        (
            layer("IntegerLookup", json!({"vocabulary": [5]})),
            features(Data::I64(vec![5]), 1),
            "int64",
        ),
        (
            layer("Dense", json!({"units": 1})),
            features(Data::F32(vec![5.0]), 1),
            "float32",
        ),
    ] {
        let mut model = model(&[first]).unwrap();
        predict(&mut model, &Team::single(), &[data], 2).unwrap();
        let config = model.to_config();
        assert_eq!(config["config"]["layers"][0]["config"]["dtype"], dtype);
    }
}

#[test]
fn tokens_are_no_prediction_to_learn() {
    let mut model = model(&[lookup(json!({"invert": true}))]).unwrap();
    model
        .compile(&json!({"optimizer": "sgd", "loss": "mse"}))
        .unwrap();
    let (x, y) = (
        features(Data::I32(vec![1]), 1),
        features(Data::F32(vec![1.0]), 1),
    );
    let samples = Samples::of_one(vec![x], y, None).unwrap();
    let error = Evaluation::new(&mut model, samples, 1, None).unwrap_err();
    says(error, Code::BadData, "no loss");
}

#[test]
fn labels_are_numbers() {
    let error = Samples::of_one(vec![texts(&["a"])], texts(&["b"]), None).unwrap_err();
    says(error, Code::BadData, "the data are texts");
}

#[test]
fn unknown_tokens_without_an_index_are_an_error() {
    let strict = lookup(json!({"num_oov_indices": 0}));
    assert!(predicted(std::slice::from_ref(&strict), texts(&["red", "green"])).is_ok());
    let error = predicted(&[strict], texts(&["blue"])).unwrap_err();
    says(error, Code::BadData, "found blue");
}

#[test]
fn a_model_waits_for_adapt() {
    let words = layer(
        "StringLookup",
        json!({"name": "words", "output_mode": "count"}),
    );
    let input = layer(
        "InputLayer",
        json!({"batch_shape": [null, 1], "dtype": "string"}),
    );
    let dense = layer("Dense", json!({"units": 1}));
    let mut model = model(&[input, words, dense]).unwrap();
    let data = texts(&["red", "green", "red"]);
    let one = std::slice::from_ref(&data);
    let error = predict(&mut model, &Team::single(), one, 2).unwrap_err();
    says(error, Code::UnsupportedOption, "call adapt");
    model.adapt("words", &data.array).unwrap();
    assert_eq!(model.shapes()[1], [Some(3)]);
    predict(&mut model, &Team::single(), one, 2).unwrap();
    // Another size would not fit the Dense.
    let more = texts(&["red", "green", "blue"]);
    let error = model.adapt("words", &more.array).unwrap_err();
    says(error, Code::ShapeMismatch, "built");
    let same = texts(&["white", "blue"]);
    model.adapt("words", &same.array).unwrap();
    says(
        model.adapt("dense", &same.array).unwrap_err(),
        Code::UnsupportedOption,
        "adapt",
    );
    says(
        model.adapt("colours", &same.array).unwrap_err(),
        Code::UnknownClass,
        "colours",
    );
}

#[test]
fn what_is_not_supported_says_so() {
    let vectorize = |config: Value| model(&[layer("TextVectorization", config)]);
    let numbers = |config: Value| model(&[layer("IntegerLookup", config)]);
    let function = json!({"class_name": "function", "config": "clean"});
    for (refused, part) in [
        (
            vectorize(json!({"standardize": function})),
            "Python functions",
        ),
        (vectorize(json!({"split": "words"})), "split"),
        (vectorize(json!({"ragged": true})), "ragged"),
        (vectorize(json!({"sparse": true})), "sparse"),
        (vectorize(json!({"output_mode": "one_hot"})), "one_hot"),
        (
            vectorize(json!({"vocabulary": "words.txt"})),
            "list of its lines",
        ),
        (vectorize(json!({"ngrams": 0})), "ngrams"),
        (vectorize(json!({"vocabulary": ["a", "a"]})), "twice"),
        (vectorize(json!({"vocabulary": ["a", ""]})), "special"),
        (
            vectorize(json!({"vocabulary": ["a"], "output_mode": "tf_idf"})),
            "idf weight",
        ),
        (numbers(json!({"vocabulary": []})), "empty"),
        (numbers(json!({"max_tokens": 1})), "max_tokens"),
        (
            numbers(json!({"vocabulary": [1, 2], "max_tokens": 2})),
            "max_tokens",
        ),
        (numbers(json!({"pad_to_max_tokens": true})), "max_tokens"),
        (
            numbers(json!({"invert": true, "output_mode": "count"})),
            "invert",
        ),
        (numbers(json!({"salt": 3})), "farmhash"),
        (numbers(json!({"vocabulary_dtype": "string"})), "int64"),
    ] {
        let message = refused.unwrap_err().message;
        assert!(message.contains(part), "{part}: {message}");
    }
    let texts = texts(&["a b"]);
    let config = json!({"vocabulary": ["a"]});
    let error = predicted(&[layer("TextVectorization", config)], texts).unwrap_err();
    says(error, Code::UnsupportedOption, "output_sequence_length");
}
