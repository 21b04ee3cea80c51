"""The count of the optimizer's variables after training."""

from keras import optimizers

from cases.models import dense, sequential
from cases.summaries import case
from cases.training import compiled

DECAY = optimizers.schedules.InverseTimeDecay(0.1, 10, 1.0)
CHOSEN = {
    "adafactor": lambda: optimizers.Adafactor(),
    "nadam_ema": lambda: optimizers.Nadam(use_ema=True),
    "sgd_schedule": lambda: optimizers.SGD(DECAY),
    "adam_accumulation_schedule": lambda: optimizers.Adam(DECAY, gradient_accumulation_steps=2),
}


def cases():
    def build(optimizer):
        return compiled(sequential((3,), dense(4, "relu"), dense(1)), optimizer(), "mse")

    return [
        case(f"optimizer_{name}", lambda make=make: build(make), fitted=True)
        for name, make in CHOSEN.items()
    ]
