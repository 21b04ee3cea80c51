"""Runs of models that normalise, reshape, or train in parts only; the last batches are short.

No bias below a BatchNormalization: its gradient is 0 but for rounding, which Adam blows up."""

from keras import constraints, layers, optimizers, regularizers

from arrays import below, uniform
from cases.models import dense, sequential
from cases.training import case, compiled, labels_from

X = uniform((45, 6), 400, -2.0, 2.0)
X_VAL = uniform((17, 6), 401, -2.0, 2.0)
IMAGES = uniform((30, 4, 4, 2), 402)
TOKENS = below((45, 6), 403, 12)
DATA = {
    "x": X,
    "y": labels_from(X, 3),
    "x_val": X_VAL,
    "y_val": labels_from(X_VAL, 3),
}
IMAGE_DATA = {"x": IMAGES, "y": labels_from(IMAGES, 3)}
TOKEN_DATA = {"x": TOKENS, "y": labels_from(X, 3)}


def classes(shape, *stack, optimizer=None, **options):
    """`stack` below a softmax of three."""
    model = sequential(shape, *stack, dense(3, "softmax"), **options)
    optimizer = optimizer or optimizers.Adam(0.02)
    return compiled(model, optimizer, "sparse_categorical_crossentropy", ["accuracy"])


def batch_norm(**options):
    return lambda: layers.BatchNormalization(**options)


def vectors():
    linear = dense(8, use_bias=False)
    tanh = lambda: layers.Activation("tanh")  # noqa: E731
    layer_norm = lambda: layers.LayerNormalization()  # noqa: E731
    stacks = {
        "batch_normalization": [linear, batch_norm(), tanh],
        "batch_normalization_deep": [
            linear,
            batch_norm(momentum=0.8),
            tanh,
            linear,
            batch_norm(momentum=0.5, center=False),
            tanh,
        ],
        "batch_normalization_first": [batch_norm(momentum=0.9), dense(8, "tanh")],
        "batch_normalization_renorm": [
            linear,
            batch_norm(momentum=0.9, renorm=True, renorm_momentum=0.7),
            tanh,
        ],
        "batch_normalization_regularized": [
            linear,
            batch_norm(gamma_regularizer="l2", beta_regularizer=regularizers.L1(0.02)),
            tanh,
        ],
        "layer_normalization": [dense(8, "tanh"), layer_norm],
        "layer_normalization_deep": [layer_norm, dense(8, "tanh"), layer_norm, dense(5, "tanh")],
        "group_normalization": [dense(8, "tanh"), lambda: layers.GroupNormalization(4)],
        "activity_regularizers": [
            lambda: layers.Dense(8, "tanh", activity_regularizer=regularizers.L2(0.02)),
            lambda: layers.ActivityRegularization(l1=0.01, l2=0.01),
            lambda: layers.LayerNormalization(activity_regularizer=regularizers.L1(0.005)),
        ],
        "dropout_that_drops_nothing": [dense(8, "tanh"), lambda: layers.Dropout(0.0)],
    }
    frozen = {
        "frozen_dense": [
            lambda: layers.Dense(8, "tanh", trainable=False, kernel_regularizer="l2"),
            dense(6, "tanh"),
        ],
        "frozen_dense_above": [
            dense(8, "tanh"),
            lambda: layers.Dense(6, "tanh", trainable=False, activity_regularizer="l2"),
        ],
        "frozen_batch_normalization": [
            dense(8, "tanh"),
            batch_norm(trainable=False),
            dense(6, "tanh"),
        ],
        "frozen_batch_normalization_first": [batch_norm(trainable=False), dense(6, "tanh")],
        "frozen_layer_normalization": [
            dense(8, "tanh"),
            lambda: layers.LayerNormalization(trainable=False, gamma_regularizer="l2"),
        ],
    }
    found = [
        case(name, lambda s=s: classes((6,), *s), DATA, epochs=4, batch_size=8)
        for name, s in (stacks | frozen).items()
    ]
    momentum = lambda: optimizers.SGD(0.05, momentum=0.9)  # noqa: E731
    return found + [
        case(
            "batch_normalization_sgd",
            lambda: classes((6,), linear, batch_norm(), tanh, optimizer=momentum()),
            DATA,
            epochs=4,
            batch_size=11,
        ),
        case(
            "frozen_hidden_layers_sgd",
            lambda: classes(
                (6,),
                lambda: layers.Dense(8, "tanh", trainable=False),
                batch_norm(trainable=False),
                optimizer=momentum(),
            ),
            DATA,
            epochs=4,
            batch_size=11,
        ),
    ]


def images_and_tokens():
    def on_images(name, *stack):
        return case(
            name, lambda: classes((4, 4, 2), *stack), IMAGE_DATA, epochs=3, batch_size=7
        )

    def on_tokens(name, *stack, trainable=True):
        embedding = lambda: layers.Embedding(12, 4, trainable=trainable)  # noqa: E731
        build = lambda: classes((6,), embedding, *stack, dtype="int32")  # noqa: E731
        return case(name, build, TOKEN_DATA, epochs=3, batch_size=8)

    flatten = lambda: layers.Flatten()  # noqa: E731
    average = lambda: layers.GlobalAveragePooling1D()  # noqa: E731
    return [
        on_images(
            "images_normalized",
            batch_norm(momentum=0.7),
            dense(4, "tanh"),
            batch_norm(axis=1, momentum=0.6),
            flatten,
        ),
        on_images(
            "images_turned",
            lambda: layers.Permute((3, 1, 2)),
            lambda: layers.LayerNormalization(axis=[2, 3]),
            lambda: layers.Reshape((2, -1)),
            dense(4, "tanh"),
            lambda: layers.Flatten(data_format="channels_first"),
        ),
        on_tokens("embedding_normalized", lambda: layers.LayerNormalization(), average),
        on_tokens("embedding_frozen", dense(5, "tanh"), average, trainable=False),
        on_tokens("embedding_frozen_alone", batch_norm(trainable=False), average, trainable=False),
    ]


def averaged_words():
    """An Embedding's rows straight into their average, and what keeps them from it."""

    def average(name, pooling=None, optimizer=None, **options):
        embedding = lambda: layers.Embedding(12, 21, **options)  # noqa: E731
        pool = pooling or (lambda: layers.GlobalAveragePooling1D())
        rest = [lambda: layers.Flatten(), dense(4, "tanh")]
        build = lambda: classes((6,), embedding, pool, *rest, optimizer=optimizer, dtype="int32")  # noqa: E731
        return case(f"embedding_average_{name}", build, TOKEN_DATA, epochs=3, batch_size=8)

    kept = {"embeddings_regularizer": "l2", "embeddings_constraint": constraints.MaxNorm(0.3, axis=1)}
    return [
        average("kept_small", **kept),
        average("sgd", optimizer=optimizers.SGD(0.5, momentum=0.9)),
        average("frozen", trainable=False, **kept),
        average("activity", activity_regularizer=regularizers.L2(0.02)),
        average("keepdims", lambda: layers.GlobalAveragePooling1D(keepdims=True)),
        average("of_features", lambda: layers.GlobalAveragePooling1D("channels_first")),
    ]


def cases():
    return vectors() + images_and_tokens() + averaged_words()
