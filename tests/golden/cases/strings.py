"""Layers that take or give texts and whole numbers: TensorFlow's, whatever the backend."""

import keras
import numpy as np
from keras import layers

from arrays import encode
from cases.models import config, draw_weights, summary

BACKEND = "tensorflow"

WORDS = np.array([["a", "c", "d", "d"], ["d", "zebra", "b", "yak"], ["", "[UNK]", "a", "ä€😀"]])
TOKENS = ["a", "b", "c", "d"]
NUMBERS = np.array([[12, 1138, 42, 42], [42, 7, 36, -7], [0, -1, 2**40 + 1, 2**40]])
VOCABULARY = [12, 36, 1138, 42, 2**40]
TEXTS = np.array(
    [
        ["The cat sat, on the MAT!"],
        ["  A dog's\tdinner — the dog\nran.\x0b end "],
        [""],
        ["ÄÖ: cat cat sat Straße (e.g. 3.5)"],
        ["the the the"],
    ]
)


def tensor(x):
    """Strings as TensorFlow takes them."""
    import tensorflow as tf

    return tf.constant(x) if x.dtype.kind == "U" else x




def case(name, x, *stack, adapt=None, fit=None):
    """A case: `stack` applied to `x`; with `adapt`, its first layer learns from these data."""

    def make():
        dtype = {"U": "string", "i": "int64", "f": "float32"}[x.dtype.kind]
        keras.utils.clear_session()
        made = [make() for make in stack]
        result = {"name": name}
        if adapt is not None:
            entry = {"batch_shape": [None, *x.shape[1:]], "dtype": dtype, "name": "input_layer"}
            entry = {"class_name": "InputLayer", "config": entry}
            listed = [entry] + [config(layer) for layer in made]
            unadapted = {"name": "sequential", "layers": listed}
            result["unadapted"] = {"class_name": "Sequential", "config": unadapted}
            data = np.asarray(adapt)
            made[0].adapt(tensor(data))
            result["adapt"] = [{"layer": made[0].name, "data": encode(data)}]
        model = keras.Sequential([keras.Input(x.shape[1:], dtype=dtype), *made])
        weights = draw_weights(model)
        result |= {
            "model": config(model),
            "weights": [encode(w) for w in weights],
            # The layer's own, so that what `adapt` found can be compared.
            "learned": isinstance(made[0], layers.Normalization),
            "summary": summary(model),
            "input": encode(x),
            "output": encode(model.predict(tensor(x), verbose=0)),
        }
        if fit is not None:
            # Not Adam: TensorFlow squares an Embedding's gradients before it adds those of a repeated index.
            model.compile(keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"])
            arguments = {"batch_size": 2, "epochs": 3, "shuffle": False}
            history = model.fit(tensor(x), fit, verbose=0, **arguments).history
            result["data"] = {"x": encode(x), "y": encode(fit)}
            result["fit"] = arguments
            result["history"] = {key: [float(v) for v in values] for key, values in history.items()}
        return result

    return make


def hashing():
    longer = np.array([["", "k"], ["length 8", "more than eight"], ["x" * 20, "x" * 40], ["y" * 64, "y" * 65], ["z" * 128, "z" * 129]])
    floats = np.array([[1.9, -3.2, 1e9], [0.0, 7.0, 12345.0]], "float32")
    found = [
        case("hashing", longer, lambda: layers.Hashing(1000)),
        case("hashing_salt", longer, lambda: layers.Hashing(1000, salt=133)),
        case("hashing_salts", longer, lambda: layers.Hashing(1000, salt=[1, -5])),
        case("hashing_mask", WORDS, lambda: layers.Hashing(5, mask_value="")),
        case("hashing_integers", NUMBERS, lambda: layers.Hashing(100)),
        case("hashing_integers_mask_salt", NUMBERS, lambda: layers.Hashing(7, mask_value=42, salt=3)),
        case("hashing_floats", floats, lambda: layers.Hashing(50, mask_value=7)),
        case("hashing_one_hot_one", WORDS[:, :1], lambda: layers.Hashing(3, output_mode="one_hot")),
        case("hashing_into_embedding", WORDS, lambda: layers.Hashing(6), lambda: layers.Embedding(6, 2)),
        case("hashing_one_bin", WORDS, lambda: layers.Hashing(1, mask_value="a")),
    ]
    return found + [
        case(f"hashing_{mode}", WORDS, lambda mode=mode: layers.Hashing(4, output_mode=mode))
        for mode in ["one_hot", "multi_hot", "count"]
    ]


def string_lookup():
    def lookup(**options):
        return lambda: layers.StringLookup(**options)

    idf = [0.25, 0.75, 0.6, 0.4]
    indices = np.array([[1, 3, 4], [4, 0, 2], [-1, 9, 5]])
    found = [
        case("string_lookup", WORDS, lookup(vocabulary=TOKENS)),
        case("string_lookup_mask", WORDS, lookup(vocabulary=TOKENS, mask_token="")),
        case("string_lookup_special", WORDS, lookup(vocabulary=["", "[UNK]", *TOKENS], mask_token="")),
        case("string_lookup_oovs", WORDS, lookup(vocabulary=TOKENS, num_oov_indices=3)),
        case("string_lookup_salt", WORDS, lookup(vocabulary=TOKENS, num_oov_indices=5, salt=[7, 8])),
        case("string_lookup_no_oov", WORDS[:1], lookup(vocabulary=TOKENS, num_oov_indices=0)),
        case("string_lookup_invert", indices, lookup(vocabulary=TOKENS, invert=True)),
        case("string_lookup_invert_mask", indices, lookup(vocabulary=TOKENS, invert=True, mask_token="", oov_token="?")),
        case("string_lookup_there_and_back", WORDS, lookup(vocabulary=TOKENS), lookup(vocabulary=TOKENS, invert=True)),
        case("string_lookup_scalars", WORDS[:, 0], lookup(vocabulary=TOKENS)),
        case("string_lookup_one_hot_one", WORDS[:, :1], lookup(vocabulary=TOKENS, output_mode="one_hot")),
        case("string_lookup_pad", WORDS, lookup(vocabulary=TOKENS, output_mode="count", max_tokens=8, pad_to_max_tokens=True)),
        case("string_lookup_tf_idf", WORDS, lookup(vocabulary=TOKENS, output_mode="tf_idf", idf_weights=idf)),
        case("string_lookup_tf_idf_special", WORDS, lookup(vocabulary=["[UNK]", *TOKENS], output_mode="tf_idf", idf_weights=[0.9, *idf])),
        case(
            "string_lookup_tf_idf_pad",
            WORDS,
            lookup(vocabulary=TOKENS, output_mode="tf_idf", idf_weights=idf, max_tokens=7, pad_to_max_tokens=True),
        ),
        case("string_lookup_adapt", WORDS, lookup(), adapt=WORDS),
        case("string_lookup_adapt_list", WORDS, lookup(mask_token="a"), adapt=np.array(["b", "a", "b", "c"])),
        case("string_lookup_adapt_most", WORDS, lookup(max_tokens=4), adapt=WORDS),
        case("string_lookup_adapt_invert", indices, lookup(invert=True), adapt=WORDS),
        case(
            "string_lookup_adapt_tf_idf",
            WORDS,
            lookup(output_mode="tf_idf", max_tokens=9, pad_to_max_tokens=True, num_oov_indices=2),
            adapt=WORDS,
        ),
        case(
            "string_lookup_fit",
            WORDS,
            lookup(output_mode="multi_hot"),
            lambda: layers.Dense(1),
            adapt=WORDS,
            fit=np.array([[1.0], [2.0], [-1.0]], "float32"),
        ),
    ]
    return found + [
        case(f"string_lookup_{mode}_{mask}", WORDS, lookup(vocabulary=TOKENS[:3], output_mode=mode, mask_token=mask))
        for mode in ["one_hot", "multi_hot", "count"]
        for mask in [None, "d"]
    ]


def integer_lookup():
    def lookup(**options):
        return lambda: layers.IntegerLookup(**options)

    idf = [0.25, 0.75, 0.6, 0.4, 0.1]
    floats = np.array([[12.0, 36.9, -1.0, 42.0]], "float32")
    found = [
        case("integer_lookup", NUMBERS, lookup(vocabulary=VOCABULARY)),
        case("integer_lookup_mask", NUMBERS, lookup(vocabulary=VOCABULARY, mask_token=0)),
        case("integer_lookup_oovs", NUMBERS, lookup(vocabulary=VOCABULARY[:2], num_oov_indices=3)),
        case("integer_lookup_farmhash", NUMBERS, lookup(vocabulary=VOCABULARY[:2], num_oov_indices=3, oov_method="farmhash")),
        case("integer_lookup_salt", NUMBERS, lookup(vocabulary=VOCABULARY[:2], num_oov_indices=4, oov_method="farmhash", salt=9)),
        case("integer_lookup_no_oov", NUMBERS[:1], lookup(vocabulary=VOCABULARY, num_oov_indices=0)),
        case("integer_lookup_invert", NUMBERS % 6, lookup(vocabulary=VOCABULARY, invert=True)),
        case(
            "integer_lookup_invert_into_embedding",
            NUMBERS % 4,
            lookup(vocabulary=[3, 2, 1], invert=True, oov_token=0),
            lambda: layers.Embedding(4, 2),
        ),
        case("integer_lookup_there_and_back", NUMBERS, lookup(vocabulary=VOCABULARY), lookup(vocabulary=VOCABULARY, invert=True)),
        case("integer_lookup_floats", floats, lookup(vocabulary=VOCABULARY)),
        case("integer_lookup_into_embedding", NUMBERS, lookup(vocabulary=VOCABULARY), lambda: layers.Embedding(6, 2)),
        case("integer_lookup_tf_idf", NUMBERS, lookup(vocabulary=VOCABULARY, output_mode="tf_idf", idf_weights=idf)),
        case("integer_lookup_adapt", NUMBERS, lookup(), adapt=NUMBERS),
        case("integer_lookup_adapt_oov", NUMBERS, lookup(max_tokens=5, mask_token=42, num_oov_indices=2), adapt=NUMBERS),
    ]
    return found + [
        case(f"integer_lookup_{mode}", NUMBERS, lookup(vocabulary=VOCABULARY, output_mode=mode))
        for mode in ["one_hot", "multi_hot", "count"]
    ]


def text_vectorization():
    def vectorize(**options):
        return lambda: layers.TextVectorization(**options)

    some = ["the", "cat", "sat", "dog", "the cat"]
    words = TEXTS[:, 0]
    parts = np.array([["The", "cat", "sat!"], ["cat", "", "The"]])
    found = [
        case("text_vectorization", TEXTS, vectorize(vocabulary=some, output_sequence_length=4)),
        case("text_vectorization_scalars", words, vectorize(vocabulary=some, output_sequence_length=9)),
        case("text_vectorization_character", TEXTS, vectorize(vocabulary=list("acet ä"), split="character", output_sequence_length=30)),
        case("text_vectorization_parts", parts, vectorize(vocabulary=some, split=None)),
        case("text_vectorization_parts_bigrams", parts, vectorize(vocabulary=some, split=None, ngrams=2)),
        case("text_vectorization_parts_padded", parts, vectorize(vocabulary=some, split=None, output_sequence_length=5)),
        case("text_vectorization_parts_cut", parts, vectorize(vocabulary=some, split=None, output_sequence_length=2)),
        case("text_vectorization_parts_count", parts, vectorize(vocabulary=some, split=None, output_mode="count")),
        case("text_vectorization_ngrams", TEXTS, vectorize(vocabulary=some, ngrams=2, output_sequence_length=20)),
        case("text_vectorization_ngram_widths", TEXTS, vectorize(vocabulary=some, ngrams=(3, 2), output_mode="count")),
        case(
            "text_vectorization_tf_idf",
            TEXTS,
            vectorize(vocabulary=some, output_mode="tf_idf", idf_weights=[0.1, 0.2, 0.3, 0.4, 0.5]),
        ),
        case("text_vectorization_pad", TEXTS, vectorize(vocabulary=some, output_mode="multi_hot", max_tokens=9, pad_to_max_tokens=True)),
        case("text_vectorization_adapt", TEXTS, vectorize(output_sequence_length=6), adapt=words),
        case("text_vectorization_adapt_most", TEXTS, vectorize(max_tokens=5, output_sequence_length=6), adapt=TEXTS),
        case("text_vectorization_adapt_tf_idf", TEXTS, vectorize(output_mode="tf_idf", ngrams=2, max_tokens=12), adapt=words),
        case("text_vectorization_adapt_parts", parts, vectorize(split=None, output_mode="multi_hot"), adapt=parts),
        case(
            "text_vectorization_embedding_fit",
            TEXTS,
            vectorize(output_sequence_length=6),
            lambda: layers.Embedding(20, 4),
            lambda: layers.GlobalAveragePooling1D(),
            lambda: layers.Dense(1),
            adapt=words,
            fit=np.array([[1.0], [2.0], [-1.0], [0.5], [0.0]], "float32"),
        ),
        case(
            "text_vectorization_dense_fit",
            TEXTS,
            vectorize(output_mode="multi_hot"),
            lambda: layers.Dense(3, activation="tanh"),
            lambda: layers.Dense(1),
            adapt=words,
            fit=np.array([[1.0], [2.0], [-1.0], [0.5], [0.0]], "float32"),
        ),
    ]
    for how in ["lower_and_strip_punctuation", "lower", "strip_punctuation", None]:
        found.append(
            case(f"text_vectorization_standardize_{how}", TEXTS, vectorize(standardize=how, output_mode="count"), adapt=words)
        )
    return found


def cases():
    return hashing() + string_lookup() + integer_lookup() + text_vectorization()
