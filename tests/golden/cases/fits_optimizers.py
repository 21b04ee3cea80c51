"""Short trainings with every optimizer, and with what all of them have: batches of 16 of 50 rows,
so that the last is short and accumulated gradients span epochs."""

from keras import layers, optimizers, regularizers

from arrays import below, uniform
from cases.models import dense, sequential
from cases.optimizers import CLASSES
from cases.training import case, compiled, early_stopping, labels_from

X = uniform((50, 4), 300, -2.0, 2.0)
X_VAL = uniform((21, 4), 301, -2.0, 2.0)
LABELS = labels_from(X, 3)
DATA = {"x": X, "y": LABELS}
DATA_VAL = DATA | {"x_val": X_VAL, "y_val": labels_from(X_VAL, 3)}


def classes(optimizer, *hidden):
    model = sequential((4,), *(hidden or [dense(6, "tanh")]), dense(3, "softmax"))
    return compiled(model, optimizer, "sparse_categorical_crossentropy", ["accuracy"])


def run(name, optimizer, *hidden, data=DATA, epochs=3, **fit):
    """`optimizer` makes one: each model needs its own."""
    build = lambda: classes(optimizer(), *hidden)  # noqa: E731
    return case(name, build, data, epochs=epochs, batch_size=16, **fit)


def of_classes():
    rates = {"adadelta": 1.0, "adagrad": 0.1, "ftrl": 0.2, "lion": 0.005, "adafactor": 0.1}
    found = [
        run(name, lambda make=make, options=options, name=name: make(rates.get(name, 0.02), **options))
        for name, (make, options) in CLASSES.items()
    ]
    strings = ["sgd", "RMSprop", "adamw", "nadam", "adamax", "ADAGRAD", "Lion"]
    return found + [run(f"string_{name}", lambda name=name: name, epochs=1) for name in strings]


def of_all():
    sgd, adam, adamw = optimizers.SGD, optimizers.Adam, optimizers.AdamW
    schedules = optimizers.schedules
    ema = {"use_ema": True, "ema_momentum": 0.9}
    often = ema | {"ema_overwrite_frequency": 3}
    kept = {"patience": 1, "restore_best_weights": True}
    penalised = [
        lambda: layers.Dense(
            6,
            "tanh",
            kernel_regularizer=regularizers.L2(0.01),
            activity_regularizer=regularizers.L1(0.01),
            kernel_constraint="unit_norm",
        )
    ]
    cosine = lambda: schedules.CosineDecay(0.02, 8, warmup_target=0.1, warmup_steps=3)  # noqa: E731
    steps = lambda: schedules.PiecewiseConstantDecay([4, 9], [0.5, 0.1, 0.05])  # noqa: E731
    found = [
        run("ema", lambda: adam(0.05, **ema), data=DATA_VAL),
        run("ema_overwrite", lambda: sgd(0.5, **often), data=DATA_VAL),
        run("ema_no_epoch", lambda: adam(0.05, **ema), epochs=0),
        run("ema_constraint", lambda: sgd(0.5, **often), *penalised),
        run(
            "ema_restore_best",
            lambda: sgd(1.0, momentum=0.5, **ema),
            data=DATA_VAL,
            epochs=6,
            callbacks=early_stopping(**kept),
        ),
        run("accumulation", lambda: adam(0.05, gradient_accumulation_steps=3), data=DATA_VAL),
        run(
            "accumulation_ema_clip_constraint",
            lambda: adamw(0.05, gradient_accumulation_steps=2, clipnorm=0.2, **often),
            *penalised,
        ),
        run("accumulation_schedule", lambda: sgd(cosine(), gradient_accumulation_steps=3)),
        run("loss_scale", lambda: adam(0.05, loss_scale_factor=1024.0), *penalised),
        run("schedule_cosine", lambda: adam(cosine()), data=DATA_VAL),
        run("schedule_piecewise", lambda: sgd(steps(), momentum=0.3, weight_decay=0.01)),
        run("schedule_adafactor", lambda: optimizers.Adafactor(steps(), clipvalue=0.05)),
        run("weight_decay", lambda: optimizers.RMSprop(0.02, weight_decay=0.2), *penalised),
        run("global_clipnorm", lambda: optimizers.Nadam(0.05, global_clipnorm=0.1)),
        run(
            "frozen_adafactor",
            lambda: optimizers.Adafactor(0.1, use_ema=True),
            lambda: layers.Dense(5, trainable=False),
            dense(6, "relu"),
        ),
    ]

    def embedding():
        model = sequential(
            (6,),
            lambda: layers.Embedding(12, 5),
            lambda: layers.GlobalAveragePooling1D(),
            dense(3, "softmax"),
            dtype="int32",
        )
        optimizer = optimizers.Adafactor(0.1, weight_decay=0.01)
        return compiled(model, optimizer, "sparse_categorical_crossentropy", ["accuracy"])

    tokens = {"x": below((50, 6), 305, 12), "y": LABELS}
    return found + [case("embedding_adafactor", embedding, tokens, epochs=3, batch_size=16)]


def cases():
    return of_classes() + of_all()
