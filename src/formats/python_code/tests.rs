//! Programs against what a person would write.

use super::*;
use crate::data::{LoadOptions, load};

fn layer(class: &str, config: Value) -> Value {
    json!({"module": "keras.layers", "class_name": class, "config": config})
}

fn sequential(name: &str, layers: Value) -> Value {
    json!({"module": "keras", "class_name": "Sequential", "config": {"name": name, "layers": layers}})
}

fn input(name: &str, size: usize) -> Value {
    layer(
        "InputLayer",
        json!({"name": name, "batch_shape": [null, size], "dtype": "float32"}),
    )
}

/// A member of a Functional model, called on lists of values.
fn member(mut layer: Value, calls: Value) -> Value {
    let tensor = |value: &Value| {
        let history = json!([value[0], value[1], value[2]]);
        json!({"class_name": "__keras_tensor__", "config": {"keras_history": history}})
    };
    let calls = calls.as_array().cloned().unwrap_or_default();
    let node = |call: &Value| {
        let values: Vec<Value> = call.as_array().into_iter().flatten().map(tensor).collect();
        let args = match &values[..] {
            [one] => json!([one]),
            several => json!([several]),
        };
        json!({"args": args, "kwargs": {"mask": null}})
    };
    layer["inbound_nodes"] = calls.iter().map(node).collect();
    layer
}

#[test]
fn a_sequential_has_only_arguments_that_matter() {
    let full = json!({"class_name": "GlorotUniform", "module": "keras.initializers", "config": {"seed": null}});
    let mut model = sequential(
        "sequential",
        json!([
            input("input_layer", 9),
            layer(
                "Dense",
                json!({
                    "name": "dense", "trainable": true, "dtype": {"class_name": "DTypePolicy", "module": "keras", "config": {"name": "float32"}},
                    "units": 64, "activation": "relu", "use_bias": true, "kernel_initializer": full,
                    "kernel_regularizer": {"class_name": "L2", "module": "keras.regularizers", "config": {"l2": 0.001}},
                })
            ),
            layer(
                "Conv1D",
                json!({"name": "edges", "filters": 4, "kernel_size": [3], "strides": [1]})
            ),
            layer(
                "Dense",
                json!({"name": "dense_1", "units": 1, "activation": "linear", "kernel_regularizer": {
                "class_name": "L2", "module": "keras.regularizers", "config": {"l2": 0.01}}})
            ),
        ]),
    );
    model["compile_config"] = json!({
        "optimizer": {"class_name": "Adam", "module": "keras.optimizers", "config": {"learning_rate": 0.0010000000474974513, "name": "adam"}},
        "loss": {"class_name": "BinaryCrossentropy", "module": "keras.losses", "config": {"from_logits": true, "reduction": "sum_over_batch_size"}},
        "metrics": ["mae", {"class_name": "AUC", "module": "keras.metrics", "config": {"name": "auc", "num_thresholds": 50}}],
        "loss_weights": null, "jit_compile": true, "run_eagerly": false,
    });
    let expected = r#"import keras
from keras import layers

model = keras.Sequential([
    keras.Input(shape=(9,)),
    layers.Dense(
        64,
        activation="relu",
        kernel_regularizer=keras.regularizers.L2(l2=0.001),
    ),
    layers.Conv1D(4, 3, name="edges"),
    layers.Dense(1, kernel_regularizer="l2"),
])
model.compile(
    optimizer="adam",
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=["mae", keras.metrics.AUC(num_thresholds=50)],
)
"#;
    assert_eq!(model_program(&model).unwrap(), expected);
}

