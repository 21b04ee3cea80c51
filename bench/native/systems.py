"""One native framework that trains the workloads it is told of, line by line.

    python systems.py keras_jax|keras_tf|torch

Reads JSON lines {"name", "workload", "epochs"}, answers {"ms": [milliseconds of each epoch]} or {"error"}.
The first line it writes is what it says of itself.
"""

import json
import os
import sys
import time

SYSTEM = sys.argv[1]
os.environ["KERAS_BACKEND"] = {"keras_tf": "tensorflow", "keras_jax": "jax"}.get(SYSTEM, "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402


def draw(name, workload, rows):
    """Data of the kind of page/workloads.js; what the numbers are does not matter here."""
    rng = np.random.default_rng(1)
    shape = (rows, *workload["shape"])
    if name.startswith("W4"):
        x = np.zeros(shape, np.float32)
        for row in x:
            row[(shape[1] * rng.random(230) ** 2).astype(int)] = 1
    elif workload.get("integers"):
        x = rng.integers(0, 10000, shape).astype(np.int32)
    else:
        x = rng.random(shape, np.float32)
    limit = {"classes": 10, "binary": 2}.get(workload["loss"])
    y = rng.random((rows, 1), np.float32) if limit is None else rng.integers(0, limit, (rows, 1))
    return x, y.astype(np.int32 if workload["loss"] == "classes" else np.float32)


class Keras:
    def __init__(self):
        import keras

        self.keras = keras
        self.info = {"version": keras.__version__, "backend": keras.backend.backend()}

    def inference(self, workload):
        """A network for inference: a step is a call of the model on a batch of images."""
        keras, layers = self.keras, self.keras.layers
        values = {"input": keras.Input(workload["shape"])}
        for node in workload["network"]:
            given = [values[name] for name in node["inputs"]]
            layer = getattr(layers, node["kind"])(**node["config"])
            last = values[node["name"]] = layer(given if len(given) > 1 else given[0])
        model = keras.Model(values["input"], last)
        images = np.random.default_rng(1).random((workload["rows"], *workload["shape"]), np.float32)
        size = workload["batch"]

        def run(epochs):
            times = []
            for _ in range(epochs + 1):
                started = time.perf_counter()
                for i in range(0, len(images), size):
                    model.predict_on_batch(images[i : i + size])
                times.append(1000 * (time.perf_counter() - started))
            return times[1:]

        return run

    def prepare(self, name, workload):
        if "network" in workload:
            return self.inference(workload)
        keras, layers = self.keras, self.keras.layers
        make = {
            "dense": lambda l: layers.Dense(l["units"], activation=l.get("activation")),
            "embedding": lambda l: layers.Embedding(l["words"], l["units"]),
            "average": lambda _: layers.GlobalAveragePooling1D(),
            "conv": lambda l: layers.Conv2D(l["filters"], 3, activation="relu"),
            "pool": lambda _: layers.MaxPooling2D(2),
            "flatten": lambda _: layers.Flatten(),
        }
        dtype = "int32" if workload.get("integers") else "float32"
        stack = [make[layer["kind"]](layer) for layer in workload["layers"]]
        model = keras.Sequential([keras.Input(workload["shape"], dtype=dtype), *stack])
        loss = {"classes": "sparse_categorical_crossentropy", "binary": "binary_crossentropy", "numbers": "mse"}
        metric = "mae" if workload["loss"] == "numbers" else "accuracy"
        model.compile(workload["optimizer"], loss[workload["loss"]], metrics=[metric])
        data = draw(name, workload, workload["rows"])
        validation = workload.get("validation")
        options = {"validation_data": draw(name, workload, validation)} if validation else {}

        class Clock(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                times.append(time.perf_counter())

        times = []

        def run(epochs):
            times.clear()
            model.fit(
                *data, epochs=epochs + 1, batch_size=workload["batch"], shuffle=False, verbose=0, callbacks=[Clock()], **options
            )
            return [1000 * (b - a) for a, b in zip(times, times[1:])]

        return run


class Torch:
    def __init__(self):
        import torch

        self.torch = torch
        self.info = {"version": torch.__version__, "threads": torch.get_num_threads()}

    def prepare(self, name, workload):
        if "network" in workload:
            raise NotImplementedError("this benchmark has no such network in PyTorch")
        torch, nn = self.torch, self.torch.nn
        stack, shape = [], list(workload["shape"])
        if len(shape) == 3:
            shape = [shape[2], shape[0], shape[1]]

        class Average(nn.Module):
            def forward(self, x):
                return x.mean(1)

        for layer in workload["layers"]:
            kind = layer["kind"]
            if kind == "dense":
                stack.append(nn.Linear(shape[-1], layer["units"]))
                shape = [layer["units"]]
                if layer.get("activation") == "relu":
                    stack.append(nn.ReLU())
            elif kind == "embedding":
                stack.append(nn.Embedding(layer["words"], layer["units"]))
                shape.append(layer["units"])
            elif kind == "average":
                stack.append(Average())
                shape = shape[1:]
            elif kind == "conv":
                stack += [nn.Conv2d(shape[0], layer["filters"], 3), nn.ReLU()]
                shape = [layer["filters"], shape[1] - 2, shape[2] - 2]
            elif kind == "pool":
                stack.append(nn.MaxPool2d(2))
                shape = [shape[0], shape[1] // 2, shape[2] // 2]
            else:
                stack.append(nn.Flatten())
                shape = [int(np.prod(shape))]
        model = nn.Sequential(*stack)
        loss = {"classes": nn.CrossEntropyLoss(), "binary": nn.BCEWithLogitsLoss(), "numbers": nn.MSELoss()}[workload["loss"]]
        make = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}[workload["optimizer"]]
        optimizer = make(model.parameters(), lr=1e-3)

        def tensors(rows):
            x, y = draw(name, workload, rows)
            x = torch.from_numpy(x).reshape(rows, *([1, 28, 28] if x.ndim == 4 else x.shape[1:]))
            y = torch.from_numpy(y)
            return x, y[:, 0].long() if workload["loss"] == "classes" else y

        x, y = tensors(workload["rows"])
        validation = tensors(workload["validation"]) if workload.get("validation") else None
        size = workload["batch"]

        def epoch():
            for i in range(0, len(x), size):
                optimizer.zero_grad(set_to_none=True)
                value = loss(model(x[i : i + size]), y[i : i + size])
                value.backward()
                optimizer.step()
                value.item()
            if validation:
                with torch.no_grad():
                    loss(model(validation[0]), validation[1]).item()

        def run(epochs):
            epoch()
            times = []
            for _ in range(epochs):
                started = time.perf_counter()
                epoch()
                times.append(1000 * (time.perf_counter() - started))
            return times

        return run


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # frameworks may print what they like
    say = lambda message: print(json.dumps(message), file=answers, flush=True)  # noqa: E731
    try:
        system = Torch() if SYSTEM == "torch" else Keras()
    except ImportError as error:
        return say({"error": str(error)})
    say(system.info)
    prepared = {}
    for line in sys.stdin:
        order = json.loads(line)
        name = order["name"]
        try:
            if name not in prepared:
                prepared[name] = system.prepare(name, order["workload"])
            say({"ms": prepared[name](order["epochs"])})
        except Exception as error:  # noqa: BLE001: the rest goes on
            say({"error": f"{type(error).__name__}: {error}"[:300]})


main()
