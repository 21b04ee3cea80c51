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

OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "sgd": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
}


def numbers(optimizer):
    """Normalization, a frozen layer, two Dense of a kind."""
    normalization = layers.Normalization()
    normalization.adapt(np.load(os.path.join(HERE, "train.npz"))["x"])
    frozen = layers.Dense(5, trainable=False)
    model = keras.Sequential([keras.Input((4,)), normalization, layers.Dense(6, "tanh"), frozen, layers.Dense(1)])
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def words():
    """Embedding and Dropout (of nothing, since random bits are each engine's own)."""
    inside = [layers.Embedding(20, 6), layers.GlobalAveragePooling1D(), layers.Dropout(0.0)]
    model = keras.Sequential([keras.Input((5,)), *inside, layers.Dense(1, "sigmoid", name="verdict")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    return model


def train(name, model, data_name, fit):
    """Saves the model in mid-training, then what Keras makes of the file."""
    data = dict(np.load(os.path.join(HERE, data_name)))
    x, y = data["x"], data["y"]
    model.fit(x, y, epochs=2, batch_size=10, verbose=0)
    path = os.path.join(HERE, f"train_{name}.keras")
    model.save(path)
    model = keras.models.load_model(path)

    def history():
        callbacks = [getattr(keras.callbacks, c["class_name"])(**c["config"]) for c in fit.get("callbacks", [])]
        validation = (data["x_val"], data["y_val"], data["sample_weight_val"]) if "x_val" in data else None
        arguments = fit | {"callbacks": callbacks, "validation_data": validation}
        return model.fit(x, y, sample_weight=data.get("sample_weight"), verbose=0, **arguments).history

    expected = {
        "data": data_name,
        "fit": fit,
        "history": history(),
        "evaluate": model.evaluate(x, y, sample_weight=data.get("sample_weight"), return_dict=True, verbose=0),
        "predict": model.predict(x, verbose=0).tolist(),
        "continued": history(),
    }
    with open(path.replace(".keras", ".json"), "w") as out:
        json.dump(expected, out)


rng = np.random.default_rng(8)
np.savez(
    os.path.join(HERE, "train.npz"),
    x=rng.normal(3, 2, (30, 4)).astype("float32"),
    y=rng.normal(size=30).astype("float32"),
)
np.savez(
    os.path.join(HERE, "train_words.npz"),
    x=rng.integers(0, 20, (40, 5)),
    y=rng.integers(0, 2, 40),
    sample_weight=rng.uniform(0, 2, 40),
    x_val=rng.integers(0, 20, (9, 5)),
    y_val=rng.integers(0, 2, 9),
    sample_weight_val=rng.uniform(0, 2, 9),
)
for name, optimizer in OPTIMIZERS.items():
    keras.utils.clear_session()
    keras.utils.set_random_seed(2)
    fit = {"epochs": 3, "batch_size": 7, "shuffle": False, "validation_split": 0.2}
    train(name, numbers(optimizer()), "train.npz", fit)

keras.utils.clear_session()
keras.utils.set_random_seed(3)
stopping = {"monitor": "val_loss", "patience": 1, "restore_best_weights": True}
fit = {"epochs": 12, "shuffle": False, "callbacks": [{"class_name": "EarlyStopping", "config": stopping}]}
train("words", words(), "train_words.npz", fit)
