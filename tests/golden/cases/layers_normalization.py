"""Layers that normalise: every axis, with and without center and scale, training and inference."""


from keras import constraints, initializers, layers, regularizers

from arrays import below, plain, uniform
from cases.layers import case

VECTORS = uniform((7, 6), 31, -2.0, 3.0)
STEPS = uniform((3, 5, 4), 32, -1.0, 2.0)
IMAGES = uniform((3, 4, 5, 6), 33, -2.0, 1.0)
FAR = uniform((6, 5), 34, 99.0, 101.0)
WIDE = uniform((9, 37), 35, -1.0, 2.0)


def dense(units=3):
    return lambda: layers.Dense(units, activation="tanh")


def batch_normalization():
    def both(name, x, **options):
        """With the batch's statistics and with the moving ones; a layer below shows the input's
        gradient in training, too."""
        make = lambda: layers.BatchNormalization(**options)  # noqa: E731
        return [
            case(f"batch_normalization_{name}_training", x, make, training=True),
            case(f"batch_normalization_{name}_inference", x, dense(), make),
        ]

    regularized = {
        "beta_initializer": initializers.Constant(0.5),
        "gamma_initializer": initializers.RandomUniform(0.5, 1.5, seed=3),
        "moving_mean_initializer": "ones",
        "moving_variance_initializer": initializers.Constant(2.0),
        "beta_regularizer": regularizers.L1(0.01),
        "gamma_regularizer": regularizers.L2(0.02),
        "beta_constraint": constraints.NonNeg(),
        "gamma_constraint": constraints.MaxNorm(2.0),
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
        *both("far_from_0", FAR),
        case(
            "batch_normalization_frozen",
            STEPS,
            dense(),
            lambda: layers.BatchNormalization(trainable=False),
            dense(),
            training=True,
        ),
        case(
            "batch_normalization_between",
            STEPS,
            dense(5),
            lambda: layers.BatchNormalization(momentum=0.9),
            dense(4),
            lambda: layers.BatchNormalization(axis=1, momentum=0.8),
            training=True,
        ),
        # One row: the variance is 0.
        case(
            "batch_normalization_one_row",
            uniform((1, 4), 36),
            lambda: layers.BatchNormalization(),
            training=True,
        ),
    ]


def layer_normalization():
    def one(name, x, **options):
        make = lambda: layers.LayerNormalization(**options)  # noqa: E731
        return case(f"layer_normalization_{name}", x, dense(plain(x).shape[-1]), make)

    regularized = {
        "beta_initializer": "ones",
        "gamma_initializer": initializers.Constant(0.5),
        "beta_regularizer": regularizers.L1(0.01),
        "gamma_regularizer": regularizers.L2(0.02),
        "beta_constraint": constraints.NonNeg(),
        "gamma_constraint": constraints.UnitNorm(),
    }
    return [
        one("vectors", VECTORS),
        one("steps", STEPS),
        one("axis_list", STEPS, axis=[1, 2]),
        one("axis_1", STEPS, axis=1),
        one("axis_minus_2", IMAGES, axis=-2),
        one("last_two", IMAGES, axis=[-1, -2]),
        one("first_and_last", IMAGES, axis=[1, 3]),
        one("first_two", IMAGES, axis=(1, 2)),
        one("all", IMAGES, axis=[3, 1, 2]),
        one("mixed_signs", IMAGES, axis=[-1, 2]),
        one("epsilon", STEPS, epsilon=0.1),
        one("no_center", STEPS, center=False),
        one("no_scale", STEPS, scale=False),
        one("no_scale_axis_1", STEPS, scale=False, axis=1),
        one("bare", VECTORS, center=False, scale=False),
        one("regularized", VECTORS, **regularized),
        one("rms_scaling", STEPS, rms_scaling=True),
        one("rms_scaling_axis_1", STEPS, rms_scaling=True, axis=1),
        one("wide", WIDE),
        case("layer_normalization_far_from_0", FAR, lambda: layers.LayerNormalization()),
        case("layer_normalization_input", IMAGES, lambda: layers.LayerNormalization(axis=[1, 3])),
        case(
            "layer_normalization_frozen",
            STEPS,
            dense(),
            lambda: layers.LayerNormalization(trainable=False),
        ),
    ]


