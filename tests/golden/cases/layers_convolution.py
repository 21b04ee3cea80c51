"""Convolutions: each option that changes numbers, alone and together, odd sizes and edges.

The weights of a short training are those of the drawn kernels (± 0.1), inputs are in ± 1."""

from keras import layers

from arrays import uniform
from cases.layers import case

IMAGES = uniform((3, 6, 5, 4), 20)
STEPS = uniform((3, 9, 4), 21)
SINGLE = uniform((2, 7, 7, 1), 22)


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
                bias_regularizer="l1",
                kernel_constraint="max_norm",
                bias_constraint="non_neg",
            ),
        ),
    }
    found = [
        case(f"conv2d_{name}", x, lambda options=options: layers.Conv2D(**options))
        for name, (x, options) in variants.items()
    ]
    # More than one tile of rows laid out, more than one thread's part.
    wide = uniform((2, 40, 40, 16), 24)
    return found + [
        case(
            "conv2d_tiles",
            wide,
            lambda: layers.Conv2D(3, 9, padding="same", activation="tanh"),
            lambda: layers.MaxPooling2D(8),
            fit=False,
        ),
        case(
            "conv2d_tiles_groups",
            wide,
            lambda: layers.Conv2D(4, 9, strides=1, groups=2),
            lambda: layers.AveragePooling2D(8),
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


def transposed():
    variants = {
        "default": dict(filters=3, kernel_size=3),
        "1x1": dict(filters=3, kernel_size=1),
        "same": dict(filters=3, kernel_size=3, padding="same", activation="tanh"),
        "strides": dict(filters=3, kernel_size=3, strides=2),
        "strides_above_kernel": dict(filters=3, kernel_size=(1, 2), strides=(3, 4)),
        "strides_same": dict(filters=3, kernel_size=3, strides=2, padding="same"),
        "strides_same_even": dict(filters=2, kernel_size=4, strides=(2, 3), padding="same"),
        "strides_same_above": dict(filters=2, kernel_size=2, strides=3, padding="same"),
        "dilation": dict(filters=3, kernel_size=2, dilation_rate=2),
        "dilation_same": dict(filters=3, kernel_size=3, dilation_rate=(2, 1), padding="same"),
        "output_padding": dict(filters=3, kernel_size=3, strides=(3, 2), output_padding=1),
        "output_padding_0": dict(filters=3, kernel_size=2, strides=3, output_padding=0),
        "output_padding_same": dict(
            filters=3, kernel_size=(3, 4), strides=3, padding="same", output_padding=(2, 0)
        ),
        "no_bias": dict(filters=2, kernel_size=3, use_bias=False, activation="relu"),
    }
    small = uniform((3, 3, 4, 4), 26)
    found = [
        case(
            f"conv2d_transpose_{name}",
            small,
            lambda options=options: layers.Conv2DTranspose(**options),
        )
        for name, options in variants.items()
    ]
    steps = uniform((3, 5, 4), 27)
    for name, options in {
        "default": dict(filters=3, kernel_size=3),
        "strides_same": dict(filters=3, kernel_size=4, strides=2, padding="same"),
        "output_padding": dict(filters=2, kernel_size=2, strides=3, output_padding=2),
        "dilation": dict(filters=2, kernel_size=3, dilation_rate=2, padding="same"),
    }.items():
        found.append(
            case(
                f"conv1d_transpose_{name}",
                steps,
                lambda options=options: layers.Conv1DTranspose(**options),
            )
        )
    return found


def by_channel():
    variants = {
        "default": dict(kernel_size=3),
        "multiplier": dict(kernel_size=(2, 3), depth_multiplier=3, activation="tanh"),
        "same": dict(kernel_size=3, padding="same", use_bias=False),
        "strides": dict(kernel_size=3, strides=2, padding="same", depth_multiplier=2),
        "strides_valid": dict(kernel_size=2, strides=2),
        "dilation": dict(kernel_size=2, dilation_rate=2),
        "dilation_same": dict(kernel_size=3, dilation_rate=2, padding="same", activation="silu"),
        "dilation_strides": dict(kernel_size=2, dilation_rate=2, strides=2, padding="same"),
        "regularized": dict(
            kernel_size=3,
            depthwise_regularizer="l2",
            bias_regularizer="l2",
            depthwise_constraint="max_norm",
            bias_constraint="non_neg",
        ),
    }
    found = []
    for name, options in variants.items():
        found.append(
            case(
                f"depthwise_conv2d_{name}",
                IMAGES,
                lambda options=options: layers.DepthwiseConv2D(**options),
            )
        )
        if name != "regularized":
            found.append(
                case(
                    f"separable_conv2d_{name}",
                    IMAGES,
                    lambda options=options: layers.SeparableConv2D(5, **options),
                )
            )
    return found + [
        # More channels than are summed side by side, and not a multiple of them.
        case("depthwise_conv2d_wide", uniform((2, 5, 5, 21), 28), lambda: layers.DepthwiseConv2D(3)),
        case(
            "depthwise_conv2d_wide_multiplier",
            uniform((2, 4, 4, 9), 29),
            lambda: layers.DepthwiseConv2D(2, depth_multiplier=3),
        ),
        case(
            "separable_conv2d_regularized",
            IMAGES,
            lambda: layers.SeparableConv2D(
                3,
                2,
                depthwise_regularizer="l2",
                pointwise_regularizer="l1",
                bias_regularizer="l2",
                depthwise_constraint="max_norm",
                pointwise_constraint="max_norm",
                bias_constraint="non_neg",
            ),
        ),
        case("depthwise_conv1d", STEPS, lambda: layers.DepthwiseConv1D(3, depth_multiplier=2)),
        case(
            "depthwise_conv1d_same",
            STEPS,
            lambda: layers.DepthwiseConv1D(4, strides=2, padding="same", activation="relu"),
        ),
        case("separable_conv1d", STEPS, lambda: layers.SeparableConv1D(3, 3)),
        case(
            "separable_conv1d_same",
            STEPS,
            lambda: layers.SeparableConv1D(
                3, 3, depth_multiplier=2, dilation_rate=2, padding="same", use_bias=False
            ),
        ),
    ]


def cases():
    return conv2d() + conv1d() + transposed() + by_channel()
