"""Times to an event of the same patients under two treatments, some of them censored.

Differences are those of the two Kaplan-Meier curves, so that nobody who was lost is left out; how much each
patient moves them gives their standard error, in which a patient counts once. Without censoring they are
the plain mean and spread of the patients' own differences.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, FloatArray, check_level, undefined
from trialkine.statistics.proportions import paired_difference
from trialkine.statistics.survival import checked_times

PAIRED_RESTRICTED_MEAN = "difference of restricted means, each patient counted once, t limits"
PAIRED_SURVIVAL = "difference of Kaplan-Meier estimates, each patient counted once, normal limits"


class Fate(Enum):
    """How a patient fares under the first treatment, against the same patient under the second."""

    better = "better"
    worse = "worse"
    same = "same"
    unknown = "unknown"


def paired_restricted_mean(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    until: float,
    level: float = DEFAULT_LEVEL,
) -> Estimate:
    """The mean time without the event up to `until` under the first minus that under the second.

    Units: any one time unit, kept. Shape: all "patient", in the same order.
    Raises: InputError, when the arrays differ in length or hold an impossible time.
    Source: efron_1981.
    """
    check_level(level)
    sides = _pairs(days_first, is_event_first, days_second, is_event_second)
    pairs = sides[0][0].size
    if pairs < 2:
        return undefined(f"{pairs} pairs; at least 2 are needed", PAIRED_RESTRICTED_MEAN, level)
    why = _not_followed(sides, until)
    if why:
        return undefined(why, PAIRED_RESTRICTED_MEAN, level)
    (mean_first, moves_first), (mean_second, moves_second) = (
        _restricted_mean(*side, until) for side in sides
    )
    from scipy.special import stdtrit

    difference = mean_first - mean_second
    error = _error(moves_first - moves_second)
    reach = float(stdtrit(pairs - 1, 0.5 + level / 2.0)) * error
    return Estimate(difference, difference - reach, difference + reach, level, PAIRED_RESTRICTED_MEAN)


def paired_survival_difference(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    day: float,
    level: float = DEFAULT_LEVEL,
) -> Estimate:
    """The fraction without the event at a time under the first minus that under the second.

    Where everybody is followed so long, the limits are those of a paired difference of proportions.
    Units: day [time unit of the data]. Shape: all "patient", in the same order.
    Raises: InputError, when the arrays differ in length or hold an impossible time.
    Source: efron_1981, bonett_price_2012.
    """
    check_level(level)
    sides = _pairs(days_first, is_event_first, days_second, is_event_second)
    pairs = sides[0][0].size
    if pairs < 2:
        return undefined(f"{pairs} pairs; at least 2 are needed", PAIRED_SURVIVAL, level)
    why = _not_followed(sides, day)
    if why:
        return undefined(why, PAIRED_SURVIVAL, level)
    if all(((times >= day) | events).all() for times, events in sides):
        free = [~(events & (times <= day)) for times, events in sides]
        return paired_difference(free[0], free[1], level)
    (first, moves_first), (second, moves_second) = (_survival(*side, day) for side in sides)
    from scipy.special import ndtri

    reach = float(ndtri(0.5 + level / 2.0)) * _error(moves_first - moves_second)
    low, high = max(-1.0, first - second - reach), min(1.0, first - second + reach)
    return Estimate(first - second, low, high, level, PAIRED_SURVIVAL)


def fates(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    until: float,
    apart: float,
) -> list[Fate]:
    """Under which treatment each patient goes longer without the event, within `until`.

    Times less than `apart` from each other are the same, as are two that both reach `until`. Unknown is a
    patient who is lost under one treatment before the event under the other tells.
    Units: any one time unit. Shape: all "patient", in the same order.
    Raises: InputError, when the arrays differ in length or hold an impossible time.
    """
    (first, events_first), (second, events_second) = _pairs(
        days_first, is_event_first, days_second, is_event_second
    )
    return [
        _fate(one, two, until, apart)
        for one, two in zip(
            zip(first.tolist(), events_first.tolist(), strict=True),
            zip(second.tolist(), events_second.tolist(), strict=True),
            strict=True,
        )
    ]


def count_fates(found: list[Fate]) -> Mapping[Fate, int]:
    """How many patients have each fate."""
    counts = Counter(found)
    return {fate: counts[fate] for fate in Fate}


def _fate(first: tuple[float, bool], second: tuple[float, bool], until: float, apart: float) -> Fate:
    """Each treatment's event lies between the last day followed and, where there was one, that same day."""
    low_first, low_second = min(first[0], until), min(second[0], until)
    high_first = low_first if first[1] or first[0] >= until else until
    high_second = low_second if second[1] or second[0] >= until else until
    if low_first - high_second >= apart:
        return Fate.better
    if low_second - high_first >= apart:
        return Fate.worse
    if high_first - low_second < apart and high_second - low_first < apart:
        return Fate.same
    return Fate.unknown


