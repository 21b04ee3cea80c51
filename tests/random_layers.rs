//! What layers draw in training: its moments, what it shares, and that seeds repeat it.
#![cfg(not(target_arch = "wasm32"))]

use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::layers::{
    CacheLen, Forward, Inputs, LayerNode, Masks, More, Special, Value, Weights,
};
use model_dojo::rng::Rng;
use serde_json::{Value as Json, json};

/// A layer's output in training for these samples; `seed` is the model's.
fn train(layer: &Json, x: &[f32], shape: &[usize], seed: u32, step: u64) -> Result<Vec<f32>> {
    let node = LayerNode::from_json(layer, &[])?;
    let symbolic = shape.iter().map(|&n| Some(n)).collect();
    node.layer.output_shape(&[symbolic])?;
    let CacheLen { sample, batch } = node.layer.cache_len(&[shape], shape);
    let len: usize = shape.iter().product();
    let rows = x.len() / len;
    let mut output = vec![f32::NAN; x.len()];
    node.layer.forward(&mut Forward {
        team: &Team::single(),
        training: true,
        trainable: true,
        inputs: Inputs {
            values: &[Value::Dense(x.to_vec())],
            shapes: &[shape.to_vec()],
            lens: &[len],
            ids: &[0],
            slots: &[0],
            masks: Masks {
                all: &[],
                of_value: &[None],
            },
            rows,
        },
        output: &mut output,
        special: Special::None,
        output_shape: shape,
        more: More {
            values: &mut [],
            lens: &[],
            rows,
        },
        mask: None,
        state: &mut vec![],
        weights: Weights {
            all: &mut [],
            ranges: &[],
        },
        cache: &mut vec![0.0; rows * sample],
        batch_cache: &mut vec![0.0; batch],
        rng: &mut Rng::step(seed, &node.name, step),
        step,
    })?;
    Ok(output)
}

fn layer(class: &str, config: Json) -> Json {
    json!({"class_name": class, "config": config})
}

fn moments(values: &[f32]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let square = |&v: &f32| (f64::from(v) - mean).powi(2);
    (mean, values.iter().map(square).sum::<f64>() / n)
}

const SHAPE: [usize; 3] = [8, 10, 5];
const ROWS: usize = 250;
const N: usize = ROWS * 8 * 10 * 5;

/// `values` have this mean and variance up to five standard errors of `n` draws whose fourth
/// central moment is `fourth` variances squared.
fn check_moments(values: &[f32], (mean, variance): (f64, f64), fourth: f64, n: usize) {
    let found = moments(values);
    let error = |variance: f64| 5.0 * (variance / n as f64).sqrt();
    assert!((found.0 - mean).abs() < error(variance), "mean {}", found.0);
    // The last term is what the found mean may be off, squared.
    let allowed = error((fourth - 1.0) * variance * variance) + error(variance).powi(2);
    assert!((found.1 - variance).abs() < allowed, "variance {}", found.1);
}

#[test]
fn dropout_keeps_a_share() -> Result<()> {
    for rate in [0.1, 0.5, 0.8] {
        let ones = vec![1.0; N];
        let y = train(
            &layer("Dropout", json!({"rate": rate})),
            &ones,
            &SHAPE,
            1,
            0,
        )?;
        let scale = 1.0 / (1.0 - rate as f32);
        assert!(y.iter().all(|&y| y == 0.0 || (y - scale).abs() < 1e-6));
        let odds = rate / (1.0 - rate);
        // Of a Bernoulli draw: 1 / (p·q) − 3.
        let fourth = 1.0 / (rate * (1.0 - rate)) - 3.0;
        check_moments(&y, (1.0, odds), fourth, N);
    }
    Ok(())
}

#[test]
fn gaussian_layers_have_their_moments() -> Result<()> {
    let twos = vec![2.0; N];
    let y = train(
        &layer("GaussianNoise", json!({"stddev": 0.3})),
        &twos,
        &SHAPE,
        1,
        0,
    )?;
    check_moments(&y, (2.0, 0.09), 3.0, N);
    let y = train(
        &layer("GaussianDropout", json!({"rate": 0.2})),
        &twos,
        &SHAPE,
        1,
        0,
    )?;
    check_moments(&y, (2.0, 4.0 * 0.25), 3.0, N);
    Ok(())
}

#[test]
fn alpha_dropout_keeps_mean_and_variance() -> Result<()> {
    let mut rng = Rng::stream(9, "normal");
    let x: Vec<f32> = (0..N).map(|_| rng.normal()).collect();
    for rate in [0.1, 0.4] {
        let y = train(
            &layer("AlphaDropout", json!({"rate": rate})),
            &x,
            &SHAPE,
            1,
            0,
        )?;
        check_moments(&y, (0.0, 1.0), 3.0, N);
        // Keras: a = ((1 − rate)(1 + rate·λ²α²))^-½, b = a·λα·rate; dropped are at −a·λα + b.
        let lowest = 1.758_099_340_847_376_6_f64;
        let a = ((1.0 - rate) * (1.0 + rate * lowest * lowest)).powf(-0.5);
        let dropped = (-a * lowest + a * lowest * rate) as f32;
        let count = y.iter().filter(|&&y| (y - dropped).abs() < 1e-6).count() as f64;
        assert!((count / N as f64 - rate).abs() < 5.0 * (rate / N as f64).sqrt());
    }
    Ok(())
}

