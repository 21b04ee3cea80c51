//! Activations, regularizers, constraints and initializers.

use super::compare::run;
use super::fixture::{floats, number, same_json, shape};
use super::{FORWARD, GRADIENT, LOSS};
use model_dojo::activations::{Activation, glu, glu_slope};
use model_dojo::constraints::Constraint;
use model_dojo::initializers::{Initializer, compute_fans};
use model_dojo::kernels::Team;
use model_dojo::regularizers::Regularizer;
use model_dojo::rng::Rng;
use serde_json::{Value, json};

#[test]
fn activations() {
    run("activations", |case, checks| {
        let activation = Activation::from_json(&case["activation"])?;
        same_json(&json!(activation), &case["written"]);
        let x = listed(&case["x"]);
        let team = Team::single();
        let mut kept = vec![0.0; activation.cache_len(&[x.len()]).sample];
        let (mut y, mut slope) = (x.clone(), vec![1.0; x.len()]);
        if activation.halves() {
            y.truncate(x.len() / 2);
            glu(&x, &mut y, 1);
            slope.copy_from_slice(&x);
            glu_slope(&mut slope, &vec![1.0; y.len()], 1);
        } else {
            activation.forward(&team, &mut y, 1, &mut kept);
            activation.backward(&team, &y, &kept, &mut slope, 1);
        }
        for (kind, found) in [("y", y), ("slope", slope)] {
            for (i, (found, expected)) in found.iter().zip(listed(&case[kind])).enumerate() {
                let (found, expected) = (f64::from(*found), f64::from(expected));
                if !expected.is_finite() {
                    // Where Keras has NaN, a number is fine: it divides infinities.
                    let same = found == expected || expected.is_nan();
                    assert!(same, "{kind} at {}: {found} for {expected}", x[i]);
                } else {
                    // Beside numbers of the size of x and 1 only their digits count.
                    let scale = f64::from(x[i].abs()).min(100.0) * 0.1;
                    let scale = scale.max(expected.abs()).max(0.01);
                    let place = format!(" at {}", x[i]);
                    checks.scaled(kind, &place, [found, expected], scale, FORWARD);
                }
            }
        }
        Ok(())
    });
}

/// Numbers as `listed` of cases/activations.py writes them.
fn listed(list: &Value) -> Vec<f32> {
    let number = |v: &Value| match v.as_str() {
        Some(word) => word.parse().expect("nan or inf"),
        None => number(v) as f32,
    };
    list.as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect()
}

#[test]
fn regularizers() {
    run("regularizers", |case, checks| {
        let regularizer: Regularizer = parse(&case["regularizer"]);
        same_json(&regularizer.to_json(), &case["written"]);
        let (w, shape) = (floats(&case["w"]), shape(&case["w"]));
        regularizer.check(&shape)?;
        let value = regularizer.penalty(&shape, &w);
        checks.number("value", "", f64::from(value), number(&case["value"]), LOSS);
        // Added to what is there, in shares.
        let mut gradient = vec![0.0; w.len()];
        regularizer.add_gradient(&shape, &w, 0.25, &mut gradient);
        regularizer.add_gradient(&shape, &w, 0.75, &mut gradient);
        checks.array("gradient", &gradient, &case["gradient"], GRADIENT);
        Ok(())
    });
}

#[test]
fn constraints() {
    run("constraints", |case, checks| {
        let constraint: Constraint = parse(&case["constraint"]);
        same_json(&constraint.to_json(), &case["written"]);
        let (mut w, shape) = (floats(&case["w"]), shape(&case["w"]));
        constraint.check(&shape)?;
        constraint.project(&shape, &mut w);
        checks.array("projected", &w, &case["projected"], FORWARD);
        Ok(())
    });
}

#[test]
fn initializers() {
    run("initializers", |case, checks| {
        if let Some(expected) = case.get("fans") {
            let dims: Vec<usize> = parse(&case["shape"]);
            let axes = |key: &str| -> Option<Vec<i64>> { parse(&case[key]) };
            let (inputs, outputs) = (axes("input_axes"), axes("output_axes"));
            let (fan_in, fan_out) = compute_fans(&dims, inputs.as_deref(), outputs.as_deref());
            checks.number("fan_in", "", fan_in, number(&expected[0]), 0.0);
            checks.number("fan_out", "", fan_out, number(&expected[1]), 0.0);
            return Ok(());
        }
        let initializer: Initializer = parse(&case["initializer"]);
        let mut written = case["written"].clone();
        if case["name"] == "identity_gain" {
            // Keras reads it, but forgets to write it.
            written["config"] = json!({"gain": 2.5});
        }
        same_json(&initializer.to_json(), &written);
        checks.number("config", "", 0.0, 0.0, 0.0);
        if let Some(expected) = case.get("values") {
            let dims = shape(expected);
            initializer.check(&dims)?;
            let mut values = vec![f32::NAN; dims.iter().product()];
            initializer.fill(&dims, &mut Rng::stream(0, "test"), &mut values);
            checks.array("values", &values, expected, FORWARD);
        }
        Ok(())
    });
}

/// A fixture's JSON as the engine reads it.
fn parse<T: serde::de::DeserializeOwned>(json: &Value) -> T {
    serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{json}: {error}"))
}
