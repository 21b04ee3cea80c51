"""Loads with real Keras what tests/formats.rs wrote and compares it with the fixtures.

    cargo test --test formats && KERAS_BACKEND=jax python tests/formats/check_with_keras.py
"""

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
