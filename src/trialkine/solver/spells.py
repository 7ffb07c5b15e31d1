"""Spells of a patient's time: those in which doses are on their way, and quiet ones without any.

Under frequent doses steps are short whatever the method, and the cheaper step wins; without doses the method
wins that may take long ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

QUIET_DAYS = 1.0  # a shorter time without doses is no spell of its own
AFTERMATH_DAYS = 1.0  # for which a dose counts as on its way after it has all been given


def busy_until(first: Array, ends: Array) -> Array:
    """Until when each dose and those before it keep their patient busy.

    Shape: first (patient + 1,) gives each patient's first row; ends (dose,) is when a dose has been given.
    Units: ends, returns [day].
    """
    latest = ends + AFTERMATH_DAYS
    for patient in np.flatnonzero(np.diff(first) > 1):
        rows = slice(first[patient], first[patient + 1])
        latest[rows] = np.maximum.accumulate(latest[rows])
    return np.asarray(latest)


def next_spells(
    now: Array, targets: Array, first: Array, last: Array, times: Array, busy: Array, already: Array
) -> tuple[Array, Array]:
    """When the spell that begins now ends for each patient, and whether it is quiet.

    `first` and `last` bound each patient's doses still to come, `busy` is `busy_until` of all doses, and
    `already` until when earlier doses keep the patient busy.

    Shape: (patient,), but times and busy (dose,). Units: all times [day].
    """
    ends, quiet = targets.copy(), np.zeros(len(now), dtype=bool)
    for i in range(len(now)):
        rows = slice(first[i], last[i])
        coming = times[rows]
        until = max(now[i], already[i])
        before = np.concatenate([[until], np.maximum(busy[rows], until)])
        following = np.concatenate([coming, [targets[i]]])
        gaps = np.flatnonzero(following - before >= QUIET_DAYS)
        if not len(gaps):
            continue
        if gaps[0] == 0 and until <= now[i]:
            ends[i], quiet[i] = min(following[0], targets[i]), True
        else:
            ends[i] = min(before[gaps[0]], targets[i])
    return ends, quiet
