"""Losses that look at several axes or at the whole batch."""

import numpy as np
from keras import losses

from arrays import below, uniform
from cases.losses import case, softmax


def overlaps():
    masks, scores = below((3, 4, 5, 2), 71, 2), uniform((3, 4, 5, 2), 72, 0.0, 1.0)
    rows, rows_pred = below((4, 3), 73, 2), uniform((4, 3), 74, 0.0, 1.0)
    weight = uniform((3,), 75, 0.0, 2.0)
    empty = np.zeros((2, 3), np.float32)
    found = []
    for name, loss, options in [
        ("Dice", losses.Dice, {}),
        ("Tversky", losses.Tversky, {"alpha": 0.3, "beta": 0.8}),
    ]:
        found += [
            case(name, loss(**options), masks, scores),
            case(f"{name}_weight", loss(**options), masks, scores, weight),
            case(f"{name}_weight_sum", loss(reduction="sum", **options), masks, scores, weight),
            case(
                f"{name}_weight_mean",
                loss(reduction="mean_with_sample_weight", **options),
                masks,
                scores,
                weight,
            ),
            case(f"{name}_per_sample", loss(axis=[1, 2, 3], **options), masks, scores, weight),
            case(f"{name}_per_class", loss(axis=[0, 1, 2], **options), masks, scores),
            case(f"{name}_negative_axes", loss(axis=[-3, -2], **options), masks, scores),
            case(f"{name}_one_axis", loss(axis=-1, **options), masks, scores),
            case(f"{name}_middle_axis", loss(axis=2, **options), masks, scores),
            case(f"{name}_batch_axis", loss(axis=0, **options), masks, scores),
            case(
                f"{name}_pixel_weight",
                loss(axis=-1, **options),
                masks,
                scores,
                uniform((3, 4, 5), 76, 0.0, 2.0),
            ),
            case(f"{name}_rows", loss(**options), rows, rows_pred),
            case(f"{name}_empty", loss(**options), empty, rows_pred.array[:2]),
            case(f"{name}_squeezed", loss(**options), rows.array[:, 0], rows_pred.array[:, :1]),
        ]
    return found + [case("Tversky_default", losses.Tversky(), masks, scores)]


def circles():
    def unit(shape, seed):
        e = uniform(shape, seed).array
        return e / np.linalg.norm(e, axis=1, keepdims=True)

    labels = np.array([0, 1, 0, 2, 1, 0], np.int32)
    lonely = np.array([0, 1, 0, 2, 3, 4], np.int32)
    six = unit((6, 4), 81)
    weight = uniform((6,), 82, 0.0, 2.0)
    raw = uniform((6, 4), 83)
    loss = losses.Circle
    return [
        case("Circle", loss(), labels, six),
        case("Circle_column", loss(), labels[:, None], six),
        case("Circle_mild", loss(gamma=2.0, margin=0.25), labels, six, weight),
        case("Circle_diagonal", loss(gamma=4.0, remove_diagonal=False), labels, six),
        case("Circle_lonely", loss(gamma=8.0), lonely, six),
        case("Circle_lonely_weight", loss(gamma=8.0), lonely, six, weight),
        case("Circle_lonely_sum", loss(gamma=8.0, reduction="sum"), lonely, six, weight),
        case(
            "Circle_lonely_mean",
            loss(gamma=8.0, reduction="mean_with_sample_weight"),
            lonely,
            six,
            weight,
        ),
        case("Circle_one_label", loss(), np.zeros((6,), np.int32), six),
        case("Circle_not_normalised", loss(gamma=1.0, margin=0.6), labels, raw),
    ]


def sequences():
    labels = np.array([[1, 2, 2, 0], [3, 0, 0, 0], [1, 1, 1, 2]], np.int32)
    logits = uniform((3, 8, 4), 91, -2.0, 2.0)
    tight = uniform((3, 4, 4), 92, -2.0, 2.0)
    weight = uniform((3,), 93, 0.0, 2.0)
    loss = losses.CTC
    return [
        case("CTC", loss(), labels, logits),
        case("CTC_weight", loss(), labels, logits, weight),
        case("CTC_sum", loss(reduction="sum"), labels, logits, weight),
        case("CTC_empty", loss(), np.zeros((3, 2), np.int32), logits),
        case("CTC_gap", loss(), np.array([[1, 0, 2], [0, 1, 1], [2, 2, 2]]), logits),
        case("CTC_one_label", loss(), labels[:, :1], logits),
        # Too few steps: a loss of 100000, whose slopes are noise in float32.
        case("CTC_too_short", loss(), labels, tight, gradient=False),
        case("CTC_sure", loss(), labels, logits.array * 6),
        case("CTC_probabilities", loss(), labels, softmax(logits.array)),
    ]


def cases():
    return overlaps() + circles() + sequences()
