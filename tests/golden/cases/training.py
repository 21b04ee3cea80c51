"""A whole training run: what the native trainer reads, and what Keras makes of it."""

import keras
import numpy as np

from arrays import encode, encode_result, plain
from cases.models import config, draw_weights


def figure(value):
    """A number, or the name of one that JSON lacks."""
    value = float(value)
    return value if np.isfinite(value) else str(value)


def callbacks(fit, calls):
    return [
        getattr(keras.callbacks, c["class_name"])(**c["config"] | functions(c, place, calls))
        for place, c in enumerate(fit.get("callbacks", []))
    ]


def functions(callback, place, calls):
    """The arguments of a callback that are functions in Keras and something else in JSON. Those of
    a LambdaCallback add to `calls`."""
    if callback["class_name"] == "LambdaCallback":
        return {hook: recorder(place, hook, calls) for hook in callback["config"]}
    schedule = callback["config"].get("schedule")
    if isinstance(schedule, dict):
        made = keras.optimizers.schedules.deserialize(schedule)
        return {"schedule": lambda epoch, _: float(made(epoch))}
    if schedule is not None:
        return {"schedule": lambda epoch, _: float(schedule[epoch])}
    return {}


def recorder(place, hook, calls):
    """A function that writes down its calls: the callback's place, hook, epoch or batch, logs."""

    def function(*arguments, **named):
        *number, logs = [*arguments, *named.values()]
        figures = {key: figure(value) for key, value in (logs or {}).items()}
        calls.append([place, hook, *(number or [None]), figures])

    return function


def column(labels):
    """Labels of shape (N,) as (N, 1): Keras 3 itself refuses (N,) against predictions (N, 1) in
    some metrics, where the engine takes them."""
    labels = plain(labels)
    return labels[:, None] if labels.ndim == 1 else labels


def keras_fit(model, data, fit, calls):
    """`model.fit` with the arguments as the native trainer reads them."""
    options = {k: v for k, v in fit.items() if k not in ("callbacks", "class_weight")}
    if "class_weight" in fit:
        options["class_weight"] = {int(k): v for k, v in fit["class_weight"].items()}
    if "x_val" in data:
        names = [n for n in ("x_val", "y_val", "sample_weight_val") if n in data]
        options["validation_data"] = tuple(plain(data[n]) for n in names)
    if "sample_weight" in data:
        options["sample_weight"] = plain(data["sample_weight"])
    options.setdefault("verbose", 0)
    return model.fit(plain(data["x"]), plain(data["y"]), callbacks=callbacks(fit, calls), **options)


def case(name, build, data, *, seed=100, tolerance=None, **fit):
    """A run of `build()` (compiled, weights drawn from `seed`) on `data` with `fit`'s arguments.

    A run can sit on a kink: a relu whose input rounds to one side here and to the other there, and
    from then on histories part, those of Keras' own backends too (KERAS_BACKEND=tensorflow shows
    it). Such a case proves nothing: give it another seed."""

    def make():
        model = build()
        drawn = draw_weights(model, seed)
        given = {key: encode(a) for key, a in data.items()}
        used = dict(data)
        if model.output_shape[-1] == 1:
            used |= {key: column(a) for key, a in data.items() if key in ("y", "y_val")}
        arguments = {"shuffle": False} | fit
        x, y = plain(used["x"]), used["y"]
        weight = plain(data["sample_weight"]) if "sample_weight" in data else None
        # Before anything runs: fit and predict leave no trace in the config.
        result = {"name": name, "model": config(model)}
        if tolerance is not None:
            result["tolerance"] = tolerance
        before = model.predict(x, verbose=0)
        history, calls = {}, []
        if arguments["epochs"] > 0:
            history = keras_fit(model, used, arguments, calls).history
        evaluate = model.evaluate(x, plain(y), sample_weight=weight, verbose=0, return_dict=True)
        if calls:
            result["calls"] = calls
        return result | {
            "weights": [encode(w) for w in drawn],
            "data": given,
            "fit": arguments,
            "predictions_before": encode_result(before),
            "history": {k: [figure(v) for v in values] for k, values in history.items()},
            "evaluate": {k: figure(v) for k, v in evaluate.items()},
            "predictions_after": encode_result(model.predict(x, verbose=0)),
            "weights_after": [encode_result(w) for w in model.get_weights()],
        }

    return make


def early_stopping(**options):
    return [{"class_name": "EarlyStopping", "config": options}]


def compiled(model, optimizer, loss, metrics=None, **options):
    """`model`, compiled. `optimizer` may be a string: each model needs its own."""
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics, **options)
    return model


def labels_from(x, classes, seed=5):
    """Labels that `x` (rows) explains up to noise-free ties: the largest of drawn projections."""
    flat = plain(x).reshape(len(plain(x)), -1)
    directions = np.random.default_rng(seed).normal(size=(flat.shape[1], classes))
    return (flat @ directions).argmax(axis=1).astype(np.int32)
