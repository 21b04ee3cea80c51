"""Short trainings under each loss, with metrics of its kind, weighted ones too."""

import numpy as np
from keras import losses, metrics

from arrays import below, plain, uniform
from cases.models import dense, sequential
from cases.training import case, compiled, early_stopping

ROWS = 14
X = uniform((ROWS, 5), 1)
STEPS = uniform((ROWS, 6, 3), 2)
WEIGHT = uniform((ROWS,), 3, 0.0, 2.0)


def model(*stack, loss, shape=(5,), metrics=None, optimizer="adam", **options):
    """Its metrics are made anew: they hold state."""

    def build():
        made = [metric if isinstance(metric, str) else metric() for metric in metrics or []]
        weighted = [m if isinstance(m, str) else m() for m in options.get("weighted", [])]
        return compiled(
            sequential(shape, *stack), optimizer, loss, made or None, weighted_metrics=weighted or None
        )

    return build


def fit(name, loss, last, y, made=None, weighted=(), weight=None, x=X, shape=(5,), **options):
    data = {"x": x, "y": y} | ({} if weight is None else {"sample_weight": weight})
    build = model(
        dense(6, "tanh"), *last, loss=loss, shape=shape, metrics=made, weighted=list(weighted)
    )
    return case(name, build, data, epochs=3, batch_size=4, **options)


def regressions():
    values, positive = uniform((ROWS, 2), 11, -1.0, 1.0), uniform((ROWS, 2), 12, 0.2, 2.0)
    one = uniform((ROWS,), 13, -1.0, 1.0)
    linear, above, single = [dense(2)], [dense(2, "sigmoid")], [dense(1)]
    r2, rmse = metrics.R2Score, metrics.RootMeanSquaredError
    return [
        fit("mape", "mape", above, positive, ["mape", "mae"], weight=WEIGHT),
        fit("msle", losses.MeanSquaredLogarithmicError(), above, positive, ["MSLE"], ["msle"]),
        fit("huber", losses.Huber(), linear, values, [r2, rmse], [r2], WEIGHT),
        fit("log_cosh", "log_cosh", single, one, ["log_cosh_error"], [rmse], WEIGHT),
        fit("cosine", "cosine_similarity", linear, values, ["cosine_similarity", "mse"]),
        fit("poisson", "poisson", above, positive, ["poisson", "mae"], ["mae"], WEIGHT),
        fit("mse_sum", losses.MeanSquaredError(reduction="sum"), linear, values, ["mse"]),
        fit(
            "mse_mean_with_sample_weight",
            losses.MeanSquaredError(reduction="mean_with_sample_weight"),
            linear,
            values,
            ["mse"],
            ["mse"],
            WEIGHT,
        ),
        fit(
            "correlations",
            "mse",
            [dense(4)],
            uniform((ROWS, 4), 14),
            [metrics.PearsonCorrelation, metrics.ConcordanceCorrelation],
            ["mean_squared_error"],
        ),
        fit(
            "column_weights",
            "mae",
            linear,
            values,
            ["mae", "mae"],
            ["mae", "mae", "mse"],
            WEIGHT.array[:, None],
            validation_split=0.3,
        ),
    ]


def binaries():
    bits, many = below((ROWS,), 21, 2), below((ROWS, 3), 22, 2)
    sigmoid, sigmoids, linear = [dense(1, "sigmoid")], [dense(3, "sigmoid")], [dense(1)]

    def auc():
        return metrics.AUC(name="auc")

    def precision():
        return metrics.Precision(name="precision")

    def recall():
        return metrics.Recall(name="recall", thresholds=0.4)

    def f1():
        return metrics.F1Score(average="macro", threshold=0.5)

    return [
        fit("bce", "bce", sigmoid, bits, ["accuracy", auc, precision], [recall, auc], WEIGHT),
        fit("crossentropy_binary", "crossentropy", sigmoid, bits, ["acc"]),
        fit(
            "bce_class_weight",
            "binary_crossentropy",
            sigmoid,
            bits,
            ["accuracy"],
            ["accuracy", recall],
            class_weight={"0": 0.5, "1": 3.0},
            validation_split=0.3,
        ),
        fit(
            "focal",
            losses.BinaryFocalCrossentropy(apply_class_balancing=True, gamma=1.5),
            sigmoids,
            many,
            [f1, precision],
            [f1],
            WEIGHT,
        ),
        fit("hinge", "hinge", linear, bits, ["hinge", "binary_accuracy"]),
        fit("squared_hinge", losses.SquaredHinge(), linear, bits, ["squared_hinge"], ["hinge"], WEIGHT),
        fit(
            "auc_stops",
            "bce",
            sigmoid,
            bits,
            [auc],
            validation_split=0.4,
            callbacks=early_stopping(monitor="val_auc", restore_best_weights=True),
        ),
        fit("dice", losses.Dice(), sigmoids, many, [lambda: metrics.BinaryIoU(name="iou")]),
        fit("tversky", losses.Tversky(0.3, 0.7, axis=-1), sigmoids, many, ["mae"], ["mae"], WEIGHT),
    ]


