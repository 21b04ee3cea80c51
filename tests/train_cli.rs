//! The native trainer as a command, against what Keras makes of the same files: see
//! formats/make_fixtures.py.
#![cfg(all(not(target_arch = "wasm32"), feature = "formats"))]

use model_dojo::formats::keras_zip;
use model_dojo::tensor::Data;
use serde_json::{Value, json as object};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

const TRAINED: [&str; 4] = ["adam", "rmsprop", "sgd", "words"];

/// The example's binary, built as this test was.
fn trainer() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let build = ["build", "--example", "train", "--profile", "test"];
        assert!(
            Command::new(env!("CARGO"))
                .args(build)
                .status()
                .unwrap()
                .success()
        );
        let test = std::env::current_exe().unwrap();
        test.ancestors()
            .nth(2)
            .unwrap()
            .join("examples")
            .join("train")
    })
}

/// A path in a directory of this test's own, empty at first.
fn out(directory: &str, file: &str) -> String {
    format!(
        "{}/train_cli/{directory}/{file}",
        env!("CARGO_TARGET_TMPDIR")
    )
}

/// Runs the trainer with all three output files in `directory`, empty at first.
fn train(directory: &str, model: &str, data: &str, fit: &Value, more: &[&str]) -> Output {
    let _ = std::fs::remove_dir_all(out(directory, ""));
    std::fs::create_dir_all(out(directory, "")).unwrap();
    run_in(directory, model, data, fit, more)
}

/// The same in a directory as it is.
fn run_in(directory: &str, model: &str, data: &str, fit: &Value, more: &[&str]) -> Output {
    std::fs::write(out(directory, "fit.json"), fit.to_string()).unwrap();
    Command::new(trainer())
        .args([model, data, "--fit", &out(directory, "fit.json")])
        .args([
            "--history",
            &out(directory, "history.json"),
            "--save",
            &out(directory, "model.keras"),
        ])
        .args(["--predict", &out(directory, "predictions.npz")])
        .args(more)
        .output()
        .unwrap()
}

fn fixture(file: &str) -> String {
    format!("tests/formats/{file}")
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Numbers within float32's rounding over a few epochs; everything else equal.
fn assert_close(found: &Value, expected: &Value, path: &str) {
    match (found, expected) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(
                a.keys().collect::<BTreeSet<_>>(),
                b.keys().collect::<BTreeSet<_>>(),
                "{path}"
            );
            b.iter()
                .for_each(|(key, b)| assert_close(&a[key], b, &format!("{path}.{key}")));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            a.iter()
                .zip(b)
                .enumerate()
                .for_each(|(i, (a, b))| assert_close(a, b, &format!("{path}[{i}]")));
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!(
                (a - b).abs() <= 1e-6 + 1e-5 * b.abs(),
                "{path}: {a} instead of {b}"
            );
        }
        _ => assert_eq!(found, expected, "{path}"),
    }
}

fn predictions(path: &str) -> Value {
    let arrays = model_dojo::data::npy::read_zip(&std::fs::read(path).unwrap(), 1 << 20).unwrap();
    let y = &arrays["y"];
    let Data::F32(values) = &y.data else {
        panic!("{:?}", y.dtype())
    };
    values.chunks(y.row_len()).map(|row| row.to_vec()).collect()
}

