"""Layers of several inputs, with and without masks, and what masks do behind them."""

import keras
from keras import layers

from arrays import below, uniform
from cases.graphs import graph

A, B = uniform((5, 3, 4), 1), uniform((5, 3, 4), 2)


def merged(layer, shapes, dense=True):
    """`layer` on inputs of these shapes, a Dense before the first."""

    def make():
        inputs = [keras.Input(shape, name=f"in{i}") for i, shape in enumerate(shapes)]
        first = layers.Dense(shapes[0][-1])(inputs[0]) if dense else inputs[0]
        return keras.Model(inputs, layer()([first, *inputs[1:]]))

    return make


def masked(layer, both=True):
    """`layer` on sequences of tokens, of which 0 is none."""

    def make():
        a, b = keras.Input((6,), dtype="int32", name="a"), keras.Input((6,), dtype="int32", name="b")
        x = layers.Embedding(9, 4, mask_zero=True)(a)
        y = layers.Embedding(9, 4, mask_zero=both)(b)
        z = layer()([x, y])
        return keras.Model([a, b], layers.Dense(3)(z))

    return make


def pooled(layer):
    def make():
        a, b = keras.Input((6,), dtype="int32", name="a"), keras.Input((6,), dtype="int32", name="b")
        embed = layers.Embedding(9, 4, mask_zero=True)
        z = layer()([embed(a), embed(b)])
        return keras.Model([a, b], layers.GlobalAveragePooling1D()(z))

    return make


def masking():
    x = keras.Input((5, 3), name="x")
    y = layers.Dense(2)(layers.Masking(0.5)(x))
    return keras.Model(x, [y, layers.GlobalAveragePooling1D(keepdims=True)(y)])


def cases():
    same = [(3, 4), (3, 4)]
    tokens = below((5, 6), 3, 5), below((5, 6), 4, 4)
    elementwise = [layers.Add, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum]
    all_cases = [graph(f"{c.__name__.lower()}_two", merged(c, same), A, B) for c in [*elementwise, layers.Subtract]]
    all_cases += [graph(f"{c.__name__.lower()}_three", merged(c, [*same, (3, 4)]), A, B, uniform((5, 3, 4), 5)) for c in elementwise]
    all_cases += [
        graph(f"{c.__name__.lower()}_broadcast", merged(c, [(3, 4), (1, 4)]), A, uniform((5, 1, 4), 6))
        for c in [*elementwise, layers.Subtract]
    ]
    all_cases += [
        graph("add_ranks", merged(layers.Add, [(3, 4), (4,)]), A, uniform((5, 4), 7)),
        graph("multiply_columns", merged(layers.Multiply, [(3, 4), (3, 1)]), A, uniform((5, 3, 1), 8)),
        graph("multiply_three_broadcast", merged(layers.Multiply, [(3, 4), (1, 4), (3, 1)]), A, uniform((5, 1, 4), 6), uniform((5, 3, 1), 8)),
        graph("multiply_outer", merged(layers.Multiply, [(3, 1), (1, 4)]), uniform((5, 3, 1), 9), uniform((5, 1, 4), 10)),
        graph("concatenate", merged(layers.Concatenate, [(3, 4), (3, 2)]), A, uniform((5, 3, 2), 11)),
        graph("concatenate_axis_1", merged(lambda: layers.Concatenate(axis=1), [(3, 4), (2, 4)]), A, uniform((5, 2, 4), 12)),
        graph("concatenate_three", merged(lambda: layers.Concatenate(axis=-2), [(3, 4), (2, 4), (1, 4)]), A, uniform((5, 2, 4), 12), uniform((5, 1, 4), 13)),
        graph("dot_vectors", merged(lambda: layers.Dot(axes=1), [(4,), (4,)]), uniform((5, 4), 14), uniform((5, 4), 15)),
        graph("dot_cosine", merged(lambda: layers.Dot(axes=-1, normalize=True), [(4,), (4,)]), uniform((5, 4), 14), uniform((5, 4), 15)),
        graph("dot_matrices", merged(lambda: layers.Dot(axes=(2, 1)), [(3, 4), (4, 2)]), A, uniform((5, 4, 2), 16)),
        graph("dot_last_axes", merged(lambda: layers.Dot(axes=2, normalize=True), [(3, 4), (2, 4)]), A, uniform((5, 2, 4), 17)),
        graph("dot_first_axes", merged(lambda: layers.Dot(axes=(1, -2)), [(3, 4), (3, 2)]), A, uniform((5, 3, 2), 18)),
        graph("masking", masking, uniform((5, 5, 3), 19)),
    ]
    for c in [*elementwise, layers.Subtract]:
        all_cases.append(graph(f"{c.__name__.lower()}_masked", masked(c), *tokens))
        all_cases.append(graph(f"{c.__name__.lower()}_half_masked", masked(c, both=False), *tokens))
    all_cases += [
        graph("concatenate_masked", masked(layers.Concatenate), *tokens),
        graph("concatenate_masked_axis_1", masked(lambda: layers.Concatenate(axis=1)), *tokens),
        graph("concatenate_half_masked", masked(lambda: layers.Concatenate(axis=1), both=False), *tokens),
        graph("concatenate_pooled", pooled(lambda: layers.Concatenate(axis=1)), *tokens),
        graph("add_pooled", pooled(layers.Add), *tokens),
        graph("maximum_pooled", pooled(layers.Maximum), *tokens),
        graph("dot_masked", masked(lambda: layers.Dot(axes=2)), *tokens),
    ]
    return all_cases
