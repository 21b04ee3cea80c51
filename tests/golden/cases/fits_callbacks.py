"""What callbacks change, print and write: histories with learning rates, texts, files."""

import contextlib
import io
import itertools
import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import keras
from keras.src import backend
from keras.src.utils import progbar

from arrays import encode_result
from cases.fits import SPARSE, SPARSE_VAL, classes
from cases.training import case


def callback(class_name, **config):
    return {"class_name": class_name, "config": config}


@contextlib.contextmanager
def recording():
    """An empty directory to write into, a clock of a quarter second per look, and what is printed.
    Callbacks run in the training's own thread, so that the clock is looked at in order."""
    ticks = itertools.count()
    printed = io.StringIO()
    here = os.getcwd()
    with (
        tempfile.TemporaryDirectory() as directory,
        mock.patch.object(backend, "IS_THREAD_SAFE", False),
        mock.patch.object(progbar, "time", SimpleNamespace(time=lambda: next(ticks) / 4)),
        contextlib.redirect_stdout(printed),
    ):
        os.chdir(directory)
        try:
            yield Path(directory), printed
        finally:
            os.chdir(here)


def weights_of(path, build):
    """A checkpoint's weights, in the model's order, and what it holds of the optimizer."""
    if path.suffix == ".keras":
        model = keras.models.load_model(path)
    else:
        model = build()
        model.optimizer.build(model.trainable_variables)
        with tempfile.TemporaryDirectory() as directory:
            # Keras reads no other names.
            model.load_weights(shutil.copy(path, f"{directory}/model.weights.h5"))
    return {
        "weights": [encode_result(w) for w in model.get_weights()],
        "learning_rate": float(model.optimizer.learning_rate),
        "iterations": int(model.optimizer.iterations),
    }


def events_of(paths):
    """Tag, step and value of each event in a directory's files; a model's JSON as null."""
    import tensorflow as tf

    found = []
    for path in paths:
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                number = tf.make_ndarray(value.tensor)
                scalar = value.metadata.plugin_data.plugin_name == "scalars"
                found.append([value.tag, event.step, float(number) if scalar else None])
    return found


def files_of(directory, build):
    """What lies in a directory, by relative path; event files by their directory."""
    files = {}
    for path in sorted(p for p in directory.rglob("*") if p.is_file()):
        name = str(path.relative_to(directory))
        if "tfevents" in name:
            folder = str(path.parent.relative_to(directory))
            files[folder] = {"events": events_of(sorted(path.parent.iterdir()))}
        elif name.endswith(".keras") or ".weights.h5" in name:
            files[name] = weights_of(path, build)
        else:
            files[name] = {"text": path.read_bytes().decode()}
    return files


def recorded(name, build, data, *callbacks, **fit):
    """A run with the text it prints and the files it leaves."""
    made = case(name, build, data, callbacks=list(callbacks), **({"verbose": 0} | fit))

    def make():
        with recording() as (directory, printed):
            result = made()
            text = printed.getvalue()
            return result | {"text": text, "files": files_of(directory, build)}

    return make


def learning_rates():
    overshooting = lambda: classes(keras.optimizers.SGD(1.0, momentum=0.5))  # noqa: E731
    slow = lambda: classes(keras.optimizers.SGD(0.1))  # noqa: E731
    plateau = lambda **c: callback("ReduceLROnPlateau", **c)  # noqa: E731
    schedule = callback("LearningRateScheduler", schedule=[0.1, 0.05, 0.2, 0.01], verbose=1)
    return [
        recorded("plateau_default", overshooting, SPARSE_VAL, plateau(), epochs=4),
        recorded(
            "plateau_patience",
            overshooting,
            SPARSE_VAL,
            plateau(monitor="val_accuracy", patience=1, factor=0.5, verbose=1),
            epochs=7,
        ),
        recorded(
            "plateau_min_delta_cooldown",
            overshooting,
            SPARSE_VAL,
            plateau(monitor="loss", patience=2, min_delta=0.05, cooldown=1, verbose=1),
            epochs=9,
        ),
        recorded(
            "plateau_min_lr_max",
            overshooting,
            SPARSE_VAL,
            plateau(
                monitor="val_accuracy", mode="max", patience=1, factor=0.3, min_lr=0.2, verbose=1
            ),
            epochs=8,
        ),
        recorded(
            "plateau_missing_monitor", slow, SPARSE, plateau(monitor="val_loss"), epochs=2
        ),
        recorded("scheduler_list", slow, SPARSE_VAL, schedule, epochs=4),
        # What later callbacks see of the learning rate, and what earlier ones do not.
        recorded(
            "order_of_learning_rate",
            slow,
            SPARSE,
            callback("CSVLogger", filename="before.csv"),
            plateau(monitor="loss", patience=1, factor=0.5, min_delta=0.1),
            callback("CSVLogger", filename="after.csv", separator=";"),
            schedule,
            epochs=4,
        ),
        recorded(
            "history_before_plateau", slow, SPARSE, callback("History"), plateau(), epochs=2
        ),
    ]


