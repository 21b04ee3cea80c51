//! Every entry of the bundled catalogue can be prepared, and gives what its model takes.

use super::*;
use model_dojo::data::Task;
use model_dojo::tensor::Data;
use serde_json::json;
use std::sync::Arc;

struct Entry {
    config: Value,
    sources: BTreeMap<String, Loaded>,
    prepared: Prepared,
}

fn entry(id: &str) -> Entry {
    let catalogue: Vec<Value> = serde_json::from_slice(&file("www/data/catalogue.json")).unwrap();
    let config = catalogue
        .into_iter()
        .find(|entry| entry["id"] == id)
        .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let files = config["files"].as_array().unwrap().iter();
    let sources: BTreeMap<String, Loaded> = files
        .map(|file| (text(&file["source"]), bundled(&text(&file["path"]))))
        .collect();
    let recipe: Recipe = serde_json::from_value(config["recipe"].clone()).unwrap();
    assert_eq!(
        serde_json::to_value(&recipe).unwrap()["features"],
        config["recipe"]["features"]
    );
    let prepared = prepare(&sources, &recipe).unwrap();
    Entry {
        config,
        sources,
        prepared,
    }
}

#[test]
fn pictures_stay_the_bytes_that_were_loaded() {
    for id in ["clothes", "digits"] {
        let Entry {
            config,
            sources,
            prepared,
        } = entry(id);
        assert_eq!(prepared.input_shape, [28, 28]);
        assert_eq!(
            (prepared.task, prepared.x.divisor),
            (Task::Classification, Some(255.0))
        );
        assert_eq!(prepared.classes.as_ref().unwrap().len(), 10);
        assert_eq!(
            prepared.classes.as_ref().unwrap()[9],
            config["classes"][9]["en"]
        );
        let Loaded::Array(images) = &sources["train-images"] else {
            panic!("images are an array")
        };
        assert!(Arc::ptr_eq(images, &prepared.x.array), "nothing is copied");
        let (test, y) = prepared.test.as_ref().unwrap();
        assert_eq!(
            (test.array.rows(), y.rows(), prepared.test_rows.len()),
            (1000, 1000, 1000)
        );
        let (Loaded::Array(labels), Data::I32(ids)) = (&sources["train-labels"], &prepared.y.data)
        else {
            panic!("labels are an array of class ids");
        };
        let Data::U8(raw) = &labels.data else {
            panic!("raw labels are bytes")
        };
        assert!(raw.iter().zip(ids).all(|(&raw, &id)| i32::from(raw) == id));

        let Data::U8(pixels) = &images.data else {
            panic!("pixels are bytes")
        };
        let rows: Vec<&[u8]> = pixels[..784].chunks(28).collect();
        let one = prepared.apply(&json!(rows)).unwrap();
        assert_eq!(one.shape, [1, 28, 28]);
        let Data::F32(values) = &one.data else {
            panic!("a new picture is float32")
        };
        assert!(
            values
                .iter()
                .zip(pixels)
                .all(|(&value, &pixel)| value == f32::from(pixel) / 255.0)
        );
        says(prepared.apply(&json!([1, 2])), &["[1, 28, 28]", "2"]);
    }
}

#[test]
fn reviews_become_sequences_and_sets_of_words() {
    let Entry {
        prepared, sources, ..
    } = entry("reviews");
    assert_eq!(
        (prepared.input_shape.as_slice(), prepared.task),
        (&[48][..], Task::Binary)
    );
    assert_eq!(
        prepared.classes.as_ref().unwrap(),
        &["negative", "positive"]
    );
    // 10,605 sentences less 37 rated exactly 0; 5,242 of them are positive.
    let (x, y) = prepared.test.as_ref().unwrap();
    assert_eq!(prepared.x.array.rows() + x.array.rows(), 10_568);
    let ones = |array: &model_dojo::tensor::Array| match &array.data {
        Data::F32(values) => values.iter().sum::<f32>(),
        other => panic!("binary labels are float32: {other:?}"),
    };
    assert_eq!(ones(&prepared.y) + ones(y), 5_242.0);
    let Loaded::Table(table) = &sources["reviews"] else {
        panic!("reviews are a table")
    };
    let Data::F32(labels) = &prepared.y.data else {
        panic!("binary labels are float32")
    };
    let ratings = numbers(table, "rating");
    let follows = |(&row, &label): (&u32, &f32)| (ratings[row as usize] > 0.0) == (label == 1.0);
    assert!(
        prepared.train_rows.iter().zip(labels).all(follows),
        "labels follow their rows"
    );

    let Entry {
        prepared, config, ..
    } = entry("overfitting");
    assert_eq!(prepared.input_shape, [10_000]);
    assert!(matches!(prepared.x.array.data, Data::Sparse(_)));
    let models = config["models"].as_array().unwrap();
    let names: Vec<_> = models
        .iter()
        .map(|model| model["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["baseline", "smaller", "bigger"]);
}

#[test]
fn cars_become_nine_normalized_columns() {
    let prepared = entry("mileage").prepared;
    let names = [
        "cyl", "displ", "hp", "weight", "accel", "yr", "USA", "Europe", "Japan",
    ];
    assert_eq!(prepared.feature_names, names);
    assert_eq!(
        (prepared.x.array.rows(), prepared.test_rows.len()),
        (314, 78)
    );
    let Data::F32(values) = &prepared.x.array.data else {
        panic!("a table gives float32")
    };
    for (column, name) in names.iter().enumerate() {
        let cells: Vec<f64> = values
            .iter()
            .skip(column)
            .step_by(9)
            .map(|&value| f64::from(value))
            .collect();
        let mean = cells.iter().sum::<f64>() / 314.0;
        let square = cells.iter().map(|value| value * value).sum::<f64>() / 314.0;
        assert!(
            mean.abs() < 1e-5 && (square - 1.0).abs() < 1e-5,
            "{} {mean} {square}",
            name
        );
    }
}

/// A file's label that does not belong to the features is told at once.
#[test]
fn parts_of_different_length_do_not_join() {
    let entry = entry("clothes");
    let mut recipe = entry.config["recipe"].clone();
    recipe["label"]["source"] = json!("test-labels");
    let recipe: Recipe = serde_json::from_value(recipe).unwrap();
    says(
        prepare(&entry.sources, &recipe),
        &["6000 rows", "1000", "test-labels"],
    );
    let mut both = entry.config["recipe"].clone();
    both["split"] = json!({"test": 0.1, "method": "last"});
    says(
        prepare(&entry.sources, &serde_json::from_value(both).unwrap()),
        &["split", "remove one"],
    );
    let unnamed: Recipe = serde_json::from_value(json!({"label": {"column": "y"}})).unwrap();
    says(
        prepare(&entry.sources, &unnamed),
        &["which source", "train-images"],
    );
}
