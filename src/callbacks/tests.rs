//! Numbers and arguments against what Python and Keras make of them.

use super::AnyCallback;
use super::python::{Field, format_template, repr, scientific};
use serde_json::json;

#[test]
fn numbers_are_pythons() {
    let cases = [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1.5e-7, "1.5e-07"),
        (123456.789, "123456.789"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e+16"),
        (1.25e100, "1.25e+100"),
        (f64::from(0.1f32), "0.10000000149011612"),
        (f64::NAN, "nan"),
        (f64::NEG_INFINITY, "-inf"),
    ];
    for (value, text) in cases {
        assert_eq!(repr(value), text);
    }
    assert_eq!(scientific(0.0, 4), "0.0000e+00");
    assert_eq!(scientific(0.00099996, 4), "9.9996e-04");
}

#[test]
fn templates_are_pythons() {
    let field = |name: &str| match name {
        "epoch" => Some(Field::Int(7)),
        "val_loss" => Some(Field::Float(0.0412345)),
        "big" => Some(Field::Float(-1234.5)),
        _ => None,
    };
    let cases = [
        ("{epoch:02d}-{val_loss:.2f}.keras", "07-0.04.keras"),
        ("{epoch}{{x}}{val_loss}", "7{x}0.0412345"),
        (
            "{epoch:>4}|{epoch:<4}|{epoch:^4}|{epoch:+d}",
            "   7|7   | 7  |+7",
        ),
        (
            "{epoch:*^5}|{big:012.1f}|{big:,>9.0f}",
            "**7**|-000001234.5|,,,,-1234",
        ),
        (
            "{val_loss:.3e}|{val_loss:.2g}|{val_loss:.1%}",
            "4.123e-02|0.041|4.1%",
        ),
        (
            "{big:g}|{big:.2g}|{big:G}|{big:.3}",
            "-1234.5|-1.2e+03|-1234.5|-1.23e+03",
        ),
        ("{epoch:.1f}|{epoch:g}", "7.0|7"),
    ];
    for (template, text) in cases {
        assert_eq!(
            format_template(template, field).unwrap(),
            text,
            "{template}"
        );
    }
    for wrong in [
        "{loss}",
        "{epoch",
        "epoch}",
        "{val_loss:02d}",
        "{epoch:x}",
        "{epoch:.2}",
    ] {
        assert!(format_template(wrong, field).is_err(), "{wrong}");
    }
}

#[test]
fn what_a_callback_does_not_take_is_refused() {
    let cases = [
        ("EarlyStopping", json!({"patiance": 3}), "patiance"),
        ("ModelCheckpoint", json!({}), "filepath"),
        (
            "ModelCheckpoint",
            json!({"filepath": "m.weights.h5"}),
            ".keras",
        ),
        (
            "ModelCheckpoint",
            json!({"filepath": "m.keras", "save_weights_only": true}),
            ".weights.h5",
        ),
        (
            "ModelCheckpoint",
            json!({"filepath": "m.keras", "save_freq": "batch"}),
            "save_freq",
        ),
        ("ReduceLROnPlateau", json!({"factor": 1.0}), "factor >= 1.0"),
        (
            "LearningRateScheduler",
            json!({"schedule": "decay"}),
            "function",
        ),
        ("LearningRateScheduler", json!({}), "schedule"),
        (
            "CSVLogger",
            json!({"filename": "a", "separator": "::"}),
            "separator",
        ),
        (
            "TensorBoard",
            json!({"histogram_freq": 1}),
            "histogram_freq",
        ),
        (
            "TensorBoard",
            json!({"update_freq": "often"}),
            "update_freq",
        ),
        ("BackupAndRestore", json!({"backup_dir": ""}), "backup_dir"),
        (
            "BackupAndRestore",
            json!({"backup_dir": "b", "save_freq": false}),
            "save_freq",
        ),
        (
            "LambdaCallback",
            json!({"on_epoch_end": "print"}),
            "JavaScript",
        ),
        ("LambdaCallback", json!({"on_nap": true}), "on_nap"),
        ("RemoteMonitor", json!({}), "on_epoch_end"),
    ];
    for (class_name, config, part) in cases {
        let given = json!({"class_name": class_name, "config": config});
        let error = AnyCallback::from_json(&given).unwrap_err();
        assert!(error.message.contains(part), "{given}: {}", error.message);
    }
    let callback = json!({"class_name": "EarlyStopping", "config": {"verbose": true}});
    AnyCallback::from_json(&callback).unwrap();
}

#[test]
fn the_page_lists_these_callbacks() {
    let page = include_str!("../../www/engine/callbacks.js");
    let list = page
        .split_once("CALLBACKS = [")
        .and_then(|(_, rest)| rest.split_once(']'));
    let names = list.map(|(list, _)| list.replace(['\'', '\n', ' '], ""));
    let names = names.expect("a list");
    assert_eq!(names.trim_end_matches(','), AnyCallback::CLASSES.join(","));
}
