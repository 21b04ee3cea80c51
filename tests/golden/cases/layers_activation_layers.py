"""The activation layers with their options, and layers in an activation's place."""

from keras import layers

from arrays import uniform
from cases.layers import case

VECTORS = uniform((2, 5), 1, -3.0, 3.0)
STEPS = uniform((2, 2, 3), 4, -3.0, 3.0)
IMAGES = uniform((2, 3, 4, 5), 2, -2.0, 2.0)


def rectifiers():
    options = {
        "default": {},
        "six": {"max_value": 6},
        "max_value": {"max_value": 1.5},
        "max_value_0": {"max_value": 0.0},
        "negative_slope": {"negative_slope": 0.1},
        "threshold": {"threshold": 0.5},
        "max_value_slope": {"max_value": 1.5, "negative_slope": 0.2},
        "max_value_threshold": {"max_value": 1.5, "threshold": 1},
        "slope_threshold": {"negative_slope": 0.2, "threshold": 0.7},
        "all": {"max_value": 2.0, "negative_slope": 0.2, "threshold": 0.5},
        "threshold_above_max": {"max_value": 0.5, "threshold": 1.0},
    }
    found = [
        case(f"relu_{name}", VECTORS, lambda o=o: layers.ReLU(**o), fit=False)
        for name, o in options.items()
    ]
    for name, slope in [("default", 0.3), ("slope", 0.05), ("slope_0", 0.0)]:
        make = lambda slope=slope: layers.LeakyReLU(slope)  # noqa: E731
        found.append(case(f"leaky_relu_{name}", STEPS, make, fit=False))
    for name, alpha in [("default", 1.0), ("alpha", 0.5), ("negative_alpha", -0.5)]:
        make = lambda alpha=alpha: layers.ELU(alpha)  # noqa: E731
        found.append(case(f"elu_{name}", STEPS, make, fit=False))
    return found


def parametric():
    return [
        case("prelu", VECTORS, lambda: layers.PReLU()),
        case("prelu_on_steps", STEPS, lambda: layers.PReLU(alpha_initializer="ones")),
        case("prelu_shared_1", STEPS, lambda: layers.PReLU(shared_axes=1)),
        case("prelu_shared_space", IMAGES, lambda: layers.PReLU(shared_axes=[1, 2])),
        case("prelu_shared_channels", IMAGES, lambda: layers.PReLU(shared_axes=[3])),
        case("prelu_shared_middle", IMAGES, lambda: layers.PReLU(shared_axes=(2,))),
        case("prelu_shared_all", STEPS, lambda: layers.PReLU(shared_axes=[1, 2])),
        # Keras counts the sample's dimensions from behind after taking off 1.
        case("prelu_shared_negative", IMAGES, lambda: layers.PReLU(shared_axes=[-1])),
        case(
            "prelu_wide",
            uniform((3, 2, 37), 6, -2.0, 2.0),
            lambda: layers.PReLU(
                alpha_initializer="glorot_uniform",
                alpha_regularizer="l2",
                alpha_constraint="non_neg",
                shared_axes=[1],
            ),
        ),
    ]


def softmaxes():
    wide = uniform((2, 3, 35), 7)
    axes = {
        "last": (VECTORS, -1),
        "list": (VECTORS, [-1]),
        "axis_1": (VECTORS, 1),
        "steps": (STEPS, 1),
        "steps_wide": (wide, 1),
        "steps_negative": (STEPS, -2),
        "both": (STEPS, [1, 2]),
        "both_negative": (STEPS, (-1, -2)),
        "space": (IMAGES, [1, 2]),
        "apart": (IMAGES, [1, 3]),
        "middle": (IMAGES, 2),
    }
    return [
        case(f"softmax_{name}", x, lambda axis=axis: layers.Softmax(axis), fit=False)
        for name, (x, axis) in axes.items()
    ]


def layers_as_activations():
    chosen = {
        "leaky_relu": lambda: layers.LeakyReLU(0.1),
        "leaky_relu_0": lambda: layers.LeakyReLU(0.0),
        "relu": lambda: layers.ReLU(2.0, 0.1, 0.3),
        "elu": lambda: layers.ELU(0.5, name="mine"),
        "softmax": lambda: layers.Softmax(),
        "activation": lambda: layers.Activation("mish", trainable=False),
    }
    found = [
        case(f"dense_with_{name}", VECTORS, lambda make=make: layers.Dense(3, activation=make()))
        for name, make in chosen.items()
    ]
    inner = lambda: layers.Activation(layers.ELU(0.3))  # noqa: E731
    return found + [case("activation_of_a_layer", VECTORS, inner, fit=False)]


def cases():
    return rectifiers() + parametric() + softmaxes() + layers_as_activations()
