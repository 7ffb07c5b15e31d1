"""Lymphocytes in blood under high-dose interleukin-2: away within a day, back in excess four days later.

Clearance and rebound were calibrated on these records, in melanoma; renal cell carcinoma follows.
"""

from __future__ import annotations

import polars as pl
import pytest

from report_sample_protocols import protocol_from_text
from trialkine.study import run_protocol
from trialkine.trial.result import TrialResult

PATIENTS = 120
COURSE = """
schema: 1
title: Lymphocytes under a course of interleukin-2
disease: {disease}
arms_are: counterfactual
eligibility:
  performance_status: [0, 1]
  excluded_fraction: 0.40
arms:
  - name: High dose
    treatment:
      - agent: aldesleukin
        dose: 720000 IU/kg
        route: intravenous over 15 min
        schedule: every 8 h, up to 14 doses, on day 1; repeat every 12 weeks, at most 1 course
  - name: A tenth of the dose
    treatment:
      - agent: aldesleukin
        dose: 72000 IU/kg
        route: intravenous over 15 min
        schedule: every 8 h, up to 14 doses, on day 1; repeat every 12 weeks, at most 1 course
assessments:
  criteria: who-1979
  every: 8 weeks
  biomarkers:
    lymphocyte_count: {{at: [2 h, 26 h, 9 days]}}
enrolment:
  patients: {patients}
  per_month: 1000
follow_up: 3 months
"""
AFTER_THE_FOURTH_DOSE = 26 / 24  # doses are given every 8 h from the start
DAYS_AFTER_THE_LAST_DOSE = 9.0  # fourteen doses end on day 4.3, and four days later is morning of day 9


@pytest.fixture(scope="module", params=["melanoma", "renal_cell"])
def course(request: pytest.FixtureRequest) -> TrialResult:
    text = COURSE.format(disease=request.param, patients=PATIENTS)
    return run_protocol(protocol_from_text(text), seed=3, jobs=1)


def share_of_baseline(course: TrialResult, day: float, arm: str = "High dose") -> pl.Series:
    """Each patient's count on a day relative to that before treatment."""
    visits = course.visits.filter(pl.col("arm") == arm)
    before = visits.filter(pl.col("day") <= 0).select("patient", before="lymphocyte_count")
    then = visits.filter(((pl.col("day") - day).abs() < 0.02) & pl.col("lymphocyte_count").is_not_null())
    rows = then.join(before, on="patient")
    assert rows.height > 0.9 * PATIENTS
    return rows.select(pl.col("lymphocyte_count") / pl.col("before")).to_series()


def mean(values: pl.Series) -> float:
    found = values.mean()
    assert isinstance(found, float)
    return found


def test_nine_tenths_of_the_lymphocytes_leave_the_blood_within_a_day(course: TrialResult) -> None:
    """PD_IL2_LYMPH_CLEAR: 93 % in 199 patients; the hour of the count is not given, hence three points."""
    assert 1.0 - mean(share_of_baseline(course, AFTER_THE_FOURTH_DOSE)) == pytest.approx(0.93, abs=0.03)


def test_they_leave_within_hours_of_the_first_dose(course: TrialResult) -> None:
    assert mean(share_of_baseline(course, 2 / 24)) < 0.5


def test_four_days_after_the_last_dose_there_are_twice_as_many_as_before(course: TrialResult) -> None:
    """PD_IL2_LYMPH_REB: 198 %, which this was calibrated on; a twelfth of it for the draw of the patients."""
    found = share_of_baseline(course, DAYS_AFTER_THE_LAST_DOSE)
    assert mean(found) == pytest.approx(1.98, rel=1 / 12)


@pytest.mark.parametrize("day", [2 / 24, AFTER_THE_FOURTH_DOSE])
def test_a_tenth_of_the_dose_clears_fewer(course: TrialResult, day: float) -> None:
    """The same patients have both doses, so that any difference is the dose's."""
    assert mean(share_of_baseline(course, day, "A tenth of the dose")) > mean(share_of_baseline(course, day))
