"""Reads with Keras and TensorFlow what callbacks of the native trainer wrote: run `cargo test --test
train_cli` first. Needs tensorflow beside the requirements of tests/golden."""

import csv
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

directory = Path(sys.argv[1] if len(sys.argv) > 1 else "target/tmp/train_cli/callbacks")

model = keras.models.load_model(directory / "saved" / "03.keras")
assert int(model.optimizer.iterations) > 0
assert np.isclose(float(model.optimizer.learning_rate), 0.001)
for weights in (directory / "best.weights.h5", directory / "backup" / "latest.weights.h5"):
    other = keras.models.load_model(directory / "model.keras")
    other.load_weights(weights)
    for mine, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(mine, theirs), weights

rows = list(csv.DictReader((directory / "log.csv").open()))
assert [row["epoch"] for row in rows] == ["0", "1", "2"], rows
[train] = (directory / "logs" / "train").iterdir()
events = {}
for event in tf.compat.v1.train.summary_iterator(str(train)):
    for value in event.summary.value:
        events.setdefault(value.tag, []).append((event.step, tf.make_ndarray(value.tensor)))
[(step, loss)] = events["epoch_loss"]
assert step == 2 and np.isclose(loss, float(rows[2]["loss"])), events
assert np.isclose(events["epoch_learning_rate"][0][1], 0.001)
assert "keras" in events
print("Keras and TensorFlow read checkpoints, weights, backup, log and events")
