"""Weights of virtual patients under which a population shows wanted prevalences.

Among all weights that do, those are taken that differ least from equal ones: of least relative entropy. A
prevalence is a mean over all patients, or over those who count in it alone, such as complete responses among
responders; either is linear in the weights. Weights mend a mix of patients, never a model: where they would
rest on few patients, they are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.optimize import minimize

from trialkine.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
Sense = Literal["equal", "at least", "at most"]

LEAST_EFFECTIVE_SHARE = 0.2
"""With a smaller effective sample, as a share of the patients, weights are refused."""
EXACT = 1e-6
"""Misses up to this are none."""
LARGEST_TILT = 1e3
"""Multipliers are no larger, in standard units, so that margins that cannot be met end the search."""
MOST_ITERATIONS = 2000
SMALLEST_SLOPE = 1e-10
ADVICE = (
    "Leave it out, allow it more tolerance, or begin with a population nearer to what is wanted: weights "
    "mend a mix of patients, not a model."
)


@dataclass(frozen=True)
class Margin:
    """What the weighted mean of one indicator is to be, among the patients who count in it.

    With a `tolerance` above 0 a miss is allowed at a price: half the square of the miss in tolerances, added
    to the relative entropy. Units: wanted and tolerance [that of the indicator].
    """

    name: str
    wanted: float
    tolerance: float = 0.0
    sense: Sense = "equal"

    def miss(self, mean: float) -> float:
        """By how much a mean is above (or, below 0, under) what is wanted; 0 where it will do."""
        gap = mean - self.wanted
        is_fine = (self.sense == "at least" and gap > 0.0) or (self.sense == "at most" and gap < 0.0)
        return 0.0 if is_fine else gap

    def is_met(self, mean: float) -> bool:
        """Whether a mean is within the tolerance."""
        return abs(self.miss(mean)) <= self.tolerance + EXACT


@dataclass(frozen=True)
class PrevalenceWeights:
    """Weights of patients, and the means of the margins' indicators with equal weights and with these.

    Shapes: weights (patient,), which add up to 1; before and after (margin,).
    """

    margins: tuple[Margin, ...]
    weights: Array
    before: Array
    after: Array

    @property
    def effective_size(self) -> float:
        """How many equally weighted patients the weights are worth."""
        return effective_size(self.weights)

    @property
    def misses(self) -> Array:
        """By how much each margin is missed. Shape: returns (margin,)."""
        pairs = zip(self.margins, self.after, strict=True)
        return np.array([margin.miss(float(mean)) for margin, mean in pairs])

    @property
    def largest_miss(self) -> tuple[str, float]:
        """The margin that is missed by most, and by how much; an empty name where there are no margins."""
        if not self.margins:
            return "", 0.0
        place = int(np.argmax(np.abs(self.misses)))
        return self.margins[place].name, float(self.misses[place])


def effective_size(weights: Array) -> float:
    """How many equally weighted patients some weights are worth: the squared sum by the sum of squares."""
    return float(weights.sum() ** 2 / np.square(weights).sum())


def relative_entropy(weights: Array) -> float:
    """How far weights that add up to 1 are from equal ones, 0 where they are equal."""
    positive = weights[weights > 0.0]
    return float(np.sum(positive * np.log(positive * len(weights))))


def prevalence_weights(indicators: Array, margins: Sequence[Margin]) -> PrevalenceWeights:
    """The weights nearest to equal ones under which the indicators have the wanted means.

    `indicators` is NaN for a patient who does not count in a margin.

    Shape: indicators (patient, margin). Raises: InputError, when the margins cannot be met, or only with an
    effective sample under LEAST_EFFECTIVE_SHARE of the patients; it names the margin that binds.
    """
    values, wanted = np.asarray(indicators, dtype=float), tuple(margins)
    _check(values, wanted)
    found = _weighted(values, wanted)
    if not _will_do(found):
        raise InputError(_refusal(values, found))
    return found


def _weighted(values: Array, margins: tuple[Margin, ...]) -> PrevalenceWeights:
    """The best weights, whether or not they will do."""
    equal = np.full(len(values), 1.0 / len(values))
    weights = _tilted(values, margins) if margins else equal
    return PrevalenceWeights(margins, weights, _means(values, equal), _means(values, weights))


def _means(values: Array, weights: Array) -> Array:
    """The weighted means among those who count; NaN where these have no weight."""
    is_in = ~np.isnan(values)
    total = _summed(weights, is_in.astype(float))
    summed = _summed(weights, np.where(is_in, values, 0.0))
    means = np.full(len(total), np.nan)
    np.divide(summed, total, out=means, where=total > 0.0)
    return means


def _tilted(values: Array, margins: tuple[Margin, ...]) -> Array:
    """Weights exponential in the patients' gaps, with the multipliers at which the convex dual is least.

    A margin with a tolerance adds a square of its multiplier; that of a bound must not be below 0.
    """
    is_in = ~np.isnan(values)
    wanted = np.array([margin.wanted for margin in margins])
    sign = np.array([-1.0 if margin.sense == "at most" else 1.0 for margin in margins])
    gaps = np.where(is_in, sign * (values - wanted), 0.0)
    scale = np.sqrt(np.mean(gaps**2, axis=0))
    scale[scale == 0.0] = 1.0  # everybody is as wanted
    gaps = gaps / scale
    tolerance = np.array([margin.tolerance for margin in margins]) * is_in.mean(axis=0) / scale

    def dual(tilt: Array) -> tuple[float, Array]:
        weights, level = _softmax(_joined(gaps, tilt))
        price = tolerance**2 * tilt
        return level + 0.5 * float(price @ tilt), _summed(weights, gaps) + price

    limits = [(-LARGEST_TILT if one.sense == "equal" else 0.0, LARGEST_TILT) for one in margins]
    options = {"maxiter": MOST_ITERATIONS, "ftol": 0.0, "gtol": SMALLEST_SLOPE}
    start = np.zeros(len(margins))
    best = minimize(dual, start, jac=True, method="L-BFGS-B", bounds=limits, options=options)
    return _softmax(_joined(gaps, best.x))[0]


def _joined(columns: Array, factors: Array) -> Array:
    """The columns by their factors, added up. Shapes: (patient, margin), (margin,), returns (patient,)."""
    return np.asarray(np.einsum("pm,m->p", columns, factors))  # no product whose order hangs on threads


def _summed(weights: Array, columns: Array) -> Array:
    """The weighted sum of every column. Shapes: (patient,), (patient, margin), returns (margin,)."""
    return np.asarray(np.einsum("p,pm->m", weights, columns))


def _softmax(logs: Array) -> tuple[Array, float]:
    """Weights in proportion to exponentials, and the logarithm of the mean exponential."""
    top = float(logs.max())
    raised = np.exp(logs - top)
    return raised / raised.sum(), top + float(np.log(raised.mean()))


def _is_met(found: PrevalenceWeights) -> bool:
    return all(margin.is_met(float(mean)) for margin, mean in zip(found.margins, found.after, strict=True))


def _will_do(found: PrevalenceWeights) -> bool:
    return _is_met(found) and found.effective_size >= LEAST_EFFECTIVE_SHARE * len(found.weights)


def _refusal(values: Array, found: PrevalenceWeights) -> str:
    """Why weights are refused, which margin binds, and what to do instead."""
    patients = len(values)
    place, without = _binding(values, found.margins)
    binding = found.margins[place]
    if _is_met(found):
        size = found.effective_size
        why = (
            f"Weights that meet the margins leave an effective sample of {size:,.0f} of {patients:,} "
            f"patients ({size / patients:.0%}), and less than {LEAST_EFFECTIVE_SHARE:.0%} says little."
        )
    else:
        excess = np.array(
            [_excess(one, float(mean)) for one, mean in zip(found.margins, found.after, strict=True)]
        )
        worst = found.margins[int(np.argmax(excess))]
        mean = found.after[int(np.argmax(excess))]
        nearest = "nobody counts in it" if np.isnan(mean) else f"the nearest is {mean:.3g}"
        why = (
            f"No weights of the {patients:,} patients meet every margin: '{worst.name}' is to be "
            f"{_in_words(worst)}, and {nearest}."
        )
    rest = (
        f"without it the effective sample is {without.effective_size / patients:.0%}"
        if _is_met(without)
        else "though others could not be met without it either"
    )
    return (
        f"{why} The margin that binds is '{binding.name}', wanted {_in_words(binding)} and "
        f"{found.before[place]:.3g} with equal weights; {rest}. {ADVICE}"
    )


def _binding(values: Array, margins: tuple[Margin, ...]) -> tuple[int, PrevalenceWeights]:
    """The margin without which the weights are best, and those weights."""

    def merit(found: PrevalenceWeights) -> tuple[bool, float]:
        pairs = zip(found.margins, found.after, strict=True)
        largest = max((_excess(margin, float(mean)) for margin, mean in pairs), default=0.0)
        return (True, found.effective_size) if _is_met(found) else (False, -largest)

    others = [
        _weighted(np.delete(values, place, axis=1), margins[:place] + margins[place + 1 :])
        for place in range(len(margins))
    ]
    place = max(range(len(margins)), key=lambda one: merit(others[one]))
    return place, others[place]


def _excess(margin: Margin, mean: float) -> float:
    """How far a mean misses its margin beyond the tolerance; infinite where there is no mean."""
    return np.inf if np.isnan(mean) else abs(margin.miss(mean)) - margin.tolerance


def _in_words(margin: Margin) -> str:
    bound = "" if margin.sense == "equal" else f"{margin.sense} "
    within = f" within {margin.tolerance:.3g}" if margin.tolerance else ""
    return f"{bound}{margin.wanted:.3g}{within}"


def _check(values: Array, margins: tuple[Margin, ...]) -> None:
    """Raises: InputError, when indicators and margins do not belong together or mean nothing."""
    if values.ndim != 2 or values.shape[1] != len(margins) or not len(values):
        raise InputError(
            f"Indicators of shape {values.shape} do not fit {len(margins)} margins. Give one row per patient "
            "and one column per margin."
        )
    if np.isinf(values).any():
        raise InputError("An indicator is infinite. Give finite numbers, or NaN for who does not count.")
    for margin, column in zip(margins, values.T, strict=True):
        if not np.isfinite(margin.wanted) or not 0.0 <= margin.tolerance < np.inf:
            raise InputError(
                f"Margin '{margin.name}' wants {margin.wanted:g} within {margin.tolerance:g}. "
                "Give a finite number, and a tolerance of 0 or more."
            )
        if np.isnan(column).all():
            raise InputError(
                f"None of the {len(values):,} patients counts in margin '{margin.name}'. "
                "Take more patients, or leave it out."
            )
