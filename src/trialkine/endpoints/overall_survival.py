"""Overall survival: death of any cause is the event."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialkine.endpoints.time_to_event import TimeToEvent, seen_by, time_from
from trialkine.errors import InputError


def overall_survival(death_day: ArrayLike, end_day: ArrayLike, start_day: ArrayLike = 0.0) -> TimeToEvent:
    """From the start to death; the living are censored on the day they were last known alive.

    `death_day` is NaN for the living; `end_day` is drop-out or data cut-off, whichever came first, and a
    death after it was not seen. Units: [day].
    Raises: InputError, when a patient without a death seen has no finite end.
    """
    death = seen_by(death_day, end_day)
    end = np.broadcast_to(np.asarray(end_day, dtype=np.float64), death.shape)
    if not np.isfinite(end[np.isnan(death)]).all():
        raise InputError(
            "A patient is alive but has no end of follow-up. Give the data cut-off as `end_day`."
        )
    return time_from(start_day, death, end)
