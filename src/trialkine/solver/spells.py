"""Spells of a patient's time: those in which doses are on their way, and quiet ones without any.

Under frequent doses steps are short whatever the method, and the cheaper step wins; without doses the method
wins that may take long ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

QUIET_DAYS = 1.0  # a shorter time without doses is no spell of its own
AFTERMATH_DAYS = 1.0  # for which a dose counts as on its way after it has all been given


@dataclass(frozen=True)
class DoseCourse:
    """Each patient's doses as a course with gaps.

    `first` gives each patient's first row; `busy` is until when a dose and those before it keep the patient
    busy, `gap` the nearest row at or after each whose dose follows a gap.

    Shape: first (patient + 1,); times, busy (dose,); gap (dose + 1,). Units: times, busy [day].
    """

    first: Array
    times: Array
    busy: Array
    gap: Array

    @classmethod
    def of(cls, first: Array, times: Array, ends: Array) -> DoseCourse:
        """From when each dose falls due and when it has all been given, in order of patient and time."""
        patient = np.repeat(np.arange(len(first) - 1), np.diff(first))
        place = np.arange(len(times)) - first[patient]
        table = np.full((len(first) - 1, int(place.max(initial=-1)) + 1), -np.inf)
        table[patient, place] = ends + AFTERMATH_DAYS
        busy = np.maximum.accumulate(table, axis=1)[patient, place]
        follows = np.ones(len(times), dtype=bool)
        follows[1:] = (times[1:] - busy[:-1] >= QUIET_DAYS) | (patient[1:] != patient[:-1])
        rows = np.where(follows, np.arange(len(times)), len(times))
        gap = np.append(np.minimum.accumulate(rows[::-1])[::-1], len(times))
        return cls(first, times, busy, gap)

    def next_spells(
        self, patients: Array, now: Array, targets: Array, coming: Array, infused: Array
    ) -> tuple[Array, Array]:
        """When the spell that begins now ends for each patient, and whether it is quiet.

        `coming` is each patient's first row still to come; `infused` until when earlier calls' doses last.

        Shape: (patient,). Units: now, targets, infused, returned ends [day].
        """
        last = self.first[patients + 1]
        times, busy = np.append(self.times, np.inf), np.append(self.busy, -np.inf)
        has_passed, has_next = coming > self.first[patients], coming < last
        passed = np.where(has_passed, busy[np.maximum(coming - 1, 0)], -np.inf)
        already = np.maximum(passed, infused + AFTERMATH_DAYS)
        following = np.where(has_next, np.minimum(times[coming], targets), targets)
        quiet = (already <= now) & (following - now >= QUIET_DAYS)
        alone = ~has_next | (times[coming] - already >= QUIET_DAYS)  # nothing but an aftermath for now
        turn = np.minimum(self.gap[np.minimum(coming + 1, len(self.times))], last)
        together = np.maximum(busy[np.maximum(turn - 1, 0)], already)
        ends = np.where((already > now) & alone, already, np.where(has_next, together, already))
        ends = np.where(targets - ends < QUIET_DAYS, targets, ends)
        ends = np.where(ends <= now, following, ends)  # less than a day in which nothing is on its way
        return np.where(quiet, following, ends), quiet
