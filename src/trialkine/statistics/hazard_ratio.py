"""The hazard ratio of two groups, by Cox's partial likelihood with Efron's ties.

Groups of different patients have the standard error of the likelihood; groups that hold the same patients
twice have a robust one, in which each patient counts once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, FloatArray, check_level, undefined
from trialkine.statistics.survival import checked_times

COX = "Cox, Efron ties, Wald on the log scale"
COX_PAIRED = "Cox, Efron ties, robust standard error with each patient counted once"
_MOST_STEPS = 50
_LARGEST_STEP = 2.0
_CONVERGED = 1e-10


@final
@dataclass(frozen=True)
class CoxFit:
    """The log hazard ratio, first group over second, and its standard error; None, with the reason, if none.

    `influence_first` and `influence_second` tell how much each patient moves the log ratio, in the order
    given. Shape: each "patient" of its group.
    """

    log_ratio: float | None
    standard_error: float | None
    influence_first: FloatArray
    influence_second: FloatArray
    why: str = ""


@final
@dataclass(frozen=True)
class _Deaths:
    """One entry per event, those at the same time one after the other as Efron orders them.

    `gone` is the part of that time's events that has left the risk set.
    """

    times: FloatArray
    gone: FloatArray
    risk_first: FloatArray
    risk_second: FloatArray

    def share_first(self, log_ratio: float) -> FloatArray:
        """The chance that the event falls to the first group."""
        first = self.risk_first * math.exp(log_ratio)
        return np.asarray(first / (first + self.risk_second), dtype=np.float64)

    def total(self, log_ratio: float) -> FloatArray:
        """The sum of all hazards, that of a patient of the second group being 1."""
        return np.asarray(self.risk_first * math.exp(log_ratio) + self.risk_second, dtype=np.float64)


def fit_cox(
    days_first: ArrayLike, is_event_first: ArrayLike, days_second: ArrayLike, is_event_second: ArrayLike
) -> CoxFit:
    """The fit to two groups; patients without a time are left out.

    Units: any one time unit. Shape: days and flags of a group "patient".
    Raises: InputError, when a group's arrays differ in length or a time is negative or infinite.
    Source: cox_1972, efron_1977.
    """
    first, events_first = checked_times(days_first, is_event_first)
    second, events_second = checked_times(days_second, is_event_second)
    if first.size == 0 or second.size == 0:
        return _none("one group is empty")
    deaths, has_first, has_second = _deaths(first, events_first, second, events_second)
    if not has_first or not has_second:
        which = "the first" if has_second else "the second" if has_first else "either"
        return _none(f"no event in {which} group while both were at risk")
    observed = float(events_first.sum())
    log_ratio = 0.0
    for _ in range(_MOST_STEPS):
        share = deaths.share_first(log_ratio)
        information = float((share * (1.0 - share)).sum())
        step = (observed - float(share.sum())) / information
        log_ratio += max(-_LARGEST_STEP, min(_LARGEST_STEP, step))
        if abs(step) < _CONVERGED:
            break
    share = deaths.share_first(log_ratio)
    variance = 1.0 / float((share * (1.0 - share)).sum())
    return CoxFit(
        log_ratio,
        math.sqrt(variance),
        variance * _score_residuals(deaths, log_ratio, first, events_first, in_first=True),
        variance * _score_residuals(deaths, log_ratio, second, events_second, in_first=False),
    )


def hazard_ratio(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    level: float = DEFAULT_LEVEL,
) -> Estimate:
    """The hazard in the first group over that in the second, of different patients.

    Raises: InputError, as `fit_cox`. Source: cox_1972, efron_1977.
    """
    check_level(level)
    fit = fit_cox(days_first, is_event_first, days_second, is_event_second)
    return _ratio(fit, fit.standard_error, level, COX)


def paired_hazard_ratio(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    level: float = DEFAULT_LEVEL,
) -> Estimate:
    """The hazard in the first group over that in the second, one pair per patient.

    The ratio is that of the groups, as if the patients were different; only its standard error knows that
    they are not. Shape: all "patient", in the same order.
    Raises: InputError, when the arrays differ in length, or a time is missing or impossible.
    Source: lin_wei_1989, lee_wei_amato_1992.
    """
    check_level(level)
    first, second = np.asarray(days_first, dtype=np.float64), np.asarray(days_second, dtype=np.float64)
    if first.shape != second.shape or np.isnan(first).any() or np.isnan(second).any():
        raise InputError(
            f"{first.size} times against {second.size}, or some are missing. "
            "Pairs need a time of every patient in both."
        )
    fit = fit_cox(first, is_event_first, second, is_event_second)
    if fit.log_ratio is None:
        return _ratio(fit, None, level, COX_PAIRED)
    error = math.sqrt(float(((fit.influence_first + fit.influence_second) ** 2).sum()))
    return _ratio(fit, error, level, COX_PAIRED)


def _ratio(fit: CoxFit, error: float | None, level: float, method: str) -> Estimate:
    if fit.log_ratio is None or error is None:
        return undefined(fit.why, method, level)
    from scipy.special import ndtri

    reach = float(ndtri(0.5 + level / 2.0)) * error
    return Estimate(
        math.exp(fit.log_ratio),
        math.exp(fit.log_ratio - reach),
        math.exp(fit.log_ratio + reach),
        level,
        method,
    )


def _deaths(
    first: FloatArray, events_first: NDArray[np.bool_], second: FloatArray, events_second: NDArray[np.bool_]
) -> tuple[_Deaths, bool, bool]:
    """The events in Efron's order, and whether each group has one while the other is at risk."""
    times, counts = np.unique(
        np.concatenate((first[events_first], second[events_second])), return_counts=True
    )
    risk = [group.size - np.searchsorted(np.sort(group), times, "left") for group in (first, second)]
    dying = [
        np.searchsorted(ordered, times, "right") - np.searchsorted(ordered, times, "left")
        for ordered in (np.sort(first[events_first]), np.sort(second[events_second]))
    ]
    place = np.repeat(np.arange(times.size), counts)
    before = np.arange(place.size) - np.repeat(np.cumsum(counts) - counts, counts)
    gone = before / counts[place]
    left = [np.asarray(risk[group][place] - gone * dying[group][place], dtype=np.float64) for group in (0, 1)]
    deaths = _Deaths(times[place], gone, left[0], left[1])
    has_first = bool(((dying[0] > 0) & (risk[1] > 0)).any())
    has_second = bool(((dying[1] > 0) & (risk[0] > 0)).any())
    return deaths, has_first, has_second


def _score_residuals(
    deaths: _Deaths, log_ratio: float, times: FloatArray, events: NDArray[np.bool_], *, in_first: bool
) -> FloatArray:
    """What each patient of a group adds to the score: own event less what was expected of it.

    A patient who dies at a tied time counts at that time with the part that has not left the risk set.
    """
    here = 1.0 if in_first else 0.0
    hazard = math.exp(log_ratio) if in_first else 1.0
    share = deaths.share_first(log_ratio)
    expected = hazard * (here - share) / deaths.total(log_ratio)
    sums = np.concatenate(([0.0], np.cumsum(expected)))
    partly = np.concatenate(([0.0], np.cumsum(deaths.gone * expected)))
    shares = np.concatenate(([0.0], np.cumsum(share)))
    before, after = (np.searchsorted(deaths.times, times, side) for side in ("left", "right"))
    at_once = np.maximum(after - before, 1)
    own = events * (here - (shares[after] - shares[before]) / at_once)
    return np.asarray(own - sums[after] + events * (partly[after] - partly[before]), dtype=np.float64)


def _none(why: str) -> CoxFit:
    nothing = np.empty(0)
    return CoxFit(None, None, nothing, nothing, why)
