"""Markers as a laboratory gives them: the true value, its change, and both with the errors of reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialkine.biomarker_study.catalogue import Marker
from trialkine.biomarker_study.cohort import ArmCohort, Array
from trialkine.randomness import normals, trial_purpose

BEFORE, CHANGE = "before treatment", "early change"
MOMENTS = (BEFORE, CHANGE)
VARIES = 1e-9  # relative; less is rounding


@dataclass(frozen=True)
class Reading:
    """One marker at one moment in one arm.

    `rows` are the patients who have it, and the values are theirs: `true`, as read with the usual error, and
    with the error at the upper end of its range. Logarithms, except where a value can be zero.
    `from_day` is the day from which the future is still open. `why`: the reason where nothing can be judged.

    Shape: all (patient with a reading,).
    """

    marker: Marker
    moment: str
    rows: Array
    true: Array
    read: Array
    badly_read: Array
    from_day: float
    is_logarithm: bool
    why: str = ""


def readings(cohort: ArmCohort, markers: Sequence[Marker], seed: int) -> Iterator[Reading]:
    """Every marker before treatment, and the early change of those that are drawn again."""
    for marker in markers:
        yield _before(cohort, marker, seed)
    for marker in markers:
        if marker.name in cohort.early:
            yield _change(cohort, marker, seed)


def within_trials(values: Array, trial: Array) -> Array:
    """Values in standard deviations from the mean of the patients of the same repetition.

    Repetitions with another member of an ensemble have other levels, which a laboratory would not see.
    """
    found = np.zeros(len(values))
    for one in np.unique(trial):
        here = trial == one
        spread = values[here].std()
        found[here] = (values[here] - values[here].mean()) / (spread if spread > 0.0 else 1.0)
    return found


def by_name(found: Sequence[Reading], moment: str = BEFORE) -> Mapping[str, Reading]:
    """The readings of one moment that can be judged, by the marker's name."""
    return {one.marker.name: one for one in found if one.moment == moment and not one.why}


def _before(cohort: ArmCohort, marker: Marker, seed: int) -> Reading:
    true = cohort.baseline[marker.name]
    rows = np.arange(len(cohort))
    is_logarithm = not marker.is_recorded and bool((true > 0.0).all())
    scale = np.log(true) if is_logarithm else true
    why = "" if _varies(true) else "the model gives everybody the same before treatment"
    error = _errors(cohort, marker, BEFORE, seed)
    read = [_with_error(true, marker, error, is_worst, is_logarithm) for is_worst in (False, True)]
    return Reading(marker, BEFORE, rows, scale, read[0], read[1], 0.0, is_logarithm, why)


def _change(cohort: ArmCohort, marker: Marker, seed: int) -> Reading:
    later, first = cohort.early[marker.name], cohort.baseline[marker.name]
    rows = np.flatnonzero(~np.isnan(later))
    later, first = later[rows], first[rows]
    is_logarithm = bool((later > 0.0).all() and (first > 0.0).all())
    errors = [_errors(cohort, marker, moment, seed)[rows] for moment in MOMENTS]
    parts = []
    for is_worst in (False, True):
        values = [
            _with_error(true, marker, error, is_worst, is_logarithm)
            for true, error in zip((first, later), errors, strict=True)
        ]
        parts.append(values[1] - values[0])
    true = np.log(later) - np.log(first) if is_logarithm else later - first
    why = ""
    if not len(rows):
        why = "nobody was drawn: all had progressed or left"
    elif not _varies(np.exp(true) if is_logarithm else true):
        why = "the model changes it alike in everybody"
    return Reading(marker, CHANGE, rows, true, parts[0], parts[1], cohort.early_day, is_logarithm, why)


def _errors(cohort: ArmCohort, marker: Marker, moment: str, seed: int) -> Array:
    """Standard normal errors of one reading: the patient's in every arm before treatment, then each arm's."""
    where = f"biomarker study: {marker.name}, {moment}"
    purpose = where if moment == BEFORE else f"{where}, {cohort.arm}"
    found = np.empty(len(cohort))
    for one in np.unique(cohort.trial):
        here = cohort.trial == one
        found[here] = normals(seed, trial_purpose(int(one), purpose), cohort.ids[here])[:, 0]
    return found


def _with_error(true: Array, marker: Marker, error: Array, is_worst: bool, is_logarithm: bool) -> Array:
    sd = marker.reading_sd(is_worst)
    return np.log(true) + sd * error if is_logarithm else true * np.exp(sd * error)


def _varies(values: Array) -> bool:
    return bool(np.ptp(values) > VARIES * max(1.0, float(np.abs(values).max()))) if len(values) else False
