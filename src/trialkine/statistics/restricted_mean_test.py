"""Restricted means of two groups compared, written for many repetitions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray
from trialkine.statistics.survival import checked_times


@final
@dataclass(frozen=True)
class RestrictedMeanComparison:
    """The first group's restricted mean minus the second's; None, with the reason, where it does not exist.

    `one_sided_p` is small when the first group does better.
    Units: difference and standard error [time unit of the data].
    """

    difference: float | None
    standard_error: float | None
    z: float | None
    one_sided_p: float | None
    two_sided_p: float | None
    why: str = ""


def compare_restricted_means(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    until: float,
) -> RestrictedMeanComparison:
    """The difference of mean times up to `until` with its standard error, and the normal test of it.

    Each variance is Greenwood's variance of the area. Units: any one time unit, kept.
    Raises: InputError, when `until` is not positive, or arrays or times are impossible.
    Source: royston_parmar_2013.
    """
    if not 0.0 < until < math.inf:
        raise InputError(f"A restricted mean up to {until} does not exist. Give a positive time.")
    areas = []
    for days, is_event, name in (
        (days_first, is_event_first, "first"),
        (days_second, is_event_second, "second"),
    ):
        times, events = checked_times(days, is_event)
        if times.size == 0:
            return _none(f"the {name} group is empty")
        last = float(times.max())
        if last < until and not events[times == last].all():
            return _none(f"follow-up of the {name} group ends at {last:g}, before {until:g}")
        areas.append(_area(times, events, until))
    (mean_first, variance_first), (mean_second, variance_second) = areas
    difference, variance = mean_first - mean_second, variance_first + variance_second
    if variance <= 0.0:
        return RestrictedMeanComparison(
            difference, 0.0, None, None, None, "no event tells the groups' spread"
        )
    from scipy.special import ndtr

    error = math.sqrt(variance)
    z = difference / error
    return RestrictedMeanComparison(difference, error, z, float(ndtr(-z)), float(2.0 * ndtr(-abs(z))))


def _area(times: FloatArray, events: NDArray[np.bool_], until: float) -> tuple[float, float]:
    """The area under the product-limit curve up to a time, and its variance."""
    moments, counts = np.unique(times[events & (times < until)], return_counts=True)
    at_risk = times.size - np.searchsorted(np.sort(times), moments, "left")
    heights = np.concatenate(([1.0], np.cumprod(1.0 - counts / at_risk)))
    pieces = heights * np.diff(np.concatenate(([0.0], moments, [until])))
    remaining = np.cumsum(pieces[::-1])[::-1][1:]
    survivors = at_risk - counts
    terms = np.where(survivors > 0, remaining**2 * counts / (at_risk * np.maximum(survivors, 1)), 0.0)
    return float(pieces.sum()), float(terms.sum())


def _none(why: str) -> RestrictedMeanComparison:
    return RestrictedMeanComparison(None, None, None, None, None, why)
