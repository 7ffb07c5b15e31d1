"""At which times a protocol's survival curves are read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trialkine.records import DAYS_PER_MONTH, DAYS_PER_WEEK
from trialkine.report.metrics import ADJUVANT_LANDMARKS, Landmarks
from trialkine.report.times import SAME_TIME

if TYPE_CHECKING:
    from trialkine.trial.protocol_parts import Assessments

EARLIEST_QUARTER = 12 * DAYS_PER_WEEK
LATEST_QUARTER = 3 * DAYS_PER_MONTH
"""A scan between these is one at three months. Units: [day]."""


def usual_landmarks(assessments: Assessments) -> Landmarks:
    """The usual times, and that of the scan at three months where one is planned.

    Three months may be 12 weeks, 13 weeks or 91.3 days; the curve is read in the first whole week that
    is not before the scan.
    """
    if assessments.criteria == "relapse":
        return ADJUVANT_LANDMARKS
    usual = Landmarks()
    first = (assessments.first_at or assessments.every).days
    steps = max(0, math.ceil((EARLIEST_QUARTER - first - SAME_TIME) / assessments.every.days))
    scan = first + steps * assessments.every.days
    if scan > LATEST_QUARTER + SAME_TIME:
        return usual
    week = math.ceil((scan - SAME_TIME) / DAYS_PER_WEEK)
    return Landmarks(tuple(sorted({*usual.pfs_weeks, week})), usual.os_months)