def other_layers():
    def group(name, x, groups, **options):
        make = lambda: layers.GroupNormalization(groups, **options)  # noqa: E731
        return case(f"group_normalization_{name}", x, dense(plain(x).shape[-1]), make)

    regularized = {
        "beta_initializer": "ones",
        "gamma_initializer": "ones",
        "beta_regularizer": "l2",
        "gamma_regularizer": "l1",
        "gamma_constraint": constraints.NonNeg(),
    }
    unit, rms = layers.UnitNormalization, layers.RMSNormalization
    return [
        group("images", IMAGES, 3),
        group("one", IMAGES, 1),
        group("each", IMAGES, 6),
        group("minus_one", IMAGES, -1),
        group("vectors", VECTORS, 2),
        group("axis_1", IMAGES, 2, axis=1),
        group("axis_minus_2", IMAGES, 5, axis=-2),
        group("no_center", STEPS, 2, center=False),
        group("no_scale", STEPS, 2, scale=False),
        group("bare", STEPS, 4, center=False, scale=False),
        group("epsilon", STEPS, 2, epsilon=0.5),
        group("regularized", STEPS, 2, **regularized),
        case("group_normalization_input", IMAGES, lambda: layers.GroupNormalization(2)),
        case("group_normalization_default", uniform((2, 3, 64), 37), lambda: layers.GroupNormalization()),
        case("unit_normalization", VECTORS, dense(), lambda: unit()),
        case("unit_normalization_axis_1", IMAGES, dense(), lambda: unit(axis=1)),
        case("unit_normalization_list", IMAGES, dense(), lambda: unit(axis=[1, 3])),
        case("unit_normalization_last_two", IMAGES, lambda: unit(axis=(-1, -2))),
        case("rms_normalization", STEPS, dense(), lambda: rms()),
        case("rms_normalization_axes", IMAGES, dense(), lambda: rms(axis=[2, 3])),
        case("rms_normalization_epsilon", VECTORS, lambda: rms(epsilon=0.1)),
    ]


def normalization():
    def given(name, x, mean, variance, **options):
        make = lambda: layers.Normalization(mean=mean, variance=variance, **options)  # noqa: E731
        return case(f"normalization_{name}", x, make, dense())

    def adapted(name, x, *stack, **options):
        def make():
            layer = layers.Normalization(**options)
            layer.adapt(plain(x))
            return layer

        return case(f"normalization_adapted_{name}", x, make, *stack)

    grid = [[0.1, 0.2, 0.3, 0.4, 0.5]] * 4
    return [
        given("axis_1", STEPS, [0.1, 0.2, 0.3, 0.4, 0.5], [1.0, 2.0, 0.0, 0.5, 4.0], axis=1),
        given("axes_1_2", IMAGES, grid, grid, axis=(1, 2)),
        given("axes_1_3_columns", IMAGES, [[1.0], [2.0], [3.0], [4.0]], [[1.0], [2.0], [3.0], [0.5]], axis=[1, 3]),
        given("axes_1_3_last_only", IMAGES, [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], axis=[1, -1]),
        given("one_number_many_axes", IMAGES, 0.5, 4.0, axis=[2, 3], invert=True),
        adapted("axis_2", IMAGES, dense(), axis=2),
        adapted("all_axes", STEPS, dense(), axis=[1, 2]),
        adapted("none", IMAGES, dense(), axis=None),
        adapted("invert_axes", IMAGES, dense(), axis=(3, 1), invert=True),
        adapted("unsorted", STEPS, axis=(-1, 1)),
        adapted("whole_numbers", below((5, 3), 38, 10), dense()),
    ]


def cases():
    return batch_normalization() + layer_normalization() + other_layers() + normalization()
