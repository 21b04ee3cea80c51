//! After the first step of training, a step allocates nothing: all buffers are planned.
#![cfg(not(target_arch = "wasm32"))]

#[path = "gradients/families.rs"]
mod families;

use families::{Setup, setups};
use model_dojo::data::Features;
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::losses::AnyLoss;
use model_dojo::metrics::AnyMetric;
use model_dojo::model::{Fit, FitData, FitOptions, Model, Samples, Step};
use model_dojo::optimizers::AnyOptimizer;
use model_dojo::tensor::{Array, Data, SparseRows};
use serde_json::{Value, json};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which counts what each thread asks for.
struct Counting;

fn count() {
    // A thread that ends may have no counter any more.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ROWS: usize = 22;
/// The last batch of an epoch is shorter.
const BATCH: usize = 8;

/// Allocations of each step (a batch of training or validation) but the first of its kind, and
/// but those that end an epoch and so make its logs.
fn allocations(model: &Value, compile: &Value, data: FitData) -> Result<Vec<usize>> {
    let mut model = Model::from_config(model, 1)?;
    model.compile(compile)?;
    let options = json!({"epochs": 2, "batch_size": BATCH, "verbose": 0});
    let mut fit = Fit::new(&mut model, data, FitOptions::from_json(&options)?)?;
    let team = Team::single();
    let (mut trained, mut validated) = (vec![], vec![]);
    loop {
        let before = COUNT.get();
        let step = fit.step(&mut model, &team)?;
        fit.take_outputs();
        let count = COUNT.get() - before;
        match step {
            Step::Batch if fit.progress().1 < fit.batches() => trained.push(count),
            Step::Validation => validated.push(count),
            Step::Done(_) => return Ok([&trained[1..], &validated[1..]].concat()),
            _ => {}
        }
    }
}

fn features(shape: &[usize], data: Data) -> Features {
    Features {
        array: Arc::new(Array::new(shape.to_vec(), data).unwrap()),
        divisor: None,
    }
}

fn floats(shape: &[usize]) -> Features {
    let len: usize = shape.iter().product();
    let wave = (0..len).map(|i| (i as f32 * 0.37).sin()).collect();
    features(shape, Data::F32(wave))
}

/// Whole numbers below `n`.
fn whole(shape: &[usize], n: usize) -> Features {
    let len: usize = shape.iter().product();
    let numbers = (0..len).map(|i| (i * 7 % n) as i32).collect();
    features(shape, Data::I32(numbers))
}

fn one_hot(n: usize) -> Features {
    let on = |i: usize| if i / n % n == i % n { 1.0 } else { 0.0 };
    features(&[ROWS, n], Data::F32((0..ROWS * n).map(on).collect()))
}

fn weights() -> Features {
    let weights = (0..ROWS).map(|i| 0.5 + (i % 3) as f32).collect();
    features(&[ROWS], Data::F32(weights))
}

/// A model of these layers (class and config), trained and validated on the same samples.
fn check(
    name: &str,
    layers: &[(&str, Value)],
    compile: Value,
    (x, y, weight): (Features, Features, Option<Features>),
) -> Result<()> {
    let layer = |(class, config): &(&str, Value)| json!({"class_name": class, "config": config});
    let model = json!({"layers": layers.iter().map(layer).collect::<Vec<_>>()});
    let train = Samples::of_one(vec![x], y, weight)?;
    let validation = Some(train.clone());
    let found = allocations(&model, &compile, FitData { train, validation })?;
    assert!(found.iter().all(|&n| n == 0), "{name}: {found:?}");
    Ok(())
}

#[test]
fn of_dense_layers() -> Result<()> {
    let penalty = |class: &str| json!({"class_name": class, "config": {}});
    let layers = [
        (
            "Dense",
            json!({"units": 32, "activation": "relu", "kernel_regularizer": penalty("L1L2"),
                "activity_regularizer": penalty("L2"), "kernel_constraint": penalty("MaxNorm")}),
        ),
        ("Dropout", json!({"rate": 0.3})),
        (
            "Dense",
            json!({"units": 16, "kernel_regularizer": penalty("OrthogonalRegularizer")}),
        ),
        ("LayerNormalization", json!({})),
        ("Activation", json!({"activation": "gelu"})),
        ("GaussianNoise", json!({"stddev": 0.1})),
        ("AlphaDropout", json!({"rate": 0.1})),
        ("Dense", json!({"units": 1, "activation": "sigmoid"})),
    ];
    let compile = json!({
        "optimizer": {"class_name": "Adam", "config": {"clipnorm": 1.0, "use_ema": true,
            "weight_decay": 0.01, "learning_rate": {"class_name": "CosineDecay", "config":
                {"initial_learning_rate": 0.01, "decay_steps": 50, "warmup_steps": 2}}}},
        "loss": "binary_crossentropy",
        "metrics": ["accuracy", "AUC", "Precision", "Recall", "BinaryIoU", "R2Score"],
        "weighted_metrics": ["AUC", "mae", "Precision"],
    });
    let data = (floats(&[ROWS, 10]), whole(&[ROWS, 1], 2), Some(weights()));
    check("dense", &layers, compile, data)
}

#[test]
fn of_images() -> Result<()> {
    let layers = [
        ("Rescaling", json!({"scale": 0.5})),
        ("RandomFlip", json!({})),
        ("RandomRotation", json!({"factor": 0.1})),
        ("RandomZoom", json!({"height_factor": 0.1})),
        (
            "RandomTranslation",
            json!({"height_factor": 0.1, "width_factor": 0.1}),
        ),
        ("RandomContrast", json!({"factor": 0.1})),
        (
            "RandomBrightness",
            json!({"factor": 0.1, "value_range": [0.0, 1.0]}),
        ),
        ("Resizing", json!({"height": 14, "width": 13})),
        ("CenterCrop", json!({"height": 12, "width": 12})),
        (
            "Conv2D",
            json!({"filters": 8, "kernel_size": 3, "padding": "same"}),
        ),
        ("BatchNormalization", json!({})),
        ("ReLU", json!({})),
        ("MaxPooling2D", json!({"pool_size": 2})),
        ("SeparableConv2D", json!({"filters": 8, "kernel_size": 3})),
        ("SpatialDropout2D", json!({"rate": 0.2})),
        ("GlobalAveragePooling2D", json!({})),
        ("Dense", json!({"units": 3, "activation": "softmax"})),
    ];
    let compile = json!({
        "optimizer": {"class_name": "SGD", "config": {"momentum": 0.9, "nesterov": true}},
        "loss": "sparse_categorical_crossentropy",
        "metrics": ["accuracy", "SparseTopKCategoricalAccuracy"],
    });
    let data = (
        floats(&[ROWS, 16, 16, 3]),
        whole(&[ROWS], 3),
        Some(weights()),
    );
    check("images", &layers, compile, data)
}

#[test]
fn of_words() -> Result<()> {
    let layers = [
        (
            "Embedding",
            json!({"input_dim": 50, "output_dim": 8, "mask_zero": false}),
        ),
        ("GlobalAveragePooling1D", json!({})),
        ("Dense", json!({"units": 4, "activation": "softmax"})),
    ];
    let compile = json!({
        "optimizer": "rmsprop",
        "loss": {"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 0.1}},
        "metrics": ["accuracy", "AUC", "Precision", "CategoricalCrossentropy"],
    });
    let data = (whole(&[ROWS, 12], 50), one_hot(4), None);
    check("words", &layers, compile, data)?;
    let sparse = SparseRows {
        offsets: (0..=ROWS as u32).map(|row| row * 3).collect(),
        indices: (0..ROWS as u32 * 3).map(|i| i * 13 % 50).collect(),
        values: None,
    };
    let layers = [("Dense", json!({"units": 4, "activation": "softmax"}))];
    let compile = json!({"optimizer": "adam", "loss": "categorical_crossentropy"});
    let data = (
        features(&[ROWS, 50], Data::Sparse(sparse)),
        one_hot(4),
        None,
    );
    check("sparse", &layers, compile, data)
}

/// Each layer that gradients are checked for.
#[test]
fn of_each_layer() -> Result<()> {
    for Setup {
        name,
        shape,
        layers,
        whole_numbers,
    } in setups()
    {
        // Nothing with weights can stand behind what halves its axis.
        if name == "glu" {
            continue;
        }
        let shape = [&[ROWS], &shape[..]].concat();
        let x = if whole_numbers {
            whole(&shape, 5)
        } else {
            floats(&shape)
        };
        // No weights fit behind glu, which gives half of what its layer declares.
        let (head, width) = match name {
            "dense_glu" => (None, 2),
            _ => (Some(("Dense", json!({"units": 1}))), 1),
        };
        let layers: Vec<(&str, Value)> = layers
            .iter()
            .map(|layer| {
                (
                    layer["class_name"].as_str().unwrap(),
                    layer["config"].clone(),
                )
            })
            .chain(head)
            .collect();
        let compile = json!({"optimizer": "adam", "loss": "mse", "metrics": ["mae"]});
        check(name, &layers, compile, (x, floats(&[ROWS, width]), None))?;
    }
    Ok(())
}

#[test]
fn of_each_optimizer() -> Result<()> {
    for class in AnyOptimizer::CLASSES {
        let layers = [
            ("Dense", json!({"units": 8, "activation": "tanh"})),
            ("Dense", json!({"units": 1})),
        ];
        let optimizer = json!({"class_name": class, "config": {"global_clipnorm": 1.0,
            "gradient_accumulation_steps": 2}});
        let compile = json!({"optimizer": optimizer, "loss": "mse"});
        let data = (floats(&[ROWS, 6]), floats(&[ROWS, 1]), None);
        check(class, &layers, compile, data)?;
    }
    Ok(())
}

#[test]
fn of_each_loss() -> Result<()> {
    for class in AnyLoss::CLASSES {
        let (shape, y, units) = match *class {
            "CTC" => (vec![6], whole(&[ROWS, 2], 3), json!({"units": 4})),
            "CategoricalGeneralizedCrossEntropy" | "Circle" | "SparseCategoricalCrossentropy" => (
                vec![],
                whole(&[ROWS], 3),
                json!({"units": 3, "activation": "softmax"}),
            ),
            _ => (
                vec![],
                one_hot(3),
                json!({"units": 3, "activation": "softmax"}),
            ),
        };
        let shape = [&[ROWS], &shape[..], &[5]].concat();
        let compile = json!({"optimizer": "sgd", "loss": {"class_name": class, "config": {}}});
        check(
            class,
            &[("Dense", units)],
            compile,
            (floats(&shape), y, Some(weights())),
        )?;
    }
    Ok(())
}

#[test]
fn of_each_metric() -> Result<()> {
    let unfit = ["MeanMetricWrapper"];
    for class in AnyMetric::CLASSES
        .iter()
        .filter(|class| !unfit.contains(class))
    {
        let sparse = class.starts_with("Sparse") || matches!(*class, "IoU" | "MeanIoU");
        let y = if sparse {
            whole(&[ROWS], 3)
        } else {
            one_hot(3)
        };
        let layers = [("Dense", json!({"units": 3, "activation": "softmax"}))];
        let config = match *class {
            "MeanIoU" | "OneHotMeanIoU" => json!({"num_classes": 3, "sparse_y_pred": false}),
            "IoU" => json!({"num_classes": 3, "target_class_ids": [0, 2], "sparse_y_pred": false}),
            "OneHotIoU" => json!({"num_classes": 3, "target_class_ids": [0, 2]}),
            "F1Score" | "FBetaScore" => json!({"average": "macro"}),
            "PrecisionAtRecall" => json!({"recall": 0.5}),
            "RecallAtPrecision" => json!({"precision": 0.5}),
            "SensitivityAtSpecificity" => json!({"specificity": 0.5}),
            "SpecificityAtSensitivity" => json!({"sensitivity": 0.5}),
            _ => json!({}),
        };
        let metric = json!([{"class_name": class, "config": config}]);
        let loss = if sparse {
            "sparse_categorical_crossentropy"
        } else {
            "categorical_crossentropy"
        };
        let compile = json!({"optimizer": "sgd", "loss": loss, "metrics": metric,
            "weighted_metrics": metric});
        check(
            class,
            &layers,
            compile,
            (floats(&[ROWS, 5]), y, Some(weights())),
        )?;
    }
    Ok(())
}
