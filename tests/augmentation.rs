//! What random image layers draw: the right distribution, the same again under the same seed, at
//! any number of threads; and that they leave images alone where they do not train. What they then
//! do to images is compared with Keras in golden.rs.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)]
#[path = "golden/chain.rs"]
mod chain;

use chain::Chain;
use model_dojo::data::Features;
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::layers::{DataFormat, LayerNode};
use model_dojo::model::{Fit, FitData, FitOptions, Model, Samples, Step, predict};
use model_dojo::rng::Rng;
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;

/// The layer, and the range of each number that it draws for images of 10 × 20.
fn layers() -> Vec<(&'static str, Value, Vec<[f32; 2]>)> {
    vec![
        (
            "RandomRotation",
            json!({"factor": [-0.1, 0.2]}),
            vec![[-36.0, 72.0]],
        ),
        (
            "RandomZoom",
            json!({"height_factor": 0.5, "width_factor": [-0.2, -0.1]}),
            vec![[0.5, 1.5], [0.8, 0.9]],
        ),
        (
            "RandomTranslation",
            json!({"height_factor": 0.5, "width_factor": [0.1, 0.2]}),
            vec![[-5.0, 5.0], [2.0, 4.0]],
        ),
        (
            "RandomContrast",
            json!({"factor": [0.2, 0.6]}),
            vec![[0.8, 1.6]],
        ),
        (
            "RandomBrightness",
            json!({"factor": 0.2, "value_range": [0, 1]}),
            vec![[-0.2, 0.2]],
        ),
    ]
}

fn node(class: &str, config: &Value) -> LayerNode {
    LayerNode::from_json(&json!({"class_name": class, "config": config}), &[]).unwrap()
}

/// Means within five standard errors, and all within the range.
#[test]
fn draws_are_uniform() {
    const COUNT: usize = 20_000;
    let image = DataFormat::ChannelsLast.layout(&[10, 20, 1]);
    for (class, config, ranges) in layers() {
        let node = node(class, &config);
        let layer = node.layer.augmentation().unwrap();
        assert_eq!(layer.params(), ranges.len());
        let mut rng = Rng::stream(1, class);
        let mut params = vec![0.0; COUNT * ranges.len()];
        for params in params.chunks_exact_mut(ranges.len()) {
            layer.draw(image, &mut rng, params);
        }
        for (i, [low, high]) in ranges.into_iter().enumerate() {
            let drawn = || params.iter().skip(i).step_by(layer.params());
            assert!(
                drawn().all(|x| (low - 1e-5..=high + 1e-5).contains(x)),
                "{class}"
            );
            let mean = drawn().sum::<f32>() / COUNT as f32;
            let error = (high - low) / 12f32.sqrt() / (COUNT as f32).sqrt();
            assert!(
                (mean - (low + high) / 2.0).abs() < 5.0 * error,
                "{class}: {mean}"
            );
        }
    }
}

#[test]
fn half_of_all_images_are_flipped() {
    let node = node("RandomFlip", &json!({}));
    let layer = node.layer.augmentation().unwrap();
    let mut rng = Rng::stream(1, "flip");
    let mut flips = vec![0.0; 10_000];
    let image = DataFormat::ChannelsLast.layout(&[2, 2, 1]);
    for flip in flips.chunks_exact_mut(1) {
        layer.draw(image, &mut rng, flip);
    }
    assert!(flips.iter().all(|&flip| flip == 0.0 || flip == 1.0));
    let share = flips.iter().sum::<f32>() / 10_000.0;
    assert!((share - 0.5).abs() < 0.025, "{share}");
}

#[test]
fn one_width_factor_less_keeps_the_proportions() {
    let node = node("RandomZoom", &json!({"height_factor": 0.5}));
    let mut params = [0.0; 2];
    let image = DataFormat::ChannelsLast.layout(&[2, 2, 1]);
    node.layer
        .augmentation()
        .unwrap()
        .draw(image, &mut Rng::stream(2, "zoom"), &mut params);
    assert_eq!(params[0], params[1]);
}

fn images(rows: usize) -> Vec<f32> {
    let mut rng = Rng::stream(5, "images");
    (0..rows * 6 * 7 * 2).map(|_| rng.uniform()).collect()
}

/// A layer behind images of 6 × 7 × 2, and what makes one number of them.
fn model(class: &str, config: &Value, seed: u32) -> Result<Model> {
    let layers = json!([
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 6, 7, 2]}},
        {"class_name": class, "config": config},
        {"class_name": "Flatten", "config": {}},
        {"class_name": "Dense", "config": {"units": 1}},
    ]);
    let mut model = Model::from_config(&layers, seed)?;
    model.compile(&json!({"optimizer": "sgd", "loss": "mse"}))?;
    Ok(model)
}

