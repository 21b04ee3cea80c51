"""What the cases with models share: building, drawn weights, configs."""

import keras
import numpy as np
from keras import layers

from arrays import plain, uniform


def sequential(shape, *stack, dtype="float32"):
    """A Sequential with an input, its layers named as in a fresh session.

    `stack` holds functions making a layer, because names count up from construction."""
    keras.utils.clear_session()
    return keras.Sequential([keras.Input(shape, dtype=dtype)] + [make() for make in stack])


def dense(units, activation=None, **options):
    return lambda: layers.Dense(units, activation=activation, **options)


def draw_weights(model, seed=100):
    """Sets the model's weights to drawn numbers, ± sqrt(6 / (fan_in + fan_out)) for a
    matrix and ± 0.1 for a vector, and returns them; those of normalising layers are scales around
    1, and spreads are positive. What `adapt` has found stays."""
    drawn = []
    for layer in model.layers:
        for w in layer.weights:
            if isinstance(layer, layers.Normalization):
                drawn.append(np.asarray(w.value))
                continue
            if w.name in ("gamma", "scale", "moving_variance", "moving_stddev", "renorm_stddev"):
                drawn.append(uniform(tuple(w.shape), seed + len(drawn), 0.5, 1.5))
                continue
            limit = (6 / sum(w.shape)) ** 0.5 if len(w.shape) == 2 else 0.1
            drawn.append(uniform(tuple(w.shape), seed + len(drawn), -limit, limit))
    model.set_weights([plain(d) for d in drawn])
    return drawn


def config(thing):
    """The JSON config as a `.keras` file holds it."""
    return keras.saving.serialize_keras_object(thing)


def summary(model):
    """The text of `model.summary()`."""
    lines = []
    model.summary(print_fn=lines.append)
    return "\n".join(lines)
