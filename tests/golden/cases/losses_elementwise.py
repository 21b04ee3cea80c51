"""Regression, hinge and probabilistic losses, and what reductions and weights make of them."""

import numpy as np
from keras import losses

from arrays import below, uniform
from cases.losses import case, softmax


def regression():
    y_true = uniform((5, 3), 31, -2.0, 2.0)
    y_pred = uniform((5, 3), 32, -2.0, 2.0)
    positive = uniform((5, 3), 33, 0.1, 3.0)
    other = uniform((5, 3), 34, 0.1, 3.0)
    cube = uniform((2, 3, 4), 35, 0.2, 2.0)
    cube_pred = uniform((2, 3, 4), 36, 0.2, 2.0)
    weight = uniform((5,), 37, 0.0, 2.0)
    with_zero = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, -1.0]], np.float32)
    near = np.array([[0.1, 1.0, 2.5], [0.0, -0.2, 1.0]], np.float32)
    ties = np.array([[1.0, -1.0, 0.0], [0.5, 2.0, -3.0]], np.float32)
    found = []
    for name in [
        "MeanSquaredError",
        "MeanAbsoluteError",
        "MeanAbsolutePercentageError",
        "MeanSquaredLogarithmicError",
        "Huber",
        "LogCosh",
        "CosineSimilarity",
        "Poisson",
    ]:
        loss = getattr(losses, name)
        first, second = (positive, other) if name == "Poisson" else (y_true, y_pred)
        found += [
            case(f"{name}_rank_2", loss(), first, second),
            case(f"{name}_positive", loss(), positive, other, weight),
            case(f"{name}_rank_3", loss(), cube, cube_pred),
            case(f"{name}_rank_3_weight", loss(), cube, cube_pred, uniform((2, 3), 38, 0.0, 2.0)),
            case(f"{name}_sum_weight", loss(reduction="sum"), positive, other, weight),
        ]
    found += [
        case("MeanAbsolutePercentageError_zero", losses.MeanAbsolutePercentageError(), with_zero, near),
        case("MeanSquaredLogarithmicError_below", losses.MeanSquaredLogarithmicError(), with_zero, ties),
        case("Huber_delta", losses.Huber(delta=0.5), y_true, y_pred, weight, delta=0.5),
        case("Huber_ties", losses.Huber(), np.zeros((2, 3), np.float32), ties),
        case("CosineSimilarity_axis", losses.CosineSimilarity(axis=1), cube, cube_pred, axis=1),
        case("CosineSimilarity_axis_0", losses.CosineSimilarity(axis=0), y_true, y_pred, axis=0),
        case(
            "CosineSimilarity_small",
            losses.CosineSimilarity(),
            np.zeros((2, 3), np.float32),
            near,
        ),
    ]
    return found


def hinges():
    logits = uniform((6, 4), 41, -2.0, 2.0)
    bits = below((6, 4), 42, 2)
    signs = (bits.array * 2 - 1).astype(np.float32)
    one_hot = np.eye(4, dtype=np.float32)[below((6,), 43, 4).array]
    weight = uniform((6,), 44, 0.0, 2.0)
    edge = np.array([[1.0, -1.0, 0.5, 2.0]], np.float32)
    cube, cube_bits = uniform((2, 3, 4), 45, -2.0, 2.0), below((2, 3, 4), 46, 2)
    found = []
    for name in ["Hinge", "SquaredHinge"]:
        loss = getattr(losses, name)
        found += [
            case(f"{name}_bits", loss(), bits, logits),
            case(f"{name}_signs", loss(), signs, logits, weight),
            case(f"{name}_mixed", loss(), np.where(bits.array, signs, 0.5), logits),
            case(f"{name}_edge", loss(), np.array([[1, 0, 1, 1]]), edge),
            case(f"{name}_flat", loss(), bits.array[:, 0], logits.array[:, :1]),
            case(f"{name}_rank_3", loss(), cube_bits, cube),
        ]
    loss = losses.CategoricalHinge
    ties = np.array([[0.0, 0.5, 0.5], [1.5, 0.5, 0.5], [-1.0, -1.0, -2.0]], np.float32)
    first = np.array([[1.0, 0.0, 0.0]] * 3, np.float32)
    return found + [
        case("CategoricalHinge", loss(), one_hot, logits),
        case("CategoricalHinge_weight", loss(), one_hot, logits, weight),
        case("CategoricalHinge_ties", loss(), first, ties),
        case("CategoricalHinge_rank_3", loss(), cube_bits, cube),
    ]


def divergence():
    y_true = softmax(uniform((5, 3), 51, -2.0, 2.0).array)
    y_pred = softmax(uniform((5, 3), 52, -2.0, 2.0).array)
    sure = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]], np.float32)
    wrong = np.array([[0.0, 1.0, 0.2], [1.5, 0.5, 0.0]], np.float32)
    loss = losses.KLDivergence
    return [
        case("KLDivergence", loss(), y_true, y_pred),
        case("KLDivergence_weight", loss(), y_true, y_pred, uniform((5,), 53, 0.0, 2.0)),
        case("KLDivergence_clipped", loss(), sure, wrong),
        case("KLDivergence_rank_3", loss(), y_true[None], y_pred[None]),
    ]


def reductions():
    """Every reduction with every shape of weights."""
    rows, rows_pred = uniform((4, 3), 61, -2.0, 2.0), uniform((4, 3), 62, -2.0, 2.0)
    cube, cube_pred = uniform((4, 3, 2), 63, -2.0, 2.0), uniform((4, 3, 2), 64, -2.0, 2.0)
    image, image_pred = uniform((2, 3, 2, 2), 65, -2.0, 2.0), uniform((2, 3, 2, 2), 66, -2.0, 2.0)
    some = uniform((4,), 67, 0.0, 2.0)
    zeros = np.array([0.0, 1.5, 0.0, 2.0], np.float32)
    found = []
    for reduction in ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"]:
        loss = losses.MeanSquaredError(reduction=reduction)
        for name, data, weight in [
            ("none", (rows, rows_pred), None),
            ("flat", (rows, rows_pred), some),
            ("column", (rows, rows_pred), some.array[:, None]),
            ("zeros", (rows, rows_pred), zeros),
            ("all_zero", (rows, rows_pred), np.zeros((4,), np.float32)),
            ("per_step", (cube, cube_pred), uniform((4, 3), 68, 0.0, 2.0)),
            ("per_step_column", (cube, cube_pred), uniform((4, 3, 1), 68, 0.0, 2.0)),
            ("of_steps", (cube, cube_pred), some.array[:, None]),
            ("of_rows", (image, image_pred), uniform((2, 3, 1), 69, 0.0, 2.0)),
            ("of_columns", (image, image_pred), uniform((2, 1, 2), 69, 0.0, 2.0)),
            ("squeezed", (cube.array[..., 0], cube_pred.array[..., :1]), some),
            ("squeezed_labels", (cube.array[..., :1], cube_pred.array[..., 0]), None),
        ]:
            found.append(case(f"{reduction}_{name}", loss, *data, weight))
    return found


def cases():
    return regression() + hinges() + divergence() + reductions()