#[test]
fn training_goes_on_from_keras_files_as_in_keras() {
    for name in TRAINED {
        let expected = json(&fixture(&format!("train_{name}.json")));
        let model = fixture(&format!("train_{name}.keras"));
        let data = fixture(expected["data"].as_str().unwrap());
        let run = train(name, &model, &data, &expected["fit"], &["--threads", "2"]);
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        let found = json(&out(name, "history.json"));
        assert_close(&found["history"], &expected["history"], name);
        let order = |history: &Value| {
            history
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(order(&found["history"]), order(&expected["history"]));
        assert_close(&found["evaluate"], &expected["evaluate"], name);
        assert_close(
            &predictions(&out(name, "predictions.npz")),
            &expected["predict"],
            name,
        );
        // Keras goes on from model.keras in formats/check_with_keras.py.
    }
}

#[test]
fn no_epochs_change_nothing_but_the_file() {
    for name in TRAINED {
        let model = fixture(&format!("train_{name}.keras"));
        let data = json(&fixture(&format!("train_{name}.json")));
        let data = fixture(data["data"].as_str().unwrap());
        let fit = object!({"epochs": 0});
        let directory = format!("{name}_0");
        let run = train(&directory, &model, &data, &fit, &[]);
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        assert_eq!(
            json(&out(&directory, "history.json"))["history"],
            object!({})
        );
        let read = |path: &str| keras_zip::read(&std::fs::read(path).unwrap()).unwrap();
        let (before, after) = (read(&model), read(&out(&directory, "model.keras")));
        assert_eq!(after.weights, before.weights, "{name}");
    }
}

/// The callbacks that write, into `directory`; formats/check_callbacks.py reads what they leave.
fn writing(directory: &str) -> Value {
    let path = |file: &str| out(directory, file);
    object!([
        {"class_name": "ModelCheckpoint", "config": {"filepath": path("saved/{epoch:02d}.keras")}},
        {"class_name": "ModelCheckpoint", "config": {
            "filepath": path("best.weights.h5"), "save_weights_only": true, "verbose": 1,
            "save_best_only": true, "monitor": "loss",
        }},
        {"class_name": "LearningRateScheduler", "config": {"schedule": [0.1, 0.01, 0.001]}},
        {"class_name": "CSVLogger", "config": {"filename": path("log.csv"), "append": true}},
        {"class_name": "TensorBoard", "config": {"log_dir": path("logs")}},
        {"class_name": "BackupAndRestore", "config": {
            "backup_dir": path("backup"), "delete_checkpoint": false,
        }},
    ])
}

#[test]
fn callbacks_write_and_go_on_from_their_files() {
    let (model, data) = (fixture("train_adam.keras"), fixture("train.npz"));
    let directory = "callbacks";
    let fit = |epochs| object!({"epochs": epochs, "verbose": 2, "callbacks": writing(directory)});
    let first = train(directory, &model, &data, &fit(2), &[]);
    assert!(
        first.status.success(),
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    let printed = String::from_utf8(first.stdout).unwrap();
    assert!(printed.starts_with("Epoch 1/2\n"), "{printed}");
    let best = format!(" saving model to {}\n", out(directory, "best.weights.h5"));
    assert!(printed.contains(&best), "{printed}");
    for file in ["saved/01.keras", "saved/02.keras"] {
        keras_zip::read(&std::fs::read(out(directory, file)).unwrap()).unwrap();
    }

    // The backup says that two epochs are done, the log has their lines.
    for made in ["saved", "logs"] {
        std::fs::remove_dir_all(out(directory, made)).unwrap();
    }
    let second = run_in(directory, &model, &data, &fit(3), &[]);
    assert!(
        second.status.success(),
        "{}",
        String::from_utf8_lossy(&second.stderr)
    );
    let history = json(&out(directory, "history.json"));
    assert_eq!(
        history["history"]["learning_rate"],
        object!([f64::from(0.001f32)])
    );
    let log = std::fs::read_to_string(out(directory, "log.csv")).unwrap();
    let starts: Vec<&str> = log
        .lines()
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(starts, ["epoch", "0", "1", "2"]);
}

#[test]
fn errors_are_one_line_and_leave_no_file() {
    let (model, data) = (fixture("train_adam.keras"), fixture("train.npz"));
    let fit = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let cases = [
        (
            &model,
            &data,
            r#"{"epocs": 2}"#,
            &[][..],
            "error[unsupported_option]: ",
        ),
        (
            &model,
            &data,
            r#"{"epochs": "two"}"#,
            &[],
            "error[unsupported_option]: ",
        ),
        (
            &model,
            &data,
            r#"{"validation_split": 0.99}"#,
            &[],
            "error[bad_data]: ",
        ),
        (
            &model,
            &data,
            r#"{"callbacks": [{"class_name": "Nap"}]}"#,
            &[],
            "error[unknown_class]: ",
        ),
        (
            &model,
            &data,
            r#"{"callbacks": [{"class_name": "ModelCheckpoint", "config": {"filepath": "m.h5"}}]}"#,
            &[],
            "error[unsupported_option]: ",
        ),
        (
            &model,
            &data,
            r#"{"callbacks": [{"class_name": "LambdaCallback", "config": {"on_train_end": true}}], "verbose": 0}"#,
            &[],
            "error[unsupported_option]: ",
        ),
        (
            &model,
            &data,
            r#"{"epochs": 3, "callbacks": [{"class_name": "LearningRateScheduler", "config": {"schedule": [0.1]}}]}"#,
            &[],
            "error[unsupported_option]: ",
        ),
        (&model, &data, "[1]", &[], "error[bad_file]: "),
        (&data, &data, "{}", &[], "error[bad_file]: "),
        (&model, &model, "{}", &[], "error[bad_file]: "),
        (
            &model,
            &fixture("absent.npz"),
            "{}",
            &[],
            "error[bad_file]: ",
        ),
        (
            &model,
            &fixture("arrays.npz"),
            "{}",
            &[],
            "error[bad_data]: ",
        ),
        (
            &fixture("tiny.keras"),
            &data,
            "{}",
            &[],
            "error[not_compiled]: ",
        ),
        (
            &fixture("functional.keras"),
            &data,
            "{}",
            &[],
            "error[bad_data]: ",
        ),
        (
            &model,
            &data,
            "{}",
            &["--fast"],
            "error[unsupported_option]: ",
        ),
        (
            &model,
            &data,
            "{}",
            &["--threads", "0"],
            "error[unsupported_option]: ",
        ),
        (
            &model,
            &data,
            "{}",
            &["--fit"],
            "error[unsupported_option]: ",
        ),
    ];
    for (i, (model, data, text, more, start)) in cases.into_iter().enumerate() {
        let directory = format!("error_{i}");
        let run = train(&directory, model, data, &fit(text), more);
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(1), "{i}: {stderr}");
        assert!(stderr.starts_with(start), "{i}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{i}: {stderr}");
        let left = std::fs::read_dir(out(&directory, "")).unwrap().count();
        assert_eq!(left, 1, "{i}: only fit.json is there");
    }
}

#[test]
fn files_that_were_there_survive_an_error() {
    let directory = "kept";
    let path = |file| out(directory, file);
    let _ = std::fs::remove_dir_all(path(""));
    // A folder where the model should go: it cannot be written.
    std::fs::create_dir_all(path("model.keras")).unwrap();
    std::fs::write(path("history.json"), "mine").unwrap();
    let (model, data) = (fixture("train_adam.keras"), fixture("train.npz"));
    let run = run_in(directory, &model, &data, &object!({"verbose": 0}), &[]);
    let stderr = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(stderr.starts_with("error[bad_file]: "), "{stderr}");
    let history = std::fs::read_to_string(path("history.json")).unwrap();
    assert_eq!(history, "mine");
    assert!(!std::path::Path::new(&path("predictions.npz")).exists());
}
