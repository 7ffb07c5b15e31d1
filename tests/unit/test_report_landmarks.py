"""When survival curves are read, and that nothing is read beyond the data cut-off."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from report_sample_protocols import SINGLE_ARM_YAML
from report_samples import SINGLE_ARM, TWO_ARMS, sample_result
from trialkine.records import DAYS_PER_MONTH
from trialkine.report.answer import answer
from trialkine.report.landmarks import usual_landmarks
from trialkine.report.metrics import ADJUVANT_LANDMARKS, BEYOND_FOLLOW_UP, Landmarks, outcome_metrics
from trialkine.report.outcomes import summarise
from trialkine.report.summary_json import summary_record
from trialkine.report.tables import outcome_table
from trialkine.trial.protocol_parts import Assessments
from trialkine.trial.result import TrialResult


def everyone_fails(follow_up_months: float) -> TrialResult:
    """Ten patients who relapse and die at 1, 2, ... 10 months."""
    result = sample_result(SINGLE_ARM, patients=10, failed=0, protocol_text=SINGLE_ARM_YAML)
    days = pl.Series([DAYS_PER_MONTH * month for month in range(1, 11)])
    patients = result.patients.with_columns(
        **{f"{name}_days": days for name in ("os", "pfs", "ttp")},
        **{f"{name}_event": pl.lit(True) for name in ("os", "pfs", "ttp")},
        follow_up_days=pl.lit(follow_up_months * DAYS_PER_MONTH),
    )
    return replace(result, patients=patients)


@pytest.mark.parametrize(("name", "last"), [("os_rate_24m", 24), ("pfs_rate_52w", 12), ("rfs_rate_24m", 24)])
def test_a_curve_that_fell_to_zero_is_not_read_beyond_the_cut_off(name: str, last: int) -> None:
    landmarks = Landmarks(rfs_months=(24,)) if name.startswith("rfs") else Landmarks()
    inside = outcome_metrics(everyone_fails(last).patients, landmarks)[name]
    beyond = outcome_metrics(everyone_fails(last - 0.1).patients, landmarks)[name]
    assert inside.estimate == 0.0
    assert (beyond.estimate, beyond.why) == (None, BEYOND_FOLLOW_UP)


def test_the_patient_with_the_longest_follow_up_decides() -> None:
    patients = everyone_fails(12.0).patients
    longest = pl.when(pl.col("patient") == 3).then(24 * DAYS_PER_MONTH).otherwise(pl.col("follow_up_days"))
    found = outcome_metrics(patients.with_columns(follow_up_days=longest), Landmarks())
    assert found["os_rate_24m"].estimate == 0.0


def test_a_line_is_followed_from_its_own_start() -> None:
    result = sample_result(TWO_ARMS, patients=20, failed=0)
    lines = result.lines.with_columns(
        start_day=pl.when(pl.col("line") == 2).then(300.0).otherwise(0.0),
        os_days=pl.lit(50.0),
        os_event=pl.lit(True),
    )
    patients = result.patients.with_columns(follow_up_days=pl.lit(400.0))
    first, second = summarise(replace(result, lines=lines, patients=patients)).arms[1].lines
    # 400 days for the first line hold 12 months; the 100 that are left for the second not even 6.
    assert first.group.metrics["os_rate_12m"].estimate == 0.0
    assert second.group.metrics["os_rate_6m"].estimate is None


def test_the_json_file_the_table_and_the_answer_say_that_follow_up_ended() -> None:
    result = everyone_fails(12.0)
    protocol = result.protocol
    assessments = protocol.assessments.model_copy(update={"criteria": "relapse", "also_score": ()})
    result = replace(result, protocol=protocol.model_copy(update={"assessments": assessments}))
    summary = summarise(result)
    rate = summary_record(result, summary)["arms"][0]["metrics"]["rfs_rate_24m"]
    assert (rate["estimate"], rate["why"]) == (None, BEYOND_FOLLOW_UP)
    row = next(row for row in outcome_table(summary).rows if row.head == "Relapse-free at 24 months")
    assert [(cell.value, cell.remark) for cell in row.cells] == [("undefined", BEYOND_FOLLOW_UP)]
    words = answer(summary).findings[0].words
    assert f"the share free of relapse at 24 months is undefined ({BEYOND_FOLLOW_UP});" in words


@pytest.mark.parametrize(
    ("every", "first_at", "weeks"),
    [
        ("12 weeks", None, (8, 12, 16, 24, 52)),
        ("6 weeks", None, (8, 12, 16, 24, 52)),
        ("13 weeks", None, (8, 13, 16, 24, 52)),
        ("3 months", None, (8, 14, 16, 24, 52)),  # day 91.3, just after week 13
        ("8 weeks", "12 weeks", (8, 12, 16, 24, 52)),
        ("8 weeks", None, (8, 16, 24, 52)),
        ("16 weeks", None, (8, 16, 24, 52)),
    ],
)
def test_a_scan_at_three_months_is_a_landmark(
    every: str, first_at: str | None, weeks: tuple[int, ...]
) -> None:
    assessments = Assessments(criteria="recist-1.1", every=every, first_at=first_at)
    assert usual_landmarks(assessments) == Landmarks(pfs_weeks=weeks)


def test_after_resection_the_landmarks_are_those_of_relapse() -> None:
    assert usual_landmarks(Assessments(criteria="relapse", every="12 weeks")) == ADJUVANT_LANDMARKS
