"""High-dose interleukin-2 in the model against recorded rates of toxicity and doses.

Renal impairment, thrombocytopenia, hepatic and neurological toxicity, severe hypotension and the doses were
calibrated on the records named here; the others were not.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from report_sample_protocols import protocol_from_text
from trialkine.study import run_protocol
from trialkine.trial.result import TrialResult

PATIENTS = 300
COURSE = """
schema: 1
title: First course of high-dose interleukin-2
disease: {disease}
arms_are: counterfactual
arms:
  - name: HD IL-2
    treatment:
      - agent: aldesleukin
        dose: 600000 IU/kg
        route: intravenous over 15 min
        schedule: every 8 h, up to 14 doses, on days 1 and 15; repeat every 12 weeks, at most 1 course
assessments:
  criteria: who-1979
  every: 8 weeks
enrolment:
  patients: {patients}
  per_month: 1000
follow_up: 2 months
"""


def first_course(disease: str) -> TrialResult:
    text = COURSE.format(disease=disease, patients=PATIENTS)
    return run_protocol(protocol_from_text(text), seed=11, jobs=1)


@pytest.fixture(scope="module")
def melanoma() -> TrialResult:
    return first_course("melanoma")


def rate(result: TrialResult, toxicity: str, at_least: int) -> float:
    """The share of patients whose worst grade of a toxicity was at least so much."""
    rows = result.adverse_events.filter((pl.col("toxicity") == toxicity) & (pl.col("grade") >= at_least))
    return rows["patient"].n_unique() / result.patients.height


def tolerance(recorded: float, patients: int) -> float:
    """Three standard errors of the difference of the record and the simulation."""
    return 3.0 * math.sqrt(recorded * (1.0 - recorded) * (1.0 / patients + 1.0 / PATIENTS))


@pytest.mark.parametrize(
    ("toxicity", "at_least", "recorded", "patients"),
    [
        ("creatinine", 1, 0.63, 91),  # TOX_HDIL2_SITE, renal impairment
        ("platelets", 1, 0.315, 91),  # TOX_HDIL2_SITE
        ("bilirubin", 3, 0.39, 93),  # GP100_IL2_ALONE, hepatic
        ("neurotoxicity", 3, 0.12, 93),  # GP100_IL2_ALONE
        (
            "hypotension",
            3,
            0.31,
            155,
        ),  # KAMMULA_LATE; as many patients as the first series, its own not given
    ],
)
def test_a_course_is_as_toxic_as_recorded(
    melanoma: TrialResult, toxicity: str, at_least: int, recorded: float, patients: int
) -> None:
    assert rate(melanoma, toxicity, at_least) == pytest.approx(recorded, abs=tolerance(recorded, patients))


def test_severe_thrombocytopenia_is_rare_as_recorded(melanoma: TrialResult) -> None:
    lowest = melanoma.adverse_events.filter(pl.col("toxicity") == "platelets")["worst_value"]
    share = float((lowest < 30.0).sum()) / PATIENTS
    assert share == pytest.approx(0.022, abs=tolerance(0.022, 199))  # TOX_IL2_PLT


@pytest.mark.parametrize(("disease", "median"), [("melanoma", 18), ("renal_cell", 20)])
def test_the_median_patient_receives_the_doses_of_the_label(disease: str, median: int) -> None:
    given = first_course(disease).patients["doses_given"].to_numpy()
    # Doses are whole, and the median of 300 patients has a standard error of about half a dose.
    assert abs(float(np.median(given)) - median) <= 1.0


def test_most_patients_have_some_severe_toxicity_yet_fewer_than_the_record_which_counts_more_kinds(
    melanoma: TrialResult,
) -> None:
    severe = float((melanoma.patients["worst_grade"] >= 3).mean())
    assert 0.5 < severe < 0.8  # GP100_IL2_ALONE: any of grade 3 to 5 in 80 % of 93
