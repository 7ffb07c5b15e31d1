"""Progression, and the times built on it: to progression, progression-free, and of response.

Progression is dated by the assessment that shows it, however many scans were missed before; nothing is
dated back or censored at the gap. Patients without an event are censored at their last adequate
assessment (any evaluable one), and at the start when they have none since.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialkine.endpoints.assessment import Assessment, assess
from trialkine.endpoints.categories import CategoryArray, Reason, Response
from trialkine.endpoints.criteria import AbstractCriteria
from trialkine.endpoints.response import BestResponse
from trialkine.endpoints.scans import FloatArray, Scans
from trialkine.endpoints.time_to_event import TimeToEvent, seen_by, time_from


@dataclass(frozen=True)
class Progression:
    """The first progression of each patient: NaN and `Reason.none` without one. Units: day [day]."""

    day: FloatArray
    reason: CategoryArray


def progressed(scans: Scans, criteria: AbstractCriteria) -> FloatArray:
    """The day on which progression was certain, NaN for patients without. Units: returns [day].

    Where progression needs confirming this is the day of the confirming visit, on which treatment is decided.
    """
    assessment = assess(scans, criteria)
    is_certain = assessment.response == Response.PD
    first: FloatArray = np.fmin.reduce(np.where(is_certain, assessment.day, np.nan), axis=1)
    return first


def first_progression(assessment: Assessment) -> Progression:
    """The first visit that shows progression, and why.

    Progression confirmed later is dated by the visit that showed it first. Unconfirmed progression counts
    too where no later visit took it back.
    """
    patients, visits = assessment.response.shape
    started = np.full(patients, -1, dtype=np.int64)
    is_over = np.zeros(patients, dtype=bool)
    for visit in range(visits):
        response = assessment.response[:, visit]
        shows = (response == Response.PD) | (response == Response.UPD)
        started = np.where(~is_over & (response >= Response.SD), -1, started)
        started = np.where(~is_over & shows & (started < 0), visit, started)
        is_over |= response == Response.PD
    has_any, rows, first = started >= 0, np.arange(patients), np.maximum(started, 0)
    day = np.where(has_any, assessment.day[rows, first], np.nan)
    reason = np.where(has_any, assessment.reason[rows, first], Reason.none).astype(np.int8)
    return Progression(day, reason)


def time_to_progression(
    assessment: Assessment, death_day: ArrayLike, end_day: ArrayLike, start_day: ArrayLike = 0.0
) -> TimeToEvent:
    """From the start to progression; death is not an event and censors on its day.

    `death_day` is NaN for the living; what came after `end_day` (drop-out, data cut-off or the end of the
    line) was not seen. Units: [day].
    """
    event = seen_by(first_progression(assessment).day, end_day)
    death = seen_by(death_day, end_day)
    censored = np.where(np.isnan(death), _last_adequate_day(assessment, end_day, start_day), death)
    return time_from(start_day, event, censored)


def progression_free_survival(
    assessment: Assessment, death_day: ArrayLike, end_day: ArrayLike, start_day: ArrayLike = 0.0
) -> TimeToEvent:
    """From the start to progression or death of any cause; otherwise as `time_to_progression`."""
    event = _progression_or_death(assessment, death_day, end_day)
    return time_from(start_day, event, _last_adequate_day(assessment, end_day, start_day))


def duration_of_response(
    assessment: Assessment, best: BestResponse, death_day: ArrayLike, end_day: ArrayLike
) -> TimeToEvent:
    """From the first day of a confirmed response to progression or death; NaN without a response."""
    event = _progression_or_death(assessment, death_day, end_day)
    return time_from(best.response_day, event, _last_adequate_day(assessment, end_day, best.response_day))


def _progression_or_death(assessment: Assessment, death_day: ArrayLike, end_day: ArrayLike) -> FloatArray:
    return np.fmin(seen_by(first_progression(assessment).day, end_day), seen_by(death_day, end_day))


def _last_adequate_day(assessment: Assessment, end_day: ArrayLike, start_day: ArrayLike) -> FloatArray:
    """The last evaluable assessment up to the end of follow-up; the start where there is none since."""
    end = np.asarray(end_day, dtype=np.float64).reshape(-1, 1)
    is_adequate = (assessment.response != Response.NE) & ~(assessment.day > end)
    last = np.fmax.reduce(np.where(is_adequate, assessment.day, np.nan), axis=1)
    latest: FloatArray = np.fmax(last, np.asarray(start_day, dtype=np.float64))
    return latest
