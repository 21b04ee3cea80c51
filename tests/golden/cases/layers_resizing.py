"""Padding, cropping and up-sampling: forms of the arguments, both data formats."""

from keras import layers

from arrays import uniform
from cases.layers_pooling import FIRST, IMAGES, STEPS, case


def frames():
    made = {
        "zero_padding1d": (STEPS, lambda: layers.ZeroPadding1D()),
        "zero_padding1d_pair": (STEPS, lambda: layers.ZeroPadding1D((0, 3))),
        "zero_padding1d_channels_first": (
            STEPS,
            lambda: layers.ZeroPadding1D((2, 1), data_format=FIRST),
        ),
        "zero_padding2d": (IMAGES, lambda: layers.ZeroPadding2D()),
        "zero_padding2d_int": (IMAGES, lambda: layers.ZeroPadding2D(2)),
        "zero_padding2d_pair": (IMAGES, lambda: layers.ZeroPadding2D((0, 2))),
        "zero_padding2d_sides": (IMAGES, lambda: layers.ZeroPadding2D(((1, 0), (2, 3)))),
        "zero_padding2d_channels_first": (
            IMAGES,
            lambda: layers.ZeroPadding2D(((1, 0), (2, 3)), data_format=FIRST),
        ),
        "cropping1d": (STEPS, lambda: layers.Cropping1D()),
        "cropping1d_pair": (STEPS, lambda: layers.Cropping1D((0, 3))),
        "cropping2d": (IMAGES, lambda: layers.Cropping2D()),
        "cropping2d_int": (IMAGES, lambda: layers.Cropping2D(2)),
        "cropping2d_pair": (IMAGES, lambda: layers.Cropping2D((2, 0))),
        "cropping2d_sides": (IMAGES, lambda: layers.Cropping2D(((1, 0), (2, 1)))),
        "cropping2d_channels_first": (
            IMAGES,
            lambda: layers.Cropping2D(((1, 2), (0, 1)), data_format=FIRST),
        ),
    }
    return [case(name, x, make) for name, (x, make) in made.items()]


def up_sampling():
    small = uniform((2, 3, 4, 2), 40)
    made = {
        "up_sampling1d": (STEPS, lambda: layers.UpSampling1D()),
        "up_sampling1d_3": (STEPS, lambda: layers.UpSampling1D(3)),
        "up_sampling2d": (small, lambda: layers.UpSampling2D()),
        "up_sampling2d_pair": (small, lambda: layers.UpSampling2D((1, 3))),
        "up_sampling2d_channels_first": (
            small,
            lambda: layers.UpSampling2D((2, 3), data_format=FIRST),
        ),
        "up_sampling2d_one_pixel": (
            uniform((2, 1, 1, 2), 41),
            lambda: layers.UpSampling2D(2, interpolation="bilinear"),
        ),
    }
    for method in ("bilinear", "bicubic"):
        for name, options in {
            "default": {},
            "3x2": dict(size=(3, 2)),
            "channels_first": dict(size=(2, 4), data_format=FIRST),
        }.items():
            made[f"up_sampling2d_{method}_{name}"] = (
                small,
                lambda o=options, m=method: layers.UpSampling2D(interpolation=m, **o),
            )
    return [case(name, x, make) for name, (x, make) in made.items()]


def cases():
    return frames() + up_sampling()