def stops():
    steep = lambda: classes(keras.optimizers.SGD(3.0, momentum=0.5))  # noqa: E731
    return [
        recorded(
            "early_stopping_verbose",
            steep,
            SPARSE_VAL,
            callback("EarlyStopping", patience=1, restore_best_weights=True, verbose=1),
            epochs=8,
        ),
    ]


def files():
    fast = lambda: classes(keras.optimizers.Adam(0.02))  # noqa: E731
    checkpoint = lambda filepath, **c: callback(  # noqa: E731
        "ModelCheckpoint", filepath=filepath, **c
    )
    return [
        recorded(
            "checkpoint_each_epoch",
            fast,
            SPARSE_VAL,
            checkpoint("all/{epoch:02d}-{val_loss:.2f}.keras", verbose=1),
            epochs=3,
        ),
        recorded(
            "checkpoint_best_weights",
            lambda: classes(keras.optimizers.SGD(1.0, momentum=0.5)),
            SPARSE_VAL,
            checkpoint(
                "best.weights.h5", save_best_only=True, save_weights_only=True, verbose=1
            ),
            epochs=5,
        ),
        recorded(
            "checkpoint_batches",
            fast,
            SPARSE,
            checkpoint("b{epoch}-{batch:03d}-{accuracy:.1f}.keras", save_freq=3),
            epochs=3,
            batch_size=8,
        ),
        recorded(
            "checkpoint_threshold",
            fast,
            SPARSE_VAL,
            checkpoint(
                "{epoch}.weights.h5",
                monitor="accuracy",
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=0.6,
                mode="max",
                verbose=1,
            ),
            epochs=5,
        ),
        # The checkpoint keeps the learning rate it was saved under.
        recorded(
            "checkpoint_before_plateau",
            fast,
            SPARSE,
            checkpoint("{epoch}.keras"),
            callback("ReduceLROnPlateau", monitor="loss", patience=1, min_delta=1.0),
            epochs=3,
        ),
        recorded(
            "backup_kept",
            fast,
            SPARSE,
            callback("BackupAndRestore", backup_dir="backup", delete_checkpoint=False),
            epochs=2,
        ),
        recorded(
            "backup_batches_twice",
            fast,
            SPARSE,
            callback(
                "BackupAndRestore",
                backup_dir="backup",
                delete_checkpoint=False,
                double_checkpoint=True,
                save_freq=3,
            ),
            epochs=2,
            batch_size=8,
        ),
        recorded(
            "backup_removed",
            fast,
            SPARSE,
            callback("BackupAndRestore", backup_dir="backup"),
            epochs=2,
        ),
        recorded(
            "csv_validation_now_and_then",
            fast,
            SPARSE_VAL,
            callback("CSVLogger", filename="log.csv", separator="\t"),
            epochs=4,
            validation_freq=2,
        ),
        recorded("tensorboard", fast, SPARSE_VAL, callback("TensorBoard"), epochs=3),
        recorded(
            "tensorboard_batches",
            fast,
            SPARSE_VAL,
            callback("TensorBoard", log_dir="runs/1", update_freq=2, write_graph=False),
            callback("LearningRateScheduler", schedule=[0.1, 0.05]),
            epochs=2,
            batch_size=20,
        ),
    ]


