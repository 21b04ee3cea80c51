"""BatchNormalization: each axis and option, with the batch's statistics and the moving ones."""

from keras import constraints, initializers, layers, regularizers

from arrays import uniform
from cases.layers import case
from cases.models import dense

VECTORS = uniform((7, 6), 31, -2.0, 3.0)
STEPS = uniform((3, 5, 4), 32, -1.0, 2.0)
IMAGES = uniform((2, 3, 4, 6), 33, -2.0, 1.0)
FAR = uniform((6, 5), 34, 19.0, 21.0)
WIDE = uniform((5, 37), 35, -1.0, 2.0)


def cases():
    def both(name, x, **options):
        make = lambda: layers.BatchNormalization(**options)  # noqa: E731
        return [
            case(f"batch_normalization_{name}_training", x, make, training=True),
            case(f"batch_normalization_{name}_inference", x, make),
        ]

    regularized = {
        "beta_initializer": initializers.Constant(0.5),
        "gamma_initializer": initializers.RandomUniform(0.5, 1.5, seed=3),
        "moving_mean_initializer": "ones",
        "moving_variance_initializer": initializers.Constant(2.0),
        "beta_regularizer": regularizers.L1(0.01),
        "gamma_regularizer": regularizers.L2(0.02),
        # Not NonNeg, which puts it on l1's kink: there Keras' backends differ.
        "beta_constraint": constraints.MaxNorm(0.1),
        "gamma_constraint": constraints.NonNeg(),
    }
    renorm = {"renorm": True, "momentum": 0.9, "renorm_momentum": 0.8}
    clipping = {"rmax": 1.2, "rmin": 0.8, "dmax": 0.3}
    return [
        *both("vectors", VECTORS),
        *both("steps", STEPS),
        *both("images", IMAGES),
        *both("axis_1", IMAGES, axis=1),
        *both("axis_2", IMAGES, axis=2),
        *both("axis_minus_2", STEPS, axis=-2),
        *both("momentum", VECTORS, momentum=0.5),
        *both("momentum_0", STEPS, momentum=0),
        *both("epsilon", VECTORS, epsilon=0.1),
        *both("no_center", STEPS, center=False),
        *both("no_scale", STEPS, scale=False),
        *both("bare", VECTORS, center=False, scale=False),
        *both("regularized", VECTORS, **regularized),
        *both("renorm", VECTORS, **renorm),
        *both("renorm_clipped", STEPS, **renorm, renorm_clipping=clipping),
        *both("renorm_bare", STEPS, **renorm, scale=False, center=False),
        *both("renorm_no_center", VECTORS, **renorm, center=False, renorm_clipping={"dmax": 0.1}),
        *both("wide", WIDE),
        case(
            "batch_normalization_far_from_0",
            FAR,
            lambda: layers.BatchNormalization(),
            training=True,
        ),
        case(
            "batch_normalization_frozen",
            STEPS,
            dense(3, "tanh"),
            lambda: layers.BatchNormalization(trainable=False),
            dense(3, "tanh"),
            training=True,
        ),
        case(
            "batch_normalization_between",
            STEPS,
            dense(5, "tanh"),
            lambda: layers.BatchNormalization(momentum=0.9),
            dense(4, "tanh"),
            lambda: layers.BatchNormalization(axis=1, momentum=0.8),
            training=True,
        ),
        # One row: the variance is 0.
        case(
            "batch_normalization_one_row",
            uniform((1, 4), 36),
            lambda: layers.BatchNormalization(epsilon=1.0),
            training=True,
        ),
    ]
