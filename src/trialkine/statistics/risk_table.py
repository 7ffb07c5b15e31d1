"""Two groups at each time of an event: who was at risk and who had it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from trialkine.statistics.estimate import FloatArray
from trialkine.statistics.survival import checked_times


@final
@dataclass(frozen=True)
class RiskTable:
    """Counts at each distinct time of an event, in both groups together and in the first.

    `survival_before` is the product-limit curve of both groups just before each time.
    Shape: all "time".
    """

    times: FloatArray
    events: FloatArray
    events_first: FloatArray
    at_risk: FloatArray
    at_risk_first: FloatArray
    survival_before: FloatArray


def risk_table(
    days_first: ArrayLike, is_event_first: ArrayLike, days_second: ArrayLike, is_event_second: ArrayLike
) -> RiskTable:
    """The table of two independent groups; patients whose time is NaN are left out.

    Units: any one time unit, kept. Shape: days and flags of a group "patient".
    Raises: InputError, when a group's arrays differ in length or a time is negative or infinite.
    """
    first, events_first = checked_times(days_first, is_event_first)
    second, events_second = checked_times(days_second, is_event_second)
    everyone = np.sort(np.concatenate((first, second)))
    event_times = np.sort(np.concatenate((first[events_first], second[events_second])))
    times, counts = np.unique(event_times, return_counts=True)
    at_risk = _count_from(everyone, times)
    events = counts.astype(np.float64)
    steps = 1.0 - events / at_risk
    return RiskTable(
        times,
        events,
        _count_at(np.sort(first[events_first]), times),
        at_risk,
        _count_from(np.sort(first), times),
        np.concatenate((np.ones(min(1, times.size)), np.cumprod(steps)[:-1])),
    )


def _count_from(ordered: FloatArray, times: FloatArray) -> FloatArray:
    """How many lie at or after each time."""
    return (ordered.size - np.searchsorted(ordered, times, "left")).astype(np.float64)


def _count_at(ordered: FloatArray, times: FloatArray) -> FloatArray:
    """How many lie exactly at each time."""
    after, before = (np.searchsorted(ordered, times, side) for side in ("right", "left"))
    return (after - before).astype(np.float64)
