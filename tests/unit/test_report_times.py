"""Times of measurement as names and words, and readings that belong to them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from report_sample_protocols import SINGLE_ARM_YAML
from report_samples import SINGLE_ARM, sample_result
from trialkine.report.answer import answer
from trialkine.report.biomarker_change import biomarker_courses, relative_values
from trialkine.report.figures.biomarker import biomarker_figure
from trialkine.report.outcomes import summarise
from trialkine.report.summary_json import summary_record
from trialkine.report.times import named_days, time_name, time_words
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult

TWENTY_SIX_HOURS = 26 / 24


@pytest.mark.parametrize(
    ("days", "name", "words"),
    [
        (28.0, "4w", "at week 4"),
        (9.0, "9d", "after 9 days"),
        (1.0, "1d", "after 1 day"),
        (TWENTY_SIX_HOURS, "1.08333d", "after 26 hours"),
        (2 / 24, "0.0833333d", "after 2 hours"),
        (91.3125, "13w", "at week 13"),
        (91.6, "91.6d", "after 91.6 days"),
        (6.6, "6.6d", "after 6.6 days"),
    ],
)
def test_only_weeks_or_times_within_half_a_day_of_one_after_a_month_are_called_weeks(
    days: float, name: str, words: str
) -> None:
    assert (time_name(days), time_words(days)) == (name, words)
    assert named_days(name) == pytest.approx(days, abs=0.5 if name.endswith("w") else 1e-4)
    assert time_words(named_days(name)) == words


def measured(at: dict[float, float], planned: str) -> TrialResult:
    """Ten patients in whom the marker stands at the given multiples of 100 on the given days."""
    text = SINGLE_ARM_YAML.replace("[4 weeks, 8 weeks]", planned)
    assert text != SINGLE_ARM_YAML
    result = sample_result(SINGLE_ARM, patients=10, failed=0, protocol_text=text)
    keys = result.patients.select("arm", "trial", "patient")
    days = [keys.with_columns(day=pl.lit(day), plasma_vegf=pl.lit(100.0 * up)) for day, up in at.items()]
    return replace(result, visits=pl.concat(days))


def test_two_times_in_the_first_days_are_neither_pooled_nor_taken_for_the_baseline() -> None:
    at = {0.0: 1.0, 2 / 24: 0.9, TWENTY_SIX_HOURS: 0.2, 9.0: 3.0}
    result = measured(at, "[2 h, 26 h, 9 days]")
    (arm,) = summarise(result).arms
    found = {
        name.removeprefix("biomarker_plasma_vegf_"): metric.estimate
        for name, metric in arm.group.metrics.items()
        if name.startswith("biomarker_")
    }
    assert found == pytest.approx({"0.0833333d": 0.9, "1.08333d": 0.2, "9d": 3.0})
    (course,) = biomarker_courses(result, "plasma_vegf")
    assert course.day == pytest.approx(tuple(at))
    assert course.median == pytest.approx([100.0 * up for up in at.values()])


def test_the_answer_and_the_json_file_name_the_hours_and_days() -> None:
    result = measured({0.0: 1.0, TWENTY_SIX_HOURS: 0.2, 28.0: 3.0}, "[26 h, 4 weeks]")
    summary = summarise(result)
    assert "Plasma VEGF after 26 hours: 0.20" in answer(summary).biomarkers
    assert "Plasma VEGF at week 4: 3.00" in answer(summary).biomarkers
    tests = summary_record(result, summary)["arms"][0]["biomarker_tests"]
    assert [test["day"] for test in tests] == [pytest.approx(TWENTY_SIX_HOURS), 28]
    assert tests[1]["week"] == 4


def test_a_reading_at_an_unplanned_visit_belongs_to_the_nearest_week() -> None:
    values = relative_values(measured({0.0: 1.0, 2.0: 0.5, 30.0: 0.8}, "[26 h]"), "plasma_vegf")
    assert values["day"].unique().sort().to_list() == [0.0, 2.0, 28.0]


def test_a_course_of_days_is_drawn_in_days_and_a_longer_one_in_weeks() -> None:
    for last, unit in ((9.0, "days"), (56.0, "weeks")):
        result = measured({0.0: 1.0, last: 0.5}, f"[{last:.0f} days]")
        (panel,) = biomarker_figure(biomarker_courses(result, "plasma_vegf")).axes
        assert panel.get_xlabel() == f"{unit} since first dose"
        assert panel.get_xlim()[1] == pytest.approx(last if unit == "days" else last / 7)


def test_protocols_name_the_times_as_the_report_does() -> None:
    protocol = measured({0.0: 1.0}, "[2 h, 26 h]").protocol
    assert isinstance(protocol, Protocol)
    times = [time.days for time in protocol.assessments.biomarkers["plasma_vegf"].at or ()]
    assert [time_words(days) for days in times] == ["after 2 hours", "after 26 hours"]
