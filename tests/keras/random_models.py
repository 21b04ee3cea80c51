"""Random models through real Keras and through the native trainer: do they agree?

    cargo build --release --example train
    KERAS_BACKEND=jax python tests/keras/random_models.py [first seed] [count]

Each seed makes a Sequential of random layers with a random loss, metrics, optimizer and fit arguments,
trains it with Keras and with `examples/train.rs` from the same `.keras` file, and compares history,
evaluate, predictions, and what Keras reads back from the file written here. A run that parts from
itself in Keras when its weights move by one part in ten million sits on a kink and is only noted.
Needs the packages of tests/golden/requirements.txt.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, losses, metrics, optimizers  # noqa: E402

TRAIN = Path(__file__).resolve().parents[2] / "target" / "release" / "examples" / "train"
TOLERANCE = 1e-4


def activation(r):
    return r.choice(
        ["relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "softplus", "softsign", "mish"]
        + ["leaky_relu", "relu6", "hard_sigmoid", "hard_silu", "exponential", "linear", None]
    )


def regularizer(r):
    return r.choice([None] * 6 + ["l1", "l2", keras.regularizers.L1L2(1e-3, 1e-3)])


def constraint(r):
    return r.choice([None] * 6 + ["max_norm", "non_neg", "unit_norm"])


def initializer(r):
    return r.choice(["glorot_uniform", "he_normal", "lecun_uniform", "orthogonal", "truncated_normal"])


def dense(r, units=None):
    return layers.Dense(
        units or r.randint(1, 12),
        activation=activation(r),
        use_bias=r.random() < 0.8,
        kernel_initializer=initializer(r),
        kernel_regularizer=regularizer(r),
        bias_regularizer=regularizer(r),
        activity_regularizer=regularizer(r),
        kernel_constraint=constraint(r),
        trainable=r.random() < 0.9,
    )


def normalization(r, rank):
    return r.choice(
        [
            lambda: layers.BatchNormalization(momentum=r.choice([0.99, 0.5]), center=r.random() < 0.8),
            lambda: layers.BatchNormalization(trainable=False),
            lambda: layers.LayerNormalization(axis=r.choice([-1, list(range(1, rank + 1))])),
            lambda: layers.UnitNormalization(),
        ]
    )()


def activation_layer(r):
    return r.choice(
        [
            lambda: layers.ReLU(max_value=r.choice([None, 1.0]), negative_slope=0.1),
            lambda: layers.LeakyReLU(negative_slope=0.2),
            lambda: layers.PReLU(),
            lambda: layers.ELU(alpha=0.7),
            lambda: layers.Softmax(),
            lambda: layers.Activation(activation(r) or "linear"),
            lambda: layers.Dropout(0.3, trainable=False) if False else layers.Rescaling(0.5, 0.1),
        ]
    )()


def vector_stack(r):
    stack = []
    for _ in range(r.randint(1, 3)):
        stack.append(dense(r))
        if r.random() < 0.4:
            stack.append(normalization(r, 1))
        if r.random() < 0.3:
            stack.append(activation_layer(r))
    return stack


def common(r):
    return dict(
        activation=activation(r),
        use_bias=r.random() < 0.8,
        kernel_initializer=initializer(r),
        kernel_regularizer=regularizer(r),
    )


def image_stack(r):
    """For inputs (12, 12, 2 or 4)."""
    stack = []
    for _ in range(r.randint(1, 3)):
        same = r.choice(["same", "valid"])
        stack.append(
            r.choice(
                [
                    lambda: layers.Conv2D(
                        r.choice([2, 4]),
                        r.choice([1, 2, 3, (3, 2)]),
                        padding=same,
                        strides=r.choice([1, 2]),
                        groups=r.choice([1, 2]),
                        **common(r),
                    ),
                    lambda: layers.Conv2D(4, 2, padding=same, dilation_rate=2, **common(r)),
                    lambda: layers.SeparableConv2D(
                        4, 2, padding=same, activation=activation(r), depth_multiplier=r.choice([1, 2])
                    ),
                    lambda: layers.DepthwiseConv2D(
                        2, padding=same, strides=r.choice([1, 2]), activation=activation(r)
                    ),
                    lambda: layers.Conv2DTranspose(
                        4, 3, padding=same, strides=r.choice([1, 2]), **common(r)
                    ),
                ]
            )()
        )
        if r.random() < 0.4:
            stack.append(
                r.choice(
                    [
                        lambda: normalization(r, 3),
                        lambda: layers.GroupNormalization(2),
                        lambda: activation_layer(r),
                        lambda: layers.PReLU(shared_axes=[1, 2]),
                    ]
                )()
            )
        if r.random() < 0.5:
            stack.append(
                r.choice(
                    [
                        lambda: layers.MaxPooling2D(2, padding=r.choice(["same", "valid"]), strides=r.choice([1, None])),
                        lambda: layers.AveragePooling2D(2, padding="same"),
                        lambda: layers.ZeroPadding2D(((1, 0), (2, 1))),
                        lambda: layers.Cropping2D(((0, 1), (0, 0))),
                        lambda: layers.UpSampling2D(2, interpolation=r.choice(["nearest", "bilinear"])),
                        lambda: layers.Permute((2, 1, 3)),
                    ]
                )()
            )
    stack.append(
        r.choice([layers.Flatten, layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D])()
    )
    return stack


def steps_stack(r):
    """For inputs (16, 4)."""
    stack = []
    for _ in range(r.randint(1, 3)):
        stack.append(
            r.choice(
                [
                    lambda: layers.Conv1D(
                        r.choice([2, 4]),
                        r.choice([1, 2, 3]),
                        padding=r.choice(["valid", "same", "causal"]),
                        dilation_rate=r.choice([1, 2]),
                        **common(r),
                    ),
                    lambda: layers.Conv1D(4, 2, strides=2, groups=2, **common(r)),
                    lambda: layers.MaxPooling1D(2, padding="same"),
                    lambda: layers.AveragePooling1D(2, strides=1, padding="same"),
                    lambda: layers.ZeroPadding1D(2),
                    lambda: layers.Cropping1D((1, 0)),
                    lambda: layers.UpSampling1D(2),
                    lambda: normalization(r, 2),
                    lambda: dense(r, 4),
                    lambda: activation_layer(r),
                ]
            )()
        )
    last = r.choice([layers.Flatten, layers.GlobalAveragePooling1D, layers.GlobalMaxPooling1D])()
    return stack + [last]


def token_stack(r):
    rest = [layers.GlobalAveragePooling1D()] if r.random() < 0.6 else steps_stack(r)
    return [layers.Embedding(40, 4, embeddings_regularizer=regularizer(r))] + rest


KINDS = {
    "vector": ((7,), vector_stack),
    "image": ((12, 12, 4), image_stack),
    "steps": ((16, 4), steps_stack),
    "tokens": ((16,), token_stack),
}


def task(r):
    """(last layers, loss, metrics, labels for n rows)."""
    kind = r.choice(["classes", "one_hot", "binary", "numbers"])
    rng = np.random.default_rng(r.randint(0, 10**6))
    if kind == "classes":
        logits = r.random() < 0.3
        last = layers.Dense(4, activation=None if logits else "softmax")
        loss = losses.SparseCategoricalCrossentropy(from_logits=logits)
        found = ["accuracy"]
        if not logits:
            found += [r.choice(["sparse_categorical_crossentropy", metrics.SparseTopKCategoricalAccuracy(2)])]
        return last, loss, found, lambda n: rng.integers(0, 4, n).astype("int32")
    if kind == "one_hot":
        last = layers.Dense(4, activation="softmax")
        loss = r.choice(
            ["categorical_crossentropy", losses.CategoricalCrossentropy(label_smoothing=0.1)]
            + ["kl_divergence", "categorical_focal_crossentropy", "categorical_hinge", "squared_hinge"]
            + ["poisson", losses.CategoricalGeneralizedCrossEntropy(0.5), losses.CosineSimilarity()]
            + [losses.Dice(), losses.Tversky()]
        )
        found = r.sample(
            ["accuracy", metrics.F1Score(average="macro"), metrics.TopKCategoricalAccuracy(2), metrics.AUC(num_thresholds=50)]
            + [metrics.OneHotMeanIoU(4), metrics.Precision(), metrics.Recall(thresholds=0.3), metrics.CosineSimilarity()],
            2,
        )
        return last, loss, found, lambda n: np.eye(4, dtype="float32")[rng.integers(0, 4, n)]
    if kind == "binary":
        last = layers.Dense(1, activation="sigmoid")
        loss = r.choice(
            ["binary_crossentropy", losses.BinaryFocalCrossentropy(gamma=1.5), "hinge", "mse"]
            + [losses.BinaryCrossentropy(label_smoothing=0.2)]
        )
        found = r.sample(
            ["accuracy", "binary_crossentropy", metrics.AUC(curve="PR", num_thresholds=20), metrics.Precision(0.4)]
            + [metrics.Recall(), metrics.TruePositives(), metrics.FalseNegatives(), metrics.BinaryIoU()]
            + [metrics.SensitivityAtSpecificity(0.5), metrics.PrecisionAtRecall(0.5)],
            2,
        )
        return last, loss, found, lambda n: rng.integers(0, 2, (n, 1)).astype("float32")
    last = layers.Dense(2)
    loss = r.choice(["mse", "mae", "huber", "log_cosh", "mape", losses.Huber(0.3), losses.MeanSquaredError(reduction="sum")])
    found = r.sample(["mae", "mse", metrics.RootMeanSquaredError(), metrics.R2Score(), metrics.LogCoshError(), metrics.CosineSimilarity()], 2)
    return last, loss, found, lambda n: rng.normal(1.5, 1.0, (n, 2)).astype("float32")


def schedule(r):
    s = optimizers.schedules
    return r.choice(
        [1e-3, 1e-2, 5e-3] * 2
        + [
            s.ExponentialDecay(0.01, 3, 0.9),
            s.PiecewiseConstantDecay([3, 7], [0.01, 0.005, 0.001]),
            s.PolynomialDecay(0.01, 8, power=0.5, cycle=True),
            s.InverseTimeDecay(0.01, 4, 0.5, staircase=True),
            s.CosineDecay(0.001, 10, warmup_target=0.01, warmup_steps=3),
            s.CosineDecayRestarts(0.01, 4),
        ]
    )


def optimizer(r):
    o = optimizers
    shared = dict(
        r.choice(
            [{}] * 4
            + [{"clipnorm": 0.5}, {"clipvalue": 0.1}, {"global_clipnorm": 1.0}, {"weight_decay": 0.01}]
            + [{"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 3}]
            + [{"gradient_accumulation_steps": 2}]
        )
    )
    make = r.choice(
        [
            lambda lr: o.SGD(lr, momentum=r.choice([0.0, 0.9]), nesterov=r.random() < 0.5, **shared),
            lambda lr: o.RMSprop(lr, centered=r.random() < 0.5, momentum=r.choice([0.0, 0.5]), **shared),
            lambda lr: o.Adam(lr, amsgrad=r.random() < 0.5, **shared),
            lambda lr: o.AdamW(lr, **shared),
            lambda lr: o.Adadelta(0.5, **shared),
            lambda lr: o.Adagrad(lr, **shared),
            lambda lr: o.Adamax(lr, **shared),
            lambda lr: o.Adafactor(lr, **shared),
            lambda lr: o.Nadam(lr, **shared),
            lambda lr: o.Ftrl(lr, **shared),
            lambda lr: o.Lion(1e-3, **shared),
        ]
    )
    return make(schedule(r))


def fit_arguments(r, rows, classes, fixed_rate):
    fit = {"epochs": r.randint(2, 5), "shuffle": False, "batch_size": r.choice([4, 8, 32]), "verbose": 0}
    if r.random() < 0.5:
        fit["validation_split"] = r.choice([0.2, 0.25, 0.4])
        if r.random() < 0.3:
            fit["validation_freq"] = r.choice([2, [1, 2]])
    if r.random() < 0.15:
        fit["steps_per_epoch"] = 2
    if classes and r.random() < 0.3:
        fit["class_weight"] = {"0": 2.0, "1": 0.5}
    callbacks = []
    monitor = "val_loss" if "validation_split" in fit and "validation_freq" not in fit else "loss"
    if r.random() < 0.3:
        config = {"monitor": monitor, "patience": r.randint(0, 2), "restore_best_weights": r.random() < 0.5}
        callbacks.append({"class_name": "EarlyStopping", "config": config})
    if fixed_rate and r.random() < 0.3:
        config = {"monitor": monitor, "factor": 0.5, "patience": 1, "min_delta": 0.01}
        callbacks.append({"class_name": "ReduceLROnPlateau", "config": config})
    if r.random() < 0.1:
        callbacks.append({"class_name": "TerminateOnNaN", "config": {}})
    return fit | ({"callbacks": callbacks} if callbacks else {})


def build(seed):
    keras.utils.clear_session()
    r = random.Random(seed)
    kind = r.choice(list(KINDS))
    shape, stack = KINDS[kind]
    last, loss, found, labels = task(r)
    dtype = "int32" if kind == "tokens" else "float32"
    model = keras.Sequential([keras.Input(shape, dtype=dtype), *stack(r), last])
    used = optimizer(r)
    weighted = [m for m in ["mae"] if r.random() < 0.2]
    model.compile(used, loss, metrics=found, weighted_metrics=weighted or None)
    rng = np.random.default_rng(seed)
    rows = r.randint(9, 40)
    if kind == "tokens":
        x = rng.integers(0, 40, (rows, *shape)).astype("int32")
    else:
        x = rng.normal(0, 1, (rows, *shape)).astype("float32")
    # Weights away from where everything is alike.
    model.set_weights(
        [w + rng.normal(0, 0.05, w.shape).astype(w.dtype) if "variance" not in v.path else w
         for v, w in zip(model.weights, model.get_weights())]
    )
    data = {"x": x, "y": labels(rows)}
    fixed = isinstance(used._learning_rate, keras.Variable)
    classes = data["y"].dtype == np.int32
    fit = fit_arguments(r, rows, classes, fixed)
    if "class_weight" not in fit and r.random() < 0.2:
        data["sample_weight"] = rng.uniform(0.2, 2, rows).astype("float32")
    return model, data, fit


def with_keras(model, data, fit):
    options = {k: v for k, v in fit.items() if k not in ("callbacks", "class_weight")}
    if "class_weight" in fit:
        options["class_weight"] = {int(k): v for k, v in fit["class_weight"].items()}
    callbacks = [getattr(keras.callbacks, c["class_name"])(**c["config"]) for c in fit.get("callbacks", [])]
    weight = data.get("sample_weight")
    history = model.fit(data["x"], data["y"], sample_weight=weight, callbacks=callbacks, **options).history
    evaluate = model.evaluate(data["x"], data["y"], sample_weight=weight, verbose=0, return_dict=True)
    return history, evaluate, model.predict(data["x"], verbose=0)


def distance(found, expected):
    """The largest deviation, relative to the expected magnitude."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if found.shape != expected.shape:
        return float("inf")
    if np.isnan(expected).any() or np.isnan(found).any():
        return 0.0 if (np.isnan(expected) == np.isnan(found)).all() else float("inf")
    scale = max(1e-3, float(np.abs(expected).max(initial=0)))
    return float(np.abs(found - expected).max(initial=0)) / scale


