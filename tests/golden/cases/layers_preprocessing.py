"""Discretization and CategoryEncoding, which need no texts; layers of texts are in strings.py."""

import numpy as np
from keras import layers

from arrays import below, uniform
from cases.layers import case

BOUNDARIES = [-1.0, -0.25, 0.0, 1.5]


def cases():
    vectors = uniform((5, 7), 1, -2.0, 2.0)
    one = uniform((6, 1), 2, -2.0, 2.0)
    images = uniform((2, 3, 4), 3, -2.0, 2.0)
    # More than are written as JSON numbers.
    edges = np.tile(np.array([BOUNDARIES, [-np.inf, np.inf, np.nan, 1e30]], "float32"), (3, 1))
    tokens, token = below((4, 6), 3, 9), below((5, 1), 4, 9)
    signed = np.array([[-1, 0, 3, 9], [8, 8, 2, 100]], "int32")
    fractions = np.array([[0.5, 1.0, 2.75, -1.0]], "float32")
    whole = layers.Rescaling

    def bins(mode):
        return lambda: layers.Discretization(bin_boundaries=BOUNDARIES, output_mode=mode)

    def encoding(mode):
        return lambda: layers.CategoryEncoding(9, output_mode=mode)

    found = [
        case("discretization_int", vectors, bins("int"), lambda: whole(0.5)),
        case("discretization_int_on_images", images, bins("int"), lambda: whole(0.5)),
        case("discretization_edges", edges, bins("int"), lambda: whole(0.5), fit=False),
        case("discretization_no_boundary", vectors, lambda: layers.Discretization([]), lambda: whole(1.0)),
        case("discretization_one_hot_one", one, bins("one_hot")),
        case("discretization_into_dense", vectors, bins("multi_hot"), lambda: layers.Dense(2)),
        case("category_encoding_default", tokens, lambda: layers.CategoryEncoding(9)),
        case("category_encoding_one_hot_one", token, encoding("one_hot")),
        case("category_encoding_multi_hot_one", token, encoding("multi_hot")),
        case("category_encoding_into_dense", tokens, encoding("count"), lambda: layers.Dense(2)),
    ]
    for mode in ["one_hot", "multi_hot", "count"]:
        found += [
            case(f"discretization_{mode}", vectors, bins(mode)),
            case(f"category_encoding_{mode}", tokens, encoding(mode)),
            case(f"category_encoding_{mode}_out_of_range", signed, encoding(mode)),
            case(f"category_encoding_{mode}_fractions", fractions, encoding(mode), fit=False),
        ]
    return found
