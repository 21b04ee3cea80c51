"""Writes what real Keras, NumPy and Python's csv make of the data: reference.json and arrays.

    python tests/data/make_reference.py

Needs keras, a backend and tensorflow (for TextVectorization), run from the repository's root.
"""

import csv
import gzip
import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np

DATA = "www/data/"
HERE = "tests/data/"
MISSING = {"", "NA"}


def table(path):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(DATA + path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(cell):
    try:
        return float(cell)
    except ValueError:
        return None


def columns(path):
    """Rows and, by column, missing values and the mean of a column of numbers."""
    rows = table(path)
    result = {}
    for name in rows[0]:
        cells = [row[name] for row in rows if row[name] not in MISSING]
        numbers = [number(cell) for cell in cells]
        numeric = None not in numbers
        result[name] = {
            "missing": len(rows) - len(cells),
            "distinct": len(set(numbers if numeric else cells)),
            "mean": float(np.mean(numbers)) if numeric else None,
        }
    return {"rows": len(rows), "columns": result}


def normalization():
    """The last fifth of the cars, normalized by the others."""
    names = ["cyl", "displ", "hp", "weight", "accel", "yr"]
    x = np.array([[float(row[name]) for name in names] for row in table("tables/auto-mpg.csv")])
    test = round(len(x) * 0.2)
    layer = keras.layers.Normalization()
    layer.adapt(x[:-test])
    return {"columns": names, "test": np.asarray(layer(x[-test:])).tolist()}


TRICKY = [
    "The cat, the CAT; the cat's hat!",
    "É ÉTÉ Été naïve \u2014 em\u2014dash (x) it's-ok _under_score",
    "tab\tnew\nline\x0bvertical\x0cfeed\rreturn nb\u00a0sp wide\u3000sp fs\x1cfs",
    "  leading and trailing  \U0001F600 \U0001F600 ... !!!",
    "1,000.5 3.5 a_b [UNK] c d e f g h i j k l m n",
]
NEW = ["the unseen hat", "", "...", "e f g h i j k l the the"]


def vectorized(train, texts, max_tokens, mode, length=None):
    layer = keras.layers.TextVectorization(
        max_tokens=max_tokens, output_mode=mode, output_sequence_length=length
    )
    layer.adapt(train)
    return [str(token) for token in layer.get_vocabulary()], np.asarray(layer(texts)).astype(int)


def text_vectorization():
    small = []
    for mode, max_tokens, length in [("int", 20, 8), ("multi_hot", 20, None), ("int", 500, 3)]:
        vocabulary, output = vectorized(TRICKY, NEW + TRICKY, max_tokens, mode, length)
        small.append(
            {
                "output_mode": mode,
                "max_tokens": max_tokens,
                "output_sequence_length": length,
                "vocabulary": vocabulary,
                "output": output.tolist(),
            }
        )
    texts = [row["text"] for row in table("reviews/vader-movie-snippets.csv.gz")]
    train = texts[: len(texts) - round(len(texts) * 0.2)]
    vocabulary, ids = vectorized(train, texts, 10000, "int", 48)
    _, hot = vectorized(train, texts, 10000, "multi_hot")
    weights = np.arange(1, 49)
    reviews = {
        "vocabulary": vocabulary[:40] + vocabulary[-40:],
        "train_ids": (ids[: len(train)] * weights).sum(axis=1).tolist()[:200],
        "train_sum": int((ids[: len(train)] * weights).sum()),
        "test_sum": int((ids[len(train) :] * weights).sum()),
        "train_hot": int(hot[: len(train)].sum()),
        "hot_columns": int((hot.sum(axis=0) * np.arange(10000)).sum()),
    }
    return {"train": TRICKY, "new": NEW, "small": small, "reviews": reviews}


def arrays():
    """One array per dtype and order, saved by NumPy, and the values as lists."""
    grid = np.arange(-6, 6).reshape(3, 4)
    named = {
        "f2": np.array([[0.1, -2.5, 6e-8], [65504, 1 / 3, -0.0]], "f2"),
        "f4": (grid / 3).astype("f4"),
        "f8": np.asfortranarray(grid / 7),
        "big": grid.astype(">f4"),
        "i1": grid.astype("i1"),
        "i2": grid.astype(">i2"),
        "i4": grid.astype("i4")[:, :1],
        "i8": np.array([2**62, -(2**62)]),
        "u1": np.asfortranarray((grid + 6).astype("u1").reshape(3, 2, 2)),
        "u2": np.array([65535, 0], "u2"),
        "u4": np.array([2**32 - 1], "u4"),
        "u8": np.array([2**63 - 1], "u8"),
        "b1": grid > 0,
        "text": np.array([["a", "日本"], ["", "x y"]], order="F"),
        "empty": np.zeros((0, 3), "f4"),
        "scalar": np.array(2.5, "f4"),
    }
    np.savez_compressed(HERE + "arrays.npz", **named)
    np.save(HERE + "fortran.npy", named["f8"])
    np.save(HERE + "ragged.npy", np.array([[1], [1, 2]], dtype=object), allow_pickle=True)
    np.save(HERE + "structured.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]))
    np.save(HERE + "large_u8.npy", np.array([2**63], "u8"))
    return {name: {"shape": a.shape, "values": a.ravel().tolist()} for name, a in named.items()}


reference = {
    "keras": keras.__version__,
    "tables": {
        path: columns(path)
        for path in ["tables/auto-mpg.csv", "tables/penguins.csv", "tables/titanic.csv"]
    },
    "normalization": normalization(),
    "text_vectorization": text_vectorization(),
    "arrays": arrays(),
}
with open(HERE + "reference.json", "w", encoding="utf-8") as file:
    json.dump(reference, file, ensure_ascii=False)
    file.write("\n")