def classes():
    sparse = below((ROWS,), 31, 3)
    one_hot = np.eye(3, dtype=np.float32)[plain(sparse)]
    softmax, linear = [dense(3, "softmax")], [dense(3)]

    def top():
        return metrics.SparseTopKCategoricalAccuracy(k=2)

    def iou():
        return metrics.MeanIoU(num_classes=3, sparse_y_pred=False, name="iou")

    def f1():
        return metrics.F1Score(average="weighted")

    return [
        fit("ce_sparse", "ce", softmax, sparse, ["accuracy", top, iou], ["accuracy"], WEIGHT),
        fit("ce_categorical", "CrossEntropy", softmax, one_hot, ["Accuracy", f1]),
        fit(
            "ignore_class",
            losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=1),
            linear,
            sparse,
            ["sparse_categorical_accuracy"],
            weight=WEIGHT,
        ),
        fit(
            "one_hot_class_weight",
            "categorical_crossentropy",
            softmax,
            one_hot,
            ["accuracy"],
            ["accuracy", "categorical_crossentropy"],
            class_weight={"0": 0.5, "2": 2.0},
        ),
        fit("categorical_focal", losses.CategoricalFocalCrossentropy(), softmax, one_hot, [f1]),
        fit("categorical_hinge", "categorical_hinge", linear, one_hot, ["categorical_hinge"]),
        fit("kld", "kld", softmax, one_hot * 0.8 + 0.1, ["kl_divergence"], ["kl_divergence"], WEIGHT),
        fit(
            "generalized",
            losses.CategoricalGeneralizedCrossEntropy(0.7),
            softmax,
            sparse,
            ["accuracy", "sparse_categorical_crossentropy"],
        ),
        fit("circle", losses.Circle(gamma=4.0), [dense(3, "tanh")], sparse),
        fit("huber_function", losses.huber, linear, one_hot, [lambda: losses.huber, "mae"]),
    ]


def sequences():
    labels = below((ROWS, 6), 41, 4)
    words = np.where(below((ROWS, 3), 42, 2).array, below((ROWS, 3), 43, 3).array + 1, 0)
    words = np.array([sorted(row, key=lambda w: w == 0) for row in words], np.int32)
    of_steps = uniform((ROWS, 6), 44, 0.0, 2.0)
    softmax = [dense(4, "softmax")]
    shared = {"x": STEPS, "shape": (6, 3)}
    sparse = "sparse_categorical_crossentropy"
    return [
        fit("per_step", sparse, softmax, labels, ["accuracy"], **shared),
        fit("per_step_weight", sparse, softmax, labels, ["acc"], ["acc", sparse], of_steps, **shared),
        fit(
            "per_step_column_weight",
            sparse,
            softmax,
            labels,
            ["acc"],
            ["acc"],
            WEIGHT.array[:, None],
            validation_split=0.3,
            **shared,
        ),
        fit("ctc", losses.CTC(), [dense(4)], words, **shared),
        fit(
            "dice_per_sample",
            losses.Dice(axis=[1, 2]),
            [dense(2, "sigmoid")],
            below((ROWS, 6, 2), 45, 2),
            [lambda: metrics.Precision(name="p")],
            weight=WEIGHT,
            **shared,
        ),
    ]


def cases():
    return regressions() + binaries() + classes() + sequences()
