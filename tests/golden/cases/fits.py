"""Every argument of fit and compile in its combinations, on models small enough to read."""

import numpy as np
from keras import layers, losses, metrics, optimizers, regularizers

from arrays import below, plain, uniform
from cases.models import dense, sequential
from cases.training import case, compiled, early_stopping, labels_from

X = uniform((50, 4), 300, -2.0, 2.0)
X_VAL = uniform((21, 4), 301, -2.0, 2.0)
LABELS = labels_from(X, 3)
LABELS_VAL = labels_from(X_VAL, 3)
ONE_HOT = np.eye(3, dtype=np.float32)
BITS = (LABELS == 0).astype(np.int32)
BITS_VAL = (LABELS_VAL == 0).astype(np.int32)
VALUES = uniform((50, 2), 302, -3.0, 3.0)
WEIGHT = uniform((50,), 303, 0.0, 2.0)
WEIGHT_VAL = uniform((21,), 304, 0.0, 2.0)

SPARSE = {"x": X, "y": LABELS}
SPARSE_VAL = SPARSE | {"x_val": X_VAL, "y_val": LABELS_VAL}
CATEGORICAL = {"x": X, "y": ONE_HOT[LABELS], "x_val": X_VAL, "y_val": ONE_HOT[LABELS_VAL]}
BINARY = {"x": X, "y": BITS, "x_val": X_VAL, "y_val": BITS_VAL}
REGRESSION = {"x": X, "y": VALUES}
WEIGHTED = {"sample_weight": WEIGHT}
WEIGHTED_VAL = SPARSE_VAL | WEIGHTED | {"sample_weight_val": WEIGHT_VAL}


def classes(optimizer="adam", **options):
    """4-8-3 with softmax."""
    model = sequential((4,), dense(8, "tanh"), dense(3, "softmax"))
    return compiled(
        model, optimizer, "sparse_categorical_crossentropy", ["accuracy"], **options
    )


def head(units, activation, loss, measured=None, **options):
    """4-8-units with the loss and the metrics under test."""
    model = sequential((4,), dense(8, "relu"), dense(units, activation))
    return compiled(model, optimizers.SGD(0.1), loss, measured, **options)


def stack(*hidden):
    """The layers under test below a softmax of three."""
    model = sequential((4,), *hidden, dense(3, "softmax"))
    return compiled(model, optimizers.SGD(0.1), "sparse_categorical_crossentropy", ["accuracy"])


def fit_arguments():
    fast = lambda: classes(optimizers.Adam(0.02))  # noqa: E731
    return [
        case("batch_1", fast, SPARSE, epochs=5, batch_size=1),
        case("batch_7_short_last", fast, SPARSE, epochs=5, batch_size=7),
        case("batch_larger_than_data", fast, SPARSE, epochs=5, batch_size=64),
        case("validation_data", fast, SPARSE_VAL, epochs=5),
        case("validation_split_rounds_down", fast, SPARSE, epochs=5, validation_split=0.33),
        case("validation_batch_size", fast, SPARSE_VAL, epochs=5, validation_batch_size=4),
        case("validation_freq_2", fast, SPARSE_VAL, epochs=5, validation_freq=2),
        case("validation_freq_list", fast, SPARSE_VAL, epochs=5, validation_freq=[1, 4]),
        case("validation_data_over_split", fast, SPARSE_VAL, epochs=5, validation_split=0.5),
        case("initial_epoch", fast, SPARSE_VAL, epochs=7, initial_epoch=4),
        case("steps_per_epoch", fast, SPARSE, epochs=5, steps_per_epoch=2, batch_size=5),
        # Five batches: the third epoch gets the last one only, the fourth starts anew.
        case("steps_run_out", fast, SPARSE, epochs=5, steps_per_epoch=2, batch_size=10),
        case("sample_weight", fast, SPARSE | WEIGHTED, epochs=5),
        case("sample_weight_split", fast, SPARSE | WEIGHTED, epochs=5, validation_split=0.2),
        case("sample_weight_val", fast, WEIGHTED_VAL, epochs=5),
        case(
            "weighted_metrics",
            lambda: classes("adam", weighted_metrics=["accuracy", "sparse_categorical_crossentropy"]),
            WEIGHTED_VAL,
            epochs=5,
        ),
        case(
            "class_weight",
            fast,
            SPARSE_VAL,
            epochs=5,
            class_weight={"0": 1.0, "1": 2.5, "2": 0.25},
        ),
        case("class_weight_partial", fast, SPARSE, epochs=5, class_weight={"1": 3.0}),
        case(
            "class_weight_one_hot",
            lambda: head(3, "softmax", "categorical_crossentropy", ["accuracy"]),
            CATEGORICAL,
            epochs=5,
            class_weight={"0": 0.5, "1": 2.0, "2": 1.0},
        ),
        case("evaluate_only", fast, SPARSE, epochs=0),
    ]


