"""What was measured: visits of many patients as parallel arrays.

The first visit of each patient is the baseline. A lesion with no baseline diameter (NaN) is not one of
the patient's lesions; one that is 0 there was looked for and not seen, and counts as new when it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Scans:
    """Measured visits, baseline first, in order of time.

    `day` is NaN where a patient has no such visit. In `diameters_mm` NaN is a missed measurement and 0 a
    lesion that is no longer visible. `new_lesion` and `symptoms` (an assessment that found clinical
    progression, with or without a scan) are signs of progression on that day. `new_lesion_count` says how
    many new lesions had been found by then.

    Units: day [day], diameters_mm [mm]. Shape: "patient visit", diameters_mm "patient visit lesion".
    Raises: InputError, when the shapes do not agree or a patient's visits are not in order.
    """

    day: FloatArray
    diameters_mm: FloatArray
    new_lesion: BoolArray
    symptoms: BoolArray | None = None
    new_lesion_count: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.day.ndim != 2 or self.day.shape[1] == 0 or self.diameters_mm.shape[:2] != self.day.shape:
            raise InputError(
                f"Scans hold days of shape {self.day.shape}, diameters of shape {self.diameters_mm.shape}. "
                "Give (patient, visit) and (patient, visit, lesion), with at least the baseline visit."
            )
        for flags in (self.new_lesion, self.symptoms, self.new_lesion_count):
            if flags is not None and flags.shape != self.day.shape:
                raise InputError(f"Flags of shape {flags.shape} for visits of shape {self.day.shape}.")
        latest = np.fmax.accumulate(self.day, axis=1)
        if (self.day[:, 1:] < latest[:, :-1]).any():
            patient = int(np.argwhere(self.day[:, 1:] < latest[:, :-1])[0, 0])
            raise InputError(f"Visits of patient row {patient} are not in order of time. Sort them by day.")

    @property
    def has_symptoms(self) -> BoolArray:
        """Clinical progression found at the visit. Shape: "patient visit"."""
        return np.zeros(self.day.shape, dtype=bool) if self.symptoms is None else self.symptoms

    @property
    def new_lesions_so_far(self) -> FloatArray:
        """How many new lesions each visit knows of. Shape: "patient visit".

        Without counts, each visit that shows one after a visit that shows none has found another.
        """
        if self.new_lesion_count is not None:
            return np.maximum.accumulate(self.new_lesion_count, axis=1).astype(np.float64)
        count, shown = np.zeros(self.day.shape), np.zeros(len(self.day), dtype=bool)
        for visit in range(self.day.shape[1]):
            is_visit = ~np.isnan(self.day[:, visit])
            rises = is_visit & self.new_lesion[:, visit] & ~shown
            count[:, visit] = count[:, visit - 1] + rises
            shown = np.where(is_visit, self.new_lesion[:, visit], shown)
        return count


def rebaseline(scans: Scans, first_visit: NDArray[np.int64]) -> Scans:
    """The same patients seen from a later visit on, which becomes each one's baseline.

    Its own flags are dropped: the progression that ended a line is not progression on the next.
    Shape: first_visit "patient", an index of `scans` visits.
    """
    visits = scans.day.shape[1]
    wanted = np.asarray(first_visit, dtype=np.int64)[:, np.newaxis] + np.arange(visits)
    is_there = wanted < visits
    index = np.minimum(wanted, visits - 1)
    rows = np.arange(scans.day.shape[0])[:, np.newaxis]
    after_baseline = is_there & (np.arange(visits) > 0)
    counts = None if scans.new_lesion_count is None else scans.new_lesion_count[rows, index]
    return Scans(
        day=np.where(is_there, scans.day[rows, index], np.nan),
        diameters_mm=np.where(is_there[..., np.newaxis], scans.diameters_mm[rows, index], np.nan),
        new_lesion=scans.new_lesion[rows, index] & after_baseline,
        symptoms=None if scans.symptoms is None else scans.symptoms[rows, index] & after_baseline,
        new_lesion_count=None if counts is None else np.where(after_baseline, counts - counts[:, :1], 0),
    )


def sum_of_diameters(scans: Scans) -> FloatArray:
    """Sum over all lesions visible at baseline; NaN where one of them was missed.

    Units: returns [mm]. Shape: "patient visit".
    """
    lesions = scans.diameters_mm[:, :1] > 0.0
    total: FloatArray = np.where(lesions, scans.diameters_mm, 0.0).sum(axis=2)
    return total


def sum_of_products(scans: Scans) -> FloatArray:
    """As `sum_of_diameters`, of the squared diameters (lesions are spheres). Units: returns [mm**2]."""
    lesions = scans.diameters_mm[:, :1] > 0.0
    total: FloatArray = np.where(lesions, scans.diameters_mm**2, 0.0).sum(axis=2)
    return total
