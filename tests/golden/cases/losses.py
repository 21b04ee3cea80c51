"""Each loss alone: its value and the gradient with respect to the predictions."""

import jax
import numpy as np
from keras import losses

from arrays import below, encode, plain, uniform
from cases.models import config


def softmax(a):
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype(np.float32)


def case(name, loss, y_true, y_pred, sample_weight=None, gradient=True, **lost):
    """`lost`: arguments that Keras' own config leaves out; `gradient`: whether it is compared."""

    def make():
        weight = None if sample_weight is None else plain(sample_weight)

        def value(y_pred):
            return loss(plain(y_true), y_pred, weight)

        result, slopes = jax.value_and_grad(value)(plain(y_pred))
        given = config(loss)
        found = {
            "name": name,
            "loss": given | {"config": given["config"] | lost},
            "y_true": encode(y_true),
            "y_pred": encode(y_pred),
            "value": float(result),
        }
        if lost:
            found["incomplete_config"] = True
        if gradient:
            found["gradient"] = encode(np.asarray(slopes))
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
    ignoring = sparse_loss(ignore_class=1)
    volume = softmax(uniform((2, 2, 3, 4), 22, -2.0, 2.0).array)
    voxels = below((2, 2, 3), 23, 4)
    moved = np.moveaxis(images, -1, 1)
    moved_one_hot = np.moveaxis(np.eye(4, dtype=np.float32)[pixels.array], -1, 1)
    pixel_bits = below((2, 3, 4), 24, 2)
    found += [
        case("sparse_ignore", ignoring, sparse, probabilities),
        case("sparse_ignore_weight", ignoring, sparse, probabilities, weight),
        case("sparse_ignore_minus", sparse_loss(ignore_class=-1), sparse.array - 1, probabilities),
        case(
            "sparse_ignore_sum", sparse_loss(ignore_class=1, reduction="sum"), sparse, logits, weight
        ),
        case(
            "sparse_ignore_mean_with_sample_weight",
            sparse_loss(ignore_class=1, from_logits=True, reduction="mean_with_sample_weight"),
            sparse,
            logits,
            weight,
        ),
        case("sparse_ignore_all", ignoring, np.ones((n,), np.int32), probabilities),
        case("sparse_ignore_pixels", ignoring, pixels, images, uniform((2, 3), 25, 0.0, 2.0)),
        case("sparse_ignore_pixels_column", ignoring, pixels, images, uniform((2, 1), 25, 0.0, 2.0)),
        case("sparse_rank_4", sparse_loss(), voxels, volume),
        case("sparse_rank_4_column", sparse_loss(), voxels.array[..., None], volume),
        case("categorical_axis", categorical(axis=1), moved_one_hot, moved),
        case("categorical_axis_0", categorical(axis=0, from_logits=True), one_hot, logits),
        case("categorical_one_class", categorical(), np.ones((3, 1), np.float32), rows.array[:3, :1]),
        case("binary_axis", binary(axis=1), pixel_bits, images),
        case("binary_axis_0", binary(axis=0), pixel_bits, images),
        case("binary_axis_0_sum", binary(axis=0, reduction="sum"), many_bits, chances),
        case("binary_rank_3", binary(from_logits=True), pixel_bits, uniform((2, 3, 4), 26, -3, 3)),
        case("binary_rank_1", binary(), bits.array[:, 0], chance[:, 0]),
    ]
    focal = losses.BinaryFocalCrossentropy
    for name, options in {
        "": {},
        "_balanced": {"apply_class_balancing": True, "alpha": 0.7},
        "_gamma": {"gamma": 0.5},
        "_gamma_0": {"gamma": 0.0},
        "_gamma_whole": {"gamma": 3.0, "label_smoothing": 0.1},
        "_smoothing": {"label_smoothing": 0.2, "gamma": 1.5},
    }.items():
        found += [
            case(f"binary_focal{name}", focal(**options), many_bits, chances),
            case(
                f"binary_focal{name}_logits", focal(from_logits=True, **options), bits, score, weight
            ),
        ]
    found.append(case("binary_focal_axis", focal(axis=1), pixel_bits, images))
    focal = losses.CategoricalFocalCrossentropy
    for name, options in {
        "": {},
        "_gamma": {"gamma": 1.5, "alpha": 0.6},
        "_gamma_0": {"gamma": 0.0},
        "_per_class": {"alpha": [0.1, 0.2, 0.3, 0.4]},
        "_smoothing": {"label_smoothing": 0.2},
    }.items():
        found += [
            case(f"categorical_focal{name}", focal(**options), one_hot, probabilities),
            case(f"categorical_focal{name}_unnormalised", focal(**options), soft, rows, weight),
            case(f"categorical_focal{name}_logits", focal(from_logits=True, **options), soft, logits),
        ]
    found.append(case("categorical_focal_axis", focal(axis=1), moved_one_hot, moved))
    generalized = losses.CategoricalGeneralizedCrossEntropy
    found += [
        case("generalized", generalized(), sparse, probabilities),
        case("generalized_q", generalized(q=0.8), sparse, probabilities, weight),
        case("generalized_pixels", generalized(q=0.3), pixels, images),
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
