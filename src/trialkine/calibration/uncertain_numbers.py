"""The numbers of some agents that nobody measured, with their stated ranges as priors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from trialkine.arm_models import PROTOCOL
from trialkine.calibration.quantities import Quantity, Scale
from trialkine.records import ParameterRecord

NOT_MEASURED = ("assumed", "calibrated")
TAIL_SCORE = 1.6448536269514722  # standard normal quantile at 95 %: a range is the central 90 %
LARGEST_FRACTION = 0.99


@dataclass(frozen=True)
class UncertainNumber:
    """A number that nobody measured, its range, and what was said of it. Units: low, high [unit]."""

    quantity: Quantity
    low: float
    high: float
    unit: str
    where: str

    @property
    def name(self) -> str:
        """The name of its record."""
        return self.quantity.name


@dataclass(frozen=True)
class HeldNumber:
    """A number that nobody measured and that stays as it is, and why."""

    name: str
    value: float | Mapping[str, float]
    why: str


def uncertain_numbers(
    records: Iterable[ParameterRecord],
) -> tuple[tuple[UncertainNumber, ...], tuple[HeldNumber, ...]]:
    """Those of some records whose stated range becomes a prior, and those that no range lets vary.

    A range is the central 90 % of a lognormal or, for fractions, a logit-normal distribution; the value is
    not used. What the protocol itself sets stays.
    """
    priors: list[UncertainNumber] = []
    held: list[HeldNumber] = []
    for record in records:
        if record.source == PROTOCOL:
            held.append(HeldNumber(record.name, record.value, "the protocol sets it"))
        elif record.kind in NOT_MEASURED:
            why = _why_held(record)
            if why:
                held.append(HeldNumber(record.name, record.value, why))
            else:
                priors.append(_uncertain(record))
    return tuple(priors), tuple(held)


def _why_held(record: ParameterRecord) -> str:
    if record.low is None or record.high is None:
        return "no range is stated"
    if isinstance(record.value, Mapping):
        return "it has a number per member"
    if not 0.0 < record.low < record.high:
        return "its range does not lie above zero"
    return ""


def _uncertain(record: ParameterRecord) -> UncertainNumber:
    assert record.low is not None
    assert record.high is not None
    low, high, scale = record.low, record.high, _scale(record)
    if scale == "logit":
        ends = logit(np.minimum([low, high], LARGEST_FRACTION))
        centre = float(1.0 / (1.0 + np.exp(-ends.mean())))
    else:
        ends = np.log([low, high])
        centre = float(np.exp(ends.mean()))
    deviation = float(ends[1] - ends[0]) / (2.0 * TAIL_SCORE)
    return UncertainNumber(
        Quantity(record.name, centre, scale, deviation), low, high, record.unit, record.where
    )


def _scale(record: ParameterRecord) -> Scale:
    """Log-odds for fractions: no unit, and a range below 1."""
    is_declared = record.variability is not None and record.variability.distribution == "logitnormal"
    high = record.high or 0.0
    return "logit" if is_declared or (record.unit == "" and high <= 1.0) else "log"
