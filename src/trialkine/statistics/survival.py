"""Times to events under censoring: Kaplan-Meier, its readings, and the log-rank test.

Intervals are 95 % pointwise log-log ones unless another level is asked for, and every output names
them. A median or landmark that the data do not reach is None with its reason.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialkine.errors import InputError
from trialkine.statistics.estimate import (
    DEFAULT_LEVEL,
    Estimate,
    FloatArray,
    TestResult,
    check_level,
    defined_or_none,
    undefined,
)

LOG_LOG = "log-log"
_SAME = 1.5e-8  # two survival fractions closer than this are one; the root of the float spacing


@dataclass(frozen=True)
class KaplanMeier:
    """A survival curve: a step down at each of `times`, with pointwise limits there.

    `low` and `high` are NaN where the log-log interval does not exist (before the first event and where
    the curve is zero). `observed` holds every follow-up time in order, for numbers at risk.

    Shape: all but `observed` (patient) have one entry per distinct follow-up time.
    """

    times: FloatArray
    survival: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    observed: FloatArray
    level: float
    method: str = LOG_LOG

    @property
    def patients(self) -> int:
        """How many patients the curve rests on."""
        return len(self.observed)


def kaplan_meier(days: ArrayLike, is_event: ArrayLike, level: float = DEFAULT_LEVEL) -> KaplanMeier:
    """The product-limit survival curve with log-log limits.

    Patients whose time is NaN are left out. Units: any one time unit, kept.
    Raises: InputError, when the arrays differ in length or a time is negative or infinite.
    """
    check_level(level)
    times, events = checked_times(days, is_event)
    if times.size == 0:
        nothing = np.empty(0)
        counts = np.empty(0, dtype=np.int64)
        return KaplanMeier(nothing, nothing, nothing, nothing, counts, counts, nothing, level)
    from scipy.stats import CensoredData, ecdf

    curve = ecdf(CensoredData.right_censored(times, ~events)).sf
    with warnings.catch_warnings():  # scipy warns wherever the formula has no value; we report it as NaN
        warnings.simplefilter("ignore", RuntimeWarning)
        band = curve.confidence_interval(level, method=LOG_LOG)
    steps = np.asarray(curve.quantiles, dtype=np.float64)
    observed = np.sort(times)
    event_times = np.sort(times[events])
    return KaplanMeier(
        times=steps,
        survival=np.asarray(curve.probabilities, dtype=np.float64),
        low=np.asarray(band.low.probabilities, dtype=np.float64),
        high=np.asarray(band.high.probabilities, dtype=np.float64),
        at_risk=_count_at_or_after(observed, steps),
        events=np.searchsorted(event_times, steps, "right") - np.searchsorted(event_times, steps, "left"),
        observed=observed,
        level=level,
    )


def median_survival(curve: KaplanMeier) -> Estimate:
    """The time at which half have had the event; limits are where the band crosses one half.

    Where the curve is flat at exactly one half, the middle of that flat piece. A limit that is never
    reached is None. Source: brookmeyer_crowley_1982, with the log-log band.
    """
    method = f"{curve.method} band, Brookmeyer-Crowley"
    if curve.patients == 0:
        return undefined("no patients", method, curve.level)
    middle = _first_time_at_or_below_half(curve.times, curve.survival)
    low = _first_time_at_or_below_half(curve.times, curve.low)
    high = _first_time_at_or_below_half(curve.times, curve.high)
    why = ""
    if middle is None:
        why = f"not reached: the curve ends at {100 * curve.survival[-1]:.1f} %"
    elif high is None:
        why = "the upper limit is not reached"
    return Estimate(middle, low, high, curve.level, method, why=why)


def survival_at(curve: KaplanMeier, day: float) -> Estimate:
    """The fraction still without the event at a landmark."""
    if curve.patients == 0:
        return undefined("no patients", curve.method, curve.level)
    last = curve.observed[-1]
    if day > last and curve.survival[-1] > 0.0:
        why = f"follow-up ends at {last:g}, before {day:g}"
        return undefined(why, curve.method, curve.level)
    step = int(np.searchsorted(curve.times, day, "right")) - 1
    if step < 0 or curve.survival[step] == 1.0:
        why = "no event before the landmark, so the log-log interval has no value"
        return Estimate(1.0, None, None, curve.level, curve.method, why=why)
    value, low, high = curve.survival[step], curve.low[step], curve.high[step]
    why = "" if value > 0.0 else "nobody is left, so the log-log interval has no value"
    return Estimate(
        float(value), defined_or_none(low), defined_or_none(high), curve.level, curve.method, why=why
    )


def numbers_at_risk(curve: KaplanMeier, days: Sequence[float] | FloatArray) -> NDArray[np.int64]:
    """How many are still followed and without the event just before each of `days`."""
    return _count_at_or_after(curve.observed, np.asarray(days, dtype=np.float64))


def restricted_mean(curve: KaplanMeier, until: float) -> Estimate:
    """The mean time without the event up to `until`: the area under the curve.

    The limits are normal, with Greenwood's variance of the area. There are none of one patient, nor where no
    event before `until` tells the spread.
    """
    method = "restricted mean, normal with Greenwood variance"
    why = _no_restricted_mean(curve, until)
    if why:
        return undefined(why, method, curve.level)
    mean, variance = _area_below(curve, until)
    return _normal(mean, variance, curve.level, method, _no_spread([curve], variance))


def restricted_mean_difference(first: KaplanMeier, second: KaplanMeier, until: float) -> Estimate:
    """The first group's restricted mean minus that of the second, independent, group; normal limits.

    There are no limits where a group is one patient, nor where no event tells the spread of either group.
    """
    method = "difference of restricted means, normal with Greenwood variance"
    for curve in (first, second):
        why = _no_restricted_mean(curve, until)
        if why:
            return undefined(why, method, curve.level)
    (mean_first, variance_first), (mean_second, variance_second) = (
        _area_below(curve, until) for curve in (first, second)
    )
    variance = variance_first + variance_second
    return _normal(
        mean_first - mean_second, variance, first.level, method, _no_spread([first, second], variance)
    )


def _no_restricted_mean(curve: KaplanMeier, until: float) -> str:
    """Why a curve has no restricted mean; empty where it has one."""
    if curve.patients == 0:
        return "no patients"
    if until > curve.observed[-1] and curve.survival[-1] > 0.0:
        return f"follow-up ends at {curve.observed[-1]:g}, before {until:g}"
    return ""


def _no_spread(curves: Sequence[KaplanMeier], variance: float) -> str:
    """Why a variance says nothing; empty where it does."""
    if any(curve.patients < 2 for curve in curves):
        return "one patient has no spread"
    return "" if variance > 0.0 else "no event tells the spread"


def _normal(value: float, variance: float, level: float, method: str, why: str) -> Estimate:
    """Normal limits, or the reason why there are none."""
    if why:
        return Estimate(value, None, None, level, method, why=why)
    from scipy.special import ndtri

    reach = float(ndtri(0.5 + level / 2.0)) * math.sqrt(variance)
    return Estimate(value, value - reach, value + reach, level, method)


def _area_below(curve: KaplanMeier, until: float) -> tuple[float, float]:
    """The area under the curve up to a time, and Greenwood's variance of it."""
    before = curve.times < until
    edges = np.concatenate(([0.0], curve.times[before], [until]))
    heights = np.concatenate(([1.0], curve.survival[before]))
    areas = heights * np.diff(edges)
    remaining = (areas.sum() - np.cumsum(areas))[:-1]
    at_risk, events = curve.at_risk[before], curve.events[before]
    survivors = at_risk - events
    has_term = survivors > 0  # where nobody survives no area remains, and the term is zero
    terms = np.zeros(len(at_risk))
    np.divide(remaining**2 * events, at_risk * survivors, out=terms, where=has_term)
    return float(areas.sum()), float(terms.sum())


