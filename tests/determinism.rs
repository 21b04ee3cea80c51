//! The same seed gives the same bits: at any number of threads, again, and after a pause.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)] // what only golden.rs reads
#[path = "golden/compare.rs"]
mod compare;
#[allow(dead_code)]
#[path = "golden/fixture.rs"]
mod fixture;
#[path = "golden/training.rs"]
mod training;
#[allow(dead_code)] // what only golden.rs compares
#[path = "golden/written.rs"]
mod written;

use fixture::{find, load};
use model_dojo::data::Features;
use model_dojo::error::Result;
use model_dojo::initializers::{Initializer, Zeros};
use model_dojo::kernels::Team;
use model_dojo::layers::VariableSpec;
use model_dojo::model::{Fit, FitData, FitOptions, History, Model, Samples, Variable, predict};
use model_dojo::optimizers::{AnyOptimizer, Optimizer};
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn threads_change_no_bit() -> Result<()> {
    for family in ["tutorials", "fits", "fits_optimizers", "fits_structure"] {
        for case in load(family) {
            let alone = training::run(&case, &Team::single())?;
            for threads in [2, 3] {
                let outcome = training::run(&case, &Team::new(threads))?;
                assert_eq!(alone, outcome, "{} at {threads} threads", case["name"]);
            }
        }
    }
    Ok(())
}

/// Every optimizer on variables that are large enough to be split.
#[test]
fn threads_change_no_bit_of_an_update() -> Result<()> {
    let zeros = Initializer::Zeros(Zeros::default());
    let spec = |shape| VariableSpec::new("variable", shape, &zeros);
    let mut end = 0;
    let variables = [vec![250, 301], vec![40_001], vec![2, 3, 70, 90]].map(|shape| {
        let spec = spec(shape);
        let start = end;
        end += spec.size();
        Variable {
            layer: 0,
            spec,
            trainable: true,
            range: start..end,
        }
    });
    let wave = |seed: f32| -> Vec<f32> { (0..end).map(|i| (i as f32 * seed).sin()).collect() };
    for class in AnyOptimizer::CLASSES {
        let clip = if *class == "Lamb" {
            "clipnorm"
        } else {
            "global_clipnorm"
        };
        let optimizer = Optimizer::from_json(&json!({"class_name": class, "config": {
            "weight_decay": 0.1, (clip): 5.0, "use_ema": true, "gradient_accumulation_steps": 2,
        }}))?;
        let steps = |threads| -> Result<_> {
            let team = Team::new(threads);
            let mut w = wave(0.7);
            let mut state = optimizer.new_state(&variables, &w)?;
            team.session(|| {
                for seed in [0.3, 0.9, 1.1, 0.2] {
                    optimizer.step(&team, &mut state, &mut w, &mut wave(seed), &variables);
                }
            });
            Ok((w, state))
        };
        let alone = steps(1)?;
        for threads in [2, 4] {
            assert!(alone == steps(threads)?, "{class} at {threads} threads");
        }
    }
    Ok(())
}

/// The words model with active dropout, its weights drawn from `seed`, trained shuffled for one
/// epoch under `fit_seed`.
fn drop_out(seed: u32, fit_seed: u32) -> Result<Vec<Vec<f32>>> {
    let mut case = find("tutorials", "words_dropout_inference");
    case["fit"] = json!({"epochs": 1, "seed": fit_seed});
    let mut model = Model::from_config(&case["model"], seed)?;
    training::fit(&case, &mut model, &Team::new(2), |_| {})?;
    Ok(training::weights(&model))
}

