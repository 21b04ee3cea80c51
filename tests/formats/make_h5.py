"""Makes the fixtures of tests/legacy_h5.rs that Keras 3 writes: h5/<name>.h5.gz (what the file's name
says, packed) and h5/<name>.json with what Keras makes of the model.

    KERAS_BACKEND=jax python make_h5.py        (keras 3.15, jax, h5py, safetensors)
"""

import gzip
import json
import os
import pathlib
import tempfile

os.environ.setdefault("KERAS_BACKEND", "jax")

import h5py
import keras
import numpy as np
from keras import layers
from keras.src.legacy.saving import legacy_h5_format
from safetensors.numpy import save

HERE = pathlib.Path(__file__).parent / "h5"
FIT = {"batch_size": 6, "shuffle": False}
rng = np.random.default_rng(11)
X = rng.normal(size=(20, 3)).astype("float32")
Y = rng.normal(size=(20, 1)).astype("float32")


def trained():
    """Adam in mid-training, a frozen layer, weights that are not trained."""
    frozen = layers.Dense(4, activation="relu", trainable=False, name="frozen")
    inside = [layers.Dense(5, name="first"), frozen, layers.BatchNormalization(), layers.Dropout(0.0)]
    model = keras.Sequential([keras.Input((3,)), *inside, layers.Dense(1, name="last")])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def plain():
    """SGD without momentum, which has no state to lose."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mae", metrics=["mse"])
    return model


def long_names():
    """Names that do not fit into one attribute."""
    names = [f"{i}_{'long' * 425}" for i in range(40)]
    inside = [layers.Identity(name=name) for name in names]
    model = keras.Sequential([keras.Input((3,)), *inside, layers.Dense(1)])
    model.compile("sgd", "mae")
    return model


def functional():
    """A model within a model, one of its layers frozen; a layer called twice."""
    inner = [layers.Dense(4, use_bias=False, name="inside"), layers.BatchNormalization(), layers.Dense(3, trainable=False)]
    encoder = keras.Sequential([keras.Input((3,)), *inner], name="encoder")
    tower_in = keras.Input((3,), name="tower_in")
    tower = keras.Model(tower_in, layers.Dense(2, name="inside")(encoder(tower_in)), name="tower")
    shared = layers.Dense(2, "tanh", name="shared")
    x = keras.Input((3,), name="x")
    both = layers.Concatenate()([tower(x), layers.Add()([shared(x), shared(layers.Dense(3)(x))])])
    model = keras.Model(x, layers.Dense(1, name="out")(both))
    model.compile("adam", "mean_squared_error", metrics=["mae"])
    return model


def pack(name, content):
    (HERE / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def written(write, name):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, name)
        write(path)
        return pathlib.Path(path).read_bytes()


def rewrite(path, content):
    """The same file as other writers lay it out: the newest format, attributes of fixed width, arrays
    in compressed chunks."""
    with tempfile.NamedTemporaryFile() as source:
        source.write(content)
        source.flush()
        with h5py.File(source.name) as old, h5py.File(path, "w", libver="latest") as new:

            def copy(name, item):
                if isinstance(item, h5py.Dataset):
                    value = item[()]
                    packed = {"chunks": True, "compression": "gzip", "shuffle": True, "fletcher32": True}
                    new.create_dataset(name, data=value, **(packed if value.size > 1 else {}))
                else:
                    attributes(item, new.require_group(name))

            attributes(old, new)
            old.visititems(copy)


def attributes(old, new):
    for key, value in old.attrs.items():
        text = isinstance(value, str)
        new.attrs[key] = np.bytes_(value.encode()) if text else np.array([v.encode() for v in value], "S")
    # More than eight move to a heap of their own.
    for i in range(10):
        new.attrs[f"more_{i}"] = i


def names(model):
    """Variables by the names that safetensors files have here."""
    return {f"{layer.name}/{v.name}": np.asarray(v.value) for layer in model.layers for v in layer.weights}


def legacy_weights(path, model):
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)


HERE.mkdir(exist_ok=True)
for make in (trained, plain, long_names, functional):
    keras.utils.clear_session()
    keras.utils.set_random_seed(5)
    name, model = make.__name__, make()
    model.fit(X, Y, epochs=2, verbose=0, **FIT)
    content = written(model.save, "model.h5")
    pack(f"{name}.h5", content)
    if make is trained:
        pack("rewritten.h5", written(lambda path: rewrite(path, content), "model.h5"))
        pack("trained.weights.h5", written(model.save_weights, "model.weights.h5"))
        pack("trained_weights.h5", written(lambda path: legacy_weights(path, model), "model.h5"))
        pack("trained.safetensors", save(names(model)))
    expected = {"x": X.tolist(), "y": Y.tolist(), "predict": model.predict(X, verbose=0).tolist()}
    # Of the model that was saved: Keras cannot train one that it loaded from such a file.
    history = model.fit(X, Y, epochs=1, verbose=0, **FIT).history
    after = model.predict(X, verbose=0).tolist()
    (HERE / f"{name}.json").write_text(json.dumps(expected | {"fit": FIT, "history": history, "after": after}))
