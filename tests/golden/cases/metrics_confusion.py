"""Metrics of the confusion matrix: counts, precision, recall, areas, F-scores, IoU."""

import numpy as np
from keras import metrics

from arrays import below, plain, uniform
from cases.losses import softmax
from cases.metrics import SIZES, case


def batches(make):
    return [make(i, n) for i, n in enumerate(SIZES)]


def data():
    chances = batches(lambda i, n: (below((n, 1), 50 + i, 2), uniform((n, 1), 40 + i, 0.0, 1.0)))
    many = batches(lambda i, n: (below((n, 4), 50 + i, 2), uniform((n, 4), 40 + i, 0.0, 1.0)))
    logits = batches(lambda i, n: (below((n, 4), 50 + i, 2), uniform((n, 4), 40 + i, -3.0, 3.0)))
    rank_3 = batches(lambda i, n: (below((n, 2, 3), 50 + i, 2), uniform((n, 2, 3), 40 + i, 0, 1)))
    flat = [(plain(t)[:, 0], p) for t, p in chances]
    return chances, many, logits, rank_3, flat


def counts():
    chances, many, _, rank_3, flat = data()
    edges = [
        (
            np.array([[1], [0], [1], [0], [1], [0]]),
            np.array([[0.5], [0.5], [0.0], [0.0], [1.0], [1.0]], np.float32),
        )
    ]
    ties = [(below((4, 5), 57, 2), np.array([[0.4, 0.4, 0.4, 0.1, 0.7]] * 4, np.float32))]
    found = []
    for name in ["TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"]:
        metric = getattr(metrics, name)
        found += [
            case(name, metric(name="n"), many),
            case(f"{name}_weighted", metric(name="n", thresholds=0.3), many, True),
            case(f"{name}_flat", metric(name="n", thresholds=[0.8]), flat, True),
            case(f"{name}_edges", metric(name="n"), edges),
        ]
    for name in ["Precision", "Recall"]:
        metric = getattr(metrics, name)
        found += [
            case(name, metric(name="n"), chances),
            case(f"{name}_typed", name, chances),
            case(f"{name}_weighted", metric(name="n"), many, True),
            case(f"{name}_threshold", metric(name="n", thresholds=0.7), many),
            case(f"{name}_none", metric(name="n", thresholds=1.0), many),
            case(f"{name}_top_k", metric(name="n", top_k=2), many),
            case(f"{name}_top_k_threshold", metric(name="n", top_k=2, thresholds=0.6), many, True),
            case(f"{name}_top_k_ties", metric(name="n", top_k=2), ties),
            case(f"{name}_top_all", metric(name="n", top_k=4), many),
            case(f"{name}_class", metric(name="n", class_id=2), many, True),
            case(f"{name}_top_k_class", metric(name="n", class_id=0, top_k=1), many, True),
            case(f"{name}_rank_3", metric(name="n"), rank_3),
            case(f"{name}_edges", metric(name="n"), edges),
        ]
    for name in [
        "SensitivityAtSpecificity",
        "SpecificityAtSensitivity",
        "PrecisionAtRecall",
        "RecallAtPrecision",
    ]:
        metric = getattr(metrics, name)
        found += [
            case(name, metric(0.5, name="n"), chances),
            case(f"{name}_weighted", metric(0.6, name="n"), many, True),
            case(f"{name}_strict", metric(0.95, name="n", num_thresholds=20), many),
            case(f"{name}_one", metric(0.3, name="n", num_thresholds=1), many),
            case(f"{name}_two", metric(0.1, name="n", num_thresholds=2), many),
            case(f"{name}_class", metric(0.4, name="n", class_id=1), many, True),
            case(f"{name}_edges", metric(0.4, name="n", num_thresholds=3), edges),
        ]
    return found


def areas():
    chances, many, logits, rank_3, flat = data()
    edges = [(below((6, 1), 58, 2), np.array([[0.0], [1.0], [0.5], [-1.0], [2.0], [1e-9]]))]
    same = [(np.ones((4, 1), np.int32), uniform((4, 1), 59, 0.0, 1.0))]
    found = []
    for curve in ["ROC", "PR", "PRGAIN"]:
        for method in ["interpolation", "majoring", "minoring"]:
            found.append(
                case(
                    f"AUC_{curve}_{method}",
                    metrics.AUC(curve=curve, summation_method=method, name="n"),
                    many,
                    method == "majoring",
                )
            )
        found += [
            case(
                f"AUC_{curve}_multi_label",
                metrics.AUC(curve=curve, multi_label=True, name="n"),
                many,
                True,
            ),
            case(f"AUC_{curve}_few", metrics.AUC(10, curve=curve, name="n"), chances),
            case(f"AUC_{curve}_one_label", metrics.AUC(curve=curve, name="n"), same),
        ]
    return found + [
        case("AUC_typed", "AUC", chances),
        case("auc_typed", "auc", flat, True),
        case("AUC_two", metrics.AUC(2, name="n"), many),
        case("AUC_logits", metrics.AUC(from_logits=True, name="n"), logits),
        case("AUC_rank_3", metrics.AUC(name="n"), rank_3),
        case("AUC_edges", metrics.AUC(5, name="n"), edges),
        case("AUC_thresholds", metrics.AUC(thresholds=[0.7, 0.2, 0.4], name="n"), many, True),
        case("AUC_even_thresholds", metrics.AUC(thresholds=[0.5, 0.25, 0.75], name="n"), many),
        case("AUC_edge_thresholds", metrics.AUC(thresholds=[0.1, 0.5], name="n"), edges),
        case("AUC_no_thresholds", metrics.AUC(thresholds=[], name="n"), many),
        case(
            "AUC_label_weights",
            metrics.AUC(label_weights=[0.5, 1.0, 2.0, 0.0], name="n"),
            many,
            True,
        ),
        case(
            "AUC_multi_label_weights",
            metrics.AUC(multi_label=True, num_labels=4, label_weights=[0.5, 1, 2, 0], name="n"),
            many,
            True,
        ),
        case(
            "AUC_multi_label_thresholds",
            metrics.AUC(multi_label=True, thresholds=[0.3, 0.9], name="n"),
            many,
        ),
    ]


