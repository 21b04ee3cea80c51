"""Each metric as `compile` takes it: its result after each of three batches."""

import numpy as np
from keras import metrics
from keras.src.trainers.compile_utils import get_metric

from arrays import below, encode, plain, uniform
from cases.losses import softmax
from cases.models import config

SIZES = [5, 5, 3]


def case(name, metric, batches, weighted=False):
    """`metric`: a string as typed, or a metric; `batches`: [(y_true, y_pred)]."""

    def make():
        object = get_metric(metric, *[plain(a) for a in batches[0]])
        steps, results = [], []
        for i, (y_true, y_pred) in enumerate(batches):
            step = {"y_true": encode(y_true), "y_pred": encode(y_pred)}
            weight = None
            if weighted:
                drawn = uniform((len(plain(y_true)),), 60 + i, 0.0, 2.0)
                step["sample_weight"], weight = encode(drawn), drawn.array
            object.update_state(plain(y_true), plain(y_pred), sample_weight=weight)
            steps.append(step)
            results.append(float(object.result()))
        typed = metric if isinstance(metric, str) else config(metric)
        return {
            "name": name,
            "metric": typed,
            "key": object.name,
            "batches": steps,
            "results": results,
        }

    return make


def cases():
    def batches(make):
        return [make(i, n) for i, n in enumerate(SIZES)]

    def scores(i, n):
        return softmax(uniform((n, 4), 30 + i, -2.0, 2.0).array)

    def chances(i, n):
        return uniform((n, 1), 40 + i, 0.0, 1.0)

    sparse = batches(lambda i, n: (below((n,), 50 + i, 4), scores(i, n)))
    column = [(plain(t)[:, None], p) for t, p in sparse]
    one_hot = [(np.eye(4, dtype=np.float32)[plain(t)], p) for t, p in sparse]
    binary = batches(lambda i, n: (below((n, 1), 50 + i, 2), chances(i, n)))
    flat = [(plain(t)[:, 0], p) for t, p in binary]
    edge = [(np.array([[1], [0], [1]]), np.array([[0.5], [0.5], [0.50001]], np.float32))]
    many = batches(lambda i, n: (below((n, 4), 50 + i, 2), uniform((n, 4), 40 + i, 0.0, 1.0)))
    logits = batches(lambda i, n: (below((n, 1), 50 + i, 2), uniform((n, 1), 40 + i, -3.0, 3.0)))
    values = batches(lambda i, n: (uniform((n, 3), 50 + i), uniform((n, 3), 40 + i)))
    one_value = batches(lambda i, n: (uniform((n,), 50 + i), uniform((n, 1), 40 + i)))
    ties = [(np.array([1, 0, 2]), np.array([[0.4, 0.4, 0.2]] * 3, np.float32))]

    found = []
    for weighted in [False, True]:
        tail = "_weighted" if weighted else ""
        found += [
            case(f"accuracy_sparse{tail}", "accuracy", sparse, weighted),
            case(f"accuracy_sparse_column{tail}", "accuracy", column, weighted),
            case(f"accuracy_categorical{tail}", "accuracy", one_hot, weighted),
            case(f"accuracy_binary{tail}", "accuracy", binary, weighted),
            case(f"accuracy_binary_flat{tail}", "accuracy", flat, weighted),
            case(f"acc{tail}", "acc", sparse, weighted),
            case(f"mae{tail}", "mae", values, weighted),
            case(f"mse{tail}", "mse", values, weighted),
            case(f"mean_squared_error{tail}", "mean_squared_error", one_value, weighted),
            case(f"mean_absolute_error{tail}", "mean_absolute_error", one_value, weighted),
            case(f"binary_crossentropy{tail}", "binary_crossentropy", binary, weighted),
            case(f"binary_crossentropy_many{tail}", "binary_crossentropy", many, weighted),
            case(f"BinaryAccuracy_many{tail}", metrics.BinaryAccuracy(), many, weighted),
            case(f"MeanAbsoluteError{tail}", metrics.MeanAbsoluteError(), values, weighted),
            case(f"MeanSquaredError{tail}", metrics.MeanSquaredError(), one_value, weighted),
        ]
    return found + [
        case("accuracy_binary_edge", "accuracy", edge),
        case("accuracy_ties", "accuracy", ties),
        case("accuracy_logits", "accuracy", logits),
        case("sparse_categorical_crossentropy", "sparse_categorical_crossentropy", sparse),
        case("categorical_crossentropy", "categorical_crossentropy", one_hot),
        case("binary_accuracy", "binary_accuracy", binary),
        case("sparse_categorical_accuracy", "sparse_categorical_accuracy", sparse),
        case("categorical_accuracy", "categorical_accuracy", one_hot),
        case("BinaryAccuracy_threshold", metrics.BinaryAccuracy(name="a", threshold=0.3), binary),
        case("SparseCategoricalAccuracy", metrics.SparseCategoricalAccuracy(), sparse),
        case("CategoricalAccuracy_named", metrics.CategoricalAccuracy(name="hits"), one_hot),
        case("BinaryCrossentropy", metrics.BinaryCrossentropy(), binary),
        case(
            "BinaryCrossentropy_logits",
            metrics.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
            logits,
        ),
        case("CategoricalCrossentropy", metrics.CategoricalCrossentropy(label_smoothing=0.2), one_hot),
        case("SparseCategoricalCrossentropy", metrics.SparseCategoricalCrossentropy(), sparse),
    ]
