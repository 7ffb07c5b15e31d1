"""How many patients must be treated for one more, or one fewer, to be well: one over a difference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from trialkine.statistics.estimate import Estimate


@final
@dataclass(frozen=True)
class NumberNeeded:
    """The reciprocal of a difference of two shares of patients who do well, and of its limits.

    A positive number is a number needed to benefit, a negative one a number needed to harm; None is infinite:
    no difference. `low` and `high` are the reciprocals of the difference's limits, in that order. Where
    `passes_infinity`, the difference may be either way: the interval runs from a harm in one of `-low`
    through infinity to a benefit in one of `high`. `has_interval` tells infinite limits from missing ones.
    """

    number: float | None
    low: float | None
    high: float | None
    has_interval: bool
    passes_infinity: bool
    level: float
    why: str = ""


def number_needed(difference: Estimate) -> NumberNeeded:
    """The number needed to treat from a difference of two shares and its interval.

    Units: difference [fraction], returns [patient]. Source: altman_1998.
    """
    if difference.estimate is None:
        return NumberNeeded(None, None, None, False, False, difference.level, difference.why or "no value")
    number = _reciprocal(difference.estimate)
    if difference.low is None or difference.high is None:
        return NumberNeeded(number, None, None, False, False, difference.level, difference.why)
    return NumberNeeded(
        number,
        _reciprocal(difference.low),
        _reciprocal(difference.high),
        True,
        difference.low <= 0.0 <= difference.high,
        difference.level,
    )


def _reciprocal(value: float) -> float | None:
    found = math.inf if value == 0.0 else 1.0 / value
    return found if math.isfinite(found) else None
