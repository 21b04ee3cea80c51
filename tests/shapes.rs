//! Properties of shapes, over the models of all golden layer cases: what a layer promises for a
//! shape it delivers, and what it promises for unknown dimensions agrees with that.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)] // what only golden.rs reads
#[path = "golden/fixture.rs"]
mod fixture;

use fixture::{families, load};
use model_dojo::data::Features;
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::model::{Model, predict};
use model_dojo::rng::Rng;
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;

const ROWS: usize = 2;
const TRIES: usize = 8;

/// The case's layers behind an input of this shape.
fn build(case: &Value, shape: &[Option<usize>]) -> Result<Model> {
    let mut layers = case["model"]["config"]["layers"].clone();
    let mut batch_shape = vec![Value::Null];
    batch_shape.extend(shape.iter().map(|dim| json!(dim)));
    layers[0]["config"]["batch_shape"] = json!(batch_shape);
    Model::from_config(&layers, 1)
}

/// The shape that the model's last layer promises.
fn promised(model: &Model) -> Vec<Option<usize>> {
    model.shapes().last().cloned().unwrap_or_default()
}

/// What the model gives for rows of zeros: its shape, rows first.
fn delivered(model: &mut Model, shape: &[usize]) -> Result<Vec<usize>> {
    let dims = [&[ROWS], shape].concat();
    let zeros = vec![0.0; dims.iter().product()];
    let x = Features {
        array: Arc::new(Array::f32(dims, zeros)?),
        divisor: None,
    };
    let outputs = predict(model, &Team::single(), &[x], ROWS)?;
    if let Data::F32(values) = &outputs[0].data {
        assert_eq!(values.len(), outputs[0].shape.iter().product::<usize>());
    }
    Ok(outputs[0].shape.clone())
}

/// Each dimension of the case's input, or a number near it.
fn vary(shape: &[usize], rng: &mut Rng) -> Vec<usize> {
    let near = |&n: &usize| match rng.below(3) {
        0 => n,
        1 => 1 + rng.below(2 * n as u32 + 2) as usize,
        _ => (n + 1 + rng.below(3) as usize).saturating_sub(2).max(1),
    };
    shape.iter().map(near).collect()
}

/// Checks one shape; false where the layers refuse it.
fn check(case: &Value, shape: &[usize]) -> bool {
    let name = &case["name"];
    let known: Vec<Option<usize>> = shape.iter().map(|&n| Some(n)).collect();
    let Ok(mut model) = build(case, &known) else {
        return false;
    };
    let output = promised(&model);
    // Layers of whole numbers may refuse zeros; what they do not refuse has the promised shape.
    if let Ok(found) = delivered(&mut model, shape) {
        let rows = std::iter::once(Some(ROWS));
        let expected: Vec<Option<usize>> = rows.chain(output.iter().copied()).collect();
        let found: Vec<Option<usize>> = found.into_iter().map(Some).collect();
        assert_eq!(found, expected, "{name} on {shape:?}");
    }
    for axis in 0..shape.len() {
        let mut unknown = known.clone();
        unknown[axis] = None;
        let Ok(model) = build(case, &unknown) else {
            continue;
        };
        let symbolic = promised(&model);
        if symbolic.len() != output.len() {
            // One-hot encoding drops a last dimension of 1, as in Keras.
            assert_eq!(shape.last(), Some(&1), "{name} on {unknown:?}");
            continue;
        }
        let agree = symbolic
            .iter()
            .zip(&output)
            .all(|(symbolic, known)| symbolic.is_none() || symbolic == known);
        assert!(
            agree,
            "{name}: {symbolic:?} on {unknown:?}, {output:?} on {shape:?}"
        );
    }
    true
}

#[test]
fn shapes_are_kept_promises() {
    let mut rng = Rng::stream(11, "shapes");
    let (mut taken, mut refused) = (0, 0);
    for case in families("layers").iter().flat_map(|family| load(family)) {
        if case["model"].to_string().contains("\"glu\"") {
            // Promises, as in Keras, twice what it gives.
            continue;
        }
        let shape: Vec<usize> = fixture::shape(&case["input"]).split_off(1);
        assert!(check(&case, &shape), "{}: its own shape", case["name"]);
        for _ in 0..TRIES {
            match check(&case, &vary(&shape, &mut rng)) {
                true => taken += 1,
                false => refused += 1,
            }
        }
    }
    println!("{taken} shapes taken, {refused} refused");
    assert!(
        taken > 1000 && refused > 100,
        "{taken} taken, {refused} refused"
    );
}