def f_scores():
    _, many, _, _, _ = data()
    one_hot = batches(
        lambda i, n: (
            np.eye(4, dtype=np.float32)[below((n,), 50 + i, 4).array],
            softmax(uniform((n, 4), 30 + i, -2.0, 2.0).array),
        )
    )
    zeros = [(np.eye(3, dtype=np.float32), np.array([[0, 0, 0], [0.5, 0.5, 0], [1e-10, 0, 0]]))]
    found = []
    for average in ["micro", "macro", "weighted"]:
        found += [
            case(f"F1Score_{average}", metrics.F1Score(average=average), one_hot),
            case(f"F1Score_{average}_threshold", metrics.F1Score(average, 0.4), many, True),
            case(f"FBetaScore_{average}", metrics.FBetaScore(average, beta=2.0), one_hot, True),
            case(
                f"FBetaScore_{average}_threshold",
                metrics.FBetaScore(average, beta=0.5, threshold=0.6),
                many,
            ),
            case(f"F1Score_{average}_zeros", metrics.F1Score(average), zeros),
        ]
    return found


def overlaps():
    def labels(i, n):
        return below((n,), 50 + i, 3)

    sparse = batches(lambda i, n: (labels(i, n), uniform((n, 3), 40 + i)))
    ids = batches(lambda i, n: (labels(i, n), below((n,), 60 + i, 3)))
    one_hot = [(np.eye(3, dtype=np.float32)[plain(t)], p) for t, p in sparse]
    pixels = batches(lambda i, n: (below((n, 2, 2), 50 + i, 3), uniform((n, 2, 2, 3), 40 + i)))
    pixel_ids = batches(lambda i, n: (below((n, 2, 2), 50 + i, 4), below((n, 2, 2), 60 + i, 4)))
    bits = batches(lambda i, n: (below((n, 4), 50 + i, 2), uniform((n, 4), 40 + i, 0.0, 1.0)))
    scores = batches(lambda i, n: (below((n, 1), 50 + i, 2), uniform((n, 1), 40 + i, 0.0, 1.0)))
    odd = [(np.array([0, 1, 2, 3, -1, 1]), np.array([0.7, 1.2, -0.5, 2.0, 0.0, 5.0], np.float32))]
    return [
        case("MeanIoU", metrics.MeanIoU(3, name="n", sparse_y_pred=False), sparse),
        case("MeanIoU_ids", metrics.MeanIoU(3, name="n"), ids),
        case("MeanIoU_weighted", metrics.MeanIoU(3, name="n"), ids, True),
        case("MeanIoU_float", metrics.MeanIoU(3, name="n", dtype="float32"), ids, True),
        case("MeanIoU_ignore", metrics.MeanIoU(3, name="n", ignore_class=1), ids),
        case("MeanIoU_pixels", metrics.MeanIoU(3, name="n", sparse_y_pred=False), pixels),
        case("MeanIoU_pixel_ids", metrics.MeanIoU(4, name="n"), pixel_ids),
        case("MeanIoU_too_few", metrics.MeanIoU(3, name="n"), pixel_ids),
        case("MeanIoU_odd", metrics.MeanIoU(3, name="n"), odd),
        case("MeanIoU_odd_float", metrics.MeanIoU(3, name="n", dtype="float32"), odd),
        case("IoU", metrics.IoU(3, [0, 2], name="n", sparse_y_pred=False), sparse),
        case("IoU_one", metrics.IoU(4, [3], name="n"), ids),
        case("IoU_one_hot", metrics.IoU(3, [1], name="n", sparse_y_true=False, sparse_y_pred=False), one_hot),
        case("BinaryIoU", metrics.BinaryIoU(name="n"), bits),
        case("BinaryIoU_threshold", metrics.BinaryIoU([1], 0.3, name="n"), bits),
        case("BinaryIoU_weighted", metrics.BinaryIoU(name="n", dtype="float32"), scores, True),
        case("OneHotIoU", metrics.OneHotIoU(3, [0, 1], name="n"), one_hot),
        case("OneHotIoU_weighted", metrics.OneHotIoU(3, [0], name="n", dtype="float32"), one_hot, True),
        case("OneHotMeanIoU", metrics.OneHotMeanIoU(3, name="n"), one_hot),
        case("OneHotMeanIoU_ignore", metrics.OneHotMeanIoU(3, name="n", ignore_class=0), one_hot, True),
    ]


def cases():
    return counts() + areas() + f_scores() + overlaps()
