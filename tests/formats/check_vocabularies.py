"""Loads with real Keras the models with vocabularies that tests/keras_model.rs wrote, and compares them
with those that Keras wrote.

    cargo test --test keras_model
    python tests/formats/check_vocabularies.py
"""

import io
import json
import os
import pathlib
import zipfile

os.environ["KERAS_BACKEND"] = "tensorflow"

import h5py
import keras
import numpy as np
import tensorflow as tf

HERE = pathlib.Path(__file__).parent
WRITTEN = HERE.parent.parent / "target" / "tmp"


def contents(path):
    """Assets and the paths of all weights."""
    with zipfile.ZipFile(path) as archive:
        assets = {n: archive.read(n) for n in archive.namelist() if n.startswith("assets/")}
        paths = {}
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
            file.visititems(lambda name, item: paths.update({name: item[()].tolist()}) if isinstance(item, h5py.Dataset) else None)
    return assets, paths


for theirs in sorted(HERE.glob("vocabulary_*.keras")):
    ours = WRITTEN / theirs.name
    assert contents(ours) == contents(theirs), theirs.name
    model = keras.models.load_model(ours)
    assert model.get_config() == keras.models.load_model(theirs).get_config()
    expected = json.loads(theirs.with_suffix(".json").read_text())
    predicted = model.predict(tf.constant(expected["x"]), verbose=0)
    if predicted.dtype == object:
        assert np.char.decode(predicted.astype("S"), "utf-8").tolist() == expected["predict"]
    else:
        np.testing.assert_allclose(predicted, expected["predict"], rtol=1e-6)
    print(f"{theirs.name}: the same")
