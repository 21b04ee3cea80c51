//! `.h5`, `.weights.h5` and safetensors against what Keras 3 and Keras 2 wrote and made of their
//! models: see formats/make_h5.py and make_keras2.py. What is written here Keras reads in
//! formats/check_h5.py.
#![cfg(all(not(target_arch = "wasm32"), feature = "formats"))]

use model_dojo::data::Features;
use model_dojo::error::{Code, Error};
use model_dojo::formats::model_file::{read, read_weights, write};
use model_dojo::formats::{Assets, Format, Saved, hdf5, keras_model, safetensors};
use model_dojo::kernels::Team;
use model_dojo::model::{Fit, FitData, FitOptions, Model, Samples, Step, predict};
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::io::Read;
use std::sync::Arc;

/// A fixture, unpacked.
fn file(name: &str) -> Vec<u8> {
    let packed = std::fs::read(format!("tests/formats/h5/{name}.gz")).unwrap();
    let mut bytes = vec![];
    let mut packed = flate2::read::GzDecoder::new(&packed[..]);
    packed.read_to_end(&mut bytes).unwrap();
    bytes
}

fn expected(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(format!("tests/formats/h5/{name}.json")).unwrap())
        .unwrap()
}

fn load(bytes: &[u8]) -> Model {
    keras_model::load_file(read(bytes).unwrap(), 0).unwrap()
}

/// Nested lists as an array of float32.
fn features(list: &Value) -> Features {
    fn walk(value: &Value, depth: usize, shape: &mut Vec<usize>, values: &mut Vec<f32>) {
        let Value::Array(list) = value else {
            return values.push(value.as_f64().unwrap() as f32);
        };
        if shape.len() == depth {
            shape.push(list.len());
        }
        list.iter()
            .for_each(|it| walk(it, depth + 1, shape, values));
    }
    let (mut shape, mut values) = (vec![], vec![]);
    walk(list, 0, &mut shape, &mut values);
    Features {
        array: Arc::new(Array::f32(shape, values).unwrap()),
        divisor: None,
    }
}

fn floats(features: &Features) -> &[f32] {
    match &features.array.data {
        Data::F32(values) => values,
        other => panic!("{other:?}"),
    }
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        let allowed = tolerance * (1.0 + expected.abs());
        assert!(
            (found - expected).abs() <= allowed,
            "{what}: {found} instead of {expected}"
        );
    }
}

fn assert_predicts(model: &mut Model, content: &Value, key: &str, tolerance: f32, what: &str) {
    let outputs = predict(model, &Team::single(), &[features(&content["x"])], 32).unwrap();
    let found = outputs[0].to_f32().unwrap();
    assert_close(
        &found,
        floats(&features(&content[key])),
        tolerance,
        &format!("{what}: {key}"),
    );
}

/// Trains as the fixture was trained and compares the whole history.
fn assert_trains(model: &mut Model, content: &Value, what: &str) {
    let train =
        Samples::of_one(vec![features(&content["x"])], features(&content["y"]), None).unwrap();
    let data = FitData {
        train,
        validation: None,
    };
    let mut fit = Fit::new(model, data, FitOptions::from_json(&content["fit"]).unwrap()).unwrap();
    while !matches!(fit.step(model, &Team::single()).unwrap(), Step::Done(_)) {}
    let history = content["history"].as_object().unwrap();
    assert_eq!(
        fit.history.history.len(),
        history.len(),
        "{what}: {:?}",
        fit.history.history
    );
    for (key, values) in &fit.history.history {
        let found: Vec<f32> = values.iter().map(|&v| v as f32).collect();
        assert_close(
            &found,
            floats(&features(&history[key])),
            2e-5,
            &format!("{what}: {key}"),
        );
    }
}

/// The model as a file of this format.
fn save(model: &Model, format: Format) -> Vec<u8> {
    let (saved, assets) = keras_model::save_as(model, format).unwrap();
    write(format, model.to_config(), saved, assets).unwrap()
}