#[test]
fn a_functional_model_names_its_variables_after_layers() {
    let dense = |name: &str, units: usize| layer("Dense", json!({"name": name, "units": units}));
    let merge = layer("Concatenate", json!({"name": "concatenate"}));
    let model = json!({"class_name": "Functional", "config": {
        "name": "twins", "layers": [
            member(input("left", 4), json!([])),
            member(input("right", 4), json!([])),
            member(dense("tower", 8), json!([[["left", 0, 0]], [["right", 0, 0]]])),
            member(merge, json!([[["tower", 0, 0], ["tower", 1, 0]]])),
            member(dense("dense", 3), json!([[["concatenate", 0, 0]]])),
            member(dense("price", 1), json!([[["dense", 0, 0]]])),
            member(dense("kind", 2), json!([[["dense", 0, 0]]])),
        ],
        "input_layers": [["left", 0, 0], ["right", 0, 0]],
        "output_layers": {"kind": ["kind", 0, 0], "price": ["price", 0, 0]},
    }});
    let program = model_program(&model).unwrap();
    // Whatever of its defaults Concatenate is written with.
    let program = program.replace("layers.Concatenate(axis=-1)", "layers.Concatenate()");
    let expected = r#"import keras
from keras import layers

left = keras.Input(shape=(4,), name="left")
right = keras.Input(shape=(4,), name="right")
tower = layers.Dense(8, name="tower")
tower_output = tower(left)
tower_output_2 = tower(right)
x = layers.Concatenate()([tower_output, tower_output_2])
dense = layers.Dense(3)(x)
price = layers.Dense(1, name="price")(dense)
kind = layers.Dense(2, name="kind")(dense)
model = keras.Model([left, right], {"kind": kind, "price": price}, name="twins")
"#;
    assert_eq!(program, expected);
}

#[test]
fn models_within_models_are_functions_and_variables() {
    let frozen = |name: &str| {
        layer(
            "Dense",
            json!({"name": name, "units": 2, "trainable": false}),
        )
    };
    let encoder = json!({"class_name": "Functional", "config": {
        "name": "encoder", "trainable": false, "layers": [
            member(input("input_layer", 4), json!([])),
            member(frozen("dense"), json!([[["input_layer", 0, 0]]])),
        ],
        "input_layers": ["input_layer", 0, 0], "output_layers": ["dense", 0, 0],
    }});
    let head = sequential(
        "head",
        json!([layer("Dense", json!({"name": "dense_1", "units": 1}))]),
    );
    let model = json!({"class_name": "Functional", "config": {
        "name": "functional", "layers": [
            member(input("input_layer_1", 4), json!([])),
            member(encoder, json!([[["input_layer_1", 0, 0]]])),
            member(head, json!([[["encoder", 0, 0]]])),
        ],
        "input_layers": ["input_layer_1", 0, 0], "output_layers": [["head", 0, 0]],
    }});
    let expected = r#"import keras
from keras import layers


def build_encoder():
    inputs = keras.Input(shape=(4,))
    outputs = layers.Dense(2)(inputs)
    model = keras.Model(inputs, outputs, name="encoder")
    model.trainable = False
    return model


inputs = keras.Input(shape=(4,), name="input_layer_1")
encoder = build_encoder()
x = encoder(inputs)
head = keras.Sequential(
    [
        layers.Dense(1),
    ],
    name="head",
)
outputs = head(x)
model = keras.Model(inputs, [outputs])
"#;
    assert_eq!(model_program(&model).unwrap(), expected);
}

