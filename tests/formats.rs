//! `.keras` files against what Keras wrote and h5py read: see formats/make_fixtures.py.
#![cfg(all(not(target_arch = "wasm32"), feature = "formats"))]

use model_dojo::error::Code;
use model_dojo::formats::hdf5::{read_weights, write_weights};
use model_dojo::formats::layer_paths::{layer_names, layer_paths};
use model_dojo::formats::npz::write_npz;
use model_dojo::formats::{Weights, keras_zip};
use model_dojo::tensor::{Array, Data, SparseRows};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

const FIXTURES: [&str; 4] = ["sequential", "functional", "tiny", "text"];

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("tests/formats/{name}.keras")).unwrap()
}

fn expected(name: &str) -> Value {
    let text = std::fs::read_to_string(format!("tests/formats/{name}.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// An array as the fixture's dump states it.
fn array(dump: &Value) -> Array {
    let shape = serde_json::from_value(dump["shape"].clone()).unwrap();
    let data = dump["data"].clone();
    let data = match dump["dtype"].as_str().unwrap() {
        "float32" => Data::F32(serde_json::from_value(data).unwrap()),
        "int32" => Data::I32(serde_json::from_value(data).unwrap()),
        other => panic!("the fixtures have no {other}"),
    };
    Array::new(shape, data).unwrap()
}

#[test]
fn every_array_equals_what_h5py_reads() {
    for name in FIXTURES {
        let file = keras_zip::read(&fixture(name)).unwrap();
        let dump = expected(name);
        let weights: Weights = dump["weights"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(k, v)| (k.clone(), array(v)))
            .collect();
        assert_eq!(file.weights, weights, "{name}");
        assert_eq!(file.config["class_name"], dump["class_name"], "{name}");
        assert!(
            file.metadata["keras_version"]
                .as_str()
                .unwrap()
                .starts_with("3.")
        );
        let assets: BTreeMap<String, Vec<u8>> = dump["assets"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(path, text)| {
                (
                    path["assets/".len()..].to_string(),
                    text.as_str().unwrap().into(),
                )
            })
            .collect();
        assert_eq!(file.assets, assets, "{name}");
    }
}

#[test]
fn layer_groups_and_names_are_keras_own() {
    for name in FIXTURES {
        let file = keras_zip::read(&fixture(name)).unwrap();
        let names = layer_names(&file.config);
        for (group, layer) in expected(name)["names"].as_object().unwrap() {
            let group = group.trim_end_matches("vars").trim_end_matches('/');
            // Parts of layers (an LSTM's cell) and what is not a layer have no entry.
            let is_layer = group.split('/').rev().nth(1) == Some("layers");
            assert_eq!(
                names.get(group),
                is_layer
                    .then(|| layer.as_str().unwrap().to_string())
                    .as_ref()
            );
        }
    }
}

/// Expected values from keras.src.utils.naming.to_snake_case.
#[test]
fn groups_are_named_by_class() {
    let pairs = [
        ("Dense", "dense"),
        ("LSTM", "lstm"),
        ("GRUCell", "gru_cell"),
        ("PReLU", "p_re_lu"),
        ("ELU", "elu"),
        ("LeakyReLU", "leaky_re_lu"),
        ("Conv2D", "conv2d"),
        ("Conv1DTranspose", "conv1d_transpose"),
        ("GlobalAveragePooling1D", "global_average_pooling1d"),
        ("SpatialDropout1D", "spatial_dropout1d"),
        ("StackedRNNCells", "stacked_rnn_cells"),
        ("RNN", "rnn"),
        ("ConvLSTM2D", "conv_lstm2d"),
        ("BatchNormalization", "batch_normalization"),
        ("TFSMLayer", "tfsm_layer"),
    ];
    for (class_name, snake) in pairs {
        assert_eq!(layer_paths(&[class_name]), [snake]);
    }
    assert_eq!(
        layer_paths(&["Dense", "LSTM", "Dense", "Dense"]),
        ["dense", "lstm", "dense_1", "dense_2"]
    );
}

/// What is written stays in target/tmp for formats/check_with_keras.py.
#[test]
fn written_files_read_back_equal() {
    for name in FIXTURES {
        let file = keras_zip::read(&fixture(name)).unwrap();
        let bytes = keras_zip::write(&file).unwrap();
        assert_eq!(keras_zip::read(&bytes).unwrap(), file, "{name}");
        let path = format!("{}/{name}.keras", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn every_dtype_and_shape_of_weights_round_trips() {
    let arrays = [
        Array::new(vec![], Data::F32(vec![f32::NAN.copysign(-1.0)])),
        Array::new(vec![3], Data::F64(vec![f64::MIN, f64::INFINITY, 5e-324])),
        Array::new(vec![2, 1], Data::I32(vec![i32::MIN, i32::MAX])),
        Array::new(vec![2], Data::I64(vec![i64::MIN, i64::MAX])),
        Array::new(vec![1, 1, 2], Data::U8(vec![0, 255])),
        Array::new(vec![2], Data::U16(vec![0, 65535])),
        Array::new(vec![0, 4], Data::F32(vec![])),
    ];
    let weights: Weights = arrays
        .into_iter()
        .enumerate()
        .map(|(i, a)| (format!("a/{i}"), a.unwrap()))
        .collect();
    let back = read_weights(&write_weights(&weights, &BTreeMap::new()).unwrap()).unwrap();
    // NaN differs from itself: compare as text.
    assert_eq!(format!("{back:?}"), format!("{weights:?}"));
}

#[test]
fn dtypes_that_weights_do_not_have_are_refused() {
    let rows = SparseRows {
        offsets: vec![0, 0],
        ..Default::default()
    };
    for data in [
        Data::Bool(vec![true]),
        Data::Str(vec!["a".into()]),
        Data::Sparse(rows),
    ] {
        let weights = Weights::from([("a".into(), Array::new(vec![1, 1], data).unwrap())]);
        let error = write_weights(&weights, &BTreeMap::new()).unwrap_err();
        assert_eq!(error.code, Code::BadFile);
        assert!(error.message.contains("\"a\""), "{error}");
    }
}

/// Against numpy.savez (formats/make_fixtures.py), entry by entry.
#[test]
fn npz_entries_equal_numpys() {
    let arrays = BTreeMap::from([
        (
            "y".to_string(),
            Array::f32(vec![3, 1], vec![0.5, -1.0, f32::INFINITY]).unwrap(),
        ),
        (
            "y/pair".to_string(),
            Array::new(vec![2], Data::F64(vec![1.0, 2.0])).unwrap(),
        ),
        (
            "scalar".to_string(),
            Array::new(vec![], Data::I64(vec![-7])).unwrap(),
        ),
        (
            "mask".to_string(),
            Array::new(vec![2, 1, 1], Data::Bool(vec![true, false])).unwrap(),
        ),
        (
            "pixels".to_string(),
            Array::new(vec![0, 28], Data::U8(vec![])).unwrap(),
        ),
    ]);
    let numpys = entries(&std::fs::read("tests/formats/arrays.npz").unwrap());
    assert_eq!(entries(&write_npz(&arrays).unwrap()), numpys);
}

fn entries(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let names: Vec<String> = archive.file_names().map(str::to_string).collect();
    let mut content = |name: &str| {
        let mut bytes = vec![];
        archive
            .by_name(name)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        bytes
    };
    names
        .into_iter()
        .map(|name| (name.clone(), content(&name)))
        .collect()
}

/// The archive `bytes` without `missing`, or with `entry` replaced, compressed.
fn rezip(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if let Some(content) = change(file.name(), content) {
            let deflated = zip::write::SimpleFileOptions::default();
            out.start_file(
                file.name(),
                deflated.compression_method(zip::CompressionMethod::Deflated),
            )
            .unwrap();
            out.write_all(&content).unwrap();
        }
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn recompressed_archives_are_read() {
    let bytes = fixture("sequential");
    let packed = rezip(&bytes, |_, content| Some(content));
    assert!(packed.len() < bytes.len() / 2);
    assert_eq!(
        keras_zip::read(&packed).unwrap(),
        keras_zip::read(&bytes).unwrap()
    );
}

fn refused(bytes: &[u8]) -> String {
    let error = keras_zip::read(bytes).unwrap_err();
    assert_eq!(error.code, Code::BadFile);
    error.message
}

#[test]
fn errors_say_what_is_wrong() {
    let bytes = fixture("tiny");
    let without = |missing: &str| rezip(&bytes, |name, c| (name != missing).then_some(c));
    let with = |entry: &str, content: &[u8]| {
        rezip(&bytes, |name, c| {
            Some(if name == entry { content.to_vec() } else { c })
        })
    };
    assert!(refused(b"\x89HDF\r\n\x1a\n").contains("expected a zip archive"));
    assert!(refused(b"").contains("expected a zip archive"));
    assert!(refused(&bytes[..bytes.len() / 2]).contains("expected a zip archive"));
    assert!(refused(&without("config.json")).contains("holds no config.json"));
    assert!(refused(&without("model.weights.h5")).contains("holds no model.weights.h5"));
    assert!(refused(&with("config.json", b"{")).contains("config.json in the archive is not JSON"));
    assert!(refused(&with("config.json", b"[]")).contains("not a Keras model"));
    assert!(refused(&with("model.weights.h5", b"no")).contains("not a readable HDF5 file"));
    assert!(
        refused(&with("config.json", &[b' '; 10_000_000]))
            .contains("far larger than what is stored")
    );
    assert_eq!(
        keras_zip::read(&without("metadata.json")).unwrap().metadata,
        Value::Null
    );
}

/// A dataset that claims a thousand times the bytes that the file has.
#[test]
fn shape_bombs_are_refused() {
    let mut file = hdf5_pure::FileBuilder::new();
    let zeros = vec![0u8; 1 << 22];
    file.create_dataset("a")
        .with_u8_data(&zeros)
        .with_chunks(&[1 << 22])
        .with_deflate(9);
    let error = read_weights(&file.finish().unwrap()).unwrap_err();
    assert!(error.message.contains("claims far more"), "{error}");
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = fixture("tiny");
    for end in 0..bytes.len() {
        refused(&bytes[..end]);
    }
    let weights =
        write_weights(&keras_zip::read(&bytes).unwrap().weights, &BTreeMap::new()).unwrap();
    for end in 0..weights.len() {
        assert!(
            read_weights(&weights[..end]).is_err(),
            "cut at {end} of {}",
            weights.len()
        );
    }
}

/// Flipped bytes may go unnoticed in the values, but must never panic, hang or take much memory.
#[test]
fn flipped_bytes_never_panic() {
    let keras = fixture("tiny");
    let original = entries(&keras)["model.weights.h5"].clone();
    let ours = write_weights(&keras_zip::read(&keras).unwrap().weights, &BTreeMap::new()).unwrap();
    let mut state = 1u32;
    let mut random = move |n: usize| {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        (state >> 8) as usize % n
    };
    for round in 0..6000 {
        let mut bytes = [&original, &ours, &keras][round % 3].clone();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            bytes[at] = [0, 0xff, bytes[at] ^ (1 << random(8)), random(256) as u8][random(4)];
        }
        let _ = read_weights(&bytes);
        let _ = keras_zip::read(&bytes);
    }
}
