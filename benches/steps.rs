//! Speed of training natively: `cargo bench --bench steps [-- THREADS]` prints the median and the
//! best milliseconds per step (W3: per epoch) of the benchmark's workloads, one thread against a
//! team, taken in turns. `npm run bench` times the same in the page.

use model_dojo::data::Features;
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::model::{Fit, FitData, FitOptions, Model, Samples, Step};
use model_dojo::rng::Rng;
use model_dojo::tensor::{Array, Data};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Epochs of a team's turn.
const EPOCHS: usize = 3;
const TURNS: usize = 4;

struct Workload {
    name: &'static str,
    layers: Value,
    compile: Value,
    batch: usize,
    rows: usize,
    train: Samples,
    validation: Option<Samples>,
}

fn features(shape: &[usize], draw: impl FnMut(usize) -> f32) -> Features {
    let data = (0..shape.iter().product()).map(draw).collect();
    // The shape is that of the data made for it.
    let array = Array {
        shape: shape.to_vec(),
        data: Data::F32(data),
    };
    Features {
        array: Arc::new(array),
        divisor: None,
    }
}

/// Numbers below `limit`: whole ones where it is above one.
fn drawn(shape: &[usize], limit: f32) -> Features {
    let mut rng = Rng::stream(1, "data");
    let whole = limit > 1.0;
    features(shape, |_| {
        let value = rng.uniform() * limit;
        if whole { value.floor() } else { value }
    })
}

/// About 2 % ones.
fn multi_hot(rows: usize, columns: usize) -> Features {
    let mut rng = Rng::stream(1, "data");
    features(&[rows, columns], |_| {
        f32::from(u8::from(rng.uniform() < 0.02))
    })
}

fn samples(x: Features, classes: f32) -> Result<Samples> {
    let rows = x.array.rows();
    Samples::of_one(vec![x], drawn(&[rows, 1], classes), None)
}

fn layer(class: &str, config: Value) -> Value {
    json!({"class_name": class, "config": config})
}

fn dense(units: usize, activation: &str) -> Value {
    layer("Dense", json!({"units": units, "activation": activation}))
}

fn compile(optimizer: &str, loss: &str, metric: &str) -> Value {
    json!({"optimizer": optimizer, "loss": loss, "metrics": [metric]})
}

fn workloads() -> Result<Vec<Workload>> {
    let classes = || compile("adam", "sparse_categorical_crossentropy", "accuracy");
    let binary = || compile("adam", "binary_crossentropy", "accuracy");
    let conv = |filters| {
        let config = json!({"filters": filters, "kernel_size": [3, 3], "activation": "relu"});
        [layer("Conv2D", config), layer("MaxPooling2D", json!({}))]
    };
    let ([c1, p1], [c2, p2]) = (conv(32), conv(64));
    let words = |name, units| -> Result<Workload> {
        Ok(Workload {
            name,
            layers: json!([
                dense(units, "relu"),
                dense(units, "relu"),
                dense(1, "sigmoid")
            ]),
            compile: binary(),
            batch: 512,
            rows: 2048,
            train: samples(multi_hot(2048, 10_000), 2.0)?,
            validation: None,
        })
    };
    let embedding = layer("Embedding", json!({"input_dim": 10_000, "output_dim": 16}));
    let average = layer("GlobalAveragePooling1D", json!({}));
    Ok(vec![
        Workload {
            name: "W1",
            layers: json!([dense(128, "relu"), dense(10, "softmax")]),
            compile: classes(),
            batch: 32,
            rows: 3200,
            train: samples(drawn(&[3200, 784], 1.0), 10.0)?,
            validation: None,
        },
        Workload {
            name: "W2",
            layers: json!([embedding, average, dense(16, "relu"), dense(1, "sigmoid")]),
            compile: binary(),
            batch: 512,
            rows: 4096,
            train: samples(drawn(&[4096, 256], 10_000.0), 2.0)?,
            validation: None,
        },
        Workload {
            name: "W3",
            layers: json!([dense(64, "relu"), dense(64, "relu"), dense(1, "linear")]),
            compile: compile("rmsprop", "mse", "mae"),
            batch: 32,
            rows: 251,
            train: samples(drawn(&[251, 9], 1.0), 1.0)?,
            validation: Some(samples(drawn(&[63, 9], 1.0), 1.0)?),
        },
        words("W4base", 16)?,
        words("W4bigger", 512)?,
        Workload {
            name: "W5",
            layers: json!([
                c1,
                p1,
                c2,
                p2,
                layer("Flatten", json!({})),
                dense(64, "relu"),
                dense(10, "softmax")
            ]),
            compile: classes(),
            batch: 32,
            rows: 320,
            train: samples(drawn(&[320, 28, 28, 1], 1.0), 10.0)?,
            validation: None,
        },
    ])
}

/// Milliseconds of each epoch but the first, which warms up.
fn epochs(workload: &Workload, model: &mut Model, team: &Team) -> Result<Vec<f64>> {
    let options =
        json!({"epochs": EPOCHS + 1, "batch_size": workload.batch, "shuffle": false, "verbose": 0});
    let data = FitData {
        train: workload.train.clone(),
        validation: workload.validation.clone(),
    };
    let mut fit = Fit::new(model, data, FitOptions::from_json(&options)?)?;
    let mut ends = vec![];
    team.session(|| {
        loop {
            match fit.step(model, team)? {
                Step::Epoch(_) => ends.push(Instant::now()),
                Step::Done(_) => return Ok(()),
                _ => {}
            }
        }
    })?;
    Ok(ends
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs_f64() * 1e3)
        .collect())
}

fn main() -> Result<()> {
    let threads = std::env::args().find_map(|a| a.parse().ok());
    let threads = threads.or(std::thread::available_parallelism().ok().map(|n| n.get()));
    let teams = [Team::single(), Team::new(threads.unwrap_or(1))];
    println!(
        "{:12}{:>18}{:>13} threads",
        "ms (median / best)",
        1,
        teams[1].threads()
    );
    for workload in workloads()? {
        let mut model = Model::from_config(&json!({"layers": workload.layers}), 1)?;
        model.compile(&workload.compile)?;
        let steps = match workload.validation {
            Some(_) => 1,
            None => workload.rows.div_ceil(workload.batch),
        };
        let mut times = [vec![], vec![]];
        for _ in 0..TURNS {
            for (team, times) in teams.iter().zip(&mut times) {
                times.extend(epochs(&workload, &mut model, team)?);
            }
        }
        let columns = times.each_mut().map(|times| {
            times.sort_by(f64::total_cmp);
            format!(
                "{:8.3} /{:8.3}",
                times[times.len() / 2] / steps as f64,
                times[0] / steps as f64
            )
        });
        println!("{:12}  {}  {}", workload.name, columns[0], columns[1]);
    }
    Ok(())
}
