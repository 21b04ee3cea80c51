"""Each optimizer alone: two variables after each of six steps of given gradients."""

import jax.numpy as jnp
import keras
import numpy as np
from keras import optimizers

from arrays import encode, uniform
from cases.models import config

STEPS = 6
SHAPES = [(4, 3), (3,)]


def case(name, optimizer):
    def make():
        initial = [uniform(shape, 70 + i) for i, shape in enumerate(SHAPES)]
        variables = [keras.Variable(v.array, name=f"v{i}") for i, v in enumerate(initial)]
        gradients, after = [], []
        for step in range(STEPS):
            # Some large for clipping; every third step the second is zero.
            drawn = [
                uniform(SHAPES[0], 80 + step, -3.0, 3.0),
                uniform(SHAPES[1], 90 + step, *((0.0, 0.0) if step % 3 == 2 else (-0.5, 0.5))),
            ]
            optimizer.apply([jnp.asarray(g.array) for g in drawn], variables)
            gradients.append([encode(g) for g in drawn])
            after.append([encode(np.asarray(v.value)) for v in variables])
        return {
            "name": name,
            "optimizer": config(optimizer),
            "variables": [encode(v) for v in initial],
            "gradients": gradients,
            "after": after,
        }

    return make


def cases():
    sgd, rmsprop, adam = optimizers.SGD, optimizers.RMSprop, optimizers.Adam
    found = [
        case("sgd", sgd()),
        case("sgd_momentum", sgd(0.05, momentum=0.9)),
        case("sgd_nesterov", sgd(0.05, momentum=0.9, nesterov=True)),
        case("sgd_nesterov_without_momentum", sgd(0.05, nesterov=True)),
        case("rmsprop", rmsprop()),
        case("rmsprop_rho", rmsprop(0.01, rho=0.5, epsilon=1e-3)),
        case("rmsprop_momentum", rmsprop(0.01, momentum=0.8)),
        case("rmsprop_centered", rmsprop(0.01, centered=True)),
        case("rmsprop_centered_momentum", rmsprop(0.01, centered=True, momentum=0.5)),
        case("adam", adam()),
        case("adam_betas", adam(0.02, beta_1=0.7, beta_2=0.9, epsilon=1e-4)),
        case("adam_amsgrad", adam(0.02, beta_2=0.5, amsgrad=True)),
    ]
    for make, name in [(sgd, "sgd"), (rmsprop, "rmsprop"), (adam, "adam")]:
        found += [
            case(f"{name}_weight_decay", make(0.02, weight_decay=0.1)),
            case(f"{name}_clipnorm", make(0.02, clipnorm=1.0)),
            case(f"{name}_clipvalue", make(0.02, clipvalue=0.3)),
            case(f"{name}_global_clipnorm", make(0.02, global_clipnorm=1.5)),
        ]
    return found
