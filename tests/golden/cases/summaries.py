"""`summary()` as Keras prints it to 80 columns (its lines are then 76 long)."""

import keras
import numpy as np
from keras import layers

from cases.models import config, dense, sequential, summary
from cases.tutorials import cars_model, fashion_model, reviews_model, words_model


def case(name, build, fitted=False):
    def make():
        model = build()
        result = {"name": name, "model": config(model), "fitted": fitted}
        if fitted:
            shape = (2,) + model.input_shape[1:]
            x = np.zeros(shape, model.inputs[0].dtype)
            model.fit(x, np.zeros((2, 1)), verbose=0)
        return result | {"text": summary(model)}

    return make


def cases():
    def unbuilt(*stack):
        keras.utils.clear_session()
        return keras.Sequential([make() for make in stack])

    def note_binary():
        return unbuilt(
            lambda: layers.Embedding(10000, 16),
            lambda: layers.GlobalAveragePooling1D(),
            dense(16, "relu"),
            dense(1, "sigmoid"),
        )

    def long_names():
        return sequential(
            (3,),
            lambda: layers.Dense(4, name="a_very_long_name_for_a_layer_that_does_not_fit_its_column"),
            lambda: layers.Dense(5, name="just_about_fitting_name_here"),
            lambda: layers.Dense(1000, trainable=False, name="frozen"),
            lambda: layers.Dense(2000),
        )

    def adapted():
        norm = layers.Normalization()
        norm.adapt(np.arange(12.0).reshape(4, 3))
        return sequential((3,), lambda: norm, dense(1))

    def all_layers():
        return sequential(
            (5,),
            lambda: layers.Rescaling(0.5),
            lambda: layers.Embedding(30, 8),
            lambda: layers.Dropout(0.2),
            lambda: layers.Activation("relu"),
            lambda: layers.Flatten(),
            dense(2),
        )

    return [
        case("fashion", fashion_model),
        case("fashion_fitted", fashion_model, fitted=True),
        case("reviews", reviews_model),
        case("reviews_unbuilt", note_binary),
        case("cars_fitted", cars_model, fitted=True),
        case("words_bigger", lambda: words_model(512, dropout=0.5)),
        case("long_names", long_names),
        case("adapted", adapted),
        case("all_layers", all_layers),
        case("megabytes", lambda: sequential((2000,), dense(1500), dense(1200))),
    ]
