"""Makes the fixtures of tests/keras_optimizers.rs: optimizers/<name>.keras, saved by Keras in
mid-training, and optimizers.json with what Keras makes of them.

    KERAS_BACKEND=jax python make_optimizers.py        (keras 3.15, jax)
"""

import json
import os
import pathlib
import tempfile
import zipfile

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import layers, optimizers
from keras.optimizers import schedules

HERE = pathlib.Path(__file__).parent
FIT = {"batch_size": 6, "shuffle": False}
EMA = {"use_ema": True, "ema_momentum": 0.8}

OPTIMIZERS = {
    "sgd_ema_accumulation": lambda: optimizers.SGD(
        0.1, momentum=0.9, gradient_accumulation_steps=3, ema_overwrite_frequency=4, **EMA
    ),
    "sgd_schedule": lambda: optimizers.SGD(schedules.CosineDecay(0.3, 20)),
    "rmsprop_schedule": lambda: optimizers.RMSprop(
        schedules.PiecewiseConstantDecay([5, 11], [0.1, 0.05, 0.01]), momentum=0.5, centered=True
    ),
    "adam_amsgrad_ema": lambda: optimizers.Adam(0.05, amsgrad=True, **EMA),
    "adamw": lambda: optimizers.AdamW(0.05, weight_decay=0.1),
    "adadelta": lambda: optimizers.Adadelta(1.0),
    "adagrad": lambda: optimizers.Adagrad(0.1),
    "adamax": lambda: optimizers.Adamax(0.05),
    "adafactor_ema": lambda: optimizers.Adafactor(0.1, **EMA),
    "nadam_accumulation": lambda: optimizers.Nadam(0.05, gradient_accumulation_steps=3),
    "ftrl": lambda: optimizers.Ftrl(0.2, l1_regularization_strength=0.01),
    "lion": lambda: optimizers.Lion(0.01),
    "lamb": lambda: optimizers.Lamb(0.05),
    "schedule_free_adamw": lambda: optimizers.ScheduleFreeAdamW(0.05, loss_scale_factor=8.0),
}


def pack(path):
    """Packs what `path` holds, which Keras leaves as it is."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def train(name, optimizer, x, y):
    """Two epochs, a file, and two epochs from there, each its own `fit`."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(4)
    frozen = layers.Dense(2, trainable=False)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(3, "tanh"), frozen, layers.Dense(1)])
    model.compile(optimizer, "mse")
    model.fit(x, y, epochs=2, verbose=0, **FIT)
    path = HERE / "optimizers" / f"{name}.keras"
    model.save(path)
    pack(path)
    losses = []
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(2):
            # After a fit with use_ema the same model fails to train again in JAX: weights and
            # averages are one buffer then, which cannot be given away twice.
            model = keras.models.load_model(path)
            losses.append(model.fit(x, y, epochs=1, verbose=0, **FIT).history["loss"])
            path = pathlib.Path(directory) / "model.keras"
            model.save(path)
    return {
        "first": losses[0],
        "second": losses[1],
        "predict": model.predict(x, verbose=0).ravel().tolist(),
    }


if __name__ == "__main__":
    (HERE / "optimizers").mkdir(exist_ok=True)
    rng = np.random.default_rng(9)
    x = rng.normal(size=(20, 3)).astype("float32")
    y = rng.normal(size=(20, 1)).astype("float32")
    trained = {name: train(name, make(), x, y) for name, make in OPTIMIZERS.items()}
    content = {"x": x.ravel().tolist(), "y": y.ravel().tolist(), "fit": FIT, "trained": trained}
    (HERE / "optimizers.json").write_text(json.dumps(content))
