"""Makes the fixtures of tests/formats.rs (<name>.keras, <name>.json with what h5py reads in each,
arrays.npz) and of tests/train_cli.rs (train_<name>.keras with what Keras makes of it, train.npz).

    KERAS_BACKEND=jax python make_fixtures.py        (keras 3.15, jax, h5py)
"""

import io
import json
import os
import zipfile

os.environ.setdefault("KERAS_BACKEND", "jax")

import h5py
import keras
import numpy as np
from keras import layers, regularizers

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)


def sequential():
    """Adam's slots, a frozen layer, non-trainable weights, a nested model, two Dense of a kind."""
    normalization = layers.Normalization()
    normalization.adapt(rng.normal(3, 2, (20, 3)).astype("float32"))
    frozen = layers.Dense(4, activation="relu", trainable=False)
    block = keras.Sequential([layers.Dense(5, kernel_regularizer=regularizers.L2(0.01)), layers.BatchNormalization()])
    model = keras.Sequential([keras.Input((3,)), normalization, frozen, layers.Dropout(0.2), block, layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(rng.normal(size=(20, 3)), rng.normal(size=20), epochs=3, verbose=0)
    return model


def functional():
    """Two inputs, two outputs, a shared Embedding, an LSTM's cell, SGD with momentum."""
    words = keras.Input((6,), dtype="int32", name="words")
    extra = keras.Input((2,), name="extra")
    embedded = layers.Embedding(10, 4, name="table")(words)
    state = layers.LSTM(3)(embedded)
    mean = layers.GlobalAveragePooling1D()(embedded)
    both = layers.Concatenate()([mean, extra])
    outputs = [layers.Dense(1, name="score")(state), layers.Dense(2, name="pair")(both)]
    model = keras.Model([words, extra], outputs)
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), ["mse", "mse"])
    x = [rng.integers(0, 10, (8, 6)), rng.normal(size=(8, 2))]
    model.fit(x, [rng.normal(size=(8, 1)), rng.normal(size=(8, 2))], epochs=2, verbose=0)
    return model


def tiny():
    """One layer, never compiled: small enough to break in every place."""
    return keras.Sequential([keras.Input((2,)), layers.Dense(1)])


def text():
    """A vocabulary, which Keras saves as an asset."""
    vectorize = layers.TextVectorization(output_sequence_length=4)
    vectorize.adapt(["the cat sat", "the dog ran, the end"])
    return keras.Sequential([keras.Input((1,), dtype="string"), vectorize])


def arrays():
    """What PRED.npz may hold, and more."""
    return {
        "y": np.float32([[0.5], [-1], [np.inf]]),
        "y/pair": np.float64([1, 2]),
        "scalar": np.int64(-7),
        "mask": np.array([[[True]], [[False]]]),
        "pixels": np.zeros((0, 28), "uint8"),
    }


def dump(path):
    with zipfile.ZipFile(path) as archive:
        weights, config = archive.read("model.weights.h5"), json.loads(archive.read("config.json"))
        assets = {n: archive.read(n).decode() for n in archive.namelist() if n.startswith("assets/")}
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            value = item[()]
            found[name] = {"dtype": str(value.dtype), "shape": list(value.shape), "data": value.ravel().tolist()}

    with h5py.File(io.BytesIO(weights)) as file:
        file.visititems(visit)
        names = {}
        file.visititems(lambda name, item: names.update({name: item.attrs["name"]}) if "name" in item.attrs else None)
    return {"weights": found, "names": names, "assets": assets, "class_name": config["class_name"]}


for make in (sequential, functional, tiny, text):
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    path = os.path.join(HERE, make.__name__ + ".keras")
    make().save(path)
    with open(path.replace(".keras", ".json"), "w") as out:
        json.dump(dump(path), out)

np.savez(os.path.join(HERE, "arrays.npz"), **arrays())

FIT = {"epochs": 3, "batch_size": 7, "shuffle": False, "validation_split": 0.2}
OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "sgd": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
}
rng = np.random.default_rng(8)
x, y = rng.normal(3, 2, (30, 4)).astype("float32"), rng.normal(size=30).astype("float32")
np.savez(os.path.join(HERE, "train.npz"), x=x, y=y)

for name, optimizer in OPTIMIZERS.items():
    keras.utils.clear_session()
    keras.utils.set_random_seed(2)
    normalization = layers.Normalization()
    normalization.adapt(x)
    frozen = layers.Dense(5, trainable=False)
    model = keras.Sequential([keras.Input((4,)), normalization, layers.Dense(6, "tanh"), frozen, layers.Dense(1)])
    model.compile(optimizer(), "mse", metrics=["mae"])
    model.fit(x, y, epochs=2, batch_size=10, verbose=0)  # an optimizer's state to go on from
    path = os.path.join(HERE, f"train_{name}.keras")
    model.save(path)
    model = keras.models.load_model(path)
    history = model.fit(x, y, verbose=0, **FIT).history
    expected = {
        "fit": FIT,
        "history": history,
        "evaluate": model.evaluate(x, y, return_dict=True, verbose=0),
        "predict": model.predict(x, verbose=0).tolist(),
        "continued": model.fit(x, y, verbose=0, **FIT).history,
    }
    with open(path.replace(".keras", ".json"), "w") as out:
        json.dump(expected, out)