/// Leaves what is written for check_h5.py.
fn leave(name: &str, bytes: &[u8]) {
    let directory = format!("{}/h5", env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(format!("{directory}/{name}"), bytes).unwrap();
}

const KERAS3: [&str; 4] = ["trained", "plain", "long_names", "functional"];
const KERAS2: [&str; 5] = [
    "keras2_images",
    "keras2_decay",
    "keras2_words",
    "keras2_functional",
    "keras2_recurrent",
];

/// Keras 3's file → the same predictions, the same next epoch (of the model that was saved: Keras
/// cannot train one that it loaded).
#[test]
fn models_of_keras_3_go_on() {
    for name in KERAS3 {
        let content = expected(name);
        let mut model = load(&file(&format!("{name}.h5")));
        assert_predicts(&mut model, &content, "predict", 1e-6, name);
        assert_trains(&mut model, &content, name);
        assert_predicts(&mut model, &content, "after", 2e-5, name);
    }
}

/// Those of Keras 2 were saved before they were trained: its optimizers' states are left behind.
#[test]
fn models_of_keras_2_are_read_and_train_the_same() {
    for name in KERAS2 {
        let content = expected(name);
        let mut model = load(&file(&format!("{name}.h5")));
        assert_predicts(&mut model, &content, "predict", 1e-6, name);
        assert_trains(&mut model, &content, name);
        assert_predicts(&mut model, &content, "after", 1e-4, name);
    }
}

#[test]
fn a_keras_file_of_keras_2_is_read() {
    let content = expected("keras2_images");
    let mut model = load(&file("keras2_images.keras"));
    assert_predicts(&mut model, &content, "predict", 1e-6, "images");
    assert_trains(&mut model, &content, "images");
}

/// Attributes of fixed width and in dense storage, arrays in compressed chunks, the newest format.
#[test]
fn other_layouts_hold_the_same() {
    assert_eq!(
        read(&file("rewritten.h5")).unwrap(),
        read(&file("trained.h5")).unwrap()
    );
}

/// Lists of names in several attributes, as Keras splits them.
#[test]
fn long_lists_of_names_are_split_as_keras_does() {
    let theirs = hdf5::read(&file("long_names.h5")).unwrap();
    let ours = hdf5::read(&save(&load(&file("long_names.h5")), Format::H5)).unwrap();
    let names = |tree: &hdf5::Tree| {
        let attributes = &tree.attributes["model_weights"];
        let lists = attributes
            .iter()
            .filter(|(name, _)| name.starts_with("layer_names"));
        lists
            .map(|(name, list)| (name.clone(), list.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&theirs).len(), 2);
    assert_eq!(names(&ours), names(&theirs));
}

/// What is written is what was read, the optimizer's state included.
#[test]
fn models_come_back_from_what_is_written() {
    for name in KERAS3.into_iter().chain(KERAS2) {
        let mut model = load(&file(&format!("{name}.h5")));
        let bytes = save(&model, Format::H5);
        let mut back = load(&bytes);
        let mut config = model.to_config();
        // What Keras can read of names that were typed short.
        let loss = &mut config["compile_config"]["loss"];
        match loss.as_str() {
            Some("mse") => *loss = json!("mean_squared_error"),
            Some("mae") => *loss = json!("mean_absolute_error"),
            _ => {}
        }
        assert_eq!(back.to_config(), config, "{name}");
        assert_eq!(back.variables.values, model.variables.values, "{name}");
        let content = expected(name);
        if KERAS3.contains(&name) {
            assert_eq!(back.optimizer_state, model.optimizer_state, "{name}");
            assert_trains(&mut back, &content, name);
        }
        leave(&format!("{name}.h5"), &bytes);
        leave(
            &format!("{name}.weights.h5"),
            &save(&model, Format::WeightsH5),
        );
        leave(
            &format!("{name}.safetensors"),
            &save(&model, Format::Safetensors),
        );
        assert_predicts(&mut model, &content, "predict", 1e-6, name);
    }
}

/// Takes out what is not written here: it is always null.
fn without_quantization(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.remove("quantization_config");
            object.values_mut().for_each(without_quantization);
        }
        Value::Array(list) => list.iter_mut().for_each(without_quantization),
        _ => {}
    }
}

