"""The study note's models, as it writes them (the word models with 2,000 words)."""

import numpy as np
from keras import layers, optimizers, regularizers

from arrays import below, idx, one_in, plain, uniform
from cases.models import dense, sequential
from cases.training import case, compiled, early_stopping, labels_from

WORDS = 2000


def fashion():
    """300 training images: ten batches of 32, the last one short (12 rows)."""
    folder = "fashion-mnist"

    def rows(part, count):
        return (
            idx(f"{folder}/{part}-images-idx3-ubyte.gz", 0, count, divide=255),
            idx(f"{folder}/{part}-labels-idx1-ubyte.gz", 0, count),
        )

    (x, y), (x_val, y_val) = rows("train", 300), rows("t10k", 100)
    return {"x": x, "y": y, "x_val": x_val, "y_val": y_val}


def fashion_model(**options):
    model = sequential(
        (28, 28), lambda: layers.Flatten(), dense(128, "relu"), dense(10, "softmax")
    )
    return compiled(model, "adam", "sparse_categorical_crossentropy", ["accuracy"], **options)


def reviews():
    """Integer sequences; positive where the lower half of the vocabulary prevails."""

    def rows(count, seed):
        x = below((count, 24), seed, 500)
        return x, (plain(x).mean(axis=1) < 250).astype(np.int32)

    (x, y), (x_val, y_val) = rows(160, 200), rows(50, 201)
    return {"x": x, "y": y, "x_val": x_val, "y_val": y_val}


def reviews_model():
    model = sequential(
        (24,),
        lambda: layers.Embedding(500, 16),
        lambda: layers.GlobalAveragePooling1D(),
        dense(16, "relu"),
        dense(1, "sigmoid"),
        dtype="int32",
    )
    return compiled(model, "adam", "binary_crossentropy", ["accuracy"])


def cars():
    """Nine normalised features, fuel consumption around 23 with noise that cannot be learnt."""
    x = uniform((120, 9), 210, -1.8, 1.8)
    a, noise = plain(x), plain(uniform((120,), 211, -4.0, 4.0))
    y = 23 - 5 * a[:, 3] + 3 * a[:, 5] + 2 * a[:, 1] * a[:, 2] + noise
    return {"x": x, "y": y.astype(np.float32)}


def cars_model(learning_rate=0.001):
    model = sequential((9,), dense(64, "relu"), dense(64, "relu"), dense(1))
    return compiled(model, optimizers.RMSprop(learning_rate), "mse", ["mae", "mse"])


def words(count=192, seed=220):
    """Multi-hot rows, one word in fifty."""
    x, x_val = one_in((count, WORDS), seed, 50), one_in((64, WORDS), seed + 1, 50)
    labels = labels_from(np.concatenate([plain(x), plain(x_val)]), 2)
    return {"x": x, "y": labels[:count], "x_val": x_val, "y_val": labels[count:]}


def words_model(units, regularizer=None, dropout=None):
    def hidden():
        kernel = None if regularizer is None else regularizer()
        return layers.Dense(units, activation="relu", kernel_regularizer=kernel)

    rest = [] if dropout is None else [lambda: layers.Dropout(dropout)]
    model = sequential((WORDS,), hidden, *rest, hidden, *rest, dense(1, "sigmoid"))
    return compiled(model, "adam", "binary_crossentropy", ["accuracy", "binary_crossentropy"])


def cases():
    found = [
        case("fashion", fashion_model, fashion(), seed=110, epochs=5),
        case(
            "fashion_validation_split",
            fashion_model,
            {key: fashion()[key] for key in ("x", "y")},
            epochs=5,
            validation_split=0.2,
        ),
        case("reviews", reviews_model, reviews(), epochs=8),
        case("cars", cars_model, cars(), epochs=10, validation_split=0.2),
        case(
            "cars_early_stopping",
            lambda: cars_model(0.01),
            cars(),
            epochs=30,
            validation_split=0.2,
            callbacks=early_stopping(monitor="val_loss", patience=2),
        ),
        case(
            "words_dropout_inference",
            lambda: words_model(16, dropout=0.5),
            words(),
            epochs=0,
        ),
    ]
    sizes = [("baseline", 16), ("smaller", 4), ("bigger", 64)]
    for name, units in sizes:
        found.append(
            case(f"words_{name}", lambda u=units: words_model(u), words(), epochs=8, batch_size=64)
        )
    variants = [
        ("l1", lambda: words_model(16, lambda: regularizers.L1(0.0005))),
        ("l2", lambda: words_model(16, lambda: regularizers.L2(0.001))),
        ("l1l2", lambda: words_model(16, lambda: regularizers.L1L2(0.0005, 0.001))),
        ("dropout_rate_0", lambda: words_model(16, dropout=0.0)),
    ]
    for name, build in variants:
        found.append(case(f"words_{name}", build, words(), epochs=8, batch_size=512))
    return found