def functions():
    """What functions of the user's see, hook by hook, and in what order they are called."""
    fast = lambda: classes(keras.optimizers.Adam(0.02))  # noqa: E731
    batches = ["on_train_batch_begin", "on_train_batch_end"]
    epochs = ["on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end"]
    tests = ["on_test_begin", "on_test_batch_begin", "on_test_batch_end", "on_test_end"]
    hooks = lambda names: callback("LambdaCallback", **dict.fromkeys(names, True))  # noqa: E731
    return [
        recorded(
            "lambda_all_hooks",
            fast,
            SPARSE_VAL,
            hooks(batches + epochs + tests),
            epochs=3,
            batch_size=20,
            validation_batch_size=16,
            validation_freq=2,
        ),
        recorded("lambda_epochs", fast, SPARSE, hooks(epochs), epochs=2),
        # Those behind a callback that adds to the logs see what it adds.
        recorded(
            "lambda_before_and_after",
            fast,
            SPARSE_VAL,
            hooks(["on_epoch_begin", "on_epoch_end"]),
            callback("LearningRateScheduler", schedule=[0.1, 0.05, 0.2, 0.1]),
            callback("EarlyStopping", monitor="loss", min_delta=10.0, patience=2),
            hooks(["on_epoch_end", "on_train_end", "on_test_end"]),
            epochs=4,
        ),
    ]


def averages():
    """Moving averages of the weights in their places, for validation or at epochs' ends."""
    sgd = lambda **ema: lambda: classes(  # noqa: E731
        keras.optimizers.SGD(0.5, momentum=0.5, use_ema=True, ema_momentum=0.8, **ema)
    )
    swap = callback("SwapEMAWeights")
    always = callback("SwapEMAWeights", swap_on_epoch=True)
    checkpoint = callback("ModelCheckpoint", filepath="{epoch}.keras")
    return [
        recorded("swap_ema", sgd(), SPARSE_VAL, swap, checkpoint, epochs=3),
        recorded("swap_ema_without_validation", sgd(), SPARSE, swap, checkpoint, epochs=2),
        recorded("swap_ema_on_epoch", sgd(), SPARSE_VAL, always, checkpoint, epochs=3),
        recorded("swap_ema_on_epoch_no_validation", sgd(), SPARSE, always, checkpoint, epochs=2),
        recorded(
            "swap_ema_overwrite_accumulation",
            sgd(ema_overwrite_frequency=3, gradient_accumulation_steps=2),
            SPARSE_VAL,
            always,
            epochs=3,
            batch_size=8,
        ),
        # Stopped before the last epoch, the averages are lost: Keras swaps them back.
        recorded(
            "swap_ema_stopped_early",
            sgd(),
            SPARSE_VAL,
            always,
            callback("EarlyStopping", monitor="loss", min_delta=10.0, patience=1),
            epochs=6,
        ),
    ]


def texts():
    fast = lambda: classes(keras.optimizers.Adam(0.02))  # noqa: E731
    early = callback("EarlyStopping", monitor="loss", patience=1, min_delta=1.0, verbose=1)
    return [
        recorded("verbose_1", fast, SPARSE_VAL, epochs=2, batch_size=4, verbose=1),
        recorded("verbose_auto_one_epoch", fast, SPARSE, epochs=1, verbose="auto"),
        recorded("verbose_2", fast, SPARSE_VAL, early, epochs=5, initial_epoch=2, verbose=2),
        recorded(
            "verbose_2_small_numbers",
            fast,
            SPARSE,
            callback("LearningRateScheduler", schedule=[1e-05, 0.001, 0.00100001, 0.0]),
            epochs=4,
            verbose=2,
        ),
        recorded(
            "progbar_before_message",
            fast,
            SPARSE,
            callback("ProgbarLogger"),
            callback("LearningRateScheduler", schedule=[1e-05, 123456.789], verbose=1),
            epochs=2,
            verbose=2,
        ),
    ]


def cases():
    return learning_rates() + stops() + files() + functions() + averages() + texts()
