"""Learning rate schedules: values at many steps, those at and around edges among them."""

import numpy as np
from keras.optimizers import schedules

from cases.models import config

STEPS = sorted({*range(12), 19, 20, 21, 29, 30, 31, 49, 50, 51, 69, 70, 71, 99, 100, 101, 149})
STEPS += [150, 151, 309, 310, 311, 629, 630, 631, 1000, 12345, 1000000, 20000001]


def case(name, schedule, steps=STEPS):
    def make():
        # As the optimizer's counter gives them.
        values = [np.asarray(schedule(np.int32(step))) for step in steps]
        assert all(value.dtype == np.float32 for value in values)
        return {
            "name": name,
            "schedule": config(schedule),
            "steps": steps,
            "values": [float(value) for value in values],
        }

    return make


def cases():
    exponential, inverse = schedules.ExponentialDecay, schedules.InverseTimeDecay
    piecewise, polynomial = schedules.PiecewiseConstantDecay, schedules.PolynomialDecay
    cosine, restarts = schedules.CosineDecay, schedules.CosineDecayRestarts
    return [
        case("exponential", exponential(0.1, 50, 0.9)),
        case("exponential_staircase", exponential(0.1, 10, 0.5, staircase=True)),
        case("exponential_grows", exponential(1e-6, 100000.0, 1.5, name="warm")),
        case("piecewise", piecewise([10, 50], [0.1, 0.01, 0.001])),
        case("piecewise_one", piecewise([30], [1.0, 0.5])),
        case("piecewise_fractions", piecewise([9.5, 30.9, 100.0], [0.4, 0.3, 0.2, 0.1])),
        case("polynomial", polynomial(0.1, 100)),
        case("polynomial_power", polynomial(0.1, 70, 0.02, power=2.5)),
        case("polynomial_root", polynomial(0.1, 70, power=0.5)),
        case("polynomial_cycle", polynomial(0.1, 30, 0.01, power=0.8, cycle=True)),
        case("polynomial_rises", polynomial(0.0, 50, end_learning_rate=0.3)),
        case("inverse_time", inverse(0.1, 10, 0.5)),
        case("inverse_time_staircase", inverse(0.1, 30, 2.0, staircase=True)),
        case("cosine", cosine(0.1, 100)),
        case("cosine_alpha", cosine(0.1, 70, alpha=0.1)),
        case("cosine_warmup", cosine(0.01, 100, warmup_target=0.1, warmup_steps=50)),
        case("cosine_warmup_alpha", cosine(0.0, 29, 0.2, warmup_target=0.3, warmup_steps=21)),
        case("cosine_warmup_of_no_steps", cosine(0.5, 100, warmup_target=0.1)),
        case("cosine_warmup_steps_without_target", cosine(0.1, 100, warmup_steps=50)),
        case("restarts", restarts(0.1, 10)),
        case("restarts_equal", restarts(0.1, 10, t_mul=1.0)),
        case("restarts_lower", restarts(0.1, 10, t_mul=2.0, m_mul=0.5, alpha=0.05)),
        case("restarts_equal_lower", restarts(0.1, 30, t_mul=1.0, m_mul=0.9)),
        case("restarts_longer", restarts(0.1, 10, t_mul=3.0, m_mul=0.9)),
        # Step 1000000 lies where 1 + cos leaves few digits.
        case("restarts_fraction", restarts(0.1, 20, t_mul=1.5), STEPS[:-2]),
    ]
