"""How long responses last, in patients written out by hand; and responses to one line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from trialkine.errors import InputError
from trialkine.trial.result import TrialResult
from trialkine.validation.durability import durability_counts
from trialkine.validation.line_responses import deep_counts, response_counts

MONTH = 30.4375


def series(*patients: tuple[int, str, float | None, float | None, float | None]) -> TrialResult:
    """Patients as (repetition, best response, months of response, month of progression, month of death)."""
    trial, best, lasted, progression, death = zip(*patients, strict=True)
    frame = pl.DataFrame(
        {
            "arm": ["A"] * len(trial),
            "trial": trial,
            "patient": range(len(trial)),
            "status": ["ok"] * len(trial),
            "best_response": best,
            "dor_days": [None if one is None else one * MONTH for one in lasted],
            "progression_day": [None if one is None else one * MONTH for one in progression],
            "pfs_event": [(one or two) is not None for one, two in zip(progression, death, strict=True)],
        },
        schema_overrides={"dor_days": pl.Float64, "progression_day": pl.Float64},
    )
    return as_result(patients=frame, replicates=3, arms=("A",))


def as_result(**parts: Any) -> TrialResult:
    return cast(TrialResult, SimpleNamespace(**parts))


EXAMPLE = series(
    (0, "CR", 50.0, None, None),  # free
    (0, "CR", 40.0, 42.0, None),  # late progression
    (0, "CR", 12.0, 14.0, 20.0),  # early progression
    (0, "PR", 35.0, None, 37.0),  # died late without progression
    (0, "PR", 20.0, None, None),  # free, not followed for longer
    (0, "SD", None, 40.0, None),  # no response
    (1, "CR", 10.0, None, 12.0),  # died early without progression
    (1, "SD", None, None, None),  # free without a response
    (1, "PD", None, 2.0, None),
    (1, "PR", 31.0, 33.0, None),  # late progression
)


def test_responses_are_counted_in_every_repetition() -> None:
    found = durability_counts(EXAMPLE, "A", 30.0)
    assert found.patients.tolist() == [6, 4, 0]
    assert found.responders.tolist() == [5, 2, 0]
    assert found.complete.tolist() == [3, 1, 0]


def test_free_is_who_neither_progressed_nor_died() -> None:
    found = durability_counts(EXAMPLE, "A", 30.0)
    assert found.complete_free.tolist() == [1, 0, 0]
    assert found.responders_free.tolist() == [2, 0, 0]


def test_late_is_who_progresses_after_a_long_response_and_not_who_dies() -> None:
    found = durability_counts(EXAMPLE, "A", 30.0)
    assert found.long.tolist() == [3, 1, 0]
    assert found.late.tolist() == [1, 1, 0]


def test_a_response_of_just_so_many_months_is_not_longer() -> None:
    assert durability_counts(series((0, "CR", 30.0, 31.0, None)), "A", 30.0).late.tolist() == [0, 0, 0]
    assert durability_counts(series((0, "CR", 30.1, 31.0, None)), "A", 30.0).late.tolist() == [1, 0, 0]


def test_patients_whose_simulation_failed_are_in_no_count() -> None:
    patients = EXAMPLE.patients.with_columns(
        status=pl.when(pl.col("patient") == 0).then(pl.lit("too_many_steps")).otherwise(pl.lit("ok"))
    )
    found = durability_counts(as_result(patients=patients, replicates=3, arms=("A",)), "A", 30.0)
    assert found.complete_free.tolist() == [0, 0, 0]
    assert found.patients.tolist() == [5, 4, 0]


@pytest.mark.parametrize(("arm", "months"), [("B", 30.0), ("A", -1.0), ("A", float("nan"))])
def test_questions_without_an_answer_are_refused(arm: str, months: float) -> None:
    with pytest.raises(InputError):
        durability_counts(EXAMPLE, arm, months)


# -- responses to one line ----------------------------------------------------------------------------------


def sequence() -> TrialResult:
    """Three patients of whom two reach the second line at day 100, in repetitions 0 and 1."""
    patients = pl.DataFrame(
        {
            "arm": ["A"] * 3,
            "trial": [0, 0, 1],
            "patient": [0, 1, 0],
            "status": ["ok"] * 3,
            "best_response": ["PR", "CR", "PR"],
            "follow_up_days": [900.0] * 3,
        }
    )
    lines = pl.DataFrame(
        {
            "arm": ["A"] * 2,
            "trial": [0, 1],
            "patient": [0, 0],
            "agent": ["second"] * 2,
            "start_day": [100.0] * 2,
            "response_day": [None, 150.0],
            "best_response": ["SD", "PR"],
        }
    )
    visits = [
        (0, 0, 0.0, 40.0), (0, 0, 98.0, 100.0), (0, 0, 150.0, 10.0), (0, 0, 200.0, 60.0),  # a tenth is left
        (0, 1, 0.0, 50.0), (0, 1, 60.0, 0.0),  # never reaches the line
        (1, 0, 0.0, 10.0), (1, 0, 98.0, 100.0), (1, 0, 150.0, 11.0),  # 89 % of what it was at the switch
    ]  # fmt: skip
    trial, patient, day, size = zip(*visits, strict=True)
    frame = pl.DataFrame(
        {"arm": ["A"] * len(day), "trial": trial, "patient": patient, "day": day, "sld_mm": size}
    )
    return as_result(patients=patients, lines=lines, visits=frame, replicates=2, arms=("A",))


def counts(found: tuple[np.ndarray, np.ndarray]) -> list[list[int]]:
    return [one.tolist() for one in found]


def test_responses_to_a_line_are_those_of_the_patients_who_reached_it() -> None:
    assert counts(response_counts(sequence(), "A", "second")) == [[0, 1], [1, 1]]
    assert counts(response_counts(sequence(), "A", None)) == [[2, 1], [2, 1]]


def test_a_deep_response_is_measured_from_the_last_scan_before_the_line() -> None:
    assert counts(deep_counts(sequence(), "A", "second", 0.9)) == [[1, 0], [1, 1]]
    assert counts(deep_counts(sequence(), "A", "second", 0.89)) == [[1, 1], [1, 1]]


@pytest.mark.parametrize("fall", [0.0, 1.1, float("nan")])
def test_a_fall_that_is_no_share_is_refused(fall: float) -> None:
    with pytest.raises(InputError):
        deep_counts(sequence(), "A", "second", fall)