def logrank(
    days_first: ArrayLike, is_event_first: ArrayLike, days_second: ArrayLike, is_event_second: ArrayLike
) -> TestResult:
    """The two-sided log-rank test of two independent groups; the statistic is chi-squared on 1 degree.

    Not for arms that hold the same patients twice.
    """
    first, events_first = checked_times(days_first, is_event_first)
    second, events_second = checked_times(days_second, is_event_second)
    if first.size == 0 or second.size == 0:
        return TestResult(None, None, "log-rank", "one group is empty")
    times = np.concatenate((first, second))
    events = np.concatenate((events_first, events_second))
    if not events.any():
        return TestResult(None, None, "log-rank", "no events in either group")
    if times[events].min() > min(first.max(), second.max()):
        return TestResult(None, None, "log-rank", "no event while both groups were at risk")
    from scipy.stats import CensoredData
    from scipy.stats import logrank as scipy_logrank

    with np.errstate(invalid="ignore"):  # 0 / 0 where nothing could have differed
        result = scipy_logrank(
            CensoredData.right_censored(first, ~events_first),
            CensoredData.right_censored(second, ~events_second),
        )
    if not np.isfinite(result.statistic):
        return TestResult(None, None, "log-rank", "everyone at risk had the event at once")
    return TestResult(float(result.statistic) ** 2, float(result.pvalue), "log-rank")


def checked_times(days: ArrayLike, is_event: ArrayLike) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Times and event flags as arrays, patients without a time (NaN) left out.

    Shape: days, is_event and returns "patient".
    Raises: InputError, when the arrays differ in length or a time is negative or infinite.
    """
    times = np.asarray(days, dtype=np.float64).ravel()
    events = np.asarray(is_event, dtype=bool).ravel()
    if times.shape != events.shape:
        raise InputError(
            f"{times.size} times but {events.size} event flags. Give one flag per patient, true for an event."
        )
    is_present = ~np.isnan(times)
    times, events = times[is_present], events[is_present]
    if times.size and (times.min() < 0.0 or np.isinf(times).any()):
        raise InputError("A follow-up time is negative or infinite. Censor at the last known day instead.")
    return times, events


def _count_at_or_after(ordered: FloatArray, moments: FloatArray) -> NDArray[np.int64]:
    return np.asarray(ordered.size - np.searchsorted(ordered, moments, "left"), dtype=np.int64)


def _first_time_at_or_below_half(times: FloatArray, curve: FloatArray) -> float | None:
    reached = np.flatnonzero(curve <= 0.5 + _SAME)  # NaN compares false: not reached
    if reached.size == 0:
        return None
    first = reached[0]
    if abs(curve[first] - 0.5) < _SAME:
        below = np.flatnonzero(curve < 0.5 - _SAME)
        if below.size:
            return float((times[first] + times[below[0]]) / 2.0)
    return float(times[first])
