"""Loads with real Keras what tests/legacy_h5.rs wrote, and compares predictions and training with
what Keras made of the models in the first place.

    cargo test --test legacy_h5
    KERAS_BACKEND=jax python tests/formats/check_h5.py        (keras 3.15, jax, h5py, safetensors)
"""

import json
import os
import pathlib
import warnings

os.environ.setdefault("KERAS_BACKEND", "jax")
warnings.filterwarnings("error", message="Skipping")  # an optimizer state that does not fit

import keras
import numpy as np
from safetensors.numpy import load_file

HERE = pathlib.Path(__file__).parent / "h5"
WRITTEN = HERE.parent.parent.parent / "target" / "tmp" / "h5"


def same(found, expected, tolerance=1e-5):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def check(name):
    expected = json.loads((HERE / f"{name}.json").read_text())
    x, y = np.array(expected["x"]), np.array(expected["y"])
    model = keras.models.load_model(WRITTEN / f"{name}.h5")
    same(model.predict(x, verbose=0), expected["predict"])

    # The same model with other weights takes those of .weights.h5, and the optimizer's state.
    other = keras.models.clone_model(model)
    other.compile(type(model.optimizer).from_config(model.optimizer.get_config()), model.loss)
    other.optimizer.build(other.trainable_variables)
    other.load_weights(WRITTEN / f"{name}.weights.h5")
    same(other.predict(x, verbose=0), expected["predict"])
    # The reference reader finds every weight under its name.
    named = load_file(WRITTEN / f"{name}.safetensors")
    weights = {f"{layer.name}/{v.name}": v.numpy() for layer in model.layers for v in layer.weights}
    assert named.keys() == weights.keys()
    assert all(np.array_equal(named[key], value) for key, value in weights.items())

    stateless = not isinstance(model.optimizer, keras.optimizers.Adam)
    if stateless or not name.startswith("keras2"):
        # Both go on as the saved model did; the .h5 where there is no state to lose.
        first = [other] + [model] * (stateless and name != "keras2_decay")
        for it in first:
            losses = it.fit(x, y, verbose=0, **expected["fit"]).history["loss"]
            same(losses, expected["history"]["loss"])
            same(it.predict(x, verbose=0), expected["after"], 1e-4)
    if not stateless:
        # The optimizer starts anew there.
        assert model.optimizer.iterations == 0
        model.fit(x, y, verbose=0, **expected["fit"])
    print(f"{name}: Keras reads .h5, .weights.h5 and safetensors, and trains")


for fixture in ("trained", "plain", "long_names", "functional", "keras2_images", "keras2_decay", "keras2_words", "keras2_functional", "keras2_recurrent"):
    keras.utils.clear_session()
    check(fixture)
