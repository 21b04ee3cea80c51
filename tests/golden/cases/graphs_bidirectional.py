"""Bidirectional: merge modes, states, masks, a backward layer of its own."""

import keras
from keras import layers

from arrays import below, uniform
from cases.graphs import graph

CELLS = [layers.SimpleRNN, layers.GRU, layers.LSTM]


def merged(cell, mode, **kw):
    def make():
        x = keras.Input((5, 3), name="x")
        return keras.Model(x, layers.Bidirectional(cell(2, **kw), merge_mode=mode)(layers.Dense(3)(x)))

    return make


def both(cell):
    def make():
        x = keras.Input((5, 3), name="x")
        along, against = layers.Bidirectional(cell(2, return_sequences=True), merge_mode=None)(x)
        return keras.Model(x, layers.Dense(2)(layers.Add()([along, against])))

    return make


def states(cell):
    def make():
        a, b = keras.Input((5, 3), name="a"), keras.Input((4, 2), name="b")
        y, *last = layers.Bidirectional(cell(2, return_state=True))(a)
        z = layers.Bidirectional(cell(2))(b, initial_state=last)
        return keras.Model([a, b], [layers.Dense(2)(y), z])

    return make


def masked(cell, **kw):
    def make():
        tokens = keras.Input((6,), dtype="int32", name="tokens")
        x = layers.Embedding(9, 4, mask_zero=True)(tokens)
        return keras.Model(tokens, layers.Dense(2)(layers.Bidirectional(cell(3, **kw))(x)))

    return make


def own_backward():
    x = keras.Input((5, 3), name="x")
    back = layers.LSTM(2, go_backwards=True, return_sequences=True, activation="relu", name="mine")
    return keras.Model(x, layers.Bidirectional(layers.GRU(2, return_sequences=True), backward_layer=back)(x))


def stacked():
    x = keras.Input((5, 3), name="x")
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    return keras.Model(x, layers.Dense(1)(layers.Bidirectional(layers.LSTM(2))(y)))


def cases():
    x, b, tokens = uniform((5, 5, 3), 1), uniform((5, 4, 2), 2), below((5, 6), 3, 4)
    all_cases = [
        graph(f"bidirectional_{mode}", merged(layers.LSTM, mode, return_sequences=True), x)
        for mode in ["sum", "mul", "ave", "concat"]
    ]
    for cell in CELLS:
        name = cell.__name__.lower()
        all_cases += [
            graph(f"{name}_last", merged(cell, "concat"), x),
            graph(f"{name}_both", both(cell), x),
            graph(f"{name}_states", states(cell), x, b),
            graph(f"{name}_masked", masked(cell), tokens),
            graph(f"{name}_masked_sequences", masked(cell, return_sequences=True), tokens),
        ]
    return all_cases + [graph("own_backward", own_backward, x), graph("stacked", stacked, x)]