_Side = tuple[FloatArray, NDArray[np.bool_]]


def _pairs(
    days_first: ArrayLike, is_event_first: ArrayLike, days_second: ArrayLike, is_event_second: ArrayLike
) -> tuple[_Side, _Side]:
    sizes = [np.size(days_first), np.size(days_second)]
    first, second = checked_times(days_first, is_event_first), checked_times(days_second, is_event_second)
    if first[0].size != second[0].size or [first[0].size, second[0].size] != sizes:
        raise InputError(
            f"{sizes[0]} times against {sizes[1]}, or some are missing. "
            "Pairs need a time of every patient in both."
        )
    return first, second


def _not_followed(sides: tuple[_Side, _Side], until: float) -> str:
    """Why a curve says nothing of a time: its last patients were censored before it."""
    for times, events in sides:
        last = float(times.max())
        if last < until and not events[times == last].all():
            return f"follow-up ends at {last:g}, before {until:g}"
    return ""


def _error(moves: FloatArray) -> float:
    """The standard error from how much each patient moves an estimate."""
    return math.sqrt(float((moves**2).sum()) * moves.size / (moves.size - 1))


def _survival(times: FloatArray, events: NDArray[np.bool_], day: float) -> tuple[float, FloatArray]:
    """The curve at a time, and how much each patient moves it."""
    moments, heights, slopes, places, is_own = _steps(times, events)
    step = int(np.searchsorted(moments, day, "right"))
    reached = np.minimum(places, step)
    lost = np.concatenate(([0.0], np.cumsum(slopes[0])))[reached]
    own = np.where(is_own & (places <= step), slopes[1][np.maximum(places - 1, 0)], 0.0) if step else 0.0
    return float(heights[step]), np.asarray(heights[step] * (lost - own), dtype=np.float64)


def _restricted_mean(times: FloatArray, events: NDArray[np.bool_], until: float) -> tuple[float, FloatArray]:
    """The area under the curve up to a time, and how much each patient moves it."""
    moments, heights, slopes, places, is_own = _steps(times, events)
    edges = np.minimum(np.concatenate(([0.0], moments, [np.inf])), until)
    pieces = heights * np.diff(edges)
    # The area that lies beyond each event is what a patient's being at risk, or dying, there scales.
    beyond = np.cumsum(pieces[::-1])[::-1][1:]
    lost = np.concatenate(([0.0], np.cumsum(slopes[0] * beyond)))[places]
    if not moments.size:
        return float(pieces.sum()), np.zeros(times.size)
    place = np.maximum(places - 1, 0)
    own = np.where(is_own, (slopes[1] * beyond)[place], 0.0)
    return float(pieces.sum()), np.asarray(lost - own, dtype=np.float64)


def _steps(
    times: FloatArray, events: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, tuple[FloatArray, FloatArray], NDArray[np.int64], NDArray[np.bool_]]:
    """The product-limit curve and its derivatives by the weight of a patient.

    Returns times of events, heights from the start on, by how much (relatively) being at risk raises and
    dying lowers what lies beyond each event, how many events' times each patient lived to see, and who died.
    """
    moments, counts = np.unique(times[events], return_counts=True)
    at_risk = times.size - np.searchsorted(np.sort(times), moments, "left")
    heights = np.concatenate(([1.0], np.cumprod(1.0 - counts / at_risk)))
    survivors = at_risk - counts
    # Where nobody survives the curve stays at zero, whoever is left out.
    dying = np.where(survivors > 0, 1.0 / np.maximum(survivors, 1), 0.0)
    raising = dying * counts / at_risk
    places = np.searchsorted(moments, times, "right")
    return moments, heights, (raising, dying), np.asarray(places, dtype=np.int64), events
