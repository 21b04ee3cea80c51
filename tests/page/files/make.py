"""Writes mileage.keras: a small model for the mileage data's nine columns, trained a little by real Keras."""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

keras.utils.set_random_seed(7)
model = keras.Sequential([
    keras.Input((9,)),
    keras.layers.Dense(8, activation="relu", kernel_regularizer=keras.regularizers.L2(0.001)),
    keras.layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.RMSprop(0.002), loss="mse", metrics=["mae"])
random = np.random.default_rng(7)
model.fit(random.normal(size=(64, 9)), random.normal(24, 5, size=64), epochs=3, verbose=0)
model.save(Path(__file__).with_name("mileage.keras"))
