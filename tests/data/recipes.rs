//! Recipes: what a model gets, against Keras and against arithmetic.

use super::*;
use model_dojo::data::Task;
use model_dojo::tensor::{Array, Data, Dtype};
use serde_json::json;

fn floats(array: &Array) -> &[f32] {
    match &array.data {
        Data::F32(values) => values,
        other => panic!("not float32: {other:?}"),
    }
}

/// Any array as one row of integers per sample.
fn integer_rows(array: &Array) -> Vec<Vec<i64>> {
    match &array.data {
        Data::U16(ids) => {
            let rows = ids.chunks(array.row_len());
            rows.map(|row| row.iter().map(|&id| id.into()).collect())
                .collect()
        }
        Data::Sparse(sparse) => sparse
            .offsets
            .windows(2)
            .map(|ends| {
                let mut row = vec![0; array.row_len()];
                let indices = &sparse.indices[ends[0] as usize..ends[1] as usize];
                indices.iter().for_each(|&index| row[index as usize] = 1);
                row
            })
            .collect(),
        other => panic!("neither indices nor sparse rows: {other:?}"),
    }
}

#[test]
fn normalize_is_keras_normalization() {
    let expected = &reference()["normalization"];
    let prepared = cook(
        bundled("tables/auto-mpg.csv"),
        json!({"features": {"columns": expected["columns"]}, "label": {"column": "mpg"},
               "steps": [{"op": "normalize"}], "split": {"test": 0.2, "method": "last"}}),
    )
    .unwrap();
    let (x, y) = prepared.test.as_ref().unwrap();
    let rows: Vec<Vec<f64>> = serde_json::from_value(expected["test"].clone()).unwrap();
    let expected: Vec<f64> = rows.concat();
    assert_eq!(x.array.shape, [rows.len(), 6]);
    for (&ours, keras) in floats(&x.array).iter().zip(expected) {
        assert!(
            (f64::from(ours) - keras).abs() <= 2e-6 * keras.abs().max(1.0),
            "{ours} {keras}"
        );
    }
    assert_eq!(
        (prepared.task, y.shape.as_slice()),
        (Task::Regression, &[rows.len()][..])
    );
    let row = json!({"cyl": 4, "displ": "119", "hp": 82, "weight": 2720, "accel": 19.4, "yr": 82});
    let last = prepared.apply(&row).unwrap();
    assert_eq!(
        floats(&last),
        &floats(&x.array)[x.array.row_len() * (rows.len() - 1)..]
    );
    says(prepared.apply(&json!({"cyl": 4})), &["number", "displ"]);
}

#[test]
fn a_constant_column_is_divided_by_epsilon_as_in_keras() {
    let text = "a,y\n5,1\n5,2\n5,3\n6,4\n";
    let recipe = json!({"label": {"column": "y"}, "steps": [{"op": "normalize"}],
                        "split": {"test": 0.25, "method": "last"}});
    let prepared = cook(read(text).unwrap(), recipe).unwrap();
    assert_eq!(floats(&prepared.x.array), [0.0; 3]);
    assert_eq!(floats(&prepared.test.unwrap().0.array), [1.0 / 1e-7f32]);
}

#[test]
fn text_vectorization_is_keras() {
    let expected = reference()["text_vectorization"].clone();
    let quote = |text: &Value| format!("\"{}\",1\n", text.as_str().unwrap().replace('"', "\"\""));
    let train: String = expected["train"]
        .as_array()
        .unwrap()
        .iter()
        .map(quote)
        .collect();
    for case in expected["small"].as_array().unwrap() {
        let mut step = json!({"op": "text_vectorization", "column": "text"});
        for key in ["max_tokens", "output_mode", "output_sequence_length"] {
            step[key] = case[key].clone();
        }
        let recipe = json!({"label": {"column": "y"}, "steps": [step]});
        let prepared = cook(read(&format!("text,y\n{train}")).unwrap(), recipe).unwrap();
        assert_eq!(json!(prepared.vocabulary().unwrap()), case["vocabulary"]);
        let outputs: Vec<Vec<i64>> = serde_json::from_value(case["output"].clone()).unwrap();
        let new = expected["new"].as_array().unwrap();
        for (text, output) in new.iter().zip(&outputs) {
            assert_eq!(
                &integer_rows(&prepared.apply(text).unwrap())[0],
                output,
                "{text}"
            );
        }
        assert_eq!(integer_rows(&prepared.x.array), outputs[new.len()..]);
    }
}

