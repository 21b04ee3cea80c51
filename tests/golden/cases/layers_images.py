"""Resizing and CenterCrop; random layers where they do not train (their transforms are in augmentation.py)."""

from keras import layers

from arrays import uniform
from cases.layers import case


def cases():
    images = uniform((2, 5, 7, 3), 1)
    first = uniform((2, 3, 5, 7), 2)
    tall = uniform((2, 9, 4, 1), 3)
    found = []
    for method in ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"]:
        for antialias in [False, True]:
            kind = f"{method}_antialias" if antialias else method
            options = {"interpolation": method, "antialias": antialias}
            found += [
                case(f"resizing_{kind}_smaller", images, lambda o=options: layers.Resizing(3, 4, **o)),
                case(f"resizing_{kind}_mixed", tall, lambda o=options: layers.Resizing(5, 11, **o)),
            ]
    for name, options in {
        "crop": {"crop_to_aspect_ratio": True},
        "pad": {"pad_to_aspect_ratio": True, "fill_value": 0.75},
    }.items():
        found += [
            case(f"resizing_{name}_wide", images, lambda o=options: layers.Resizing(4, 4, **o)),
            case(f"resizing_{name}_tall", tall, lambda o=options: layers.Resizing(6, 5, **o)),
            case(f"resizing_{name}_same", images, lambda o=options: layers.Resizing(5, 7, **o)),
            case(
                f"resizing_{name}_first",
                first,
                lambda o=options: layers.Resizing(4, 3, data_format="channels_first", **o),
            ),
        ]
    return found + [
        case("resizing_same", images, lambda: layers.Resizing(5, 7)),
        case("resizing_one_axis", images, lambda: layers.Resizing(5, 3, "lanczos3")),
        case("resizing_to_one", images, lambda: layers.Resizing(1, 1, "bicubic", antialias=True)),
        case("resizing_first", first, lambda: layers.Resizing(8, 3, data_format="channels_first")),
        case("resizing_behind_dense", images, lambda: layers.Dense(2), lambda: layers.Resizing(3, 9)),
        case("center_crop", images, lambda: layers.CenterCrop(3, 4)),
        case("center_crop_odd", images, lambda: layers.CenterCrop(2, 2)),
        case("center_crop_same", images, lambda: layers.CenterCrop(5, 7)),
        case("center_crop_larger", images, lambda: layers.CenterCrop(8, 8)),
        case("center_crop_taller", images, lambda: layers.CenterCrop(6, 3)),
        case("center_crop_wider", tall, lambda: layers.CenterCrop(3, 8)),
        case("center_crop_first", first, lambda: layers.CenterCrop(3, 3, data_format="channels_first")),
        case("center_crop_first_larger", first, lambda: layers.CenterCrop(9, 3, data_format="channels_first")),
    ] + [
        case(f"{name}_inference", images, make, fit=False)
        for name, make in {
            "random_flip": lambda: layers.RandomFlip(),
            "random_rotation": lambda: layers.RandomRotation(0.2),
            "random_zoom": lambda: layers.RandomZoom(0.3),
            "random_translation": lambda: layers.RandomTranslation(0.2, 0.1),
            "random_contrast": lambda: layers.RandomContrast(0.5),
            "random_brightness": lambda: layers.RandomBrightness(0.5),
        }.items()
    ]
