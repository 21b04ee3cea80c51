"""Each optimizer alone: variables of several ranks after each of a few steps, and its own."""

import jax.numpy as jnp
import keras
import numpy as np
from keras import optimizers

from arrays import encode, to_base64, uniform
from cases.models import config

SHAPES = [(3, 4), (5,), (1,), (2, 1, 2, 3)]
# Of the gradients, step by step: usual, tiny, large, none at all.
SCALES = [1.0, 0.1, 1e-6, 20.0, 0.0, 300.0, 0.5]


def bits(a):
    """Short arrays, too, as base64."""
    array = np.asarray(a)
    return {"shape": list(array.shape), "dtype": str(array.dtype), "base64": to_base64(array)}


def case(name, optimizer, steps=len(SCALES)):
    def make():
        initial = [uniform(shape, 70 + i) for i, shape in enumerate(SHAPES)]
        variables = [keras.Variable(v.array, name=f"v{i}") for i, v in enumerate(initial)]
        result = {"name": name, "optimizer": config(optimizer)}
        gradients, after = [], []
        for step in range(steps):
            # Each variable at another place of the scales, and one always small.
            scales = [SCALES[(step + 3 * i) % len(SCALES)] for i in range(len(SHAPES))]
            scales[2] *= 1e-3
            seed = 80 + 10 * step
            drawn = [
                uniform(shape, seed + i, -scale, scale)
                for i, (shape, scale) in enumerate(zip(SHAPES, scales))
            ]
            optimizer.apply([jnp.asarray(g.array) for g in drawn], variables)
            gradients.append({"seed": seed, "scales": scales})
            after.append([bits(v.value) for v in variables])
        learning_rate = isinstance(optimizer._learning_rate, keras.Variable)
        own = optimizer.variables[2 if learning_rate else 1 :]
        result |= {
            "variables": [encode(v) for v in initial],
            "gradients": gradients,
            "after": after,
            "iterations": int(optimizer.variables[0].value),
            "state": [bits(v.value) for v in own],
        }
        if optimizer.use_ema:
            optimizer.finalize_variable_values(variables)
            result["finalized"] = [bits(v.value) for v in variables]
        return result

    return make


CLASSES = {
    "sgd": (optimizers.SGD, {"momentum": 0.9}),
    "rmsprop": (optimizers.RMSprop, {}),
    "adam": (optimizers.Adam, {}),
    "adamw": (optimizers.AdamW, {}),
    "adadelta": (optimizers.Adadelta, {}),
    "adagrad": (optimizers.Adagrad, {}),
    "adamax": (optimizers.Adamax, {}),
    "adafactor": (optimizers.Adafactor, {}),
    "nadam": (optimizers.Nadam, {}),
    "ftrl": (optimizers.Ftrl, {}),
    "lion": (optimizers.Lion, {}),
    "lamb": (optimizers.Lamb, {}),
    "schedule_free_adamw": (optimizers.ScheduleFreeAdamW, {}),
}


