"""Whole Python programs on real Keras: do they learn what the engine learns?

    cargo build --example python
    python tests/keras/python_programs.py

For data sets of the page (a table, images, texts as sequences and as sets of words) the model with
Keras' own initial weights is trained by the engine on the page's recipe and by the program that
`examples/python.rs` writes, without shuffling; the histories must agree. Then each program runs once
more as `keras.distribution` spreads it over two devices, which a processor can pretend to be. Needs
the packages of tests/golden/requirements.txt.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras  # noqa: E402
from keras import layers  # noqa: E402
from python_models import PROGRAM, ROOT  # noqa: E402

TOLERANCE = 1e-4
FIT = {"epochs": 3, "batch_size": 64, "shuffle": False, "seed": 1}
DATA = ROOT / "www" / "data"
CATALOGUE = {entry["id"]: entry for entry in json.loads((DATA / "catalogue.json").read_text())}
# Shapes of samples, and shares for validation that leave an even number of rows on both sides, since
# two devices would leave one out.
SHAPES = {"mileage": (9,), "digits": (28, 28), "reviews": (48,), "overfitting": (10000,)}
SPLITS = {"mileage": 0.1, "digits": 0.1, "reviews": 0.2, "overfitting": 0.2}


def layer(spec):
    return getattr(layers, spec["class_name"])(**spec["config"])


def run(program, folder, devices=1):
    """Runs the program there; its history."""
    path = Path(folder) / "program.py"
    path.write_text(program + "\nimport json\njson.dump(history.history, open('history.json', 'w'))\n")
    flags = f"--xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "XLA_FLAGS": flags}
    ran = subprocess.run([sys.executable, path], cwd=folder, env=environment, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(f"{program}\n{ran.stderr[-3000:]}")
    return json.loads((Path(folder) / "history.json").read_text())


def distance(a, b):
    """The largest relative difference between two histories."""
    assert a.keys() == b.keys(), (a.keys(), b.keys())
    pairs = [(x, y) for key in a for x, y in zip(a[key], b[key], strict=True)]
    return max(abs(x - y) / max(abs(x), abs(y), 1e-3) for x, y in pairs)


def main():
    failed = False
    for name, shape in SHAPES.items():
        entry = CATALOGUE[name]
        with tempfile.TemporaryDirectory() as folder:
            keras.utils.set_random_seed(1)
            model = keras.Sequential([keras.Input(shape), *map(layer, entry["models"][0]["layers"])])
            compiling = dict(entry["compile"])
            if isinstance(compiling["optimizer"], dict):
                compiling["optimizer"] = keras.optimizers.get(compiling["optimizer"])
            model.compile(**compiling)
            model.save(f"{folder}/model.keras")
            model.save_weights(f"{folder}/start.weights.h5")
            options = {
                "title": entry["title"]["en"],
                "recipe": entry["recipe"],
                "files": {file["source"]: {"path": str(DATA / file["path"])} for file in entry["files"]},
                "fit": {**entry["fit"], "validation_split": SPLITS[name], **FIT},
                "weights": "start.weights.h5",
            }

            def write(options, *more):
                path = Path(folder) / "options.json"
                path.write_text(json.dumps(options))
                command = [PROGRAM, f"{folder}/model.keras", path, *more]
                return subprocess.run(command, check=True, capture_output=True, text=True).stdout

            program = write(options, "--history", f"{folder}/engine.json")
            engine = json.loads(Path(f"{folder}/engine.json").read_text())
            alone = distance(engine, run(program, folder))
            spread = distance(engine, run(write({**options, "distribute": True}), folder, devices=2))
            good = max(alone, spread) <= TOLERANCE
            failed |= not good
            print(f"{name}: {alone:.1e} apart on one device, {spread:.1e} on two{'' if good else '  <-- too far'}")
            if "--show" in sys.argv:
                print(program)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
