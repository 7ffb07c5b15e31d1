"""Counts of simulated patients, in a table small enough to count by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from trialkine.calibration.counts import count_patients, patients_of
from trialkine.calibration.targets import Event, Group, Target
from trialkine.trial.result import TrialResult

GROUPS: dict[Event, Group] = {"responds": "response", "complete": "completeness", "progresses": "control",
                              "os": "survival"}  # fmt: skip


def rows(**columns: list[Any]) -> pl.DataFrame:
    """Patients of one arm and repetition, without any event unless told otherwise."""
    size = len(next(iter(columns.values())))
    usual: dict[str, list[Any]] = {
        "arm": ["A"] * size, "trial": [0] * size, "patient": list(range(size)), "status": ["ok"] * size,
        "best_response": ["SD"] * size, "follow_up_days": [1000.0] * size, "response_day": [56.0] * size,
    }  # fmt: skip
    for endpoint in ("os", "pfs", "ttp", "dor"):
        usual[f"{endpoint}_days"], usual[f"{endpoint}_event"] = [None] * size, [False] * size
    types = {f"{endpoint}_days": pl.Float64 for endpoint in ("os", "pfs", "ttp", "dor")}
    return pl.DataFrame({**usual, **columns}, schema_overrides=types)


def result_of(patients: pl.DataFrame, lines: pl.DataFrame | None = None, replicates: int = 1) -> TrialResult:
    return cast(TrialResult, SimpleNamespace(patients=patients, lines=lines, replicates=replicates))


def counted(
    patients: pl.DataFrame, event: Event, day: float = 0.0, replicates: int = 1
) -> list[tuple[float, float]]:
    """Count and total in every repetition."""
    group = GROUPS.get(event, "progression")
    target = Target("trial", "trial", "A", None, "metric", group, event, day, 0.0, 1)
    counts, totals = count_patients(result_of(patients, replicates=replicates), target)
    return list(zip(counts.tolist(), totals.tolist(), strict=True))


BEST = ["CR", "PR", "PR", "SD", "SD", "PD", "PD", "PD", "NE", None]


def test_responders_are_counted_of_all() -> None:
    assert counted(rows(best_response=BEST), "responds") == [(3.0, 10.0)]


def test_complete_responses_are_counted_of_the_responders() -> None:
    assert counted(rows(best_response=BEST), "complete") == [(1.0, 3.0)]


def test_those_who_never_had_a_scan_progressed_among_the_rest() -> None:
    assert counted(rows(best_response=BEST), "progresses") == [(5.0, 7.0)]


def test_without_a_responder_there_is_nobody_to_be_complete() -> None:
    assert counted(rows(best_response=["SD", "PD"]), "complete") == [(0.0, 0.0)]


@pytest.mark.parametrize(("event", "column"), [("os", "os"), ("pfs", "pfs"), ("ttp", "ttp"), ("rfs", "pfs")])
def test_those_whose_follow_up_ends_before_the_day_are_in_neither_count(event: Event, column: str) -> None:
    days: list[float | None] = [50.0, 50.0, 100.0, 150.0, 150.0, None]
    happened = [True, False, True, True, False, False]
    patients = rows(**{f"{column}_days": days, f"{column}_event": happened})
    # at 100 days: died or progressed at 50; lost at 50; the event at 100 itself; two go on; one unknown
    assert counted(patients, event, 100.0) == [(2.0, 4.0)]
    assert counted(patients, event, 99.0) == [(3.0, 4.0)]


def test_the_event_at_the_day_has_happened_and_the_end_of_follow_up_there_has_reached_it() -> None:
    patients = rows(os_days=[100.0, 100.0], os_event=[True, False])
    assert counted(patients, "os", 100.0) == [(1.0, 2.0)]


def test_follow_up_that_ends_within_half_a_day_of_the_day_has_reached_it() -> None:
    patients = rows(os_days=[99.6, 99.4], os_event=[False, False])
    assert counted(patients, "os", 100.0) == [(1.0, 1.0)]


def test_a_death_before_progression_ends_what_is_known_of_the_time_to_progression() -> None:
    # one dies at 40 days without progression: an event of pfs, and a censoring of ttp
    patients = rows(
        pfs_days=[40.0, 60.0, 200.0], pfs_event=[True, True, False],
        ttp_days=[40.0, 60.0, 200.0], ttp_event=[False, True, False],
    )  # fmt: skip
    assert counted(patients, "pfs", 100.0) == [(1.0, 3.0)]
    assert counted(patients, "ttp", 100.0) == [(1.0, 2.0)]


def test_those_who_were_to_be_followed_for_less_are_in_neither_count_whatever_happened() -> None:
    # Of patients who could be seen for 60 days, only those who die early would be known at 100.
    patients = rows(
        os_days=[40.0, 60.0, 40.0, 200.0], os_event=[True, False, True, False],
        follow_up_days=[60.0, 60.0, 200.0, 200.0],
    )  # fmt: skip
    assert counted(patients, "os", 100.0) == [(1.0, 2.0)]
    assert counted(patients, "os", 50.0) == [(2.0, 4.0)]


def test_those_who_had_the_event_before_are_not_among_those_who_are_left() -> None:
    days: list[float | None] = [50.0, 100.0, 120.0, 150.0, 110.0, None]
    patients = rows(os_days=days, os_event=[True, True, True, False, False, False])
    # after 100 days: dead at 50 and at 100; dead at 120; alive at 150; lost at 110 and unknown
    target = Target("t", "t", "A", None, "os_rate", "survival", "os", 140.0, 0.0, 1, after=100.0)
    counts, totals = count_patients(result_of(patients), target)
    np.testing.assert_array_equal((counts, totals), ([1.0], [2.0]))


def test_responses_count_whatever_the_follow_up() -> None:
    assert counted(rows(best_response=BEST, follow_up_days=[1.0] * 10), "responds") == [(3.0, 10.0)]


def test_the_duration_of_response_is_counted_of_the_responders() -> None:
    patients = rows(
        best_response=["CR", "PR", "PR", "PR", "SD"],
        dor_days=[200.0, 50.0, 50.0, None, 300.0], dor_event=[False, True, False, False, False],
    )  # fmt: skip
    assert counted(patients, "dor", 100.0) == [(1.0, 2.0)]


def test_a_response_is_followed_from_its_own_beginning() -> None:
    # Planned for 300 days: after a response on day 56 there are 244 left, after one on day 250 only 50.
    patients = rows(
        best_response=["PR", "PR", "PR"], response_day=[56.0, 250.0, 250.0], follow_up_days=[300.0] * 3,
        dor_days=[244.0, 50.0, 30.0], dor_event=[False, False, True],
    )  # fmt: skip
    assert counted(patients, "dor", 100.0) == [(1.0, 1.0)]
    assert counted(patients, "dor", 40.0) == [(2.0, 3.0)]


def test_every_repetition_is_counted_by_itself() -> None:
    patients = rows(best_response=["CR", "SD", "PR", "PR", "PD"], trial=[0, 0, 2, 2, 2])
    assert counted(patients, "responds", replicates=4) == [(1.0, 2.0), (0.0, 0.0), (2.0, 3.0), (0.0, 0.0)]


def test_other_arms_and_failed_patients_are_not_counted() -> None:
    patients = rows(
        best_response=["CR", "CR", "CR", "PD"], arm=["A", "B", "A", "A"],
        status=["ok", "ok", "not_finite", "ok"],
    )  # fmt: skip
    assert counted(patients, "responds") == [(1.0, 2.0)]


def test_a_line_is_counted_among_those_who_reached_it() -> None:
    patients = rows(best_response=["CR"] * 4, status=["ok", "ok", "ok", "not_finite"])
    lines = rows(
        best_response=["SD", "PR", "PD", "PR", "PR"], patient=[0, 0, 1, 2, 3],
    ).drop("status", "follow_up_days").with_columns(
        start_day=pl.Series([0.0, 300.0, 100.0, 0.0, 100.0]),
        agent=pl.Series(["aldesleukin", "temozolomide", "temozolomide", "aldesleukin", "temozolomide"])
    )  # fmt: skip
    target = Target("trial", "trial", "A", "temozolomide", "orr", "response", "responds", 0.0, 0.0, 1)
    counts, totals = count_patients(result_of(patients, lines), target)
    np.testing.assert_array_equal((counts, totals), ([1.0], [2.0]))
    reached = patients_of(result_of(patients, lines), "A", "temozolomide")
    assert reached["patient"].to_list() == [0, 1]
    assert reached["follow_up_days"].to_list() == [700.0, 900.0]  # from the beginning of the line
    assert patients_of(result_of(patients, lines), "A", None)["patient"].to_list() == [0, 1, 2]
