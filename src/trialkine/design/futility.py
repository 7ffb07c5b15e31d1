"""Futility bounds that spend the chance of missing an effect, and may be ignored.

The efficacy bounds stay as they were found without futility, so a trial that goes on past a futility bound
still makes a false claim with a chance of alpha at most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialkine.design.alpha_spending import AbstractSpending, check_error_rate
from trialkine.design.boundary_crossing import (
    RunningTrials,
    carried_on,
    chance_below,
    trials_at_the_start,
)
from trialkine.design.group_sequential import GroupSequentialDesign, drift_for_power
from trialkine.statistics.estimate import FloatArray

_NOTHING = 1e-15
_FARTHEST = 30.0  # standard deviations
_MOST_INFLATION = 3.0  # times the drift that the efficacy bounds need alone


@final
@dataclass(frozen=True)
class DesignWithFutility:
    """A design whose last futility bound meets its efficacy bound, and the drift that gives its power."""

    design: GroupSequentialDesign
    drift: float
    power: float


def with_futility(
    design: GroupSequentialDesign, power: float, spending: AbstractSpending
) -> DesignWithFutility:
    """Add non-binding futility bounds that spend 1 - power under the drift that then gives that power.

    Raises: InputError, when power and alpha do not fit.
    Source: lan_demets_1983 for spending; here it is the chance of missing an effect that is spent.
    """
    check_error_rate(1.0 - power)
    increments = spending.increments(design.information, 1.0 - power)
    least = drift_for_power(replace(design, futility=(-math.inf,) * len(design.information)), power)
    from scipy.optimize import brentq

    def gap(drift: float) -> float:
        return float(_lower_bounds(design, increments, drift)[-1]) - design.efficacy[-1]

    drift = least
    if gap(least) < -1e-9:
        drift = float(brentq(gap, least, _MOST_INFLATION * least, xtol=1e-10))
    bounds = _lower_bounds(design, increments, drift)
    bounds[-1] = design.efficacy[-1]
    return DesignWithFutility(replace(design, futility=tuple(bounds.tolist())), drift, power)


def _lower_bounds(design: GroupSequentialDesign, increments: FloatArray, drift: float) -> FloatArray:
    """The bounds below which each look loses its share of trials, under one drift."""
    fractions = np.asarray(design.information)
    gains = np.diff(fractions, append=2.0 * fractions[-1])
    bounds = np.full(fractions.size, -math.inf)
    running = trials_at_the_start()
    for look, fraction in enumerate(fractions):
        top = design.efficacy[look]
        bounds[look] = _bound_that_loses(running, fraction, increments[look], drift)
        if look + 1 < fractions.size:
            bounds[look] = min(bounds[look], top)
            running = carried_on(running, fraction, bounds[look], top, drift, gains[look + 1])
    return bounds


def _bound_that_loses(running: RunningTrials, information: float, increment: float, drift: float) -> float:
    """The bound below which running trials fall as often as the increment says."""
    if increment < _NOTHING:
        return -math.inf
    from scipy.optimize import brentq

    def excess(bound: float) -> float:
        return chance_below(running, information, bound, drift) - increment

    if excess(_FARTHEST) < 0.0:  # fewer trials run than may be lost
        return _FARTHEST
    return float(brentq(excess, -_FARTHEST, _FARTHEST, xtol=1e-12))
