"""Models as Python programs: does real Keras build the same model from them?

    cargo build --example python
    python tests/keras/python_models.py [first seed] [count]

Takes the models of the golden cases and random Sequential and Functional models, lets
`examples/python.rs` write the program of each, runs it and compares `to_json()`, compile config
included, with that of the original. Needs the packages of tests/golden/requirements.txt.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "numpy")  # builds models fastest; their configs are alike

import keras  # noqa: E402
from keras import layers  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/examples/python"


def golden():
    """The models of the fixtures, built by Keras where it can, by (case, model)."""
    for path in sorted((ROOT / "tests/golden/fixtures").glob("*.json")):
        for case in json.loads(path.read_text()):
            config = case.get("config") or case.get("model")
            if isinstance(config, dict) and "layers" in config.get("config", config):
                yield f"{path.stem} {case['name']}", whole(config)


def whole(config):
    if "class_name" in config:
        return config
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": "Sequential"}


def dense(r):
    return layers.Dense(
        r.randint(1, 5),
        activation=r.choice([None, "relu", "softmax", "gelu"]),
        use_bias=r.random() < 0.8,
        kernel_initializer=r.choice(["he_normal", "zeros", keras.initializers.RandomNormal(stddev=0.2, seed=3)]),
        kernel_regularizer=r.choice([None, "l2", keras.regularizers.L1L2(1e-3, 1e-4), keras.regularizers.L1(0.02)]),
        bias_constraint=r.choice([None, "non_neg", keras.constraints.MaxNorm(3, axis=0)]),
        activity_regularizer=r.choice([None, None, "l1"]),
        trainable=r.random() < 0.9,
        name=r.choice([None, None, f"layer-{r.randint(0, 99999)}"]),
    )


def block(r):
    """A layer that keeps (batch, features)."""
    return r.choice([
        lambda: dense(r),
        lambda: layers.Dropout(r.choice([0.2, 0.5]), seed=r.choice([None, 7])),
        lambda: layers.BatchNormalization(momentum=r.choice([0.99, 0.9]), center=r.random() < 0.8),
        lambda: layers.LayerNormalization(epsilon=r.choice([1e-3, 1e-5])),
        lambda: layers.ReLU(max_value=r.choice([None, 6.0])),
        lambda: layers.LeakyReLU(negative_slope=r.choice([0.3, 0.01])),
        lambda: layers.Activation(r.choice(["tanh", "swish"])),
        lambda: layers.GaussianNoise(0.1),
    ])()


def stack(r, name=None, inputs=None):
    first = [keras.Input((inputs,))] if inputs else []
    return keras.Sequential(first + [dense(r)] + [block(r) for _ in range(r.randint(0, 2))], name=name)


def nested(r, depth=1):
    """A Functional model to be called in another: of one output or several."""
    a = keras.Input((4,), name=r.choice([None, "codes"]))
    x = block(r)(dense(r)(a))
    kind = r.random()
    outputs = x if kind < 0.5 else [x, dense(r)(x)] if kind < 0.75 else {"b": x, "a": dense(r)(a)}
    return keras.Model(a, outputs, name=r.choice([None, f"encoder_{r.randint(0, 99)}"]))


def texts(r):
    """Masks: an embedding, recurrent and attention layers."""
    words = keras.Input((6,), dtype="int32")
    x = layers.Embedding(20, 4, mask_zero=r.random() < 0.7)(words)
    if r.random() < 0.5:
        x = layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=r.random() < 0.5)
    cell = r.choice([layers.LSTM, layers.GRU, layers.SimpleRNN])
    if r.random() < 0.5:
        x = layers.Bidirectional(cell(3, return_sequences=True, dropout=0.1))(x)
    if r.random() < 0.3:
        x = layers.TimeDistributed(layers.Dense(3))(x)
    if r.random() < 0.5:
        x, *states = cell(3, return_state=True)(x)
        x = layers.Concatenate()([x, *states])
    else:
        x = layers.GlobalAveragePooling1D()(x)
    return words, layers.Dense(4)(x)


def images(r):
    pixels = keras.Input((8, 8, 2))
    x = layers.Conv2D(3, r.choice([3, (3, 1)]), padding="same", activation="relu")(pixels)
    x = r.choice([
        lambda: layers.MaxPooling2D(), lambda: layers.AveragePooling2D((2, 4), strides=1),
        lambda: layers.RandomFlip("horizontal"), lambda: layers.UpSampling2D(2),
        lambda: layers.SpatialDropout2D(0.3), lambda: layers.ZeroPadding2D(((1, 0), (2, 2))),
        lambda: layers.SeparableConv2D(2, 3, depth_multiplier=2),
    ])()(x)
    return pixels, layers.Dense(4)(layers.GlobalMaxPooling2D()(x))


def functional(r):
    inputs, values = [], []
    for _ in range(r.randint(1, 3)):
        make = r.choice([texts, images, lambda r: (i := keras.Input((4,), name=r.choice([None, None, f"in-{r.random()}"])), i)])
        one, value = make(r)
        inputs.append(one)
        values.append(value)
    shared = r.choice([lambda: layers.Dense(4), lambda: stack(r, "tower", 4)])()
    for _ in range(r.randint(2, 7)):
        x = r.choice(values)
        step = r.random()
        if step < 0.3:
            values.append(layers.Dense(4)(block(r)(x)))
        elif step < 0.5:
            values.append(layers.Dense(4)(shared(x)))
        elif step < 0.65:
            outputs = nested(r)(x)
            outputs = outputs if isinstance(outputs, (list, dict)) else [outputs]
            outputs = outputs.values() if isinstance(outputs, dict) else outputs
            values.append(layers.Dense(4)(layers.Concatenate()([x, *outputs])))
        elif step < 0.75:
            values.append(layers.Dense(4)(layers.BatchNormalization()(x, training=False)))
        else:
            merge = r.choice([layers.Add, layers.Multiply, layers.Maximum, layers.Concatenate, layers.Average])
            values.append(layers.Dense(4)(merge()([x, r.choice(values)])))
    merged = layers.Add()(values) if len(values) > 1 else values[0]
    ends = [layers.Dense(1, name=r.choice([None, "price"]))(merged)]
    ends += [layers.Dense(3, activation="softmax", name="kind")(merged)] if r.random() < 0.4 else []
    outputs = r.choice([ends, ends if len(ends) > 1 else ends[0], {f"out{i}": end for i, end in enumerate(ends)}])
    given = inputs if len(inputs) > 1 or r.random() < 0.2 else inputs[0]
    model = keras.Model(given, outputs, name=r.choice([None, "net"]))
    if r.random() < 0.2:
        model.layers[r.randrange(len(model.layers))].trainable = False
    return model


def sequential(r):
    model = stack(r, r.choice([None, "plain"]), r.choice([4, 4, None]))
    if r.random() < 0.3:
        inner = stack(r, "inner")
        if r.random() < 0.5:
            inner.trainable = False
        model.add(inner)
    if r.random() < 0.3:
        model.add(layers.Dense(4))
        model.add(keras.Model(i := keras.Input((4,)), dense(r)(i), name="functional_inner"))
    if not model.built and r.random() < 0.7:
        model.build((None, 4))
    return model


def compiled(r, model):
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100, alpha=0.1)
    optimizer = r.choice([
        "adam", "rmsprop", "sgd", keras.optimizers.Adam(learning_rate=0.003, clipnorm=1.0),
        keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True), keras.optimizers.AdamW(weight_decay=0.02),
        keras.optimizers.RMSprop(0.001), keras.optimizers.Lion(1e-4), keras.optimizers.Adagrad(0.5),
    ])
    def loss():
        return r.choice(["mse", keras.losses.Huber(delta=2.0), keras.losses.BinaryCrossentropy(from_logits=True),
                         keras.losses.MeanSquaredError(), keras.losses.mean_absolute_error])
    def metric():
        return r.choice(["mae", "accuracy", keras.metrics.AUC(num_thresholds=50), keras.metrics.MeanAbsoluteError(),
                         keras.metrics.RootMeanSquaredError(name="rmse"), keras.metrics.Precision(thresholds=0.7),
                         keras.metrics.R2Score()])
    outputs = getattr(model, "output_names", None) or ["only"]
    several = len(outputs) > 1
    by_name = several and not isinstance(model._outputs_struct, dict) and r.random() < 0.6
    wrap = (lambda make: {name: make() for name in outputs}) if by_name else (
        (lambda make: [make() for _ in outputs]) if several and not isinstance(model._outputs_struct, dict) else lambda make: make())
    metrics = wrap(lambda: [metric()]) if several else [metric() for _ in range(r.randint(0, 2))] or None
    if several and isinstance(model._outputs_struct, dict):
        metrics = None
    weights = r.choice([None, [0.5] * len(outputs)]) if not by_name and not isinstance(getattr(model, "_outputs_struct", None), dict) else None
    model.compile(optimizer=optimizer, loss=wrap(loss), metrics=metrics, loss_weights=weights)
    return model


def randoms(first, count):
    for seed in range(first, first + count):
        r = random.Random(seed)
        keras.utils.clear_session(free_memory=False)
        for _ in range(r.randint(0, 2)):  # what was made before shifts the names that Keras gives
            layers.Dense(2)
        model = r.choice([sequential, functional, functional])(r)
        if model.built and r.random() < 0.6:
            compiled(r, model)
        yield f"seed {seed}", json.loads(model.to_json())


# Models that Keras builds only once a layer was adapted, which a program leaves to its reader.
UNBUILT = ["strings text_vectorization_dense_fit"]


def renamed(text):
    """JSON of a model with other names for what computes its masks: no program can give these."""
    found = re.findall(r'"module": "keras.src.ops[^}]*?"name": "(\w+)"', text)
    for i, name in enumerate(dict.fromkeys(found)):
        text = text.replace(f'"{name}"', f'"mask {i}"')
    return json.loads(text)


def plain(value):
    """Without what only says how Keras runs (`jit_compile`), numbers as float32."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in ("jit_compile", "build_config")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return round(value, 7) if isinstance(value, float) else value