/// Whether the numbers drawn are the same all along axis `axis` (0: the batch).
fn shares(y: &[f32], axis: usize) -> bool {
    let dims = [&[ROWS], &SHAPE[..]].concat();
    let inner: usize = dims[axis + 1..].iter().product();
    let mut blocks = y.chunks_exact(dims[axis] * inner);
    blocks.all(|block| block.chunks_exact(inner).all(|run| run == &block[..inner]))
}

#[test]
fn draws_are_shared_where_asked() -> Result<()> {
    let cases = [
        ("Dropout", json!({"rate": 0.5}), vec![]),
        (
            "Dropout",
            json!({"rate": 0.5, "noise_shape": [null, 1, null, 5]}),
            vec![1],
        ),
        (
            "Dropout",
            json!({"rate": 0.5, "noise_shape": [1, 8, 1, 1]}),
            vec![0, 2, 3],
        ),
        (
            "Dropout",
            json!({"rate": 0.5, "noise_shape": [10, 1]}),
            vec![0, 1, 3],
        ),
        (
            "AlphaDropout",
            json!({"rate": 0.5, "noise_shape": [250, 8, 1, 5]}),
            vec![2],
        ),
        ("SpatialDropout2D", json!({"rate": 0.5}), vec![1, 2]),
        (
            "SpatialDropout2D",
            json!({"rate": 0.5, "data_format": "channels_first"}),
            vec![2, 3],
        ),
        ("GaussianDropout", json!({"rate": 0.5}), vec![]),
        ("GaussianNoise", json!({"stddev": 0.5}), vec![]),
    ];
    for (class, config, expected) in cases {
        let y = train(&layer(class, config.clone()), &vec![1.0; N], &SHAPE, 1, 0)?;
        let shared: Vec<usize> = (0..4).filter(|&axis| shares(&y, axis)).collect();
        assert_eq!(shared, expected, "{class} {config}");
    }
    let steps = layer("SpatialDropout1D", json!({"rate": 0.5}));
    let y = train(&steps, &vec![1.0; 2000], &[10, 20], 1, 0)?;
    for sample in y.chunks_exact(200) {
        assert!(sample.chunks_exact(20).all(|step| step == &sample[..20]));
        assert!(sample[..20].contains(&0.0) && sample[..20].contains(&2.0));
    }
    let volumes = layer("SpatialDropout3D", json!({"rate": 0.5}));
    let y = train(&volumes, &vec![1.0; 640], &[2, 2, 2, 40], 1, 0)?;
    for sample in y.chunks_exact(320) {
        assert!(sample.chunks_exact(40).all(|step| step == &sample[..40]));
    }
    Ok(())
}

#[test]
fn seeds_and_steps() -> Result<()> {
    let classes = [
        "Dropout",
        "SpatialDropout2D",
        "GaussianDropout",
        "AlphaDropout",
        "GaussianNoise",
    ];
    for class in classes {
        let key = if class == "GaussianNoise" {
            "stddev"
        } else {
            "rate"
        };
        let x = vec![1.0; 4000];
        let draw = |own: Json, seed, step| {
            train(
                &layer(class, json!({key: 0.5, "seed": own})),
                &x,
                &SHAPE,
                seed,
                step,
            )
        };
        let null = || Json::Null;
        assert_eq!(
            draw(null(), 1, 5)?,
            draw(null(), 1, 5)?,
            "{class}: it repeats"
        );
        assert_ne!(
            draw(null(), 1, 5)?,
            draw(null(), 2, 5)?,
            "{class}: another model's seed"
        );
        assert_ne!(
            draw(null(), 1, 5)?,
            draw(null(), 1, 6)?,
            "{class}: another step"
        );
        assert_eq!(
            draw(json!(3), 1, 5)?,
            draw(json!(3), 2, 5)?,
            "{class}: its own seed"
        );
        assert_ne!(
            draw(json!(3), 1, 5)?,
            draw(json!(4), 1, 5)?,
            "{class}: another own seed"
        );
        assert_ne!(
            draw(json!(3), 1, 5)?,
            draw(json!(3), 1, 6)?,
            "{class}: own seed, other step"
        );
    }
    Ok(())
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let refused = |class, config: Json| {
        let error = train(&layer(class, config), &[1.0; 800], &SHAPE, 1, 0).unwrap_err();
        error.message
    };
    for (class, config, part) in [
        ("Dropout", json!({"rate": 1.5}), "between 0 and 1"),
        ("GaussianNoise", json!({"stddev": -0.1}), "stddev"),
        ("GaussianDropout", json!({"rate": 1}), "below 1"),
        ("AlphaDropout", json!({"rate": 1.0}), "below 1"),
        (
            "Dropout",
            json!({"rate": 0.5, "noise_shape": [null, 1, 3, 1]}),
            "stretch",
        ),
        (
            "Dropout",
            json!({"rate": 0.5, "noise_shape": [7, 1, 1, 1]}),
            "batches of 7",
        ),
        ("SpatialDropout1D", json!({"rate": 0.5}), "use Dropout"),
        ("SpatialDropout3D", json!({"rate": 0.5}), "use Dropout"),
        (
            "SpatialDropout2D",
            json!({"rate": 0.5, "trainable": false}),
            "trainable",
        ),
    ] {
        let message = refused(class, config);
        assert!(message.contains(part), "{class}: {message}");
    }
}
