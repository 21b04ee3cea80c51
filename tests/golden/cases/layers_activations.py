"""Every activation on steps with large inputs and inside Dense; those of rows on vectors as well
(those of elements are in activations.py); what halves the last axis, and the operation that has
arguments, wherever layers can run them."""

from keras import layers
from keras.src.ops import nn

from arrays import uniform
from cases.activations import ELEMENTS, HALVING, ROWS
from cases.layers import case
from cases.models import dense


def cases():
    found = []
    for name in ELEMENTS + ROWS:
        activation = lambda name=name: layers.Activation(name)  # noqa: E731
        extreme = uniform((2, 2, 4), 8, -85.0, 85.0)
        found += [
            case(f"activation_{name}_extreme", extreme, activation, fit=False),
            case(f"dense_{name}", uniform((3, 4), 3, -2.0, 2.0), dense(3, name)),
        ]
        if name in ROWS:
            vectors, wide = uniform((2, 5), 1, -3.0, 3.0), uniform((2, 37), 5, -2.0, 2.0)
            found += [
                case(f"activation_{name}", vectors, activation, fit=False),
                case(f"activation_{name}_wide", wide, activation, fit=False),
            ]
    return found + halving() + thresholds()


def halving():
    """Layers declare the whole axis and give half of it: only layers without weights follow."""
    vectors, images = uniform((5, 6), 1, -3.0, 3.0), uniform((3, 5, 6, 2), 2)
    steps = uniform((2, 5, 3), 4)
    found = []
    for name in HALVING:
        activation = lambda name=name: layers.Activation(name)  # noqa: E731
        within = lambda name=name: layers.Dense(6, activation=layers.Activation(name))  # noqa: E731
        stacks = {
            "conv1d": (steps, lambda name=name: layers.Conv1D(4, 2, activation=name)),
            "conv1d_transpose": (
                steps,
                lambda name=name: layers.Conv1DTranspose(4, 2, strides=2, activation=name),
            ),
            "conv2d": (images, lambda name=name: layers.Conv2D(6, 3, activation=name)),
            "conv2d_depthwise": (
                images,
                lambda name=name: layers.Conv2D(4, 3, groups=2, activation=name),
            ),
            "conv2d_transpose": (
                images,
                lambda name=name: layers.Conv2DTranspose(4, 3, activation=name),
            ),
            "depthwise_conv1d": (
                uniform((2, 5, 4), 6),
                lambda name=name: layers.DepthwiseConv1D(3, activation=name),
            ),
            "depthwise_conv2d": (
                images,
                lambda name=name: layers.DepthwiseConv2D(2, depth_multiplier=3, activation=name),
            ),
            "separable_conv1d": (
                steps,
                lambda name=name: layers.SeparableConv1D(4, 2, depth_multiplier=2, activation=name),
            ),
            "separable_conv2d": (
                images,
                lambda name=name: layers.SeparableConv2D(6, 2, activation=name),
            ),
        }
        found += [
            case(f"activation_{name}", vectors, activation, fit=False),
            case(f"activation_{name}_extreme", uniform((2, 2, 4), 8, -85.0, 85.0), activation, fit=False),
            case(f"activation_{name}_behind_dense", vectors, dense(8), activation),
            case(f"activation_{name}_twice", uniform((2, 8), 3), activation, activation, fit=False),
            case(f"dense_{name}", uniform((3, 4), 3, -2.0, 2.0), dense(6, name)),
            case(f"dense_{name}_no_bias", steps, dense(2, name, use_bias=False)),
            case(f"dense_{name}_layer", vectors, within),
            case(f"dense_{name}_activity", vectors, dense(4, name, activity_regularizer="l2")),
            *(case(f"{kind}_{name}", x, stack) for kind, (x, stack) in stacks.items()),
            case(
                f"{name}_before_layers_without_weights",
                images,
                stacks["conv2d"][1],
                lambda: layers.UpSampling2D(2),
                lambda: layers.AveragePooling2D(3),
                lambda: layers.UnitNormalization(),
                lambda: layers.Flatten(),
            ),
        ]
    return found


def thresholds():
    """`keras.activations.threshold` as the operation that Keras saves."""
    vectors = uniform((5, 6), 1, -3.0, 3.0)
    operation = lambda: nn.Threshold(0.25, -0.75, name="threshold")  # noqa: E731
    activation = lambda: layers.Activation(operation())  # noqa: E731
    within = lambda: layers.Dense(4, activation=operation())  # noqa: E731
    return [
        case("activation_threshold", vectors, activation, fit=False),
        case("dense_threshold", vectors, within, dense(2)),
    ]
