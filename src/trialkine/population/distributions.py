"""From normal scores to parameter values: what a stated variability means."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr, logit

from trialkine.errors import InputError
from trialkine.records import Variability

Floats = NDArray[np.float64]


def values_from_scores(value: float, variability: Variability, scores: Floats) -> Floats:
    """Values at the given standard normal scores; a higher score never gives a lower value.

    `value` is the median; of an exponential distribution it is the mean.

    Units: value and sd as in the record, returns [the record's unit].
    """
    if variability.distribution == "lognormal":
        return value * np.exp(variability.sd * scores)
    if variability.distribution == "logitnormal":
        return np.asarray(expit(logit(value) + variability.sd * scores), dtype=np.float64)
    if variability.distribution == "normal":
        return value + variability.sd * scores
    return -value * np.asarray(log_ndtr(-scores), dtype=np.float64)


def check_variability(name: str, value: float, variability: Variability | None) -> None:
    """Refuse a value that its own distribution cannot have.

    Raises: InputError, naming the parameter and what to write instead.
    """
    if not math.isfinite(value):
        raise InputError(f"Parameter '{name}' has the value {value}. Write a finite number.")
    if variability is None:
        return
    if not (math.isfinite(variability.sd) and variability.sd >= 0.0):
        raise InputError(f"The sd of parameter '{name}' is {variability.sd}. Write a number from 0 up.")
    if variability.distribution in ("lognormal", "exponential") and value < 0.0:
        raise InputError(
            f"Parameter '{name}' is {value} and cannot be {variability.distribution}. "
            "Write a value from 0 up, or choose the normal distribution."
        )
    if variability.distribution == "logitnormal" and not 0.0 < value < 1.0:
        raise InputError(
            f"Parameter '{name}' is {value} and cannot be logitnormal. "
            "Write a fraction between 0 and 1 (neither included), or leave its variability out."
        )
