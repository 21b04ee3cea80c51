"""Recurrent layers in graphs: states in and out, masks, an encoder and a decoder."""

import keras
from keras import layers

from arrays import below, uniform
from cases.graphs import graph

CELLS = [layers.SimpleRNN, layers.GRU, layers.LSTM]


def states(cell, **kw):
    """All outputs, and the states as another's first ones."""

    def make():
        a, b = keras.Input((5, 3), name="a"), keras.Input((4, 2), name="b")
        y, *last = cell(3, return_state=True, return_sequences=True, **kw)(a)
        z = cell(3, **kw)(b, initial_state=last)
        return keras.Model([a, b], [y, z, last[-1]])

    return make


def only_state(cell):
    def make():
        a = keras.Input((5, 3), name="a")
        _, *last = cell(3, return_state=True)(a)
        return keras.Model(a, layers.Dense(2)(last[-1]))

    return make


def masked(cell, **kw):
    def make():
        tokens = keras.Input((6,), dtype="int32", name="tokens")
        x = layers.Embedding(9, 4, mask_zero=True)(tokens)
        return keras.Model(tokens, cell(3, **kw)(x))

    return make


def masked_stack():
    x = keras.Input((6, 4), name="x")
    y = layers.Masking(0.0)(x)
    y = layers.LSTM(3, return_sequences=True)(y)
    y = layers.Dropout(0.5)(y)
    return keras.Model(x, [layers.GRU(2, go_backwards=True)(y), layers.Dense(2)(y)])


def translation():
    encoder_in, decoder_in = keras.Input((5, 3), name="encoder"), keras.Input((4, 2), name="decoder")
    _, h, c = layers.LSTM(4, return_state=True)(encoder_in)
    y, _, _ = layers.LSTM(4, return_sequences=True, return_state=True)(decoder_in, initial_state=[h, c])
    return keras.Model([encoder_in, decoder_in], layers.Dense(3, activation="softmax")(y))


def cases():
    a, b = uniform((5, 5, 3), 1), uniform((5, 4, 2), 2)
    tokens = below((5, 6), 3, 4)
    all_cases = []
    for cell in CELLS:
        name = cell.__name__.lower()
        all_cases += [
            graph(f"{name}_states", states(cell), a, b),
            graph(f"{name}_only_state", only_state(cell), a),
            graph(f"{name}_masked", masked(cell), tokens),
            graph(f"{name}_masked_sequences", masked(cell, return_sequences=True), tokens),
            graph(f"{name}_masked_backwards", masked(cell, return_sequences=True, go_backwards=True), tokens),
            graph(f"{name}_masked_zero", masked(cell, return_sequences=True, zero_output_for_mask=True), tokens),
        ]
    return all_cases + [
        graph("gru_states_reset_before", states(layers.GRU, reset_after=False), a, b),
        graph("gru_masked_reset_before", masked(layers.GRU, reset_after=False), tokens),
        graph("masked_stack", masked_stack, uniform((5, 6, 4), 4), fit=False),
        graph("translation", translation, a, b),
    ]
