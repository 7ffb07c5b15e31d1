"""The tables of adverse events of a small trial agree with its other tables and with the grading rules."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from study_samples import small_trial
from trialkine.toxicity import grade, terms
from trialkine.trial.result import TrialResult, no_adverse_events, no_toxicities

KEYS = ["arm", "trial", "patient"]


@pytest.fixture(scope="module")
def trial() -> TrialResult:
    return small_trial()


def test_every_grade_follows_from_the_worst_value_beside_it(trial: TrialResult) -> None:
    events = trial.adverse_events.filter(pl.col("grade") < 5)
    assert events.height > 0
    for (name,), rows in events.group_by("toxicity"):
        assert grade(str(name), rows["worst_value"].to_numpy()).tolist() == rows["grade"].to_list()


def test_the_worst_grade_of_a_patient_is_the_worst_of_what_counts(trial: TrialResult) -> None:
    counted = [name for name, term in terms().items() if term.counts_as_severe]
    events = trial.adverse_events.filter((pl.col("grade") < 5) & pl.col("toxicity").is_in(counted))
    worst = events.group_by(KEYS).agg(expected=pl.col("grade").max())
    dead = trial.patients.filter(pl.col("death_cause") == "treatment").select(KEYS)
    living = trial.patients.filter(pl.col("worst_grade").is_not_null()).join(dead, on=KEYS, how="anti")
    found = living.join(worst, on=KEYS, how="left").with_columns(pl.col("expected").fill_null(0))
    assert found["worst_grade"].to_list() == found["expected"].to_list()


def test_events_begin_before_they_are_worst_and_within_follow_up(trial: TrialResult) -> None:
    ends = trial.patients.select(*KEYS, "os_days")
    events = trial.adverse_events.join(ends, on=KEYS)
    start, worst, end = (
        events[name].to_numpy() for name in ("first_interval_worst_day", "worst_day", "os_days")
    )
    assert np.all(start >= 0.0)
    assert np.all(start <= worst)
    assert np.all(worst <= end + 1e-6)


def test_every_event_is_of_a_toxicity_that_its_arm_drives(trial: TrialResult) -> None:
    driven = set(trial.toxicities.iter_rows())
    assert {tuple(row) for row in trial.adverse_events.select("arm", "toxicity").iter_rows()} <= driven


def test_adverse_events_do_not_depend_on_the_number_of_workers(trial: TrialResult) -> None:
    assert small_trial(jobs=2).adverse_events.equals(trial.adverse_events)


def test_the_empty_tables_have_the_columns_of_the_full_ones(trial: TrialResult) -> None:
    assert trial.adverse_events.schema == no_adverse_events().schema
    assert trial.toxicities.schema == no_toxicities().schema
