"""Convolutions: each option that changes numbers, alone and together, odd sizes and edges."""

from keras import layers

from arrays import uniform
from cases.layers import case

IMAGES = uniform((2, 6, 5, 4), 20)
STEPS = uniform((2, 9, 4), 21)
SINGLE = uniform((2, 7, 6, 1), 22)


def conv2d():
    variants = {
        "default": (IMAGES, dict(filters=5, kernel_size=3)),
        "gray": (SINGLE, dict(filters=3, kernel_size=(3, 2))),
        "rgb_5x5": (uniform((2, 8, 9, 3), 23), dict(filters=7, kernel_size=5, padding="same")),
        "1x1": (IMAGES, dict(filters=6, kernel_size=1)),
        "1x1_strides": (IMAGES, dict(filters=3, kernel_size=1, strides=2)),
        "whole_image": (IMAGES, dict(filters=3, kernel_size=(6, 5))),
        "no_bias_relu": (IMAGES, dict(filters=3, kernel_size=2, use_bias=False, activation="relu")),
        "silu": (IMAGES, dict(filters=3, kernel_size=2, activation="silu")),
        "softmax": (IMAGES, dict(filters=3, kernel_size=3, activation="softmax", padding="same")),
        "same": (IMAGES, dict(filters=3, kernel_size=3, padding="same")),
        "same_even_kernel": (IMAGES, dict(filters=3, kernel_size=(2, 4), padding="same")),
        "same_large_kernel": (IMAGES, dict(filters=2, kernel_size=(7, 9), padding="same")),
        "strides": (IMAGES, dict(filters=3, kernel_size=3, strides=2)),
        "strides_pair": (IMAGES, dict(filters=3, kernel_size=(2, 3), strides=(3, 1))),
        "strides_same": (IMAGES, dict(filters=3, kernel_size=3, strides=2, padding="same")),
        "strides_same_large": (IMAGES, dict(filters=3, kernel_size=2, strides=(4, 3), padding="same")),
        "dilation": (IMAGES, dict(filters=3, kernel_size=2, dilation_rate=(3, 2))),
        "dilation_same": (IMAGES, dict(filters=3, kernel_size=3, dilation_rate=2, padding="same")),
        "groups": (IMAGES, dict(filters=6, kernel_size=3, groups=2)),
        "groups_same_strides": (
            IMAGES,
            dict(filters=4, kernel_size=2, strides=2, padding="same", groups=2),
        ),
        "groups_dilation": (
            IMAGES,
            dict(filters=2, kernel_size=2, dilation_rate=2, groups=2, use_bias=False),
        ),
        "groups_1x1": (IMAGES, dict(filters=6, kernel_size=1, groups=2)),
        "groups_depthwise": (IMAGES, dict(filters=8, kernel_size=3, groups=4)),
        "regularized": (
            IMAGES,
            dict(
                filters=3,
                kernel_size=3,
                kernel_regularizer="l2",
                bias_regularizer="l2",
                kernel_constraint="max_norm",
                bias_constraint="non_neg",
            ),
        ),
    }
    found = [
        case(f"conv2d_{name}", x, lambda options=options: layers.Conv2D(**options))
        for name, (x, options) in variants.items()
    ]
    # More rows laid out than a tile holds.
    large = uniform((2, 16, 16, 4), 24)
    return found + [
        case(
            "conv2d_tiles",
            large,
            lambda: layers.Conv2D(3, 13, padding="same", activation="tanh"),
            lambda: layers.MaxPooling2D(4),
            fit=False,
        ),
        case(
            "conv2d_tiles_groups",
            large,
            lambda: layers.Conv2D(4, (11, 13), padding="same", groups=2),
            lambda: layers.AveragePooling2D(4),
            fit=False,
        ),
        case(
            "conv2d_stack",
            SINGLE,
            lambda: layers.Conv2D(4, 3, activation="tanh"),
            lambda: layers.Conv2D(3, 3, strides=2, padding="same"),
        ),
        case(
            "conv2d_frozen_below",
            SINGLE,
            lambda: layers.Conv2D(4, 3, trainable=False),
            lambda: layers.Conv2D(3, 3),
        ),
    ]


def conv1d():
    variants = {
        "default": dict(filters=5, kernel_size=3),
        "same": dict(filters=3, kernel_size=4, padding="same", activation="tanh"),
        "causal": dict(filters=3, kernel_size=3, padding="causal"),
        "causal_dilation": dict(filters=3, kernel_size=3, padding="causal", dilation_rate=3),
        "causal_strides": dict(filters=3, kernel_size=2, padding="causal", strides=2),
        "strides": dict(filters=3, kernel_size=3, strides=3),
        "dilation": dict(filters=3, kernel_size=3, dilation_rate=4),
        "dilation_same": dict(filters=3, kernel_size=4, dilation_rate=2, padding="same"),
        "groups": dict(filters=6, kernel_size=3, groups=2, padding="same"),
        "groups_depthwise": dict(filters=4, kernel_size=2, groups=4, padding="causal"),
        "pointwise": dict(filters=3, kernel_size=1, use_bias=False),
    }
    found = [
        case(f"conv1d_{name}", STEPS, lambda options=options: layers.Conv1D(**options))
        for name, options in variants.items()
    ]
    return found + [
        case(
            "conv1d_series",
            uniform((3, 12, 1), 25),
            lambda: layers.Conv1D(4, 5, activation="relu"),
            lambda: layers.GlobalMaxPooling1D(),
        ),
    ]


def cases():
    return conv2d() + conv1d()
