"""Each regularizer alone: the penalty of an array and its gradient."""

import jax
import jax.numpy as jnp
import numpy as np
from keras import regularizers

from arrays import encode, encode_result, plain, uniform
from cases.models import config


def case(name, regularizer, w):
    """`regularizer` may be a string, as in a layer's arguments."""

    def make():
        found = regularizers.get(regularizer)
        value, gradient = jax.value_and_grad(lambda w: found(w))(jnp.asarray(plain(w)))
        return {
            "name": name,
            "regularizer": regularizer if isinstance(regularizer, str) else config(found),
            "written": config(found),
            "w": encode(w),
            "value": float(value),
            "gradient": encode_result(np.asarray(gradient)),
        }

    return make


def cases():
    l1, l2, l1l2 = regularizers.L1, regularizers.L2, regularizers.L1L2
    orthogonal = regularizers.OrthogonalRegularizer
    matrix, vector = uniform((5, 7), 1), uniform((6,), 2)
    kernel = uniform((3, 3, 2, 4), 3)
    zeros = np.where(np.abs(plain(matrix)) < 0.3, 0.0, plain(matrix))
    found = []
    for name, w in [("matrix", matrix), ("vector", vector), ("kernel", kernel), ("zeros", zeros)]:
        found += [
            case(f"l1_{name}", l1(0.3), w),
            case(f"l2_{name}", l2(0.02), w),
            case(f"l1l2_{name}", l1l2(0.1, 0.3), w),
        ]
    return found + [
        case("l1_default", "l1", matrix),
        case("l2_default", "l2", matrix),
        case("l1l2_default", "l1l2", matrix),
        case("l1_class_name", "L1", matrix),
        case("l1l2_only_l1", l1l2(l1=0.2), matrix),
        case("l1l2_only_l2", l1l2(l2=0.2), matrix),
        case("l2_zero", l2(0.0), matrix),
        case("l2_large", l2(0.1), uniform((100, 99), 4, 0.0, 1.0)),
        case("orthogonal_default", "orthogonal_regularizer", matrix),
        case("orthogonal_class_name", "OrthogonalRegularizer", matrix),
        case("orthogonal_rows", orthogonal(0.5, "rows"), matrix),
        case("orthogonal_columns", orthogonal(0.5, "columns"), matrix),
        case("orthogonal_two", orthogonal(1, "rows"), uniform((2, 3), 5)),
        case("orthogonal_tall", orthogonal(0.1, "columns"), uniform((33, 6), 6, -3.0, 3.0)),
    ]