def losses_and_metrics():
    both = ["accuracy", "binary_crossentropy"]
    binary = losses.BinaryCrossentropy
    return [
        case(
            "categorical",
            lambda: head(3, "softmax", "categorical_crossentropy", ["accuracy"]),
            CATEGORICAL,
            epochs=5,
        ),
        case(
            "categorical_smoothing",
            lambda: head(
                3,
                "softmax",
                losses.CategoricalCrossentropy(label_smoothing=0.1),
                ["acc", "categorical_crossentropy", metrics.CategoricalAccuracy()],
            ),
            CATEGORICAL,
            epochs=5,
        ),
        case(
            "categorical_logits",
            lambda: head(
                3, None, losses.CategoricalCrossentropy(from_logits=True), ["accuracy"]
            ),
            CATEGORICAL,
            epochs=5,
        ),
        case(
            "sparse_logits",
            lambda: head(
                3,
                None,
                losses.SparseCategoricalCrossentropy(from_logits=True),
                [metrics.SparseCategoricalAccuracy(name="hits"), "accuracy"],
            ),
            SPARSE_VAL,
            epochs=5,
        ),
        case("binary", lambda: head(1, "sigmoid", "binary_crossentropy", both), BINARY, epochs=5),
        case(
            "binary_logits_smoothing",
            lambda: head(
                1,
                None,
                binary(from_logits=True, label_smoothing=0.1),
                [metrics.BinaryAccuracy(threshold=0.0), "accuracy"],
            ),
            BINARY,
            epochs=5,
        ),
        case(
            "binary_many",
            lambda: head(3, "sigmoid", "binary_crossentropy", ["binary_accuracy"]),
            CATEGORICAL,
            epochs=5,
        ),
        case("mse", lambda: head(2, None, "mse", ["mae", "mse"]), REGRESSION, epochs=5),
        case(
            "mae",
            lambda: head(2, None, "mean_absolute_error", [metrics.MeanSquaredError(name="m")]),
            REGRESSION | WEIGHTED,
            epochs=5,
            validation_split=0.2,
        ),
        case(
            "class_objects",
            lambda: head(
                1,
                "sigmoid",
                binary(),
                [
                    metrics.BinaryCrossentropy(),
                    metrics.BinaryAccuracy(threshold=0.4),
                    metrics.MeanAbsoluteError(),
                ],
            ),
            BINARY,
            epochs=5,
        ),
    ]


