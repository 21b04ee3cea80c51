"""Layers that reshape, pass on or draw noise (which is left out here: it is tested in Rust)."""

from keras import layers, regularizers

from arrays import uniform
from cases.layers import case

VECTORS = uniform((5, 6), 21, -2.0, 2.0)
STEPS = uniform((3, 5, 4), 22)
IMAGES = uniform((3, 4, 5, 3), 23)
VOLUMES = uniform((2, 2, 3, 4, 2), 24)


def dense(units=3):
    return lambda: layers.Dense(units, activation="tanh")


def reshaping():
    def reshape(name, x, *targets):
        stack = [lambda t=t: layers.Reshape(t) for t in targets]
        return case(f"reshape_{name}", x, *stack, dense())

    def permute(name, x, dims):
        return case(f"permute_{name}", x, dense(), lambda: layers.Permute(dims))

    def flatten(name, x, **options):
        return case(f"flatten_{name}", x, dense(), lambda: layers.Flatten(**options))

    return [
        reshape("vector_to_matrix", VECTORS, (2, 3)),
        reshape("minus_one", VECTORS, (-1, 2)),
        reshape("minus_one_alone", IMAGES, (-1,)),
        reshape("minus_one_in_the_middle", IMAGES, (2, -1, 5)),
        reshape("to_five_axes", STEPS, (5, 1, 2, 2)),
        reshape("there_and_back", STEPS, (20,), (2, 10), [4, -1]),
        permute("vector", VECTORS, (1,)),
        permute("turn", STEPS, (2, 1)),
        permute("channels_to_front", IMAGES, (3, 1, 2)),
        permute("channels_to_back", IMAGES, (2, 3, 1)),
        permute("reverse", IMAGES, [3, 2, 1]),
        permute("inner_axis_stays", IMAGES, (2, 1, 3)),
        permute("nothing", IMAGES, (1, 2, 3)),
        permute("volumes", VOLUMES, (4, 2, 1, 3)),
        case("repeat_vector", VECTORS, dense(), lambda: layers.RepeatVector(3)),
        case("repeat_vector_once", VECTORS, lambda: layers.RepeatVector(1), dense()),
        flatten("channels_last", STEPS, data_format="channels_last"),
        flatten("channels_first", STEPS, data_format="channels_first"),
        flatten("channels_first_images", IMAGES, data_format="channels_first"),
        flatten("channels_first_vector", VECTORS, data_format="channels_first"),
    ]


def passing():
    def regularized(name, l1, l2):
        layer = lambda: layers.ActivityRegularization(l1=l1, l2=l2)  # noqa: E731
        return case(f"activity_regularization_{name}", STEPS, dense(), layer, dense())

    return [
        case("identity", STEPS, lambda: layers.Identity()),
        case("identity_between", STEPS, dense(), lambda: layers.Identity(), dense()),
        regularized("l1", 0.02, 0.0),
        regularized("l2", 0.0, 0.03),
        regularized("both", 0.01, 0.02),
        regularized("neither", 0.0, 0.0),
        case(
            "activity_regularizer_on_many",
            STEPS,
            lambda: layers.Reshape((4, 5), activity_regularizer="l2"),
            lambda: layers.Dense(4, "tanh", activity_regularizer="l1"),
            lambda: layers.LayerNormalization(activity_regularizer="l2"),
            lambda: layers.Flatten(activity_regularizer=regularizers.L1L2(0.01, 0.02)),
        ),
    ]


def noise():
    """At inference, and in training where nothing is drawn."""
    made = {
        "dropout_noise_shape": (STEPS, lambda: layers.Dropout(0.5, noise_shape=(None, 1, 3))),
        "dropout_seed": (STEPS, lambda: layers.Dropout(0.25, seed=7)),
        "dropout_rate_1": (STEPS, lambda: layers.Dropout(1)),
        "spatial_dropout1d": (STEPS, lambda: layers.SpatialDropout1D(0.5, seed=3)),
        "spatial_dropout2d": (IMAGES, lambda: layers.SpatialDropout2D(0.5)),
        "spatial_dropout2d_first": (
            IMAGES,
            lambda: layers.SpatialDropout2D(0.5, data_format="channels_first"),
        ),
        "spatial_dropout3d": (VOLUMES, lambda: layers.SpatialDropout3D(0.5)),
        "gaussian_noise": (STEPS, lambda: layers.GaussianNoise(1)),
        "gaussian_dropout": (STEPS, lambda: layers.GaussianDropout(0.3, seed=9)),
        "alpha_dropout": (STEPS, lambda: layers.AlphaDropout(0.4, noise_shape=[None, 1, 1])),
    }
    found = [
        case(f"{name}_inference", x, dense(), make, fit=False) for name, (x, make) in made.items()
    ]
    silent = {
        "dropout": (STEPS, lambda: layers.Dropout(0)),
        "spatial_dropout1d": (STEPS, lambda: layers.SpatialDropout1D(0.0)),
        "spatial_dropout2d": (IMAGES, lambda: layers.SpatialDropout2D(0.0)),
        "gaussian_noise": (STEPS, lambda: layers.GaussianNoise(0.0)),
        "gaussian_dropout": (STEPS, lambda: layers.GaussianDropout(0.0)),
        "alpha_dropout": (STEPS, lambda: layers.AlphaDropout(0.0)),
    }
    return found + [
        *(
            case(f"{name}_nothing_drawn", x, dense(), make, training=True)
            for name, (x, make) in silent.items()
        ),
        # Everything dropped: nothing left to chance either.
        case("dropout_all", STEPS, dense(), lambda: layers.Dropout(1.0), training=True),
    ]


def frozen():
    return [
        case(
            "frozen_dense",
            STEPS,
            lambda: layers.Dense(4, "tanh", trainable=False, kernel_regularizer="l2"),
            dense(),
        ),
        case("frozen_all", STEPS, lambda: layers.Dense(3, trainable=False)),
        case(
            "frozen_above",
            STEPS,
            dense(4),
            lambda: layers.Dense(3, "tanh", trainable=False, activity_regularizer="l2"),
        ),
    ]


def cases():
    return reshaping() + passing() + noise() + frozen()