def compare(found, expected):
    """Deviations by name of (history, evaluate, predictions)."""
    out = {}
    for part, (f, e) in {"history": (found[0], expected[0]), "evaluate": (found[1], expected[1])}.items():
        if set(f) != set(e):
            out[f"{part} keys {sorted(set(f) ^ set(e))}"] = float("inf")
        for key in set(f) & set(e):
            out[f"{part}.{key}"] = distance(f[key], e[key])
    out["predict"] = distance(found[2], expected[2])
    return out


def number(v):
    """JSON's numbers, and the strings that stand for those it lacks."""
    return [number(x) for x in v] if isinstance(v, list) else float(v)


def run_here(folder, files, expect_error=False):
    command = [TRAIN, files["model"], files["data"], "--fit", files["fit"], "--history", files["history"]]
    command += ["--save", files["save"], "--predict", files["predict"]]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    result = json.loads(Path(files["history"]).read_text())
    parts = [{k: number(v) for k, v in result[name].items()} for name in ("history", "evaluate")]
    return (*parts, np.load(files["predict"])["y"])


def try_seed(seed):
    with tempfile.TemporaryDirectory() as folder:
        names = {"model": "m.keras", "data": "d.npz", "fit": "f.json", "history": "h.json", "save": "s.keras", "predict": "p.npz"}
        files = {key: Path(folder) / name for key, name in names.items()}
        model, data, fit = build(seed)
        model.save(files["model"])
        # What the file says: Keras drops some arguments when it saves (Huber's delta).
        model = keras.models.load_model(files["model"])
        np.savez(files["data"], **data)
        files["fit"].write_text(json.dumps(fit))
        before = [w.copy() for w in model.get_weights()]
        expected = with_keras(model, data, fit)
        found = run_here(folder, files)
        deviations = compare(found, expected)
        back = keras.models.load_model(files["save"])
        deviations["read back by Keras"] = distance(back.predict(data["x"], verbose=0), found[2])
        bad = {k: v for k, v in deviations.items() if v > TOLERANCE}
        worst = max(deviations.values())
        if not bad:
            return f"ok {worst:.1e}"
        again, _, _ = build(seed)
        again.set_weights([w * np.float32(1 + 1e-7) for w in before])
        if max(compare(with_keras(again, data, fit), expected).values()) > TOLERANCE / 10:
            return f"kink {worst:.1e} (Keras parts from itself)"
        layers_ = " ".join(type(layer).__name__ for layer in model.layers)
        return f"DIFFERS {bad}\n    {layers_}; {type(model.optimizer).__name__}; {model.loss}; {json.dumps(fit)}"


if __name__ == "__main__":
    first, count = (int(sys.argv[1]) if len(sys.argv) > 1 else 0), (int(sys.argv[2]) if len(sys.argv) > 2 else 20)
    tally = {}
    for seed in range(first, first + count):
        try:
            outcome = try_seed(seed)
        except RuntimeError as error:
            outcome = f"ERROR here: {error}"
        except Exception as error:  # noqa: BLE001: Keras itself refuses some combinations
            outcome = f"skipped, Keras: {type(error).__name__}: {str(error).splitlines()[0][:150]}"
            if "-v" in sys.argv:
                traceback.print_exc()
        tally[outcome.split()[0]] = tally.get(outcome.split()[0], 0) + 1
        print(f"{seed}: {outcome}", flush=True)
    print(tally)
