"""Makes the fixtures of tests/legacy_h5.rs that Keras 2 writes: h5/keras2_<name>.h5.gz (packed) and
h5/keras2_<name>.json with what Keras 2 makes of the model.

    python make_keras2.py        (tf_keras, tensorflow: tf.keras as it was before Keras 3)
"""

import gzip
import json
import os
import pathlib
import tempfile

import numpy as np
import tf_keras as keras
from tf_keras import layers, optimizers

HERE = pathlib.Path(__file__).parent / "h5"
FIT = {"batch_size": 6, "shuffle": False}


def images(rng):
    """Convolutions and what changed its arguments since; accuracy, which came wrapped."""
    inside = [
        layers.Conv2D(4, 3, padding="same", input_shape=(6, 6, 2)),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.DepthwiseConv2D(3, depth_multiplier=2),
        layers.SpatialDropout2D(0.0),
        layers.SeparableConv2D(3, 2, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(3, activation="softmax", kernel_regularizer="l2"),
    ]
    model = keras.Sequential(inside)
    loss = keras.losses.SparseCategoricalCrossentropy()
    model.compile(optimizers.SGD(0.1), loss, metrics=["accuracy"])
    return model, rng.normal(size=(12, 6, 6, 2)).astype("float32"), rng.integers(0, 3, 12)


def decay(rng):
    """An optimizer of old, with a decay and momentum."""
    normalization = layers.Normalization(input_shape=(3,))
    x = rng.normal(3, 2, (20, 3)).astype("float32")
    normalization.adapt(x)
    frozen = layers.Dense(4, "gelu", trainable=False)
    model = keras.Sequential([normalization, frozen, layers.Dense(4, "swish"), layers.Dense(1)])
    model.compile(optimizers.legacy.SGD(0.1, momentum=0.9, decay=0.05), "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
    return model, x, rng.normal(size=(20, 1)).astype("float32")


def words(rng):
    """Embedding, a schedule, two classes."""
    inside = [layers.Embedding(20, 4, input_length=5), layers.GlobalAveragePooling1D(), layers.LayerNormalization()]
    model = keras.Sequential([*inside, layers.Dense(1, "sigmoid")])
    rate = optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    model.compile(optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    return model, rng.integers(0, 20, (16, 5)), rng.integers(0, 2, (16, 1))


def written(write, name):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, name)
        write(path)
        return pathlib.Path(path).read_bytes()


def pack(name, content):
    (HERE / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


HERE.mkdir(exist_ok=True)

def functional(rng):
    """Models within a model (Keras 2 counts their making as a first call), a shared layer."""
    encoder = keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.BatchNormalization()], name="encoder")
    tower_in = keras.Input((3,))
    tower = keras.Model(tower_in, layers.Dense(2)(encoder(tower_in)), name="tower")
    shared = layers.Dense(2, "tanh")
    x = keras.Input((3,))
    both = layers.concatenate([tower(x), layers.add([shared(x), shared(layers.Dense(3)(x))])])
    model = keras.Model(x, layers.Dense(1)(both))
    model.compile("adam", "mse", metrics=["mae"])
    return model, rng.normal(size=(12, 3)).astype("float32"), rng.normal(size=(12, 1)).astype("float32")


def recurrent(rng):
    """LSTM and GRU with a mask."""
    inside = [
        layers.Embedding(12, 4, mask_zero=True, input_length=6),
        layers.LSTM(3, return_sequences=True),
        layers.GRU(3),
        layers.Dense(2, "softmax"),
    ]
    model = keras.Sequential(inside)
    model.compile(optimizers.RMSprop(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, rng.integers(0, 12, (10, 6)), rng.integers(0, 2, 10)


def fresh(make):
    """Each time the same."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(6)
    return make(np.random.default_rng(12))


for make in (images, decay, words, functional, recurrent):
    name = f"keras2_{make.__name__}"
    model, x, y = fresh(make)
    pack(f"{name}.h5", written(model.save, "model.h5"))
    if make is images:
        pack(f"{name}_weights.h5", written(model.save_weights, "model.h5"))
        pack(f"{name}.keras", written(model.save, "model.keras"))
    # Saving settles what "accuracy" means, wrongly for numbers of classes: train one that was not saved.
    model, x, y = fresh(make)
    expected = {"x": x.tolist(), "y": y.tolist(), "predict": model.predict(x, verbose=0).tolist()}
    history = model.fit(x, y, epochs=2, verbose=0, **FIT).history
    after = model.predict(x, verbose=0).tolist()
    (HERE / f"{name}.json").write_text(json.dumps(expected | {"fit": FIT | {"epochs": 2}, "history": history, "after": after}))
