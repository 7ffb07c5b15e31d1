"""Relapse-free survival under observation, on which the start of the resected disease was calibrated."""

from functools import cache

import pytest

from trialkine.records import DAYS_PER_YEAR
from trialkine.report.metrics import survival_columns
from trialkine.statistics.survival import kaplan_meier, survival_at
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol

PATIENTS = 250  # standard error of a rate of a half: 3.2 points


@cache
def observation():
    protocol = Protocol.from_dict(
        {
            "schema": 1,
            "title": "Observation after resection",
            "disease": "resected_melanoma",
            "arms": [{"name": "Observation", "treatment": []}],
            "assessments": {"criteria": "relapse", "every": "12 weeks"},
            "enrolment": {"patients": PATIENTS, "per_month": 1000},
            "follow_up": "62 months",
        }
    )
    return kaplan_meier(*survival_columns(run_protocol(protocol, seed=7, jobs=1).patients, "pfs"))


@pytest.mark.parametrize(
    ("years", "reported", "error"),
    [(1, 0.486, 0.042), (2, 0.364, 0.041), (5, 0.260, 0.038)],  # row E1684_OBS, 140 patients; Greenwood
)
def test_observation_relapses_as_in_e1684(years, reported, error):
    """Within two standard errors of the difference, theirs and ours."""
    found = survival_at(observation(), years * DAYS_PER_YEAR).estimate
    ours = (found * (1 - found) / PATIENTS) ** 0.5
    assert abs(found - reported) < 2 * (error**2 + ours**2) ** 0.5