def optimizers_and_layers():
    sgd, rmsprop, adam = optimizers.SGD, optimizers.RMSprop, optimizers.Adam
    chosen = {
        "sgd_momentum": lambda: sgd(0.05, momentum=0.9),
        "sgd_nesterov_decay": lambda: sgd(0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
        "sgd_clipnorm": lambda: sgd(0.5, clipnorm=0.1),
        "sgd_global_clipnorm": lambda: sgd(0.5, global_clipnorm=0.2),
        "rmsprop_centered": lambda: rmsprop(0.01, centered=True, momentum=0.5),
        "adam_amsgrad_clipvalue": lambda: adam(0.02, amsgrad=True, clipvalue=0.01),
    }
    found = [
        case(f"optimizer_{name}", lambda make=make: classes(make()), SPARSE_VAL, epochs=5)
        for name, make in chosen.items()
    ]
    l1, l2, l1l2 = regularizers.L1, regularizers.L2, regularizers.L1L2
    stacks = {
        "kernel_l1_default": [lambda: layers.Dense(8, "relu", kernel_regularizer="l1")],
        "bias_l2": [lambda: layers.Dense(8, "relu", bias_regularizer=l2(0.1))],
        "kernel_l1l2_bias_l1": [
            lambda: layers.Dense(
                8, "tanh", kernel_regularizer=l1l2(0.01, 0.02), bias_regularizer=l1(0.05)
            )
        ],
        "activity_l1": [lambda: layers.Dense(8, "relu", activity_regularizer=l1(0.02))],
        "activity_l2_on_activation": [
            dense(8),
            lambda: layers.Activation("tanh", activity_regularizer=l2(0.02)),
        ],
        "frozen": [
            lambda: layers.Dense(8, "relu", kernel_regularizer=l2(0.01), trainable=False),
            dense(8, "relu"),
        ],
        "rescaling": [lambda: layers.Rescaling(0.5, offset=0.1), dense(8, "sigmoid")],
        "no_bias": [dense(8, "relu", use_bias=False)],
        "activations_apart": [dense(8), lambda: layers.Activation("relu"), dense(3)],
        "deep": [dense(7, "relu"), dense(6, "tanh"), dense(5, "sigmoid"), dense(4)],
    }
    found += [
        case(name, lambda s=s: stack(*s), SPARSE_VAL, epochs=5) for name, s in stacks.items()
    ]

    def softmax_apart():
        model = sequential((4,), dense(3), lambda: layers.Activation("softmax"))
        return compiled(model, "sgd", "sparse_categorical_crossentropy", ["accuracy"])

    def adapted():
        norm = layers.Normalization()
        norm.adapt(plain(X) * 3 + 1)
        return stack(lambda: norm, dense(8, "relu"))

    def regularised_embedding():
        model = sequential(
            (6,),
            lambda: layers.Embedding(12, 5, embeddings_regularizer=l2(0.01)),
            lambda: layers.GlobalAveragePooling1D(),
            dense(3, "softmax"),
            dtype="int32",
        )
        return compiled(model, rmsprop(0.01), "sparse_categorical_crossentropy", ["accuracy"])

    tokens = {"x": below((50, 6), 305, 12), "y": LABELS}
    return found + [
        case("softmax_apart", softmax_apart, SPARSE, epochs=5),
        case("normalization_adapted", adapted, SPARSE, epochs=5),
        case("embedding_l2", regularised_embedding, tokens, epochs=5),
    ]


def stopping():
    """EarlyStopping on a run that overshoots: the loss falls, then swings."""

    def overshooting():
        return classes(optimizers.SGD(3.0, momentum=0.5))

    def stop(name, **options):
        return case(
            f"early_stopping_{name}",
            overshooting,
            SPARSE_VAL,
            epochs=12,
            tolerance=1e-4,  # the swings double every rounding error
            callbacks=early_stopping(**options),
        )

    return [
        stop("default"),
        stop("patience", patience=2),
        stop("restore", patience=2, restore_best_weights=True),
        stop("restore_without_stop", monitor="loss", patience=50, restore_best_weights=True),
        stop("min_delta", monitor="loss", min_delta=0.2, patience=1),
        stop("baseline", baseline=0.3, patience=3),
        stop("baseline_restore", baseline=0.01, patience=2, restore_best_weights=True),
        stop("start_from_epoch", patience=1, start_from_epoch=4, restore_best_weights=True),
        stop("max", monitor="val_accuracy", mode="max", patience=2, restore_best_weights=True),
        stop("auto_accuracy", monitor="val_accuracy", patience=2),
        stop("min_on_accuracy", monitor="accuracy", mode="min", patience=1),
        stop("missing_monitor", monitor="val_mae", mode="min", patience=0),
        case(
            "terminate_on_nan",
            lambda: compiled(sequential((4,), dense(2)), optimizers.SGD(1e7), "mse", ["mae"]),
            REGRESSION,
            epochs=4,
            batch_size=10,
            callbacks=[{"class_name": "TerminateOnNaN", "config": {}}],
        ),
    ]


def cases():
    return fit_arguments() + losses_and_metrics() + optimizers_and_layers() + stopping()
