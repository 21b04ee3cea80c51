"""Trainings with each regularizer and constraint in each place, and with activations of all kinds."""

from keras import constraints, layers, optimizers, regularizers

from arrays import below
from cases.fits import LABELS, SPARSE_VAL, stack
from cases.models import dense, sequential
from cases.training import case, compiled


def regularized():
    l1, l2, l1l2 = regularizers.L1, regularizers.L2, regularizers.L1L2
    orthogonal = regularizers.OrthogonalRegularizer
    stacks = {
        "kernel_orthogonal": [dense(6, "tanh", kernel_regularizer=orthogonal(0.5))],
        "kernel_orthogonal_columns": [
            dense(6, "tanh", kernel_regularizer=orthogonal(0.5, "columns"))
        ],
        "kernel_orthogonal_by_name": [dense(6, "tanh", kernel_regularizer="orthogonal_regularizer")],
        "bias_l1l2": [dense(6, "tanh", bias_regularizer=l1l2(0.1, 0.2))],
        "bias_l1_by_name": [dense(6, "tanh", bias_regularizer="l1")],
        "activity_l1l2": [dense(6, "tanh", activity_regularizer=l1l2(0.02, 0.05))],
        # Rows are samples here: 50 in batches of 32.
        "activity_orthogonal": [dense(6, "tanh", activity_regularizer=orthogonal(0.5))],
        "activity_orthogonal_columns": [
            dense(6, "tanh", activity_regularizer=orthogonal(0.5, "columns"))
        ],
        "activity_in_two_layers": [
            dense(6, "tanh", activity_regularizer=l2(0.02)),
            lambda: layers.LeakyReLU(0.2, activity_regularizer="l1"),
        ],
        "activity_and_kernel": [
            dense(6, "gelu", activity_regularizer=l2(0.02), kernel_regularizer=l1(0.01))
        ],
        "activity_on_dropped": [
            lambda: layers.Dropout(0.0, activity_regularizer=l2(0.02)),
            dense(6, "tanh"),
        ],
        "alpha_l1l2": [dense(6), lambda: layers.PReLU(alpha_regularizer=l1l2(0.1, 0.1))],
    }
    return stacks


def constrained():
    max_norm, min_max = constraints.MaxNorm, constraints.MinMaxNorm
    non_neg, unit = constraints.NonNeg, constraints.UnitNorm
    return {
        "kernel_max_norm": [dense(6, "tanh", kernel_constraint=max_norm(0.8))],
        "kernel_max_norm_rows": [dense(6, "tanh", kernel_constraint=max_norm(0.8, axis=-1))],
        "kernel_unit_norm": [dense(6, "tanh", kernel_constraint=unit())],
        "kernel_non_neg": [dense(6, "tanh", kernel_constraint="non_neg")],
        "kernel_min_max_norm": [
            dense(6, "tanh", kernel_constraint=min_max(0.9, 1.1, rate=0.5, axis=[0]))
        ],
        "bias_constraints": [
            dense(6, "tanh", bias_constraint=max_norm(0.1)),
            dense(6, "tanh", bias_constraint=min_max(0.1, 0.2)),
            dense(6, "tanh", bias_constraint=unit()),
            dense(6, "tanh", bias_constraint=non_neg()),
        ],
        "alpha_non_neg": [
            dense(6),
            lambda: layers.PReLU(alpha_constraint=non_neg(), alpha_regularizer="l2"),
        ],
        "frozen_constraint": [
            dense(6, "tanh", kernel_constraint=unit(), trainable=False),
            dense(4, "tanh"),
        ],
    }


def activated():
    return {
        "smooth": [dense(6, "gelu"), dense(6, "mish"), dense(5, "silu"), dense(4, "softsign")],
        "pieces": [dense(6, "leaky_relu"), dense(6, "hard_silu"), dense(5, "hard_sigmoid")],
        "self_normalizing": [
            dense(6, "selu", kernel_initializer="lecun_normal"),
            dense(5, "elu"),
            dense(4, "celu"),
        ],
        "layers_apart": [
            dense(6),
            lambda: layers.ReLU(6.0, negative_slope=0.1),
            dense(5, "softplus"),
            lambda: layers.Softmax(),
        ],
        "layer_as_activation": [lambda: layers.Dense(6, activation=layers.LeakyReLU(0.1))],
    }


def embedded():
    def build():
        model = sequential(
            (6,),
            lambda: layers.Embedding(
                12,
                5,
                embeddings_regularizer=regularizers.OrthogonalRegularizer(0.3),
                embeddings_constraint=constraints.UnitNorm(axis=1),
            ),
            lambda: layers.GlobalAveragePooling1D(),
            dense(3, "softmax"),
            dtype="int32",
        )
        optimizer = optimizers.SGD(0.5)
        return compiled(model, optimizer, "sparse_categorical_crossentropy", ["accuracy"])

    return case("embeddings", build, {"x": below((50, 6), 305, 12), "y": LABELS}, epochs=4)


def cases():
    stacks = regularized() | constrained() | activated()
    found = [
        case(name, lambda s=s: stack(*s), SPARSE_VAL, epochs=4) for name, s in stacks.items()
    ]
    return found + [embedded()]
