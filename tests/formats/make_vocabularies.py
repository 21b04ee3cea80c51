"""Makes vocabulary_*.keras, models with vocabularies that `adapt` found, and what Keras predicts with
them (vocabulary_*.json), for tests/keras_model.rs.

    python make_vocabularies.py        (keras 3.15, tensorflow: these layers are TensorFlow's)
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

HERE = pathlib.Path(__file__).parent
TEXTS = np.array([["The cat sat."], ["the dog ran, the end"], ["Größe: cat, cat"]])
WORDS = np.array([["a", "b", "x"], ["a", "c", "x"], ["d", "a", "a"]])
NUMBERS = np.array([[5, 5, -1], [7, 2**40, 9]])


def text():
    layer = layers.TextVectorization(output_sequence_length=5, max_tokens=8)
    layer.adapt(TEXTS)
    inside = [layer, layers.Embedding(8, 3), layers.GlobalAveragePooling1D()]
    return keras.Sequential([keras.Input((1,), dtype="string"), *inside]), TEXTS


def text_tf_idf():
    layer = layers.TextVectorization(output_mode="tf_idf", ngrams=2)
    layer.adapt(TEXTS)
    return keras.Sequential([keras.Input((1,), dtype="string"), layer, layers.Dense(2)]), TEXTS


def words_tf_idf():
    layer = layers.StringLookup(output_mode="tf_idf", mask_token="x", num_oov_indices=2)
    layer.adapt(WORDS)
    return keras.Sequential([keras.Input((3,), dtype="string"), layer]), np.array([["a", "x", "y"]])


def numbers():
    """And a vocabulary in the config, which has no file."""
    layer = layers.IntegerLookup(mask_token=0)
    layer.adapt(NUMBERS)
    back = layers.StringLookup(vocabulary=["one", "two", "three"], invert=True)
    return keras.Sequential([keras.Input((3,), dtype="int64"), layer, back]), NUMBERS


for make in (text, text_tf_idf, words_tf_idf, numbers):
    keras.utils.clear_session()
    keras.utils.set_random_seed(4)
    model, x = make()
    model.save(HERE / f"vocabulary_{make.__name__}.keras")
    predicted = model.predict(tf.constant(x), verbose=0)
    if predicted.dtype == object:
        predicted = np.char.decode(predicted.astype("S"), "utf-8")
    data = {"x": x.tolist(), "predict": predicted.tolist()}
    (HERE / f"vocabulary_{make.__name__}.json").write_text(json.dumps(data))