/// An Embedding that writes no rows because they are only averaged: the same bits as where a layer
/// between them asks for the rows, at any number of threads.
#[test]
fn averages_of_an_embedding_need_no_rows() -> Result<()> {
    let (rows, steps, words) = (96, 50, 700);
    let number = |i: usize| (i * i + i / 7) % words;
    let x = (0..rows * steps).map(|i| number(i) as i32).collect();
    let y = (0..rows).map(|i| (i % 2) as f32).collect();
    let features = |shape: &[usize], data| -> Result<Features> {
        let array = Arc::new(Array::new(shape.to_vec(), data)?);
        Ok(Features {
            array,
            divisor: None,
        })
    };
    let x = features(&[rows, steps], Data::I32(x))?;
    let samples = Samples::of_one(vec![x], features(&[rows, 1], Data::F32(y))?, None)?;
    for units in [1, 39, 64] {
        let run = |between: &str, threads| -> Result<(Vec<Vec<f32>>, History)> {
            let layer = |class, config| json!({"class_name": class, "config": config});
            let mut layers = vec![
                layer(
                    "Embedding",
                    json!({"input_dim": words, "output_dim": units, "name": "e"}),
                ),
                layer("GlobalAveragePooling1D", json!({})),
                layer(
                    "Dense",
                    json!({"units": 1, "activation": "sigmoid", "name": "d"}),
                ),
            ];
            if !between.is_empty() {
                layers.insert(1, layer(between, json!({})));
            }
            let mut model = Model::from_config(&json!({"layers": layers}), 3)?;
            model.compile(&json!({"optimizer": "adam", "loss": "binary_crossentropy"}))?;
            let options = json!({"epochs": 3, "batch_size": 64, "verbose": 0});
            let data = FitData {
                train: samples.clone(),
                validation: Some(samples.clone()),
            };
            let mut fit = Fit::new(&mut model, data, FitOptions::from_json(&options)?)?;
            let team = Team::new(threads);
            team.session(|| -> Result<()> {
                while !fit.is_done() {
                    fit.step(&mut model, &team)?;
                }
                Ok(())
            })?;
            Ok((training::weights(&model), fit.history))
        };
        let laid_out = run("Identity", 1)?;
        for threads in [1, 2, 4] {
            assert_eq!(run("", threads)?, laid_out, "{units} at {threads} threads");
            assert_eq!(run("Identity", threads)?, laid_out);
        }
    }
    Ok(())
}

#[test]
fn seeds_repeat() -> Result<()> {
    assert_eq!(drop_out(1, 2)?, drop_out(1, 2)?);
    assert_ne!(
        drop_out(1, 2)?,
        drop_out(1, 3)?,
        "another order, other masks"
    );
    assert_ne!(drop_out(1, 2)?, drop_out(4, 2)?, "other initial weights");
    Ok(())
}

#[test]
fn dropout_masks_repeat_by_seed() -> Result<()> {
    // Weights of one step from the same start, in the same order: only the masks can differ.
    let step = |seed: u32| -> Result<Vec<Vec<f32>>> {
        let mut case = find("tutorials", "words_dropout_inference");
        case["fit"] = json!({"epochs": 1, "shuffle": false, "seed": seed});
        let mut model = training::model(&case)?;
        training::fit(&case, &mut model, &Team::single(), |_| {})?;
        Ok(training::weights(&model))
    };
    assert_eq!(step(5)?, step(5)?);
    assert_ne!(step(5)?, step(6)?);
    Ok(())
}

/// Epochs `from..to` of `case`.
fn epochs(case: &Value, model: &mut Model, from: usize, to: usize, shuffle: bool) -> Result<()> {
    let change = |fit: &mut Value| {
        fit["initial_epoch"] = json!(from);
        fit["epochs"] = json!(to);
        fit["shuffle"] = json!(shuffle);
    };
    training::fit(case, model, &Team::new(2), change).map(|_| ())
}

#[test]
fn going_on_after_a_stop_changes_no_bit() -> Result<()> {
    for name in ["reviews", "cars", "words_l2"] {
        for shuffle in [false, true] {
            let case = find("tutorials", name);
            let (mut whole, mut parts) = (training::model(&case)?, training::model(&case)?);
            epochs(&case, &mut whole, 0, 5, shuffle)?;
            epochs(&case, &mut parts, 0, 2, shuffle)?;
            let after_two = training::weights(&parts);
            epochs(&case, &mut parts, 2, 5, shuffle)?;
            assert_eq!(
                training::weights(&whole),
                training::weights(&parts),
                "{name}"
            );
            assert_ne!(training::weights(&parts), after_two, "{name} went on");
        }
    }
    Ok(())
}

#[test]
fn batch_size_changes_no_prediction() -> Result<()> {
    let case = find("tutorials", "fashion");
    let mut model = training::model(&case)?;
    let x = [fixture::features(&case["data"]["x"])];
    let whole = predict(&mut model, &Team::new(2), &x, 300)?;
    assert_eq!(predict(&mut model, &Team::single(), &x, 7)?, whole);
    Ok(())
}
