"""Loads with real Keras what tests/formats.rs, tests/train_cli.rs and tests/keras_optimizers.rs
wrote, compares it with the fixtures and goes on training where the native trainer stopped.

    cargo test --test formats --test train_cli --test keras_optimizers
    KERAS_BACKEND=jax python tests/formats/check_with_keras.py
"""

import json
import os
import pathlib
import warnings

os.environ.setdefault("KERAS_BACKEND", "jax")
warnings.filterwarnings("error", message="Skipping")  # an optimizer state that does not fit

import keras
import numpy as np

HERE = pathlib.Path(__file__).parent
WRITTEN = HERE.parent.parent / "target" / "tmp"


def state(model):
    # Keras does not save the states of random seeds.
    variables = [v for v in model.variables if "seed_generator" not in v.path]
    if getattr(model, "optimizer", None) is not None:
        variables += model.optimizer.variables
    return [v.numpy() for v in variables]


def check(name):
    theirs = keras.models.load_model(HERE / f"{name}.keras")
    ours = keras.models.load_model(WRITTEN / f"{name}.keras")
    assert ours.get_config() == theirs.get_config()
    pairs = list(zip(state(ours), state(theirs), strict=True))
    assert all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)
    for layer, other in zip(ours.layers, theirs.layers):
        if hasattr(layer, "get_vocabulary"):
            assert layer.get_vocabulary() == other.get_vocabulary()
    print(f"{name}: {len(pairs)} variables equal")


for fixture in ("sequential", "functional", "tiny", "text"):
    check(fixture)


def go_on(name):
    model = keras.models.load_model(WRITTEN / "train_cli" / name / "model.keras")
    expected = json.loads((HERE / f"train_{name}.json").read_text())
    data = dict(np.load(HERE / expected["data"]))
    assert_close(model.predict(data["x"], verbose=0), expected["predict"])
    fit = expected["fit"] | {"sample_weight": data.get("sample_weight")}
    fit["callbacks"] = [
        getattr(keras.callbacks, c["class_name"])(**c["config"]) for c in fit.get("callbacks", [])
    ]
    if "x_val" in data:
        fit["validation_data"] = (data["x_val"], data["y_val"], data["sample_weight_val"])
    history = model.fit(data["x"], data["y"], verbose=0, **fit).history
    assert history.keys() == expected["continued"].keys()
    for key, values in expected["continued"].items():
        assert_close(history[key], values)
    print(f"{name}: goes on as if Keras had trained all of it")


def check_unchanged(name):
    """After no epochs at all the trainer's file holds what Keras' own does, bit by bit."""
    ours = state(keras.models.load_model(WRITTEN / "train_cli" / f"{name}_0" / "model.keras"))
    theirs = state(keras.models.load_model(HERE / f"train_{name}.keras"))
    pairs = list(zip(ours, theirs, strict=True))
    assert all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)
    print(f"{name}: {len(pairs)} variables unchanged")


def assert_close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


for trained in ("adam", "rmsprop", "sgd", "words"):
    go_on(trained)
    check_unchanged(trained)


def go_on_with_optimizers():
    """What tests/keras_optimizers.rs wrote after an epoch."""
    content = json.loads((HERE / "optimizers.json").read_text())
    x, y = (np.reshape(np.float32(content[key]), (20, -1)) for key in "xy")
    for name, expected in content["trained"].items():
        model = keras.models.load_model(WRITTEN / "keras_optimizers" / f"{name}.keras")
        theirs = keras.models.load_model(HERE / "optimizers" / f"{name}.keras")
        assert model.optimizer.get_config() == theirs.optimizer.get_config()
        history = model.fit(x, y, verbose=0, **content["fit"]).history
        assert_close(history["loss"], expected["second"])
        assert_close(model.predict(x, verbose=0).ravel(), expected["predict"])
        print(f"{name}: goes on as if Keras had trained all of it")


go_on_with_optimizers()
