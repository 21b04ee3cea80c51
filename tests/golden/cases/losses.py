"""Each loss alone: its value and the gradient with respect to the predictions."""

import jax
import numpy as np
from keras import losses

from arrays import below, encode, plain, uniform
from cases.models import config


def softmax(a):
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype(np.float32)


def case(name, loss, y_true, y_pred, sample_weight=None):
    def make():
        weight = None if sample_weight is None else plain(sample_weight)

        def value(y_pred):
            return loss(plain(y_true), y_pred, weight)

        result, gradient = jax.value_and_grad(value)(plain(y_pred))
        found = {
            "name": name,
            "loss": config(loss),
            "y_true": encode(y_true),
            "y_pred": encode(y_pred),
            "value": float(result),
            "gradient": encode(np.asarray(gradient)),
        }
        if weight is not None:
            found["sample_weight"] = encode(sample_weight)
        return found

    return make


def cases():
    n, classes = 6, 4
    logits = uniform((n, classes), 11, -3.0, 3.0)
    probabilities = softmax(logits.array)
    rows = uniform((n, classes), 12, 0.1, 1.0)  # positive, not summing to one
    sparse = below((n,), 13, classes)
    one_hot = np.eye(classes, dtype=np.float32)[sparse.array]
    soft = softmax(uniform((n, classes), 14, -2.0, 2.0).array)
    score = uniform((n, 1), 15, -4.0, 4.0)
    chance = (1 / (1 + np.exp(-score.array))).astype(np.float32)
    chances = (1 / (1 + np.exp(-logits.array))).astype(np.float32)
    bits = below((n, 1), 16, 2)
    many_bits = below((n, classes), 17, 2)
    targets = uniform((n, classes), 18, -2.0, 2.0)
    weight = uniform((n,), 19, 0.0, 2.0)
    sure = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1e-9, 0, 1, 0]], np.float32)
    images = softmax(uniform((2, 3, 4), 20, -2.0, 2.0).array)
    pixels = below((2, 3), 21, 4)

    sparse_loss = losses.SparseCategoricalCrossentropy
    categorical = losses.CategoricalCrossentropy
    binary = losses.BinaryCrossentropy
    found = [
        case("sparse", sparse_loss(), sparse, probabilities),
        case("sparse_unnormalised", sparse_loss(), sparse, rows),
        case("sparse_column", sparse_loss(), sparse.array[:, None], probabilities),
        case("sparse_saturated", sparse_loss(), np.array([1, 1, 0], np.int32), sure),
        case("sparse_logits", sparse_loss(from_logits=True), sparse, logits),
        case("sparse_weight", sparse_loss(), sparse, probabilities, weight),
        case("sparse_sum", sparse_loss(reduction="sum"), sparse, probabilities, weight),
        case("sparse_per_pixel", sparse_loss(), pixels, images),
        case("categorical", categorical(), one_hot, probabilities),
        case("categorical_soft", categorical(), soft, probabilities),
        case("categorical_unnormalised", categorical(), one_hot, rows),
        case("categorical_saturated", categorical(), np.eye(4, dtype=np.float32)[[1, 1, 0]], sure),
        case("categorical_logits", categorical(from_logits=True), one_hot, logits),
        case("categorical_smoothing", categorical(label_smoothing=0.1), one_hot, probabilities),
        case(
            "categorical_logits_smoothing",
            categorical(from_logits=True, label_smoothing=0.2),
            one_hot,
            logits,
            weight,
        ),
        case("binary", binary(), bits, chance),
        case("binary_many", binary(), many_bits, chances),
        case("binary_saturated", binary(), np.array([[0], [1]]), np.array([[1], [0]], np.float32)),
        case("binary_logits", binary(from_logits=True), bits, score),
        case("binary_logits_many", binary(from_logits=True), many_bits, logits, weight),
        case("binary_smoothing", binary(label_smoothing=0.2), bits, chance),
        case(
            "binary_logits_smoothing", binary(from_logits=True, label_smoothing=0.1), bits, score
        ),
        case("binary_flat_labels", binary(), bits.array[:, 0], chance),
        case("binary_weight", binary(), bits, chance, weight),
        case("binary_weight_column", binary(), bits, chance, weight.array[:, None]),
    ]
    for name in ["MeanSquaredError", "MeanAbsoluteError"]:
        loss = getattr(losses, name)
        found += [
            case(name, loss(), targets, logits),
            case(f"{name}_weight", loss(), targets, logits, weight),
            case(f"{name}_flat_labels", loss(), targets.array[:, 0], logits.array[:, :1]),
            case(f"{name}_sum", loss(reduction="sum"), targets, logits, weight),
        ]
    return found
