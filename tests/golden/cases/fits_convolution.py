"""Convolutional networks trained on bundled images."""

from keras import layers

from arrays import idx, uniform
from cases.models import dense, sequential
from cases.training import case, compiled
from cases.tutorials import reviews


def images(folder, count, held_out):
    def rows(part, count):
        return (
            idx(f"{folder}/{part}-images-idx3-ubyte.gz", 0, count, divide=255),
            idx(f"{folder}/{part}-labels-idx1-ubyte.gz", 0, count),
        )

    (x, y), (x_val, y_val) = rows("train", count), rows("t10k", held_out)
    return {"x": x, "y": y, "x_val": x_val, "y_val": y_val}


def cnn(*body):
    """Ten classes of 28×28 images."""
    model = sequential((28, 28, 1), *body, dense(10, "softmax"))
    return compiled(model, "adam", "sparse_categorical_crossentropy", ["accuracy"])


def plain_cnn():
    return cnn(
        lambda: layers.Conv2D(8, 3, activation="relu"),
        lambda: layers.MaxPooling2D(),
        lambda: layers.Conv2D(12, 3, activation="relu"),
        lambda: layers.MaxPooling2D(),
        lambda: layers.Flatten(),
    )


def separable_cnn():
    """Strides in place of pooling, as in MobileNet."""
    return cnn(
        lambda: layers.ZeroPadding2D(((0, 1), (0, 1))),
        lambda: layers.Conv2D(8, 3, strides=2, activation="relu"),
        lambda: layers.DepthwiseConv2D(3, strides=2, padding="same", activation="relu"),
        lambda: layers.Conv2D(16, 1, activation="relu"),
        lambda: layers.SeparableConv2D(16, 3, strides=2, padding="same", activation="relu"),
        lambda: layers.GlobalAveragePooling2D(),
    )


def autoencoder():
    model = sequential(
        (8, 8, 2),
        lambda: layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
        lambda: layers.Conv2D(4, 3, strides=2, padding="same", activation="tanh"),
        lambda: layers.Conv2DTranspose(6, 3, strides=2, padding="same", activation="relu"),
        lambda: layers.UpSampling2D(interpolation="bilinear"),
        lambda: layers.Conv2D(2, 3, padding="same"),
    )
    return compiled(model, "adam", "mse", ["mae"])


def words_cnn():
    model = sequential(
        (24,),
        lambda: layers.Embedding(500, 8),
        lambda: layers.Conv1D(12, 5, activation="relu"),
        lambda: layers.MaxPooling1D(3),
        lambda: layers.Conv1D(8, 3, padding="causal", dilation_rate=2, activation="relu"),
        lambda: layers.GlobalMaxPooling1D(),
        dense(1, "sigmoid"),
        dtype="int32",
    )
    return compiled(model, "adam", "binary_crossentropy", ["accuracy"])


def cases():
    pictures = uniform((64, 8, 8, 2), 400)
    return [
        case("mnist_cnn", plain_cnn, images("mnist", 192, 64), epochs=3),
        case("fashion_separable", separable_cnn, images("fashion-mnist", 192, 64), epochs=3),
        case("autoencoder", autoencoder, {"x": pictures, "y": pictures}, epochs=4, batch_size=16),
        case("words_cnn", words_cnn, reviews(), epochs=4),
    ]
