"""What is trained and what is not, in `summary()`."""

from keras import layers

from cases.models import dense, sequential
from cases.summaries import case
from cases.training import compiled


def frozen():
    return sequential(
        (6,),
        lambda: layers.Dense(8, trainable=False),
        lambda: layers.BatchNormalization(),
        lambda: layers.BatchNormalization(trainable=False),
        lambda: layers.LayerNormalization(),
        dense(1),
    )


def all_layers():
    return sequential(
        (6,),
        lambda: layers.RepeatVector(4),
        lambda: layers.Reshape((2, -1, 6)),
        lambda: layers.Permute((3, 1, 2)),
        lambda: layers.SpatialDropout2D(0.2),
        lambda: layers.GroupNormalization(2),
        lambda: layers.BatchNormalization(axis=1, renorm=True),
        lambda: layers.LayerNormalization(axis=[1, 2]),
        lambda: layers.RMSNormalization(),
        lambda: layers.UnitNormalization(),
        lambda: layers.GaussianNoise(0.1),
        lambda: layers.GaussianDropout(0.1),
        lambda: layers.AlphaDropout(0.1),
        lambda: layers.ActivityRegularization(0.1),
        lambda: layers.Identity(),
        lambda: layers.Flatten(),
        dense(1),
    )


def cases():
    return [
        case("frozen", frozen),
        case("frozen_fitted", lambda: compiled(frozen(), "adam", "mse"), fitted=True),
        case("structure", all_layers),
        case("structure_fitted", lambda: compiled(all_layers(), "sgd", "mse"), fitted=True),
    ]