#[test]
fn a_real_vocabulary_is_keras() {
    let expected = &reference()["text_vectorization"]["reviews"];
    let prepare = |mode: &str, length: Value| {
        let step = json!({"op": "text_vectorization", "column": "text", "max_tokens": 10000,
                          "output_mode": mode, "output_sequence_length": length});
        let recipe = json!({"label": {"column": "rating"}, "steps": [step],
                            "split": {"test": 0.2, "method": "last"}});
        cook(bundled("reviews/vader-movie-snippets.csv.gz"), recipe).unwrap()
    };
    let weighted = |rows: &[Vec<i64>]| -> Vec<i64> {
        rows.iter()
            .map(|row| row.iter().zip(1..).map(|(id, place)| id * place).sum())
            .collect()
    };

    let ids = prepare("int", json!(48));
    let vocabulary = ids.vocabulary().unwrap();
    assert_eq!(vocabulary.len(), 10000);
    let ends = [&vocabulary[..40], &vocabulary[9960..]].concat();
    assert_eq!(json!(ends), expected["vocabulary"]);
    let train = weighted(&integer_rows(&ids.x.array));
    assert_eq!(json!(train[..200]), expected["train_ids"]);
    assert_eq!(train.iter().sum::<i64>(), expected["train_sum"]);
    let test = &ids.test.as_ref().unwrap().0.array;
    assert_eq!(
        weighted(&integer_rows(test)).iter().sum::<i64>(),
        expected["test_sum"]
    );
    assert_eq!(
        (test.dtype(), &ids.input_shape[..]),
        (Dtype::Uint16, &[48][..])
    );

    let hot = prepare("multi_hot", Value::Null);
    assert_eq!(hot.input_shape, [10000]);
    let [train, test] = [&hot.x.array, &hot.test.as_ref().unwrap().0.array].map(|array| {
        let Data::Sparse(rows) = &array.data else {
            panic!("multi-hot rows are sparse")
        };
        rows.indices.clone()
    });
    assert_eq!(train.len(), expected["train_hot"]);
    let columns: u64 = train
        .iter()
        .chain(&test)
        .map(|&index| u64::from(index))
        .sum();
    assert_eq!(columns, expected["hot_columns"]);
}

#[test]
fn one_hot_knows_training_categories_only() {
    let text = "c,n,y\nb,1,1\na,2,2\nb,3,3\nnew,4,4\n";
    let recipe = json!({"label": {"column": "y"},
        "steps": [{"op": "one_hot", "column": "c", "names": {"a": "A"}}],
        "split": {"test": 0.25, "method": "last"}});
    let prepared = cook(read(text).unwrap(), recipe).unwrap();
    assert_eq!(prepared.feature_names, ["A", "c_b", "n"]);
    assert_eq!(
        floats(&prepared.x.array),
        [0., 1., 1., 1., 0., 2., 0., 1., 3.]
    );
    assert_eq!(
        floats(&prepared.test.as_ref().unwrap().0.array),
        [0., 0., 4.]
    );
    assert_eq!(
        floats(&prepared.apply(&json!({"c": "a", "n": "7"})).unwrap()),
        [1., 0., 7.]
    );
}

#[test]
fn labels_make_the_task() {
    let text = "x,kind,rating\n1,b,0.5\n2,a,-1\n3,c,2\n4,a,0\n";
    let labelled = |column: &str, steps: Value| {
        let recipe = json!({"features": {"columns": ["x"]}, "label": {"column": column},
                            "steps": steps});
        cook(read(text).unwrap(), recipe)
    };
    let classes = labelled("kind", json!([{"op": "encode_labels"}])).unwrap();
    assert_eq!(
        (classes.task, &classes.y.data),
        (Task::Classification, &Data::I32(vec![1, 0, 2, 0]))
    );
    assert_eq!(classes.classes.unwrap(), ["a", "b", "c"]);
    let steps = json!([{"op": "drop_rows", "column": "rating", "equals": 0},
        {"op": "threshold", "column": "rating", "above": 0},
        {"op": "encode_labels", "names": ["bad", "good"]}]);
    let binary = labelled("rating", steps).unwrap();
    assert_eq!(
        (binary.task, floats(&binary.y)),
        (Task::Binary, &[1., 0., 1.][..])
    );
    assert_eq!(
        (binary.classes.unwrap(), binary.train_rows),
        (vec!["bad".into(), "good".into()], vec![0, 1, 2])
    );
    assert_eq!(
        labelled("rating", json!([])).unwrap().task,
        Task::Regression
    );

    says(labelled("kind", json!([])), &["kind", "encode_labels"]);
    says(
        labelled("kind", json!([{"op": "encode_labels", "names": ["a"]}])),
        &["1 classes", "3"],
    );
    says(
        labelled(
            "x",
            json!([{"op": "threshold", "column": "x", "above": 9}, {"op": "encode_labels"}]),
        ),
        &["constant"],
    );
    says(labelled("colour", json!([])), &["colour", "kind"]);
}

#[test]
fn gaps_are_dropped_or_named() {
    let text = "a,b,c,y\n1,NA,p,1\n2,5,,2\nNA,6,q,\n4,7,r,4\n";
    let with = |columns: Value, steps: Value| {
        let recipe = json!({"features": {"columns": columns}, "label": {"column": "y"},
                            "steps": steps});
        cook(read(text).unwrap(), recipe)
    };
    let dropped = with(json!(["a", "b"]), json!([{"op": "drop_missing"}])).unwrap();
    assert_eq!(
        (dropped.train_rows, floats(&dropped.x.array)),
        (vec![1, 3], &[2., 5., 4., 7.][..])
    );
    let some = json!([{"op": "drop_missing", "columns": ["y"]}]);
    says(
        with(json!(["a", "b"]), some.clone()),
        &["\"b\" has 1 missing", "drop_missing"],
    );
    says(
        with(json!(["a"]), json!([])),
        &["label \"y\" has 1 missing", "drop_missing"],
    );
    let one_hot = json!([some[0], {"op": "one_hot", "column": "c"}]);
    says(
        with(json!(["a", "c"]), one_hot),
        &["\"c\" has 1 missing", "one_hot"],
    );
    says(
        with(json!(["a", "c"]), some.clone()),
        &["\"c\" holds texts", "one_hot"],
    );
    says(with(json!([]), some), &["No feature"]);
    says(
        with(
            json!(["a"]),
            json!([{"op": "drop_rows", "column": "c", "equals": 1}]),
        ),
        &["texts"],
    );
}

