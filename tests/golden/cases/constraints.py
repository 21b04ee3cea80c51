"""Each constraint alone: what it makes of an array."""

import numpy as np
from keras import constraints

from arrays import encode, encode_result, plain, uniform
from cases.models import config


def case(name, constraint, w):
    """`constraint` may be a string, as in a layer's arguments."""

    def make():
        found = constraints.get(constraint)
        return {
            "name": name,
            "constraint": constraint if isinstance(constraint, str) else config(found),
            "written": config(found),
            "w": encode(w),
            "projected": encode_result(np.asarray(found(plain(w)))),
        }

    return make


def cases():
    max_norm, min_max = constraints.MaxNorm, constraints.MinMaxNorm
    non_neg, unit = constraints.NonNeg, constraints.UnitNorm
    vector, matrix = uniform((6,), 1, -3.0, 3.0), uniform((5, 37), 2, -2.0, 2.0)
    kernel = uniform((3, 3, 2, 4), 3, -2.0, 2.0)
    zeros = np.zeros((3, 4), np.float32)
    found = []
    for name, w, axes in [
        ("vector", vector, [0, -1, None]),
        ("matrix", matrix, [0, 1, -1, [0, 1], (-2,), None]),
        ("kernel", kernel, [0, 3, -2, [0, 1, 2], [0, 1], [-1, 0], [1, 3], []]),
    ]:
        for axis in axes:
            words = "all" if axis is None else "_".join(map(str, np.atleast_1d(axis).astype(int)))
            place = f"{name}_axis_{words or 'none'}".replace("-", "minus_")
            found += [
                case(f"max_norm_{place}", max_norm(1.5, axis=axis), w),
                case(f"unit_norm_{place}", unit(axis=axis), w),
            ]
        found += [
            case(f"min_max_norm_{name}", min_max(2.5, 3.0), w),
            case(f"min_max_norm_rate_{name}", min_max(2.5, 3.0, rate=0.3, axis=-1), w),
            case(f"non_neg_{name}", non_neg(), w),
        ]
    return found + [
        case("max_norm_default", "max_norm", matrix),
        case("max_norm_class_name", "MaxNorm", matrix),
        case("unit_norm_default", "unit_norm", matrix),
        case("min_max_norm_default", "min_max_norm", matrix),
        case("non_neg_default", "non_neg", matrix),
        case("max_norm_of_zeros", max_norm(), zeros),
        case("unit_norm_of_zeros", unit(), zeros),
        case("min_max_norm_of_zeros", min_max(0.5), zeros),
    ]
