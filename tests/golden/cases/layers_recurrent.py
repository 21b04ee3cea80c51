"""Recurrent layers alone: every argument that changes numbers (dropout at inference)."""

from keras import layers

from arrays import uniform
from cases.layers import case

CELLS = [layers.SimpleRNN, layers.GRU, layers.LSTM]


def cases():
    x = uniform((5, 6, 4), 1)
    options = {
        "plain": {},
        "sequences": {"return_sequences": True},
        "backwards": {"go_backwards": True, "return_sequences": True},
        "backwards_last": {"go_backwards": True},
        "no_bias": {"use_bias": False},
        "regularized": {"kernel_regularizer": "l2", "recurrent_regularizer": "l1", "bias_regularizer": "l2", "activity_regularizer": "l2"},
        "constrained": {"kernel_constraint": "max_norm", "recurrent_constraint": "unit_norm", "bias_constraint": "non_neg"},
        "swish": {"activation": "swish", "return_sequences": True},
        "unrolled": {"unroll": True},
    }
    all_cases = [
        case(f"{cell.__name__.lower()}_{name}", x, lambda cell=cell, kw=kw: cell(3, **kw))
        for cell in CELLS
        for name, kw in options.items()
    ]
    all_cases += [
        case(f"{cell.__name__.lower()}_dropout_inference", x, lambda cell=cell: cell(3, dropout=0.3, recurrent_dropout=0.2), fit=False)
        for cell in CELLS
    ]
    gates = {"recurrent_activation": "hard_sigmoid", "activation": "softsign"}
    all_cases += [
        case("gru_reset_before", x, lambda: layers.GRU(3, reset_after=False, return_sequences=True)),
        case("gru_reset_before_no_bias", x, lambda: layers.GRU(3, reset_after=False, use_bias=False)),
        case("gru_gates", x, lambda: layers.GRU(3, **gates)),
        case("gru_gates_before", x, lambda: layers.GRU(3, reset_after=False, **gates)),
        case("gru_silu_gates", x, lambda: layers.GRU(3, recurrent_activation="silu")),
        case("lstm_gates", x, lambda: layers.LSTM(3, return_sequences=True, **gates)),
        case("lstm_forget_bias_zero", x, lambda: layers.LSTM(3, unit_forget_bias=False)),
        case("lstm_stacked", x, lambda: layers.LSTM(3, return_sequences=True), lambda: layers.GRU(2)),
        case("lstm_one_step", uniform((5, 1, 4), 2), lambda: layers.LSTM(3)),
        case("simple_rnn_one_unit", uniform((3, 7, 1), 3), lambda: layers.SimpleRNN(1)),
    ]
    return all_cases
