"""Days to an event or to censoring, one per patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialkine.endpoints.scans import BoolArray, FloatArray


@dataclass(frozen=True)
class TimeToEvent:
    """Days to an event, or to censoring; NaN and no event where the time does not exist.

    Units: days [day]. Shape: "patient".
    """

    days: FloatArray
    is_event: BoolArray


def seen_by(day: ArrayLike, end_day: ArrayLike) -> FloatArray:
    """The day of what happened up to the end of follow-up, NaN for what came later or never."""
    moment = np.asarray(day, dtype=np.float64)
    return np.where(moment > np.asarray(end_day, dtype=np.float64), np.nan, moment)


def time_from(start_day: ArrayLike, event_day: ArrayLike, censored_day: ArrayLike) -> TimeToEvent:
    """Time from the start to the event, or to censoring where the event's day is NaN."""
    start, event = np.asarray(start_day, dtype=np.float64), np.asarray(event_day, dtype=np.float64)
    days = np.where(np.isnan(event), censored_day, event) - start
    return TimeToEvent(days, ~np.isnan(event) & ~np.isnan(days))