/// The model_config that Keras wrote, but for what it says of itself.
#[test]
fn configs_are_written_as_keras_writes_them() {
    for name in KERAS3 {
        let [theirs, ours] = [
            file(&format!("{name}.h5")),
            save(&load(&file(&format!("{name}.h5"))), Format::H5),
        ]
        .map(|bytes| hdf5::read(&bytes).unwrap());
        let json = |tree: &hdf5::Tree, name: &str| -> Value {
            serde_json::from_str(tree.text("", name).unwrap()).unwrap()
        };
        let mut model = json(&theirs, "model_config");
        without_quantization(&mut model);
        assert_eq!(json(&ours, "model_config"), model, "{name}");
        let mut training = json(&theirs, "training_config");
        let full = match training["loss"].as_str().unwrap() {
            "mse" | "mean_squared_error" => "mean_squared_error",
            _ => "mean_absolute_error",
        };
        training["loss"] = json!(full);
        assert_eq!(json(&ours, "training_config"), training, "{name}");
        let keys =
            |tree: &hdf5::Tree| -> Vec<String> { tree.attributes[""].keys().cloned().collect() };
        assert_eq!(keys(&ours), keys(&theirs), "{name}");
    }
}

/// The model of trained.h5 with weights drawn anew.
fn other_weights() -> Model {
    let file = read(&file("trained.h5")).unwrap();
    Model::from_config(&file.config, 7).unwrap()
}

fn load_weights(model: &mut Model, bytes: &[u8]) -> Result<(), Error> {
    let (saved, assets) = read_weights(bytes)?;
    keras_model::set_saved(model, saved, &assets)
}

#[test]
fn weights_of_every_format_go_into_a_model() {
    let content = expected("trained");
    let written = load(&file("trained.h5"));
    let formats = [
        Format::Keras,
        Format::H5,
        Format::WeightsH5,
        Format::Safetensors,
    ];
    let ours = formats.map(|format| (format!("{format:?}"), save(&written, format)));
    let theirs = [
        "trained.weights.h5",
        "trained_weights.h5",
        "trained.safetensors",
        "trained.h5",
        "rewritten.h5",
    ];
    for (name, bytes) in theirs
        .map(|name| (name.to_string(), file(name)))
        .into_iter()
        .chain(ours)
    {
        let mut model = other_weights();
        load_weights(&mut model, &bytes).unwrap();
        assert_eq!(model.variables.values, written.variables.values, "{name}");
        assert_predicts(&mut model, &content, "predict", 1e-6, &name);
        // Of these only Keras 3's own formats hold the optimizer's state.
        let has_state = name.contains(".weights.h5") || ["Keras", "WeightsH5"].contains(&&name[..]);
        assert_eq!(model.optimizer_state.is_some(), has_state, "{name}");
    }
    let mut images = load(&file("keras2_images.h5"));
    let before = images.variables.values.clone();
    images.variables.values.fill(0.5);
    load_weights(&mut images, &file("keras2_images_weights.h5")).unwrap();
    assert_eq!(images.variables.values, before);
}

/// As in Keras: `load_weights` of a file without an optimizer's state leaves the optimizer alone.
#[test]
fn the_optimizer_keeps_its_state_where_a_file_has_none() {
    let mut model = load(&file("trained.h5"));
    let before = model.optimizer_state.clone();
    assert!(before.is_some());
    for name in ["trained_weights.h5", "trained.safetensors"] {
        load_weights(&mut model, &file(name)).unwrap();
        assert_eq!(model.optimizer_state, before, "{name}");
    }
}

