"""Each layer alone: output, the gradients of Σ(output·R) by jax.vjp, summary, a short training.

`case` serves every module `layers_*.py`."""

import jax
import keras
import numpy as np
from keras import layers

from arrays import below, encode, encode_result, plain, uniform
from cases.models import config, draw_weights, sequential, summary

def short_training(model, x, output):
    """What three epochs of Adam towards drawn targets of the output's shape make of the model."""
    targets = uniform(output.shape, 9)
    model.compile(keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
    history = model.fit(x, targets.array, batch_size=2, epochs=3, shuffle=False, verbose=0).history
    return {
        "targets": encode(targets),
        "history": {key: [float(v) for v in values] for key, values in history.items()},
        "weights_after": [encode_result(w) for w in model.get_weights()],
    }


def case(name, x, *stack, training=False, fit=True):
    """A case: `stack` (functions making layers) applied to `x`, all but its first axis the shape.

    `fit=False` where training draws random numbers, or sits on a kink (see training.py)."""

    def make():
        value = plain(x)
        model = sequential(value.shape[1:], *stack, dtype=str(value.dtype))
        weights = draw_weights(model)
        trainable = [w.value for w in model.trainable_variables]
        fixed = [w.value for w in model.non_trainable_variables]

        def forward(trainable, x):
            return model.stateless_call(trainable, fixed, x, training=training)[0]

        result = {
            "name": name,
            "model": config(model),
            "weights": [encode(w) for w in weights],
            "training": training,
            "input": encode(x),
            "summary": summary(model),
        }
        if value.dtype == np.float32:
            output, pull = jax.vjp(forward, trainable, value)
        else:
            output, pull = jax.vjp(lambda t: forward(t, value), trainable)
        cotangent = uniform(output.shape, 7)
        gradients = pull(cotangent.array)
        result |= {
            "output": encode_result(output),
            "cotangent": encode(cotangent),
            "weight_gradients": [encode_result(g) for g in gradients[0]],
        }
        if len(gradients) == 2:
            result["input_gradient"] = encode_result(gradients[1])
        if fit:
            result["fit"] = short_training(model, value, output)
        return result

    return make


def cases():
    vectors = uniform((5, 7), 1, -2.0, 2.0)
    images = uniform((3, 4, 5), 2)
    tokens = below((4, 6), 3, 9)
    steps = uniform((3, 5, 4), 4)
    return [
        case("flatten", images, lambda: layers.Flatten()),
        case("flatten_vector", vectors, lambda: layers.Flatten()),
        case("dense", vectors, lambda: layers.Dense(3)),
        case("dense_no_bias", vectors, lambda: layers.Dense(3, use_bias=False)),
        case("dense_one_unit", vectors, lambda: layers.Dense(1, activation="sigmoid")),
        case("dense_odd_sizes", uniform((33, 65), 5), lambda: layers.Dense(17, activation="relu")),
        case("dense_on_steps", steps, lambda: layers.Dense(3, activation="tanh")),
        case("dropout_inference", vectors, lambda: layers.Dropout(0.5), fit=False),
        case("dropout_rate_0", vectors, lambda: layers.Dropout(0.0), training=True),
        case("embedding", tokens, lambda: layers.Embedding(9, 5)),
        case("global_average_pooling1d", steps, lambda: layers.GlobalAveragePooling1D()),
        case(
            "global_average_pooling1d_keepdims",
            steps,
            lambda: layers.GlobalAveragePooling1D(keepdims=True),
        ),
        case(
            "global_average_pooling1d_channels_first",
            steps,
            lambda: layers.GlobalAveragePooling1D(data_format="channels_first"),
        ),
        case(
            "embedding_average",
            tokens,
            lambda: layers.Embedding(9, 5),
            lambda: layers.GlobalAveragePooling1D(),
        ),
        case(
            "normalization",
            vectors,
            lambda: layers.Normalization(
                mean=[0.5, -1, 0, 2, 0.1, 0.2, 0.3], variance=[1, 4, 0.25, 2, 0, 1e-3, 9]
            ),
        ),
        case(
            "normalization_one_mean",
            images,
            lambda: layers.Normalization(axis=None, mean=0.25, variance=0.5),
        ),
        case(
            "normalization_invert",
            vectors,
            lambda: layers.Normalization(mean=0.5, variance=4.0, axis=None, invert=True),
        ),
        case("rescaling", images, lambda: layers.Rescaling(1 / 255)),
        case("rescaling_offset", images, lambda: layers.Rescaling(2.0, offset=-1.0)),
        case("rescaling_bytes", below((2, 3, 4), 6, 256), lambda: layers.Rescaling(1 / 127.5, -1.0)),
    ]