#[test]
fn splits_part_the_rows() {
    let mut text = "x,y\n".to_string();
    (0..90).for_each(|i| text += &format!("{i},{}\n", ["p", "q", "q"][i % 3]));
    let split = |method: &str, seed: u32| {
        let recipe = json!({"label": {"column": "y"}, "steps": [{"op": "encode_labels"}],
                            "split": {"test": 0.2, "method": method, "seed": seed}});
        let prepared = cook(read(&text).unwrap(), recipe).unwrap();
        let test = prepared.test.unwrap();
        let raw: Vec<f32> = prepared.test_rows.iter().map(|&row| row as f32).collect();
        assert_eq!(floats(&test.0.array), raw, "features follow their rows");
        let ones = floats(&test.1).iter().filter(|&&y| y == 1.0).count();
        let mut all = [prepared.train_rows.clone(), prepared.test_rows.clone()].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..90), "{method}: every row once");
        (prepared.train_rows, prepared.test_rows, ones)
    };
    let (train, test, _) = split("last", 0);
    assert!(train.into_iter().eq(0..72) && test.into_iter().eq(72..90));
    assert_eq!(split("random", 7), split("random", 7));
    assert_ne!(split("random", 7).1, split("random", 8).1);
    for seed in 0..5 {
        let (train, test, ones) = split("stratified", seed);
        assert_eq!((test.len(), ones), (18, 12));
        assert!(!train.is_sorted(), "training rows are shuffled");
    }
    let recipe = |test: f64| {
        json!({"label": {"column": "y"}, "steps": [{"op": "encode_labels"}],
               "split": {"test": test, "method": "random"}})
    };
    says(
        cook(read(&text).unwrap(), recipe(0.001)),
        &["0.001", "90 rows", "0 for the test"],
    );
    says(
        cook(read(&text).unwrap(), recipe(1.5)),
        &["between 0 and 1"],
    );
    let regression = json!({"features": {"columns": ["x"]}, "label": {"column": "x"},
                            "split": {"test": 0.2, "method": "stratified"}});
    says(
        cook(read(&text).unwrap(), regression),
        &["stratified", "encode_labels"],
    );
}

#[test]
fn recipes_that_do_not_fit_say_so() {
    let steps = |steps: Value| {
        cook(
            read("t,n,y\na b,1,1\nc,2,2\n").unwrap(),
            json!({"label": {"column": "y"}, "steps": steps}),
        )
    };
    let words = json!({"op": "text_vectorization", "column": "t", "max_tokens": 9, "output_mode": "multi_hot"});
    says(steps(json!([words])), &["one column", "\"t\" alone"]);
    says(
        steps(json!([{"op": "normalize"}])),
        &["normalize", "\"t\" holds texts"],
    );
    says(
        steps(json!([{"op": "rescale", "divisor": 255}])),
        &["rescale", "normalize"],
    );
    says(
        steps(json!([{"op": "one_hot", "column": "z"}])),
        &["\"z\"", "\"t\""],
    );
    let unknown = serde_json::from_value::<Recipe>(json!({"label": {"column": "y"}, "stepps": []}));
    assert!(unknown.unwrap_err().to_string().contains("stepps"));
    let unknown = serde_json::from_value::<Recipe>(
        json!({"label": {"column": "y"}, "steps": [{"op": "drop_missing", "column": "y"}]}),
    );
    assert!(unknown.unwrap_err().to_string().contains("column"));
}

#[test]
fn a_test_part_gives_the_training_columns() {
    let sources = BTreeMap::from([
        ("train".to_string(), read("a,b,y\n1,2,0\n3,4,1\n").unwrap()),
        ("test".to_string(), read("new,b,y,a\n9,6,1,5\n").unwrap()),
    ]);
    let mut recipe = json!({
        "features": {"source": "train"}, "label": {"source": "train", "column": "y"},
        "test": {"features": {"source": "test"}, "label": {"column": "y"}},
        "steps": [{"op": "encode_labels"}]
    });
    let cook = |recipe: &Value| prepare(&sources, &serde_json::from_value(recipe.clone()).unwrap());
    let prepared = cook(&recipe).unwrap();
    let (x, y) = prepared.test.unwrap();
    assert_eq!((floats(&x.array), floats(&y)), (&[5., 6.][..], &[1.][..]));
    recipe["test"]["label"]["column"] = json!("new");
    says(cook(&recipe), &["\"9\"", "no training row"]);
}
