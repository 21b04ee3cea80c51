"""Each activation of elements at chosen numbers, one by one: value and slope, the ends included."""

import jax
import numpy as np
from keras.src import activations
from keras.src.ops import nn

ELEMENTS = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "tanh",
    "tanh_shrink",
]
ROWS = ["log_softmax", "softmax", "sparsemax"]
ALIASES = {"hard_swish": "hard_silu", "swish": "silu"}
# A row of the result is half as wide.
HALVING = ["glu"]
# A function with arguments, which Keras saves as an operation.
THRESHOLDS = {
    "threshold": nn.Threshold(0.5, 0.1, name="threshold"),
    "threshold_below_0": nn.Threshold(-1.1, 3, name="low"),
    "threshold_value_above": nn.Threshold(0.0, 0.9, name="threshold"),
}

MAGNITUDES = [1e-30, 1e-6, 1e-3, 0.1, 0.4, 0.6, 0.9, 1.1, 1.7, 2.9, 3.1, 4.5, 6.1, 9.0, 15.0]
MAGNITUDES += [21.0, 50.0, 87.0, 95.0, 1e4, 1e30, np.inf]


def listed(values):
    """Numbers as JSON has them; those it has not, as strings."""
    return [float(v) if np.isfinite(v) else str(float(v)) for v in values]


def case(name, given=None):
    def make():
        f = activations.get(given or name)
        x = np.array([-m for m in MAGNITUDES] + MAGNITUDES + [np.nan], np.float32)
        return {
            "name": name,
            "activation": name if given is None else activations.serialize(f),
            "written": activations.serialize(f),
            "x": listed(x),
            "y": listed(np.asarray(f(x))),
            "slope": listed(np.asarray(jax.vmap(jax.grad(f))(x))),
        }

    return make


def halving(name):
    """Rows of two numbers each, of any pair."""

    def make():
        f = activations.get(name)
        ends = np.array([-m for m in MAGNITUDES[::3]] + MAGNITUDES[::3] + [np.nan], np.float32)
        x = np.array([[a, b] for a in ends for b in ends])
        return {
            "name": name,
            "activation": name,
            "written": activations.serialize(f),
            "x": listed(x.ravel()),
            "y": listed(np.asarray(f(x)).ravel()),
            "slope": listed(np.asarray(jax.grad(lambda x: f(x).sum())(x)).ravel()),
        }

    return make


def cases():
    known = [*ELEMENTS, *ROWS, *HALVING, "threshold"]
    assert {f.__name__ for f in activations.ALL_OBJECTS} == set(known)
    assert set(activations.ALL_OBJECTS_DICT) == {*known, *ALIASES}
    return [
        *(case(name) for name in [*ELEMENTS, *ALIASES]),
        *(case(name, given) for name, given in THRESHOLDS.items()),
        *(halving(name) for name in HALVING),
    ]
