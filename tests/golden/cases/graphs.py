"""Functional models: outputs, the gradients of Σ(outputs·R) by jax.vjp, summary, a short training.

`graph` serves every module `graphs_*.py`."""

import jax
import keras
import numpy as np
from keras import layers

from arrays import encode, encode_result, plain, uniform
from cases.models import config, draw_weights, summary


def short_training(model, xs):
    """What three epochs of Adam towards drawn targets make of the model."""
    rows = plain(xs[0]).shape[0]
    predicted = model.predict([plain(x) for x in xs] if len(xs) > 1 else plain(xs[0]), verbose=0)
    predicted = predicted if isinstance(predicted, list) else [predicted]
    targets = [uniform((rows, *p.shape[1:]), 9 + i) for i, p in enumerate(predicted)]
    model.compile(keras.optimizers.Adam(0.01), loss="mse", metrics=[["mae"]] * len(targets))
    x = [plain(x) for x in xs] if len(xs) > 1 else plain(xs[0])
    y = [t.array for t in targets] if len(targets) > 1 else targets[0].array
    history = model.fit(x, y, batch_size=2, epochs=3, shuffle=False, verbose=0).history
    return {
        "targets": [encode(t) for t in targets],
        "history": {key: [float(v) for v in values] for key, values in history.items()},
        "weights_after": [encode_result(w) for w in model.get_weights()],
    }


def graph(name, make_model, *xs, training=False, fit=True):
    """A case: the model that `make_model` makes, on one array for each of its inputs.

    `fit=False` where training draws random numbers, or sits on a kink (see training.py)."""

    def make():
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        values = [plain(x) for x in xs]
        model = make_model()
        weights = draw_weights(model)
        trainable = [w.value for w in model.trainable_variables]
        fixed = [w.value for w in model.non_trainable_variables]
        floating = [v.dtype == np.float32 for v in values]

        def forward(trainable, *some):
            some = iter(some)
            given = [next(some) if f else v for f, v in zip(floating, values)]
            given = given if len(given) > 1 else given[0]
            y = model.stateless_call(trainable, fixed, given, training=training)[0]
            return jax.tree_util.tree_leaves(y)

        outputs, pull = jax.vjp(forward, trainable, *[v for f, v in zip(floating, values) if f])
        cotangents = [uniform(o.shape, 7 + i) for i, o in enumerate(outputs)]
        gradients = pull([c.array for c in cotangents])
        of_inputs = iter(gradients[1:])
        result = {
            "name": name,
            "model": config(model),
            "weights": [encode(w) for w in weights],
            "training": training,
            "inputs": [encode(x) for x in xs],
            "summary": summary(model),
            "outputs": [encode_result(o) for o in outputs],
            "cotangents": [encode(c) for c in cotangents],
            "weight_gradients": [encode_result(g) for g in gradients[0]],
            "input_gradients": [encode_result(next(of_inputs)) if f else None for f in floating],
        }
        if fit:
            result["fit"] = short_training(model, xs)
        return result

    return make


def two_in_three_out():
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    shared = layers.Dense(5, activation="tanh", name="shared")
    x = shared(layers.Dense(6)(a))
    y = shared(layers.Dense(6)(b))
    z = layers.Dense(2, name="late")(x)
    return keras.Model([a, b], [layers.Dense(1)(y), z, layers.Activation("sigmoid")(z)])


def shared_twice_in_a_row():
    x = keras.Input((6,))
    dense = layers.Dense(6, activation="tanh", kernel_regularizer="l2", name="again")
    return keras.Model(x, layers.Dense(1)(dense(dense(x))))


def models_in_models():
    inner_in = keras.Input((4,), name="inner_in")
    deep = keras.Sequential([layers.Dense(3, activation="tanh"), layers.BatchNormalization()], name="deep")
    inner = keras.Model(inner_in, [layers.Dense(2)(deep(inner_in)), layers.Dense(4)(inner_in)], name="inner")
    x = keras.Input((4,), name="x")
    first, again = inner(x)
    second, _ = inner(again)
    frozen = layers.Dense(2, trainable=False, name="frozen")(first)
    return keras.Model(x, [frozen, second])


def cases():
    a, b = uniform((5, 4), 1), uniform((5, 3), 2)
    return [
        graph("two_in_three_out", two_in_three_out, a, b),
        graph("shared_twice_in_a_row", shared_twice_in_a_row, uniform((5, 6), 3)),
        graph("models_in_models", models_in_models, a, training=True),
        graph("models_in_models_inference", models_in_models, a, fit=False),
    ]
