//! Losses and metrics.

use super::compare::run;
use super::fixture::{as_floats, cast, floats, number, shape};
use super::{FORWARD, GRADIENT, LOSS};
use model_dojo::losses::Loss;
use model_dojo::metrics::Metric;
use serde_json::{Value, json};

#[test]
fn losses() {
    run("losses", |case, checks| {
        let mut loss = Loss::from_json(&case["loss"])?;
        compare_config(case, &case["loss"], &loss.to_json());
        let [y_true, y_pred] = ["y_true", "y_pred"].map(|key| cast(&case[key]));
        let weights = case.get("sample_weight");
        let [target, pred] = ["y_true", "y_pred"].map(|key| shape(&case[key]));
        let weight_shape = weights.map(shape);
        let mut plan = loss.plan(
            &target[1..],
            &pred[1..],
            weight_shape.as_ref().map(|s| &s[1..]),
            None,
        )?;
        // Twice: the second finds the buffers of the first.
        for _ in 0..2 {
            let mut gradient = vec![f32::NAN; y_pred.len()];
            let value = loss.of_batch(
                &mut plan,
                [&y_true, &y_pred],
                pred[0],
                (weights.map(floats).as_deref(), None),
                Some(&mut gradient),
            );
            checks.number("value", "", f64::from(value), number(&case["value"]), LOSS);
            if let Some(expected) = case.get("gradient") {
                checks.array("gradient", &gradient, expected, GRADIENT);
            }
        }
        Ok(())
    });
}

#[test]
fn metrics() {
    run("metrics", |case, checks| {
        let batches = case["batches"].as_array().expect("batches");
        let mut metric = Metric::from_json(&case["metric"], &mut vec![])?;
        assert_eq!(json!(metric.name), case["key"]);
        compare_config(case, &case["metric"], &metric.to_json());
        let of_sample = |key: &str| batches[0].get(key).map(|array| shape(array)[1..].to_vec());
        let [target, pred, weights] = ["y_true", "y_pred", "sample_weight"].map(of_sample);
        let (target, pred) = (target.expect("labels"), pred.expect("predictions"));
        let mut plan = metric.plan(&target, &pred, weights.as_deref(), None)?;
        let results = case["results"].as_array().expect("results");
        // Twice: a reset forgets all.
        for _ in 0..2 {
            metric.reset();
            for (i, (batch, expected)) in batches.iter().zip(results).enumerate() {
                let [y_true, y_pred] = ["y_true", "y_pred"].map(|key| cast(&batch[key]));
                let weights = batch.get("sample_weight").map(floats);
                let rows = shape(&batch["y_pred"])[0];
                metric.update(
                    &mut plan,
                    [&y_true, &y_pred],
                    rows,
                    (weights.as_deref(), None),
                );
                let found = metric.result();
                checks.number(
                    "result",
                    &format!("[{i}]"),
                    found,
                    number(expected),
                    FORWARD,
                );
            }
        }
        Ok(())
    });
}

/// The config written back is Keras', except where the case says that Keras' loses something.
fn compare_config(case: &Value, given: &Value, written: &Value) {
    if case["incomplete_config"] != true {
        assert_eq!(
            as_floats(written),
            as_floats(given),
            "the config written back"
        );
    }
}
