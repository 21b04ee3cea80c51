//! The tutorial's Embedding model on real IMDB reviews, which may not be committed: read from the
//! folder MODEL_DOJO_EXTRA_DATA (default `../shared/data/test-only`), skipped where it is absent.
#![cfg(not(target_arch = "wasm32"))]

use model_dojo::data::{Features, LoadOptions, Loaded, load};
use model_dojo::kernels::team::Team;
use model_dojo::model::{Evaluation, Fit, FitData, FitOptions, Model, Samples, Step};
use model_dojo::tensor::{Array, Data};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

const STEPS: usize = 256;

/// The file's bytes, or None with a message.
fn extra_data(name: &str) -> Option<Vec<u8>> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/test-only");
    let folder = std::env::var_os("MODEL_DOJO_EXTRA_DATA").map_or_else(default, PathBuf::from);
    let path = folder.join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        // Past the test harness, which would keep it to itself.
        let _ = writeln!(
            std::io::stderr(),
            "\nskipped: {} is not at hand; set MODEL_DOJO_EXTRA_DATA",
            path.display()
        );
    }
    bytes
}

/// An integer array as whole numbers.
fn integers(arrays: &BTreeMap<String, Arc<Array>>, name: &str) -> Vec<usize> {
    match &arrays[name].data {
        Data::U8(v) => v.iter().map(|&n| n.into()).collect(),
        Data::U16(v) => v.iter().map(|&n| n.into()).collect(),
        Data::I32(v) => v.iter().map(|&n| n as usize).collect(),
        Data::I64(v) => v.iter().map(|&n| n as usize).collect(),
        other => panic!("{name} holds {other:?}"),
    }
}

/// Reviews cut or padded behind to one length, and their labels.
fn part(arrays: &BTreeMap<String, Arc<Array>>, part: &str) -> Samples {
    let words = integers(arrays, &format!("{part}_x"));
    let offsets = integers(arrays, &format!("{part}_off"));
    let labels = integers(arrays, &format!("{part}_y"));
    let mut x = vec![0_u16; labels.len() * STEPS];
    for (row, x) in x.chunks_exact_mut(STEPS).enumerate() {
        let review = &words[offsets[row]..offsets[row + 1]];
        for (x, &word) in x.iter_mut().zip(review) {
            *x = word as u16;
        }
    }
    let features = |array| Features {
        array: Arc::new(array),
        divisor: None,
    };
    let x = Array::new(vec![labels.len(), STEPS], Data::U16(x)).unwrap();
    let y = labels.iter().map(|&label| label as f32).collect();
    let y = Array::f32(vec![labels.len()], y).unwrap();
    Samples::of_one(vec![features(x)], features(y), None).unwrap()
}

#[test]
fn the_embedding_model_learns_imdb() {
    let Some(bytes) = extra_data("imdb10k_5000_5000.npz") else {
        return;
    };
    let loaded = load("imdb", &bytes, &LoadOptions::default()).unwrap();
    let Loaded::Arrays(arrays) = loaded else {
        panic!("an .npz holds arrays")
    };
    let (train, test) = (part(&arrays, "train"), part(&arrays, "test"));
    let config = json!({"class_name": "Sequential", "config": {"layers": [
        {"class_name": "Embedding", "config": {"input_dim": 10000, "output_dim": 16}},
        {"class_name": "GlobalAveragePooling1D", "config": {}},
        {"class_name": "Dense", "config": {"units": 16, "activation": "relu"}},
        {"class_name": "Dense", "config": {"units": 1, "activation": "sigmoid"}},
    ]}});
    let (mut model, team) = (Model::from_config(&config, 1).unwrap(), Team::new(2));
    let compile =
        json!({"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"]});
    model.compile(&compile).unwrap();
    let options = FitOptions::from_json(&json!({"epochs": 15, "batch_size": 64})).unwrap();
    let mut fit = Fit::new(
        &mut model,
        FitData {
            train,
            validation: None,
        },
        options,
    )
    .unwrap();
    while !matches!(fit.step(&mut model, &team).unwrap(), Step::Done(_)) {}
    let evaluation = Evaluation::new(&mut model, test, 512, None).unwrap();
    let logs = evaluation.run(&mut model, &team).unwrap();
    assert!(logs[1].1 > 0.8, "test accuracy on IMDB: {logs:?}");
}
