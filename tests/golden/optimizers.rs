//! Optimizers and learning rates.

use super::FORWARD;
use super::compare::run;
use super::fixture::{float_list, floats, number, shape};
use model_dojo::initializers::{Initializer, Zeros};
use model_dojo::kernels::Team;
use model_dojo::layers::VariableSpec;
use model_dojo::model::Variable;
use model_dojo::optimizers::Optimizer;
use serde_json::{Value, json};

#[test]
fn optimizers() {
    run("optimizers", |case, checks| {
        let optimizer = Optimizer::from_json(&case["optimizer"])?;
        assert_same(&optimizer.to_json(), &case["optimizer"], "config");
        let variables = variables(&case["variables"]);
        let mut w = float_list(&case["variables"]).concat();
        let mut state = optimizer.new_state(&variables, &w)?;
        let parts = |w: &[f32]| -> Vec<Vec<f32>> {
            let part = |variable: &Variable| w[variable.range.clone()].to_vec();
            variables.iter().map(part).collect()
        };
        let steps = case["gradients"].as_array().expect("steps");
        for (gradients, after) in steps.iter().zip(case["after"].as_array().expect("steps")) {
            let mut g = drawn(gradients, &case["variables"]);
            optimizer.step(&Team::single(), &mut state, &mut w, &mut g, &variables);
            checks.arrays("variable", &parts(&w), after, FORWARD);
        }
        assert_eq!(json!(state.iterations), case["iterations"]);
        let slots = optimizer.slot_variables(&variables);
        let expected = case["state"].as_array().expect("arrays");
        let shapes: Vec<_> = slots.iter().map(|slot| slot.shape.clone()).collect();
        assert_eq!(shapes, expected.iter().map(shape).collect::<Vec<_>>());
        let found: Vec<Vec<f32>> = slots
            .iter()
            .map(|slot| state.slots[slot.slot][slot.range.clone()].to_vec())
            .collect();
        checks.arrays("state", &found, &case["state"], FORWARD);
        if let Some(finalized) = case.get("finalized") {
            optimizer.finalize_variable_values(&state, &mut w);
            checks.arrays("finalized", &parts(&w), finalized, FORWARD);
        }
        Ok(())
    });
}

/// Gradients of all variables: `uniform` from a seed that counts up, each in its own ± scale.
fn drawn(spec: &Value, variables: &Value) -> Vec<f32> {
    let (seed, scales) = (
        number(&spec["seed"]),
        spec["scales"].as_array().expect("scales"),
    );
    let variables = variables.as_array().expect("variables").iter().zip(scales);
    let draw = |(i, (variable, scale)): (usize, (&Value, &Value))| {
        let scale = number(scale);
        let uniform = json!({"seed": seed + i as f64, "low": -scale, "high": scale});
        floats(&json!({"shape": variable["shape"], "uniform": uniform}))
    };
    variables.enumerate().flat_map(draw).collect()
}

#[test]
fn schedules() {
    run("schedules", |case, checks| {
        let config = json!({"class_name": "SGD", "config": {"learning_rate": case["schedule"]}});
        let optimizer = Optimizer::from_json(&config)?;
        let written = &optimizer.to_json()["config"]["learning_rate"];
        assert_same(written, &case["schedule"], "config");
        let steps = case["steps"].as_array().expect("steps");
        for (step, value) in steps.iter().zip(case["values"].as_array().expect("values")) {
            let found = optimizer.learning_rate(number(step) as u64);
            checks.number("value", &format!("[{step}]"), found, number(value), FORWARD);
        }
        Ok(())
    });
}

/// Equal as Python sees it: 1 and 1.0 are.
fn assert_same(found: &Value, expected: &Value, path: &str) {
    match (found, expected) {
        (Value::Object(a), Value::Object(b)) => {
            let keys =
                |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(a), keys(b), "{path}");
            for (key, a) in a {
                assert_same(a, &b[key], &format!("{path}.{key}"));
            }
        }
        (Value::Number(a), Value::Number(b)) => assert_eq!(a.as_f64(), b.as_f64(), "{path}"),
        _ => assert_eq!(found, expected, "{path}"),
    }
}

/// Trained variables of these shapes, one behind the other.
fn variables(list: &Value) -> Vec<Variable> {
    let mut end = 0;
    let list = list.as_array().expect("variables");
    let variable = list.iter().map(|v| {
        let zeros = Initializer::Zeros(Zeros::default());
        let spec = VariableSpec::new("variable", shape(v), &zeros);
        let start = end;
        end += spec.size();
        Variable {
            layer: 0,
            spec,
            trainable: true,
            range: start..end,
        }
    });
    variable.collect()
}
