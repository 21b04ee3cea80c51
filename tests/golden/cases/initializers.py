"""Initializers: what Keras makes of a name or config, its fans, and the values of those that draw
nothing. What is drawn is tested by its distribution, in src/initializers."""

import keras
import numpy as np
from keras import initializers
from keras.src.initializers.random_initializers import compute_fans

from arrays import encode
from cases.models import config


def written(name, given, shape=None):
    """`given` as in a layer's arguments, what Keras writes for it, and the values for `shape`."""

    def make():
        found = initializers.get(given)
        result = {
            "name": name,
            "initializer": given if isinstance(given, (str, dict)) else config(found),
            "written": config(found),
        }
        if shape is not None:
            result["values"] = encode(np.asarray(found(shape, dtype="float32")))
        return result

    return make


def fans(shape, input_axes=None, output_axes=None):
    def make():
        axes = "" if input_axes is None else f"_{input_axes}_{output_axes}"
        return {
            "name": f"fans_{list(shape)}{axes}",
            "shape": list(shape),
            "input_axes": input_axes,
            "output_axes": output_axes,
            "fans": compute_fans(shape, input_axes, output_axes),
        }

    return make


NAMES = {
    "zeros": ["zeros", "Zeros", "zero"],
    "ones": ["ones", "Ones", "one"],
    "identity": ["identity", "Identity", "IdentityInitializer"],
    "random_normal": ["random_normal", "RandomNormal", "normal"],
    "random_uniform": ["random_uniform", "RandomUniform", "uniform"],
    "truncated_normal": ["truncated_normal", "TruncatedNormal"],
    "variance_scaling": ["variance_scaling", "VarianceScaling"],
    "orthogonal": ["orthogonal", "Orthogonal", "OrthogonalInitializer"],
    "stft": ["stft", "STFT", "STFTInitializer"],
} | {
    f"{who}_{what}": [f"{who}_{what}", f"{who.title()}{what.title()}"]
    for who in ("glorot", "he", "lecun")
    for what in ("normal", "uniform")
}


def objects():
    of = initializers
    generator = keras.random.SeedGenerator
    chosen = [
        ("constant", of.Constant(0.25), (2, 3)),
        ("constant_int", of.Constant(3), (4,)),
        ("zeros_values", of.Zeros(), (2, 2)),
        ("ones_values", of.Ones(), (3,)),
        ("identity_values", of.Identity(), (3, 3)),
        ("identity_wide", of.Identity(), (2, 4)),
        ("random_normal_seed", of.RandomNormal(0.5, 0.1, seed=7), None),
        ("random_uniform_ints", of.RandomUniform(-1, 2, seed=8), None),
        ("truncated_normal_options", of.TruncatedNormal(1.0, 2.0), None),
        ("scaling", of.VarianceScaling(2.0, "fan_avg", "uniform", seed=3), None),
        ("scaling_normal", of.VarianceScaling(0.5, "fan_out", "normal"), None),
        ("scaling_upper_case", of.VarianceScaling(1, distribution="Untruncated_Normal"), None),
        ("scaling_axes", of.VarianceScaling(input_axes=[0], output_axes=[1, -1]), None),
        ("glorot_axes", of.GlorotUniform(input_axes=[0, 1], output_axes=[2]), None),
        ("he_seed", of.HeNormal(seed=-5), None),
        ("orthogonal_gain", of.Orthogonal(1.5, seed=2), None),
        ("glorot_generator", of.GlorotNormal(seed=generator(11)), None),
        ("orthogonal_generator", of.Orthogonal(seed=generator(12, name="mine")), None),
    ]
    return [written(name, found, shape) for name, found, shape in chosen]


def transforms():
    found = []
    for side in ("real", "imag"):
        for window in ("hann", "hamming", "blackman", "boxcar", None):
            for scaling, periodic in [("density", False), ("spectrum", True), (None, True)]:
                made = initializers.STFT(side, window, scaling, periodic)
                name = f"stft_{side}_{window}_{scaling}_{periodic}".lower()
                found.append(written(name, made, (8, 1, 4)))
    return found


def cases():
    found = [
        written(f"{name}_as_{given}", given) for name, all in NAMES.items() for given in all
    ]
    gain = {"module": "keras.initializers", "class_name": "Identity", "config": {"gain": 2.5}}
    shapes = [(), (7,), (3, 4), (5, 3, 4), (3, 3, 2, 8), (2, 3, 4, 5, 6), (0, 4)]
    return (
        found
        + objects()
        + transforms()
        + [written("identity_gain", gain, (3, 2))]
        + [fans(shape) for shape in shapes]
        + [fans((8, 2, 4), [0], [1, 2]), fans((8, 2, 4), [0, 1], [-1]), fans((8, 2), [], [0])]
    )
