"""Survival of two independent groups at one time."""

from __future__ import annotations

import math

from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.survival import KaplanMeier, survival_at

SURVIVAL_DIFFERENCE = "difference of Kaplan-Meier estimates, from two log-log intervals"


def survival_difference(first: KaplanMeier, second: KaplanMeier, day: float) -> Estimate:
    """The first group's survival at a time minus that of the second, of different patients.

    The limits put two log-log intervals together as Newcombe does with Wilson's.
    Units: day [time unit of the curves]. Source: zou_donner_2008.
    """
    one, two = survival_at(first, day), survival_at(second, day)
    for found in (one, two):
        if found.estimate is None:
            return undefined(found.why, SURVIVAL_DIFFERENCE, first.level)
    assert one.estimate is not None
    assert two.estimate is not None
    difference = one.estimate - two.estimate
    for found in (one, two):
        if found.low is None or found.high is None:
            return Estimate(difference, None, None, first.level, SURVIVAL_DIFFERENCE, why=found.why)
    low_one, high_one, low_two, high_two = (
        float(value or 0.0) for value in (one.low, one.high, two.low, two.high)
    )
    return Estimate(
        difference,
        difference - math.hypot(one.estimate - low_one, high_two - two.estimate),
        difference + math.hypot(high_one - one.estimate, two.estimate - low_two),
        first.level,
        SURVIVAL_DIFFERENCE,
    )
