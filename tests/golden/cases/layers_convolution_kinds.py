"""Transposed, depthwise and separable convolutions: options, odd sizes and edges."""

from keras import layers

from arrays import uniform
from cases.layers import case

IMAGES = uniform((2, 6, 5, 4), 20)
STEPS = uniform((2, 9, 4), 21)


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
    small = uniform((2, 3, 4, 4), 26)
    found = [
        case(
            f"conv2d_transpose_{name}",
            small,
            lambda options=options: layers.Conv2DTranspose(**options),
        )
        for name, options in variants.items()
    ]
    steps = uniform((2, 5, 4), 27)
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
                pointwise_regularizer="l2",
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
    return transposed() + by_channel()
