"""Each metric as `compile` takes it: its result after each of three batches."""

import keras
import numpy as np
from keras import metrics
from keras.src.trainers.compile_utils import get_metric

from arrays import below, encode, plain, uniform
from cases.losses import softmax
from cases.models import config

SIZES = [5, 5, 3]


def case(name, metric, batches, weighted=False, weights=None, given=None, **lost):
    """`metric`: a string as typed, or a metric; `batches`: [(y_true, y_pred)]; `weights`: the shape
    of a sample's weights; `given`: the metric's config where Keras cannot write it; `lost`:
    arguments that Keras' own config leaves out."""

    def make():
        object = get_metric(metric, *[plain(a) for a in batches[0]])
        steps, results = [], []
        for i, (y_true, y_pred) in enumerate(batches):
            step = {"y_true": encode(y_true), "y_pred": encode(y_pred)}
            weight = None
            if weighted or weights is not None:
                shape = (len(plain(y_true)), *(weights or ()))
                drawn = uniform(shape, 60 + i, 0.0, 2.0)
                step["sample_weight"], weight = encode(drawn), drawn.array
            object.update_state(plain(y_true), plain(y_pred), sample_weight=weight)
            steps.append(step)
            results.append(float(object.result()))
        typed = given or (metric if isinstance(metric, str) else config(metric))
        if lost:
            typed = typed | {"config": typed["config"] | lost}
        found = {
            "name": name,
            "metric": typed,
            "key": object.name,
            "batches": steps,
            "results": results,
        }
        return found | ({"incomplete_config": True} if lost else {})

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
    rank_3 = batches(
        lambda i, n: (below((n, 2), 50 + i, 4), softmax(uniform((n, 2, 4), 30 + i, -2, 2).array))
    )
    ids = batches(lambda i, n: (below((n,), 50 + i, 4), below((n, 3), 70 + i, 4)))
    ids = [(t, plain(p).astype(np.float32)) for t, p in ids]
    equal = batches(lambda i, n: (below((n, 3), 50 + i, 2), below((n, 3), 70 + i, 2)))
    equal = [(t, plain(p).astype(np.float32)) for t, p in equal]
    cube = batches(lambda i, n: (uniform((n, 2, 4), 50 + i, 0, 2), uniform((n, 2, 4), 40 + i, 0, 2)))
    signs = batches(lambda i, n: (below((n, 4), 50 + i, 2), uniform((n, 4), 40 + i, -2, 2)))
    shares = [(softmax(plain(t)), softmax(plain(p))) for t, p in values]
    same = [(values[0][0], plain(values[0][1]) * 0 + 0.25)]

    def regressions(tail, *weighted):
        return [
            case(f"{name}{tail}", getattr(metrics, name)(), data, *weighted)
            for name, data in [
                ("RootMeanSquaredError", values),
                ("MeanAbsolutePercentageError", cube),
                ("MeanSquaredLogarithmicError", cube),
                ("LogCoshError", values),
                ("CosineSimilarity", values),
                ("R2Score", values),
                ("PearsonCorrelation", values),
                ("ConcordanceCorrelation", values),
                ("KLDivergence", shares),
                ("Poisson", cube),
                ("Hinge", signs),
                ("SquaredHinge", signs),
                ("CategoricalHinge", one_hot),
            ]
        ]

    for weighted in [False, True]:
        tail = "_weighted" if weighted else ""
        top, sparse_top = metrics.TopKCategoricalAccuracy, metrics.SparseTopKCategoricalAccuracy
        ignore = metrics.SparseCategoricalCrossentropy(ignore_class=2)
        found += regressions(tail, weighted) + [
            case(f"Accuracy{tail}", metrics.Accuracy(), equal, weighted),
            case(f"Accuracy_typed{tail}", "Accuracy", sparse, weighted),
            case(f"TopK{tail}", top(k=2), one_hot, weighted),
            case(f"TopK_default{tail}", top(), one_hot, weighted),
            case(f"SparseTopK{tail}", sparse_top(k=2), sparse, weighted),
            case(f"SparseTopK_column{tail}", sparse_top(k=1), column, weighted),
            case(f"SparseTopK_rank_3{tail}", sparse_top(k=2), rank_3, weighted),
            case(f"SparseTopK_ids{tail}", sparse_top(k=2, from_sorted_ids=True), ids, weighted),
            case(f"SparseCrossentropy_ignore{tail}", ignore, sparse, weighted),
            case(f"accuracy_rank_3{tail}", "accuracy", rank_3, weighted),
            case(f"R2Score_regressors{tail}", metrics.R2Score(num_regressors=2), values, weighted),
            case(
                f"R2Score_variance{tail}",
                metrics.R2Score("variance_weighted_average"),
                values,
                weighted,
            ),
            case(f"R2Score_column{tail}", metrics.R2Score(), one_value, weighted),
        ]
    functions = {
        "huber": keras.losses.huber,
        "log_cosh": keras.losses.log_cosh,
        "cosine_similarity": keras.losses.cosine_similarity,
        "mean_squared_error": keras.losses.mean_squared_error,
    }
    for name, function in functions.items():
        found += [
            case(f"function_{name}", function, values, given=config(function)),
            case(f"function_{name}_weighted", function, values, True, given=config(function)),
        ]
    return found + [
        case("focal_function", keras.losses.categorical_focal_crossentropy, one_hot,
             given=config(keras.losses.categorical_focal_crossentropy)),
        case("wrapped_huber", metrics.MeanMetricWrapper(keras.losses.huber, name="h", delta=0.5), values),
        case("rank_3_weights", metrics.MeanAbsoluteError(), cube, weights=(2,)),
        case("rank_3_column_weights", metrics.MeanSquaredError(), cube, weights=(1,)),
        case("rank_3_weights_sparse", "sparse_categorical_crossentropy", rank_3, weights=(2,)),
        case("rank_3_binary", metrics.BinaryAccuracy(), cube, weights=(2,)),
        case("PearsonCorrelation_axis", metrics.PearsonCorrelation(axis=0), values),
        case("PearsonCorrelation_middle", metrics.PearsonCorrelation(axis=1), cube),
        case("ConcordanceCorrelation_axis", metrics.ConcordanceCorrelation(axis=0), values),
        case("CosineSimilarity_axis", metrics.CosineSimilarity(axis=1), cube, axis=1),
        case("R2Score_many_regressors", metrics.R2Score(num_regressors=50), values),
        case("R2Score_constant", metrics.R2Score(), same),
        case("mape", "mape", cube),
        case("MSLE", "MSLE", cube),
        case("bce", "bce", binary),
        case("poisson", "poisson", cube),
        case("kl_divergence", "kl_divergence", shares),
        case("log_cosh_error", "log_cosh_error", values),
        case("top_k_categorical_accuracy", "top_k_categorical_accuracy", one_hot),
        case("r2_score", "r2_score", values),
        case("root_mean_squared_error", "root_mean_squared_error", values),
        case("cosine_similarity", "cosine_similarity", values),
        case("hinge", "hinge", signs),
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
