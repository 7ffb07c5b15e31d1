"""One number with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError

IntervalKind = Literal["confidence", "predictive"]
FloatArray = NDArray[np.float64]

DEFAULT_LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """An estimate and its interval; what is undefined is None, and `why` says so in a sentence.

    `method` names how the interval was made, `interval` whether it is about the estimated quantity
    (confidence) or about what the next trial would report (predictive).
    """

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    interval: IntervalKind = "confidence"
    why: str = ""


@dataclass(frozen=True)
class TestResult:
    """A test's statistic and two-sided p-value, or the reason why there is none."""

    __test__ = False  # not a test class, whatever its name suggests to pytest

    statistic: float | None
    p_value: float | None
    method: str
    why: str = ""


def undefined(why: str, method: str, level: float = DEFAULT_LEVEL) -> Estimate:
    """An estimate that does not exist, with its reason."""
    return Estimate(None, None, None, level, method, why=why)


def defined_or_none(value: float) -> float | None:
    """The number, or None where it is not finite."""
    return float(value) if math.isfinite(value) else None


def check_level(level: float) -> None:
    """Refuse a confidence level that is not a fraction.

    Raises: InputError, when it is not strictly between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise InputError(f"Level {level} is not between 0 and 1. Write 0.95 for 95 %.")


def finite_sample(values: Sequence[float] | FloatArray) -> FloatArray:
    """The values as a flat array, without missing ones."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    return flat[~np.isnan(flat)]