#[test]
fn weights_of_another_model_are_refused() {
    let refused = |file_name: &str, into: &str| {
        let mut model = load(&file(into));
        let before = model.variables.values.clone();
        let error = load_weights(&mut model, &file(file_name)).unwrap_err();
        assert_eq!(model.variables.values, before);
        error
    };
    let error = refused("trained_weights.h5", "plain.h5");
    assert_eq!(error.code, Code::BadFile);
    assert!(
        error
            .message
            .contains("4 layers (first, frozen, batch_normalization, last)"),
        "{error}"
    );
    assert!(
        error.message.contains("2 with weights (dense, dense_1)"),
        "{error}"
    );

    let error = refused("trained.safetensors", "plain.h5");
    assert_eq!(error.code, Code::BadFile);
    assert!(
        error
            .message
            .contains("4 missing (dense/kernel, dense/bias, "),
        "{error}"
    );
    assert!(
        error
            .message
            .contains("10 more than there are (batch_normalization/beta, "),
        "{error}"
    );

    let mut weights = safetensors::read(&file("trained.safetensors")).unwrap();
    weights.insert(
        "first/kernel".into(),
        Array::f32(vec![5, 3], vec![0.0; 15]).unwrap(),
    );
    let error =
        load_weights(&mut other_weights(), &safetensors::write(&weights).unwrap()).unwrap_err();
    assert_eq!(error.code, Code::ShapeMismatch);
    assert!(
        error.message.contains("first/kernel") && error.message.contains("[5, 3]"),
        "{error}"
    );

    let mut model = load(&file("trained.h5"));
    let (
        Saved::Layers {
            mut layers,
            optimizer,
        },
        _,
    ) = keras_model::save_as(&model, Format::H5).unwrap()
    else {
        panic!("layers")
    };
    layers[0].arrays[0].1 = Array::f32(vec![1], vec![0.0]).unwrap();
    let saved = Saved::Layers {
        layers: layers.clone(),
        optimizer: optimizer.clone(),
    };
    let error = keras_model::set_saved(&mut model, saved, &Assets::new()).unwrap_err();
    assert_eq!(
        (error.code, error.layer.as_deref()),
        (Code::ShapeMismatch, Some("first"))
    );
    layers[0].arrays.pop();
    let saved = Saved::Layers { layers, optimizer };
    let error = keras_model::set_saved(&mut model, saved, &Assets::new()).unwrap_err();
    assert_eq!(
        (error.code, error.layer.as_deref()),
        (Code::BadFile, Some("first"))
    );
}

#[test]
fn vocabularies_are_not_lost_in_silence() {
    let bytes = std::fs::read("tests/formats/vocabulary_text.keras").unwrap();
    let model = load(&bytes);
    for format in [Format::H5, Format::Safetensors] {
        let error = keras_model::save_as(&model, format);
        let error = error.unwrap_err();
        assert_eq!(error.code, Code::UnsupportedOption);
        assert!(
            error.message.contains("vocabulary.txt") && error.message.contains(".keras"),
            "{error}"
        );
    }
}

#[test]
fn errors_say_what_a_file_is() {
    let refused = |bytes: &[u8]| {
        let error = read(bytes).unwrap_err();
        assert_eq!(error.code, Code::BadFile);
        error.message
    };
    for weights in [
        "trained.weights.h5",
        "trained_weights.h5",
        "trained.safetensors",
    ] {
        assert!(
            refused(&file(weights)).contains("weights without a model"),
            "{weights}"
        );
    }
    assert!(refused(b"").contains("expected a .keras or .h5 file"));
    assert!(
        read_weights(b"text")
            .unwrap_err()
            .message
            .contains(".safetensors")
    );
    let with = |name: &str, text: &str| {
        let mut tree = hdf5::read(&file("plain.h5")).unwrap();
        tree.set("", name, hdf5::Text::One(text.into()));
        hdf5::write(&tree).unwrap()
    };
    assert!(refused(&with("model_config", "{")).contains("model_config in the file is not JSON"));
    assert!(refused(&with("model_config", "[1]")).contains("not a Keras model"));
    assert!(refused(&with("training_config", "no")).contains("training_config"));
    let mut tree = hdf5::read(&file("plain.h5")).unwrap();
    tree.arrays
        .remove("model_weights/dense/sequential/dense/kernel")
        .unwrap();
    let message = refused(&hdf5::write(&tree).unwrap());
    assert!(
        message.contains("model_weights/dense/sequential/dense/kernel"),
        "{message}"
    );
    tree.attributes.remove("model_weights");
    assert!(refused(&hdf5::write(&tree).unwrap()).contains("no layer_names"));
    for config in [
        json!([]),
        json!("x"),
        json!({"optimizer_config": 3, "loss": 1, "metrics": {"a": 2}}),
    ] {
        let bytes = with("training_config", &config.to_string());
        let old = with_version(&bytes, "2.15.0");
        for bytes in [bytes, old] {
            assert!(
                keras_model::load_file(read(&bytes).unwrap(), 0).is_err(),
                "{config}"
            );
        }
    }
}