fn all() -> Vec<(&'static str, Value)> {
    let with_seed = |(class, mut config, _): (_, Value, _)| {
        config["seed"] = json!(7);
        [
            (class, config.clone()),
            (class, {
                config["seed"] = Value::Null;
                config
            }),
        ]
    };
    let mut all: Vec<_> = layers().into_iter().flat_map(with_seed).collect();
    all.push(("RandomFlip", json!({"mode": "horizontal"})));
    all
}

#[test]
fn training_repeats_under_a_seed_at_any_number_of_threads() -> Result<()> {
    let features = |shape: Vec<usize>, values| -> Result<Features> {
        let array = Arc::new(Array::new(shape, Data::F32(values))?);
        Ok(Features {
            array,
            divisor: None,
        })
    };
    let run = |class: &str, config: &Value, seed: u32, threads: usize| -> Result<Vec<f32>> {
        let mut model = model(class, config, seed)?;
        let x = features(vec![5, 6, 7, 2], images(5))?;
        let y = features(vec![5, 1], vec![0.5, -1.0, 2.0, 0.0, 1.0])?;
        let train = Samples::of_one(vec![x], y, None)?;
        let data = FitData {
            train,
            validation: None,
        };
        let options = FitOptions::from_json(&json!({"epochs": 3, "batch_size": 2}))?;
        let mut fit = Fit::new(&mut model, data, options)?;
        let team = Team::new(threads);
        while !matches!(fit.step(&mut model, &team)?, Step::Done(_)) {}
        Ok(model.variables.values.clone())
    };
    for (class, config) in all() {
        let alone = run(class, &config, 1, 1)?;
        assert_eq!(alone, run(class, &config, 1, 1)?, "{class}: other draws");
        assert_eq!(
            alone,
            run(class, &config, 1, 3)?,
            "{class}: other bits at 3 threads"
        );
        assert_ne!(alone, run(class, &config, 2, 1)?, "{class}");
    }
    Ok(())
}

#[test]
fn only_training_changes_images() -> Result<()> {
    let x = images(4);
    for (class, config) in all() {
        let mut model = model(class, &config, 3)?;
        let mut without = self::model("Activation", &json!({"activation": "linear"}), 3)?;
        let array = Arc::new(Array::new(vec![4, 6, 7, 2], Data::F32(x.clone()))?);
        let features = [Features {
            array,
            divisor: None,
        }];
        let team = Team::single();
        let found = predict(&mut model, &team, &features, 2)?;
        assert_eq!(
            found,
            predict(&mut without, &team, &features, 2)?,
            "{class}"
        );
        let mut chain = Chain::new(&mut model, Team::single());
        let still = chain.forward(&[&x], false)?;
        assert_ne!(still, chain.forward(&[&x], true)?, "{class}");
    }
    Ok(())
}

#[test]
fn arguments_out_of_range_are_refused() {
    let refused = |class: &str, config: Value| model(class, &config, 0).unwrap_err().message;
    for (class, config, says) in [
        ("RandomRotation", json!({"factor": 1.5}), "factor"),
        ("RandomContrast", json!({"factor": -0.5}), "from 0 to 1"),
        (
            "RandomZoom",
            json!({"height_factor": -1.0}),
            "height_factor",
        ),
        (
            "RandomZoom",
            json!({"height_factor": 0.1, "width_factor": [0.0, 2.0]}),
            "width_factor",
        ),
        (
            "RandomTranslation",
            json!({"height_factor": 0.1, "width_factor": -1.5}),
            "width_factor",
        ),
        (
            "RandomBrightness",
            json!({"factor": 0.1, "value_range": [1, 0]}),
            "value_range",
        ),
        ("RandomFlip", json!({"mode": "diagonal"}), "diagonal"),
        (
            "RandomRotation",
            json!({"factor": 0.1, "fill_mode": "mirror"}),
            "mirror",
        ),
        (
            "RandomRotation",
            json!({"factor": 0.1, "interpolation": "bicubic"}),
            "bicubic",
        ),
        ("Resizing", json!({"height": 0, "width": 3}), "at least 1"),
        (
            "Resizing",
            json!({"height": 3, "width": 3, "interpolation": "area"}),
            "area",
        ),
        ("CenterCrop", json!({"height": 3, "width": 0}), "at least 1"),
    ] {
        let message = refused(class, config);
        assert!(message.contains(says), "{class}: {message}");
    }
}
