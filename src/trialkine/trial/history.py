"""The visits of many patients as they accumulate, in the arrays that the endpoints read."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.endpoints.scans import Scans

Array = np.ndarray[Any, np.dtype[Any]]

KINDS = ("scheduled", "unscheduled", "missed")


class VisitHistory:
    """Padded arrays (patient, visit) that grow as visits are added; NaN days where there is none."""

    def __init__(self, patients: int, lesions: int, biomarkers: tuple[str, ...]) -> None:
        self.count = np.zeros(patients, dtype=np.int64)
        self.biomarkers = biomarkers
        self.day = np.full((patients, 8), np.nan)
        self.diameters = np.full((patients, 8, lesions), np.nan)
        self.new_lesion = np.zeros((patients, 8), dtype=bool)
        self.new_lesion_count = np.zeros((patients, 8), dtype=np.int64)
        self.symptoms = np.zeros((patients, 8), dtype=bool)
        self.kind = np.zeros((patients, 8), dtype=np.int64)
        self.line = np.zeros((patients, 8), dtype=np.int64)
        self.values = np.full((patients, 8, len(biomarkers)), np.nan)

    def add(
        self, patients: Array, day: Array, line: Array, kind: str, *, diameters: Array | None = None,
        new_lesion: Array | None = None, new_lesion_count: Array | None = None, symptoms: bool = False,
        values: Array | None = None,
    ) -> None:  # fmt: skip
        """Add one visit to each of some patients; a visit without diameters measured no lesion."""
        if not len(patients):
            return
        at = self.count[patients]
        if at.max() >= self.day.shape[1]:
            self._grow()
        self.day[patients, at] = day
        self.line[patients, at] = line
        self.kind[patients, at] = KINDS.index(kind)
        self.symptoms[patients, at] = symptoms
        if diameters is not None:
            self.diameters[patients, at] = diameters
        if new_lesion is not None:
            self.new_lesion[patients, at] = new_lesion
        if new_lesion_count is not None:
            self.new_lesion_count[patients, at] = new_lesion_count
        if values is not None:
            self.values[patients, at] = values
        self.count[patients] += 1

    def _grow(self) -> None:
        for name in (
            "day", "diameters", "new_lesion", "new_lesion_count", "symptoms", "kind", "line", "values",
        ):  # fmt: skip
            old = getattr(self, name)
            more = np.full_like(old, np.nan) if old.dtype.kind == "f" else np.zeros_like(old)
            setattr(self, name, np.concatenate([old, more], axis=1))

    def scans(self, patients: Array, first: Array, before: Array | None = None) -> Scans:
        """What was measured from each patient's visit number `first` on, which is the baseline.

        Flags of the baseline visit itself do not count. Visits from number `before` on are left out.
        """
        last = int(self.count[patients].max(initial=1))
        length = max(1, last - int(first.min(initial=last)))
        index = first[:, None] + np.arange(length)
        stop = self.count[patients] if before is None else before
        inside = index < stop[:, None]
        safe = np.minimum(index, self.day.shape[1] - 1)
        rows = patients[:, None]
        day = np.where(inside, self.day[rows, safe], np.nan)
        there = ~np.isnan(day)
        later = there & (np.arange(length) > 0)
        count = self.new_lesion_count[rows, safe]
        return Scans(
            day=day,
            diameters_mm=np.where(there[..., None], self.diameters[rows, safe], np.nan),
            new_lesion=self.new_lesion[rows, safe] & later,
            symptoms=self.symptoms[rows, safe] & later,
            new_lesion_count=np.where(later, np.maximum(count - count[:, :1], 0), 0),
        )