def of_classes():
    """The defaults of each class, and what only it has."""
    sgd, rmsprop, adam = optimizers.SGD, optimizers.RMSprop, optimizers.Adam
    adafactor, ftrl, free = optimizers.Adafactor, optimizers.Ftrl, optimizers.ScheduleFreeAdamW
    found = [case(name, make()) for name, (make, _) in CLASSES.items()]
    return found + [
        case("sgd_momentum", sgd(0.05, momentum=0.9)),
        case("sgd_nesterov", sgd(0.05, momentum=0.9, nesterov=True)),
        case("sgd_nesterov_without_momentum", sgd(0.05, nesterov=True)),
        case("rmsprop_rho", rmsprop(0.01, rho=0.5, epsilon=1e-3)),
        case("rmsprop_momentum", rmsprop(0.01, momentum=0.8)),
        case("rmsprop_centered", rmsprop(0.01, centered=True)),
        case("rmsprop_centered_momentum", rmsprop(0.01, centered=True, momentum=0.5)),
        case("adam_betas", adam(0.02, beta_1=0.7, beta_2=0.9, epsilon=1e-4)),
        case("adam_amsgrad", adam(0.02, beta_2=0.5, amsgrad=True)),
        case("adamw_amsgrad", optimizers.AdamW(0.02, beta_2=0.5, amsgrad=True, weight_decay=0.1)),
        case("adadelta_rho", optimizers.Adadelta(1.0, rho=0.5, epsilon=1e-3)),
        case("adagrad_start", optimizers.Adagrad(0.1, initial_accumulator_value=0.0, epsilon=0.01)),
        case("adamax_betas", optimizers.Adamax(0.02, beta_1=0.7, beta_2=0.6, epsilon=1e-4)),
        case("adafactor_absolute_step", adafactor(2.0, relative_step=False)),
        case(
            "adafactor_options",
            adafactor(0.5, beta_2_decay=-0.4, epsilon_1=1e-8, epsilon_2=0.1, clip_threshold=0.3),
        ),
        case("nadam_betas", optimizers.Nadam(0.02, beta_1=0.7, beta_2=0.9, epsilon=1e-4)),
        case("ftrl_l1", ftrl(0.1, l1_regularization_strength=0.3)),
        case(
            "ftrl_l2_shrinkage_beta",
            ftrl(
                0.1,
                l2_regularization_strength=0.2,
                l2_shrinkage_regularization_strength=0.05,
                beta=0.3,
            ),
        ),
        case("ftrl_power", ftrl(0.1, learning_rate_power=-0.7, initial_accumulator_value=1.0)),
        case("ftrl_power_0", ftrl(0.1, learning_rate_power=0.0)),
        case("lion_betas", optimizers.Lion(0.02, beta_1=0.5, beta_2=0.7)),
        case("lamb_betas", optimizers.Lamb(0.02, beta_1=0.7, beta_2=0.9, epsilon=1e-4)),
        case("schedule_free_adamw_warmup", free(0.02, warmup_steps=5, epsilon=1e-4, beta_1=0.7)),
    ]


def of_all():
    """What all classes have, on several of them."""
    sgd, adam, nadam = optimizers.SGD, optimizers.Adam, optimizers.Nadam
    decay = optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    found = [
        case("sgd_clipvalue", sgd(0.02, clipvalue=0.3)),
        case("sgd_clipnorm", sgd(0.02, clipnorm=1.0)),
        case("sgd_global_clipnorm", sgd(0.02, global_clipnorm=1.5)),
        case("adam_clipvalue", adam(0.02, clipvalue=0.3)),
        case("adam_clipnorm", adam(0.02, clipnorm=1.0)),
        case("adam_global_clipnorm", adam(0.02, global_clipnorm=1.5)),
        case("adam_loss_scale_factor", adam(0.02, loss_scale_factor=100.0)),
        case("sgd_ema", sgd(0.1, use_ema=True, ema_momentum=0.7)),
        case("sgd_ema_overwrite", sgd(0.1, use_ema=True, ema_overwrite_frequency=3)),
        case("sgd_accumulation", sgd(0.1, gradient_accumulation_steps=3, clipnorm=1.0)),
        case("nadam_accumulation", nadam(0.1, gradient_accumulation_steps=2, weight_decay=0.1)),
        case(
            "adam_accumulation_ema_overwrite",
            adam(
                0.1,
                gradient_accumulation_steps=2,
                use_ema=True,
                ema_momentum=0.8,
                ema_overwrite_frequency=3,
            ),
        ),
        case("sgd_schedule", sgd(decay, momentum=0.5)),
        case("adafactor_schedule", optimizers.Adafactor(decay)),
        case("adam_schedule_accumulation", adam(decay, gradient_accumulation_steps=3)),
        case("ftrl_schedule_decay", optimizers.Ftrl(decay, beta=0.1, weight_decay=0.01)),
    ]
    for name, (make, options) in CLASSES.items():
        common = options | {"weight_decay": 0.1, "global_clipnorm": 2.0, "use_ema": True}
        found.append(case(f"{name}_decay_clip_ema", make(0.02, **common), steps=4))
    return found


def cases():
    return of_classes() + of_all()
