"""Layers that normalise each sample, or by given statistics: every axis and option."""

from keras import constraints, initializers, layers, regularizers

from arrays import below, plain, uniform
from cases.layers import case

VECTORS = uniform((7, 6), 31, -2.0, 3.0)
STEPS = uniform((3, 5, 4), 32, -1.0, 2.0)
IMAGES = uniform((2, 3, 4, 6), 33, -2.0, 1.0)
FAR = uniform((6, 5), 34, 19.0, 21.0)
WIDE = uniform((5, 37), 35, -1.0, 2.0)


def dense(units=3):
    return lambda: layers.Dense(units, activation="tanh")


def layer_normalization():
    def one(name, x, **options):
        make = lambda: layers.LayerNormalization(**options)  # noqa: E731
        return case(f"layer_normalization_{name}", x, make)

    regularized = {
        "beta_initializer": "ones",
        "gamma_initializer": initializers.Constant(0.5),
        "beta_regularizer": regularizers.L1(0.01),
        "gamma_regularizer": regularizers.L2(0.02),
        "beta_constraint": constraints.MaxNorm(0.1),
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
        case(
            "layer_normalization_between",
            IMAGES,
            dense(),
            lambda: layers.LayerNormalization(axis=[1, 3]),
            dense(),
        ),
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
        return case(f"group_normalization_{name}", x, make)

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
        group("axis_1", IMAGES, 3, axis=1),
        group("axis_minus_2", IMAGES, 2, axis=-2),
        group("no_center", STEPS, 2, center=False),
        group("no_scale", STEPS, 2, scale=False),
        group("bare", STEPS, 4, center=False, scale=False),
        group("epsilon", STEPS, 2, epsilon=0.5),
        group("regularized", STEPS, 2, **regularized),
        case(
            "group_normalization_between",
            IMAGES,
            dense(4),
            lambda: layers.GroupNormalization(2),
            dense(),
        ),
        case(
            "group_normalization_default",
            uniform((2, 3, 64), 37),
            lambda: layers.GroupNormalization(),
        ),
        case("unit_normalization", VECTORS, dense(), lambda: unit()),
        case("unit_normalization_axis_1", STEPS, dense(), lambda: unit(axis=1)),
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

    grid = [[0.1, 0.2, 0.3, 0.4]] * 3
    return [
        given("axis_1", STEPS, [0.1, 0.2, 0.3, 0.4, 0.5], [1.0, 2.0, 0.0, 0.5, 4.0], axis=1),
        given("axes_1_2", IMAGES, grid, grid, axis=(1, 2)),
        given(
            "axes_1_3_columns", IMAGES, [[1.0], [2.0], [3.0]], [[1.0], [2.0], [0.5]], axis=[1, 3]
        ),
        given(
            "axes_1_3_last_only", IMAGES, [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], axis=[1, -1]
        ),
        given("one_number_many_axes", IMAGES, 0.5, 4.0, axis=[2, 3], invert=True),
        adapted("axis_2", IMAGES, dense(), axis=2),
        adapted("all_axes", STEPS, dense(), axis=[1, 2]),
        adapted("none", IMAGES, dense(), axis=None),
        adapted("invert_axes", IMAGES, dense(), axis=(3, 1), invert=True),
        adapted("unsorted", STEPS, axis=(-1, 1)),
        adapted("whole_numbers", below((5, 3), 38, 10), dense()),
    ]


def cases():
    return layer_normalization() + other_layers() + normalization()
