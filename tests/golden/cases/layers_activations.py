"""Every activation on steps with large inputs and inside Dense; those of rows on vectors as well
(those of elements are in activations.py)."""

from keras import layers

from arrays import uniform
from cases.activations import ELEMENTS, ROWS
from cases.layers import case
from cases.models import dense


def cases():
    found = []
    for name in ELEMENTS + ROWS:
        activation = lambda name=name: layers.Activation(name)  # noqa: E731
        extreme = uniform((2, 2, 4), 8, -85.0, 85.0)
        found += [
            case(f"activation_{name}_extreme", extreme, activation, fit=False),
            case(f"dense_{name}", uniform((3, 4), 3, -2.0, 2.0), dense(3, name)),
        ]
        if name in ROWS:
            vectors, wide = uniform((2, 5), 1, -3.0, 3.0), uniform((2, 37), 5, -2.0, 2.0)
            found += [
                case(f"activation_{name}", vectors, activation, fit=False),
                case(f"activation_{name}_wide", wide, activation, fit=False),
            ]
    return found