#[test]
fn a_whole_program_follows_the_recipe() {
    let table = "mpg,hp,origin\n18,130,1\n24,?,3\n31,70,2\n15,165,1\n";
    let cars = load("cars", table.as_bytes(), &LoadOptions::default()).unwrap();
    let sources = BTreeMap::from([("cars".to_string(), cars)]);
    let options = json!({
        "title": "Car mileage",
        "recipe": {
            "features": {"columns": ["hp", "origin"]}, "label": {"column": "mpg"},
            "steps": [{"op": "drop_missing"}, {"op": "one_hot", "column": "origin", "names": {"1": "USA"}}, {"op": "normalize"}],
            "split": {"test": 0.25, "method": "random", "seed": 42},
        },
        "files": {"cars": {"path": "data/cars.csv", "url": "https://example.org/cars.csv"}},
        "fit": {
            "epochs": 20, "batch_size": 32, "validation_split": 0.2, "seed": 7, "class_weight": {"0": 1.5},
            "callbacks": [{"class_name": "EarlyStopping", "config": {"monitor": "val_loss", "patience": 10}}],
        },
        "weights": "cars.weights.h5", "distribute": true,
    });
    let mut model = sequential(
        "sequential",
        json!([
            input("input_layer", 4),
            layer("Dense", json!({"name": "dense", "units": 1}))
        ]),
    );
    model["compile_config"] = json!({"optimizer": {"class_name": "RMSprop", "config": {"learning_rate": 0.01}}, "loss": "mse"});
    let options: Options = serde_json::from_value(options).unwrap();
    let text = program(&model, &options, &sources).unwrap();
    let start = r#""""Car mileage: built and trained with Keras 3, exported from Model Dojo."""

import csv
import gzip
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras import layers


def open_file(path, mode, **options):
"#;
    assert!(text.starts_with(start), "{text}");
    let end = r#"
keras.utils.set_random_seed(7)
# Each batch is spread over all devices that JAX finds. To try it on a processor alone:
# XLA_FLAGS=--xla_force_host_platform_device_count=2
keras.distribution.set_distribution(keras.distribution.DataParallel())
devices = len(keras.distribution.list_devices())

# Data
cars_file = keras.utils.get_file("cars.csv", origin="https://example.org/cars.csv")
table = read_csv(cars_file)
columns = {"hp": numbers(table["hp"]), "origin": numbers(table["origin"])}
y = numbers(table["mpg"])
kept = np.ones(len(y), bool)
for values in columns.values():
    kept &= ~is_missing(values)
kept &= ~is_missing(y)
columns = {name: values[kept] for name, values in columns.items()}
y = y[kept]
y = y.astype("float32")
rows = shuffled(len(y), seed=42)
held_out = int(len(y) * 0.25 + 0.5)
train, test = rows[held_out:], rows[:held_out]
columns = one_hot(columns, "origin", train, {"1": "USA"})
normalize(columns, list(columns), train)
x = np.stack(list(columns.values()), axis=1).astype("float32")
x_train, y_train = x[train], y[train]
x_test, y_test = x[test], y[test]

# Model
model = keras.Sequential([
    keras.Input(shape=(4,)),
    layers.Dense(1),
])
model.summary()

# Training
model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=0.01), loss="mse")
# The weights that training starts from: a file beside this program.
model.load_weights("cars.weights.h5")
batch_size = max(32 // devices, 1) * devices
stop = int(len(keras.tree.flatten(y_train)[0]) * (1 - 0.2))
validation_data = even((x_train, y_train), start=stop)
x_train, y_train = even((x_train, y_train), stop=stop)
x_test, y_test = even((x_test, y_test))
history = model.fit(
    x_train,
    y_train,
    batch_size=batch_size,
    validation_data=validation_data,
    epochs=20,
    class_weight={0: 1.5},
    callbacks=[keras.callbacks.EarlyStopping(patience=10)],
)
print(model.evaluate(x_test, y_test, batch_size=batch_size, return_dict=True))
model.save("model.keras")
"#;
    let from = text.find("\nkeras.utils.set_random_seed").unwrap();
    assert_eq!(&text[from..], end);
}

#[test]
fn what_no_program_can_be_made_of_is_an_error() {
    let own = json!({"module": "my_layers", "class_name": "Own", "config": {"name": "own"}});
    let error = model_program(&sequential("sequential", json!([own]))).unwrap_err();
    assert!(error.message.contains("my_layers"), "{}", error.message);
    let options: Options = serde_json::from_value(json!({"fit": {"epoch": 3}})).unwrap();
    let mut model = sequential(
        "sequential",
        json!([layer("Flatten", json!({"name": "flatten"}))]),
    );
    model["compile_config"] = json!({"optimizer": "adam", "loss": "mse"});
    let error = program(&model, &options, &BTreeMap::new()).unwrap_err();
    assert!(error.message.contains("\"epoch\""), "{}", error.message);
}
