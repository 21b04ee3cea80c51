"""Pooling: options, odd sizes, ties, both data formats."""

import numpy as np
from keras import layers

from arrays import below, plain, uniform
from cases.layers import case as layer_case

IMAGES = uniform((2, 6, 5, 4), 30)
STEPS = uniform((2, 7, 4), 31)
FIRST = "channels_first"


def case(name, x, *stack):
    """A case without training: nothing here has weights."""
    return layer_case(name, x, *stack, fit=False)


def ties(shape, seed):
    """Numbers of three values, so that most windows hold several of the largest."""
    return plain(below(shape, seed, 3)).astype(np.float32)


def pooling():
    variants = {
        "default": dict(pool_size=2),
        "pair": dict(pool_size=(3, 2)),
        "overlapping": dict(pool_size=3, strides=1),
        "strides_above": dict(pool_size=2, strides=(3, 4)),
        "same": dict(pool_size=2, padding="same"),
        "same_overlapping": dict(pool_size=3, strides=2, padding="same"),
        "same_large": dict(pool_size=(5, 7), strides=1, padding="same"),
        "size_1": dict(pool_size=(1, 2), strides=2, padding="same"),
        "channels_first": dict(pool_size=(2, 1), strides=2, data_format=FIRST),
        "channels_first_same": dict(pool_size=3, strides=2, padding="same", data_format=FIRST),
    }
    found = []
    for name, options in variants.items():
        for kind, layer in (("max", layers.MaxPooling2D), ("average", layers.AveragePooling2D)):
            found.append(
                case(f"{kind}_pooling2d_{name}", IMAGES, lambda o=options, L=layer: L(**o))
            )
        one = {k: v[0] if isinstance(v, tuple) else v for k, v in options.items()}
        if name in ("default", "overlapping", "same_overlapping", "channels_first_same"):
            for kind, layer in (("max", layers.MaxPooling1D), ("average", layers.AveragePooling1D)):
                found.append(case(f"{kind}_pooling1d_{name}", STEPS, lambda o=one, L=layer: L(**o)))
    wide = uniform((2, 9, 9, 19), 32)
    return found + [
        case("max_pooling2d_wide", wide, lambda: layers.MaxPooling2D(3, 2)),
        case("average_pooling2d_wide", wide, lambda: layers.AveragePooling2D(3, 2)),
        # Large enough for several threads.
        case(
            "max_pooling2d_large",
            uniform((3, 30, 30, 8), 33),
            lambda: layers.MaxPooling2D(3, 1),
            lambda: layers.AveragePooling2D(7, 5, padding="same"),
        ),
        case("max_pooling2d_ties", ties((3, 6, 6, 4), 34), lambda: layers.MaxPooling2D(3, 2)),
        case(
            "max_pooling2d_ties_same",
            ties((2, 5, 7, 3), 35),
            lambda: layers.MaxPooling2D(3, 1, padding="same"),
        ),
        case("max_pooling1d_ties", ties((3, 9, 4), 36), lambda: layers.MaxPooling1D(4, 2)),
    ]


def global_pooling():
    found = []
    for kind, layer, x in (
        ("global_max_pooling1d", layers.GlobalMaxPooling1D, STEPS),
        ("global_max_pooling2d", layers.GlobalMaxPooling2D, IMAGES),
        ("global_average_pooling2d", layers.GlobalAveragePooling2D, IMAGES),
    ):
        for name, options in {
            "default": {},
            "keepdims": dict(keepdims=True),
            "channels_first": dict(data_format=FIRST),
            "channels_first_keepdims": dict(data_format=FIRST, keepdims=True),
        }.items():
            found.append(case(f"{kind}_{name}", x, lambda o=options, L=layer: L(**o)))
    return found + [
        case("global_max_pooling1d_ties", ties((3, 7, 4), 37), lambda: layers.GlobalMaxPooling1D()),
        case("global_max_pooling2d_ties", ties((3, 3, 4, 18), 38), lambda: layers.GlobalMaxPooling2D()),
        case(
            "global_average_pooling2d_large",
            uniform((2, 60, 60, 3), 39, 0.0, 1.0),
            lambda: layers.GlobalAveragePooling2D(),
        ),
    ]


def cases():
    return pooling() + global_pooling()
