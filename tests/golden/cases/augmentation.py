"""What random image layers do to images for given numbers, and the gradient of that."""

import jax
import keras
import numpy as np
from keras import layers

from arrays import encode, uniform
from cases.models import config

FILLS = ["reflect", "wrap", "constant", "nearest"]
INTERPOLATIONS = ["nearest", "bilinear"]


def case(name, make, x, params, transformation):
    """`transformation(layer, params)` is what the layer draws otherwise; each row of `params` is one sample's."""

    def run():
        keras.utils.clear_session()
        layer = make()
        layer.build(x.array.shape)
        numbers = np.asarray(params, "float32").reshape(len(params), -1)
        drawn = transformation(layer, numbers)
        output, pull = jax.vjp(lambda x: layer.transform_images(x, drawn, training=True), x.array)
        cotangent = uniform(output.shape, 7)
        return {
            "name": name,
            "layer": config(layer),
            "input": encode(x),
            "params": encode(numbers),
            "output": encode(np.asarray(output)),
            "cotangent": encode(cotangent),
            "input_gradient": encode(np.asarray(pull(cotangent.array)[0])),
        }

    return run


def flip(layer, params):
    return {"flips": params.reshape(-1, 1, 1, 1) == 1}


def rotation(height, width):
    def transformation(layer, params):
        zeros = np.zeros(len(params), "float32")
        matrix = layer._compute_affine_matrix(
            center_x=0.5,
            center_y=0.5,
            angle=keras.ops.convert_to_tensor(params[:, 0]),
            translate_x=zeros,
            translate_y=zeros,
            scale=zeros + 1,
            shear_x=zeros,
            shear_y=zeros,
            height=height,
            width=width,
        )
        return {"rotation_matrix": matrix}

    return transformation


def zoom(layer, params):
    return {"height_zoom": params[:, :1], "width_zoom": params[:, 1:]}


def translation(layer, params):
    return {"translations": keras.ops.convert_to_tensor(params[:, ::-1])}


def contrast(layer, params):
    return {"contrast_factor": params.reshape(-1, 1, 1, 1)}


def brightness(layer, params):
    return {"rgb_delta": params.reshape(-1, 1, 1, 1)}


def cases():
    images = uniform((3, 5, 6, 2), 1)
    first = uniform((3, 2, 5, 6), 2)
    bright = uniform((3, 5, 6, 2), 3, 0.0, 255.0)
    channels = {"data_format": "channels_first"}
    found = [
        case(f"flip_{mode}", lambda m=mode: layers.RandomFlip(m), images, [1, 0, 1], flip)
        for mode in ["horizontal", "vertical", "horizontal_and_vertical"]
    ]
    found += [
        case("flip_first", lambda: layers.RandomFlip("horizontal", seed=3, **channels), first, [1, 1, 0], flip),
        case("rotation_first", lambda: layers.RandomRotation((-0.5, 0.25), **channels), first, [33, -71, 190], rotation(5, 6)),
        case("zoom_first", lambda: layers.RandomZoom(0.5, **channels), first, [[0.7, 0.8], [1.3, 1.2], [1, 1.5]], zoom),
        case(
            "translation_first",
            lambda: layers.RandomTranslation(0.5, 0.5, **channels),
            first,
            [[1.3, 2.2], [-1, 2], [0.25, -0.75]],
            translation,
        ),
        case("contrast", lambda: layers.RandomContrast(0.5, seed=1), bright, [0.6, 1.4, 1.0], contrast),
        case("contrast_clipped", lambda: layers.RandomContrast((0.9, 0.75), value_range=(50, 150)), bright, [0.3, 1.7, 1.0], contrast),
        case(
            "contrast_first",
            lambda: layers.RandomContrast(0.5, value_range=(-1, 1), **channels),
            first,
            [0.6, 1.4, 1.0],
            contrast,
        ),
        case("brightness", lambda: layers.RandomBrightness(0.3), bright, [40.5, -70.25, 1.5], brightness),
        case(
            "brightness_unit",
            lambda: layers.RandomBrightness([-0.1, 0.4], value_range=[0, 1]),
            images,
            [0.3, -0.1, 0.05],
            brightness,
        ),
    ]
    for fill in FILLS:
        for interpolation in INTERPOLATIONS:
            options = {"fill_mode": fill, "interpolation": interpolation, "fill_value": 0.5}
            kind = f"{fill}_{interpolation}"
            found += [
                case(
                    f"rotation_{kind}",
                    lambda o=options: layers.RandomRotation(0.5, **o),
                    images,
                    [20.0, -77.0, 170.0],
                    rotation(5, 6),
                ),
                case(
                    f"zoom_{kind}",
                    lambda o=options: layers.RandomZoom((-0.4, 0.9), (0.1, 1.0), **o),
                    images,
                    [[1.8, 1.9], [0.63, 1.17], [1.23, 1.41]],
                    zoom,
                ),
                case(
                    f"translation_{kind}",
                    lambda o=options: layers.RandomTranslation((-1.0, 1.0), 0.9, **o),
                    images,
                    [[1.2, -2.3], [-3.0, 5.0], [4.7, 5.4]],
                    translation,
                ),
            ]
    return found
