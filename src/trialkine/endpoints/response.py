"""Best overall response of each patient, with confirmation.

Only visits up to the first progression count. A response (PR or better) is confirmed by a later scan, at
least `confirm_after` days on, that shows it again with no evaluable scan in between showing less; missed
scans do not break it. An unconfirmed response is stable disease. Stable disease needs an evaluable scan
without progression at least `min_stable_days` after the start; a patient with neither that nor
progression is not evaluable, as is one without a scan after baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialkine.endpoints.assessment import Assessment
from trialkine.endpoints.categories import CategoryArray, Response
from trialkine.endpoints.scans import BoolArray, FloatArray
from trialkine.errors import InputError


@dataclass(frozen=True)
class BestResponse:
    """The best response and its days; a day is NaN where there is none.

    `response_day` is the first day on which the criteria of a confirmed response (PR or CR, whichever came
    first) were met, `confirmed_day` the scan that settled it, `complete_day` the same first day for a
    confirmed CR. Units: [day]. Shape: "patient".
    """

    category: CategoryArray
    response_day: FloatArray
    confirmed_day: FloatArray
    complete_day: FloatArray

    @property
    def is_response(self) -> BoolArray:
        """Whether the best response is PR or CR."""
        responded: BoolArray = self.category >= Response.PR
        return responded


def best_response(
    assessment: Assessment,
    confirm_after: float | None,
    min_stable_days: float,
    start_day: ArrayLike = 0.0,
) -> BestResponse:
    """The best overall response so far; without `confirm_after` responses need no confirmation.

    Units: confirm_after, min_stable_days, start_day [day].
    Raises: InputError, when `confirm_after` is zero or negative.
    """
    if confirm_after is not None and not confirm_after > 0.0:
        raise InputError(f"confirm_after = {confirm_after} days confirms nothing. Leave it out instead.")
    counted = until_progression(assessment)
    day = assessment.day
    start = np.asarray(start_day, dtype=np.float64).reshape(-1, 1)
    is_stable = (counted >= Response.SD) & (day - start >= min_stable_days)
    response_day, confirmed_day = _confirmed(day, counted, Response.PR, confirm_after)
    complete_day, _ = _confirmed(day, counted, Response.CR, confirm_after)
    category = np.full(len(day), Response.NE, dtype=np.int8)
    shows = (counted == Response.PD) | (counted == Response.UPD)
    category[shows.any(axis=1)] = Response.PD
    category[is_stable.any(axis=1)] = Response.SD
    category[~np.isnan(response_day)] = Response.PR
    category[~np.isnan(complete_day)] = Response.CR
    return BestResponse(category, response_day, confirmed_day, complete_day)


def until_progression(assessment: Assessment) -> CategoryArray:
    """The visit categories with everything after the first certain PD not evaluable."""
    is_progression = assessment.response == Response.PD
    has_before = np.logical_or.accumulate(is_progression, axis=1)[:, :-1]
    counted = assessment.response.copy()
    counted[:, 1:][has_before] = Response.NE
    return counted


def _confirmed(
    day: FloatArray, counted: CategoryArray, least: Response, confirm_after: float | None
) -> tuple[FloatArray, FloatArray]:
    """First day of a confirmed response of at least `least`, and the day that confirmed it."""
    is_there = counted >= least
    if confirm_after is None:
        first = _first_day(day, is_there)
        return first, first
    reach = np.full(len(day), np.nan)  # last day of the unbroken run of responses that follows a visit
    is_confirmed = np.zeros(day.shape, dtype=bool)
    for visit in range(day.shape[1] - 1, -1, -1):
        here = is_there[:, visit]
        reach = np.where(here, np.fmax(reach, day[:, visit]), reach)
        is_confirmed[:, visit] = here & (reach - day[:, visit] >= confirm_after)
        is_broken = ~here & (counted[:, visit] != Response.NE)
        reach[is_broken] = np.nan
    first = _first_day(day, is_confirmed)
    is_later = is_there & (day - first[:, np.newaxis] >= confirm_after)
    return first, _first_day(day, is_later)


def _first_day(day: FloatArray, flags: BoolArray) -> FloatArray:
    first: FloatArray = np.fmin.reduce(np.where(flags, day, np.nan), axis=1)
    return first
