"""Group sequential designs: when the looks at a randomised trial may stop it.

All tests are one-sided: a large standardised statistic favours the treatment. A trial stops for efficacy at
the first look whose statistic reaches its bound, and for futility at the first that falls to its lower bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.design.alpha_spending import AbstractSpending, check_error_rate
from trialkine.design.boundary_crossing import (
    RunningTrials,
    carried_on,
    chance_above,
    crossing_probabilities,
    information_of_all_looks,
    trials_at_the_start,
)
from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray

_LARGEST_BOUND = 20.0  # standard deviations
_NOTHING = 1e-15  # an error rate this small cannot be told from none
_EXACT = 1e-11  # of a bound, in standard deviations


@final
@dataclass(frozen=True)
class GroupSequentialDesign:
    """Looks and bounds; a futility bound of minus infinity never stops a trial.

    `alpha` is the chance of a false claim when futility bounds are ignored.
    Units: `information` [fraction of the largest], bounds [standard deviations].
    """

    information: tuple[float, ...]
    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    alpha: float

    @property
    def nominal_levels(self) -> tuple[float, ...]:
        """The one-sided p-value that stops the trial at each look."""
        from scipy.special import ndtr

        return tuple(float(ndtr(-bound)) for bound in self.efficacy)


@final
@dataclass(frozen=True)
class LookProbabilities:
    """What a group sequential design does under one drift.

    `efficacy` and `futility` hold the chance of stopping so at each look (at the last look, futility is every
    other end). `expected_information` is a fraction of the largest information.
    """

    drift: float
    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    expected_information: float

    @property
    def power(self) -> float:
        """The chance of stopping for efficacy at any look."""
        return math.fsum(self.efficacy)


def obrien_fleming(information: Sequence[float] | FloatArray, alpha: float) -> GroupSequentialDesign:
    """Bounds that fall with the root of the information: one constant on the scale of the score.

    Raises: InputError, when the information does not rise to 1 or alpha is not a fraction.
    Source: obrien_fleming_1979, here for any information fractions.
    """
    fractions = information_of_all_looks(information)
    return _of_shape(fractions, 1.0 / np.sqrt(fractions), alpha)


def pocock(information: Sequence[float] | FloatArray, alpha: float) -> GroupSequentialDesign:
    """The same bound at every look.

    Raises: InputError, when the information does not rise to 1 or alpha is not a fraction.
    Source: pocock_1977, here for any information fractions.
    """
    fractions = information_of_all_looks(information)
    return _of_shape(fractions, np.ones(fractions.size), alpha)


def alpha_spending_design(
    information: Sequence[float] | FloatArray, alpha: float, spending: AbstractSpending
) -> GroupSequentialDesign:
    """Bounds that spend alpha look by look.

    A look's bound depends on that look and earlier ones alone. So the looks need not have been planned: give
    those held so far, the next, and 1.

    Raises: InputError, when the information does not rise to 1 or alpha is not a fraction.
    Source: lan_demets_1983.
    """
    fractions = information_of_all_looks(information)
    increments = spending.increments(fractions, alpha)
    gains = np.diff(fractions, append=2.0 * fractions[-1])
    bounds: list[float] = []
    running = trials_at_the_start()
    for look, fraction in enumerate(fractions):
        bounds.append(_bound_that_spends(running, fraction, increments[look]))
        if look + 1 < fractions.size:
            running = carried_on(running, fraction, -math.inf, bounds[-1], 0.0, gains[look + 1])
    return _without_futility(fractions, bounds, alpha)


def look_probabilities(design: GroupSequentialDesign, drift: float) -> LookProbabilities:
    """How often the design stops at each look, and the information it needs on average.

    Units: drift [standard deviations of the statistic at the largest information]; 0 is no effect.
    Raises: InputError, when the drift is not finite.
    """
    if not math.isfinite(drift):
        raise InputError(f"Drift {drift} is not a number. Give the mean of the statistic at the end.")
    lower = np.array([*design.futility[:-1], design.efficacy[-1]])
    found = crossing_probabilities(design.information, lower, design.efficacy, drift)
    stops = found.above + found.below
    return LookProbabilities(
        drift,
        tuple(found.above.tolist()),
        tuple(found.below.tolist()),
        float(stops @ np.asarray(design.information)),
    )


def drift_for_power(design: GroupSequentialDesign, power: float) -> float:
    """The drift at which the design reaches a power; its futility bounds are obeyed.

    Raises: InputError, when the power is not between alpha and 1 or futility bounds keep it out of reach.
    """
    _check_power(design.alpha, power)
    if look_probabilities(design, _LARGEST_BOUND).power < power:
        raise InputError(f"Futility bounds keep a power of {power} out of reach. Lower them.")
    from scipy.optimize import brentq

    return float(
        brentq(lambda drift: look_probabilities(design, drift).power - power, 0.0, _LARGEST_BOUND, xtol=1e-10)
    )


def inflation_factor(design: GroupSequentialDesign, power: float) -> float:
    """The largest information of the design over that of a trial with one look and the same errors.

    Raises: as `drift_for_power`.
    """
    return (drift_for_power(design, power) / fixed_drift(design.alpha, power)) ** 2


def fixed_drift(alpha: float, power: float) -> float:
    """The drift that a one-sided test with one look needs.

    Raises: InputError, when alpha and power do not fit.
    """
    _check_power(alpha, power)
    from scipy.special import ndtri

    return float(ndtri(power) - ndtri(alpha))


def _check_power(alpha: float, power: float) -> None:
    check_error_rate(alpha)
    if not alpha < power < 1.0:
        raise InputError(f"Power {power} does not fit alpha = {alpha}. Write alpha < power < 1.")


def _of_shape(fractions: FloatArray, shape: FloatArray, alpha: float) -> GroupSequentialDesign:
    """The multiple of a shape of bounds that spends alpha in all."""
    check_error_rate(alpha)
    never = np.full(fractions.size, -math.inf)

    def excess(multiple: float) -> float:
        above = crossing_probabilities(fractions, never, multiple * shape, 0.0).above
        return float(above.sum()) - alpha

    return _without_futility(fractions, (_root(excess, -_LARGEST_BOUND) * shape).tolist(), alpha)


def _bound_that_spends(running: RunningTrials, information: float, increment: float) -> float:
    """The bound that running trials cross by chance as often as the increment says."""
    if increment < _NOTHING:
        return math.inf
    return _root(lambda bound: chance_above(running, information, bound, 0.0) - increment, -_LARGEST_BOUND)


def _without_futility(fractions: FloatArray, bounds: Sequence[float], alpha: float) -> GroupSequentialDesign:
    never = (-math.inf,) * fractions.size
    return GroupSequentialDesign(tuple(fractions.tolist()), tuple(bounds), never, alpha)


def _root(excess: Callable[[float], float], low: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(excess, low, _LARGEST_BOUND, xtol=_EXACT))