fn with_version(bytes: &[u8], version: &str) -> Vec<u8> {
    let mut tree = hdf5::read(bytes).unwrap();
    tree.set("", "keras_version", hdf5::Text::One(version.into()));
    hdf5::write(&tree).unwrap()
}

/// Expected values from the reference library (`safetensors.numpy.save`), written out by hand.
#[test]
fn safetensors_of_every_dtype_are_read() {
    let read_one = |dtype: &str, bytes: &[u8], n: usize| {
        let header = json!({"__metadata__": {"format": "np"}, "a": {"dtype": dtype, "shape": [n], "data_offsets": [0, bytes.len()]}});
        let header = header.to_string();
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        file.extend(bytes);
        safetensors::read(&file).map(|weights| weights["a"].data.clone())
    };
    // 1, -2, 65504, 2^-24, infinity.
    let halves = [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c];
    let expected = vec![1.0, -2.0, 65504.0, 2f32.powi(-24), f32::INFINITY];
    assert_eq!(read_one("F16", &halves, 5).unwrap(), Data::F32(expected));
    // 1, -3.140625.
    let brains = [0x80, 0x3f, 0x49, 0xc0];
    assert_eq!(
        read_one("BF16", &brains, 2).unwrap(),
        Data::F32(vec![1.0, -3.140625])
    );
    assert_eq!(
        read_one("F64", &1.5f64.to_le_bytes(), 1).unwrap(),
        Data::F64(vec![1.5])
    );
    assert_eq!(
        read_one("I64", &(-5i64).to_le_bytes(), 1).unwrap(),
        Data::I64(vec![-5])
    );
    assert_eq!(
        read_one("I16", &(-5i16).to_le_bytes(), 1).unwrap(),
        Data::I32(vec![-5])
    );
    assert_eq!(read_one("I8", &[0xff], 1).unwrap(), Data::I32(vec![-1]));
    assert_eq!(
        read_one("U32", &u32::MAX.to_le_bytes(), 1).unwrap(),
        Data::I64(vec![4294967295])
    );
    assert_eq!(read_one("U8", &[7, 8], 2).unwrap(), Data::U8(vec![7, 8]));
    assert_eq!(
        read_one("BOOL", &[1, 0], 2).unwrap(),
        Data::Bool(vec![true, false])
    );
    for (dtype, bytes, n) in [
        ("C64", &[0; 8][..], 1),
        ("F32", &[0; 4], 2),
        ("F32", &[0; 5], 1),
        ("F32", &[0; 4], usize::MAX),
    ] {
        let error = read_one(dtype, bytes, n).unwrap_err();
        assert!(
            error.code == Code::BadFile && error.message.contains("\"a\""),
            "{error}"
        );
    }
}

#[test]
fn every_truncation_is_an_error() {
    for name in [
        "plain.h5",
        "trained_weights.h5",
        "trained.safetensors",
        "trained.weights.h5",
    ] {
        let bytes = file(name);
        for end in (0..bytes.len()).step_by(1 + bytes.len() / 400) {
            assert!(
                read_weights(&bytes[..end]).is_err(),
                "{name} cut at {end} of {}",
                bytes.len()
            );
            assert!(read(&bytes[..end]).is_err(), "{name} cut at {end}");
        }
    }
}

/// Flipped bytes may go unnoticed in the values, but must never panic, hang or take much memory.
#[test]
fn flipped_bytes_never_panic() {
    let files = [
        "plain.h5",
        "rewritten.h5",
        "keras2_decay.h5",
        "trained.safetensors",
    ]
    .map(file);
    let ours = save(&load(&files[0]), Format::H5);
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).chain([&ours[..]]).collect();
    let mut state = 1u32;
    let mut random = move |n: usize| {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        (state >> 8) as usize % n
    };
    for round in 0..3000 {
        let mut bytes = files[round % files.len()].to_vec();
        // In the front half, too, where what describes the arrays lies.
        let reach = bytes.len() / (1 + random(8));
        for _ in 0..=random(4) {
            let at = random(reach);
            bytes[at] = [0, 0xff, bytes[at] ^ (1 << random(8)), random(256) as u8][random(4)];
        }
        let _ = read_weights(&bytes);
        if let Ok(file) = read(&bytes) {
            let _ = keras_model::load_file(file, 0);
        }
    }
}
