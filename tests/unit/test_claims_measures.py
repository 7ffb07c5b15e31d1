"""Named measures on trials whose counts are known."""

from dataclasses import replace

import polars as pl
import pytest

from claims_samples import outcome_of, with_responses
from report_sample_protocols import two_arm_text
from report_samples import SINGLE_ARM, TWO_ARMS, sample_result
from trialkine.claims.measures import MEASURES, Asked
from trialkine.errors import InputError
from trialkine.statistics.proportions import exact_interval

PATIENTS = 30


def trial(responses=None, arms=SINGLE_ARM):
    result = sample_result(arms, patients=PATIENTS, failed=0)
    wanted = responses or ["CR"] * 2 + ["PR"] * 8 + ["SD"] * 10 + ["PD"] * 10
    return with_responses(result, arms[0].name, wanted)


def ask(result, measure, arm="IM862", line=None, **options):
    outcome = outcome_of(result)
    return MEASURES[measure].find(Asked(outcome.result, outcome.summary, arm, line, options))


def with_columns(result, **columns):
    return replace(
        result, patients=result.patients.with_columns(**{k: pl.Series(v) for k, v in columns.items()})
    )


def test_the_share_of_complete_responses_is_of_the_responses():
    assert ask(trial(), "complete_share") == exact_interval(2, 10)


def test_response_in_a_third_counts_the_third_with_the_lowest_or_highest_value():
    """Patients 0 to 9 respond; values rise with the number, so they are the lowest third."""
    result = with_columns(trial(), baseline_sld_mm=[float(n) for n in range(PATIENTS)])
    assert ask(result, "response_in_third", of="baseline_sld_mm", third="lowest") == exact_interval(10, 10)
    assert ask(result, "response_in_third", of="baseline_sld_mm", third="highest") == exact_interval(0, 10)


def test_response_in_a_third_reads_a_biomarker_before_treatment():
    result = trial()
    day_zero = result.visits.filter(pl.col("day") <= 0)
    assert day_zero["plasma_vegf"].null_count() == 0
    order = day_zero.sort("plasma_vegf", "trial", "patient")["patient"].to_list()[:10]
    responders = sum(patient < 10 for patient in order)
    assert ask(result, "response_in_third", of="plasma_vegf", third="lowest") == exact_interval(
        responders, 10
    )


def test_a_value_that_no_visit_reads_is_named():
    with pytest.raises(InputError, match="No visit reads 'magic'"):
        ask(trial(), "response_in_third", of="magic", third="lowest")


def test_volume_response_halves_the_sum_of_cubes():
    """A fifth off every diameter is 0.512 of the volume, a quarter 0.42: only the second counts."""
    result = trial()
    rows = [
        {"arm": "IM862", "trial": 0, "patient": patient, "day": day, "lesion": lesion, "diameter_mm": size}
        for patient, later in ((0, 15.0), (1, 16.0), (2, 20.0))
        for day, size in ((0.0, 20.0), (56.0, later))
        for lesion in (1, 2)
    ]
    found = ask(replace(result, lesions=pl.DataFrame(rows)), "volume_response")
    assert found == exact_interval(1, PATIENTS)


def test_progression_before_a_week_counts_events_only():
    days = [40.0] * 5 + [40.0] * 3 + [60.0] * 22
    events = [True] * 5 + [False] * 3 + [True] * 22
    result = with_columns(trial(), ttp_days=days, ttp_event=events)
    assert ask(result, "progressed_before", weeks=7.5) == exact_interval(5, PATIENTS)


def test_the_duration_of_stable_disease_is_of_the_stable():
    """Nine stable patients progress on days 30, 60 ... 270: the median is the fifth."""
    responses = ["PR"] * 10 + ["SD"] * 9 + ["PD"] * 11
    days = [10.0] * 10 + [30.0 * n for n in range(1, 10)] + [5.0] * 11
    result = with_columns(trial(responses), ttp_days=days, ttp_event=[True] * PATIENTS)
    assert ask(result, "stable_duration").estimate == pytest.approx(150 / 30.4375)


def test_responses_that_last_are_read_off_their_curve():
    """Ten responses end after 100, 200 ... 1000 days: seven last longer than a year less a month."""
    days = [100.0 * n for n in range(1, 11)] + [None] * 20
    events = [True] * 10 + [None] * 20
    result = with_columns(trial(), dor_days=days, dor_event=events)
    assert ask(result, "still_responding", months=11).estimate == pytest.approx(0.7)
    assert ask(result, "still_responding", months=11, response="CR").estimate == pytest.approx(0.0)


def test_nobody_who_responded_leaves_durations_undefined():
    assert ask(trial(["PD"] * PATIENTS), "still_responding", months=11).why == "nobody responded"


def test_lines_reached_and_their_starts():
    result = trial(arms=TWO_ARMS[1:], responses=["PD"] * PATIENTS)
    arm = TWO_ARMS[1].name
    second = result.lines.filter((pl.col("arm") == arm) & (pl.col("line") == 2))
    assert 0 < second.height < PATIENTS
    assert ask(result, "reached_line", arm, 2) == exact_interval(second.height, PATIENTS)
    ordered = sorted(second["start_day"].to_list())
    middle = ask(result, "start_of_line", arm, 2).estimate
    assert ordered[(len(ordered) - 1) // 2] <= middle <= ordered[len(ordered) // 2]


def test_the_share_of_stopped_trials_needs_a_design():
    text = "".join(part for part in two_arm_text().splitlines(keepends=True) if not part.startswith("design"))
    sample = sample_result(TWO_ARMS, patients=10, failed=0, protocol_text=text)
    assert "no design" in ask(sample, "stopped_share", "HD IL-2").why


def test_the_share_of_stopped_trials_counts_verdicts_of_the_rule():
    """Four trials in which nobody responds stop at any first step."""
    sample = sample_result(TWO_ARMS, patients=40, failed=0, replicates=4)
    nobody = with_responses(sample, "HD IL-2", ["PD"] * 160)
    assert ask(nobody, "stopped_share", "HD IL-2") == exact_interval(4, 4)