def difference(a, b, where=""):
    if type(a) is type(b) is dict and a.keys() == b.keys():
        return next(filter(None, (difference(a[k], b[k], f"{where}.{k}") for k in a)), None)
    if type(a) is type(b) is list and len(a) == len(b):
        return next(filter(None, (difference(x, y, f"{where}[{i}]") for i, (x, y) in enumerate(zip(a, b)))), None)
    return None if a == b else f"{where}: {json.dumps(a)[:200]} became {json.dumps(b)[:200]}"


def by_keras(config):
    """The config as Keras writes it once it has read it: fixtures may leave out defaults."""
    keras.utils.clear_session(free_memory=False)
    model = keras.models.model_from_json(json.dumps(config))
    if config.get("compile_config"):
        model.compile_from_config(config["compile_config"])
    return json.loads(model.to_json())


def check(config, program):
    """What differs between the model and the one that the program makes; None where nothing does."""
    keras.utils.clear_session(free_memory=False)
    space = {}
    exec(program, space)
    return difference(plain(renamed(json.dumps(config))), plain(renamed(space["model"].to_json())))


def main(first=0, count=200):
    cases = []
    for name, config in golden():
        if name in UNBUILT:
            continue
        try:
            cases.append((name, by_keras(config)))
        except Exception as error:
            print(f"{name}: Keras alone cannot read it: {str(error).splitlines()[0][:120]}")
    fixtures = len(cases)
    cases += randoms(first, count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "models.json"
        path.write_text(json.dumps([config for _, config in cases]))
        output = subprocess.run([PROGRAM, "--models", path], check=True, capture_output=True, text=True).stdout
    failures = refused = 0
    for (name, config), program in zip(cases, json.loads(output)):
        if isinstance(program, dict):
            refused += 1
            print(f"{name}: {program['error']}")
            continue
        try:
            wrong = check(config, program)
        except Exception as error:
            wrong = f"{type(error).__name__}: {str(error)[:300]}"
        if wrong:
            failures += 1
            print(f"{name}: {wrong}\n{program if failures < 6 else ''}")
    print(f"{fixtures} golden and {len(cases) - fixtures} random models: {failures} differ, {refused} refused")
    return 1 if failures or refused else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
