"""Layers of numbers that learn from data by `adapt`."""

import numpy as np
from keras import layers

from cases.strings import case


def cases():
    rng = np.random.default_rng(5)
    data = rng.normal(3, 2, (257, 4)).astype("float32")
    x = rng.normal(3, 2, (5, 4)).astype("float32")
    few = np.array([[2.0, 1.0, 1.0, 5.0]], "float32")
    return [
        case("normalization_adapt", x, lambda: layers.Normalization(), adapt=data),
        case("normalization_adapt_all", x, lambda: layers.Normalization(axis=None), adapt=data),
        case("discretization_adapt", x, lambda: layers.Discretization(num_bins=5), adapt=data),
        case("discretization_adapt_epsilon", x, lambda: layers.Discretization(num_bins=3, epsilon=0.2), adapt=data),
        case("discretization_adapt_few", x, lambda: layers.Discretization(num_bins=3), adapt=few),
        case("discretization_adapt_fewer", x, lambda: layers.Discretization(num_bins=7), adapt=few),
        case(
            "discretization_adapt_one_hot",
            x,
            lambda: layers.Discretization(num_bins=4, output_mode="one_hot"),
            adapt=data,
        ),
        case("discretization", x, lambda: layers.Discretization(bin_boundaries=[-1, 2.5, 3])),
    ]
