"""Toxicity in the report: each patient counted once, intervals, and what no treatment drives."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from scipy.stats import beta

from report_samples import sample_result
from trialkine.report.adam import adam_tables
from trialkine.report.adverse_event_tables import severe_in_words, toxicity_table, undriven_arms
from trialkine.report.adverse_events import ArmToxicity, arm_toxicities
from trialkine.report.figures.toxicity import toxicity_bars
from trialkine.report.metrics import Landmarks, outcome_metrics
from trialkine.report.outcomes import summarise
from trialkine.report.summary_json import summary_record
from trialkine.trial.result import TrialResult, no_adverse_events, no_toxicities

FIRST, SECOND = "HD IL-2", "HD IL-2 then temozolomide"
PATIENTS = 40
# patient, line, toxicity, grade: patient 1 twice, so that the worst counts; patient 3 dies
EVENTS = [
    (0, 1, "platelets", 1),
    (1, 1, "platelets", 2),
    (1, 2, "platelets", 4),
    (2, 1, "hypotension", 3),
    (3, 1, "hypotension", 5),
    (4, 1, "lymphocytes", 4),
]


def trial_with_events() -> TrialResult:
    """A trial in whose first arm hypotension, platelets and lymphocytes are driven, in the second nothing."""
    result = sample_result(patients=PATIENTS, failed=0)
    patient, line, toxicity, grade = zip(*EVENTS, strict=True)
    count = len(EVENTS)
    events = pl.DataFrame(
        {
            "arm": [FIRST] * count,
            "trial": [0] * count,
            "patient": patient,
            "line": line,
            "toxicity": toxicity,
            "grade": grade,
            "first_interval_worst_day": [2.0] * count,
            "worst_day": [4.0] * count,
            "worst_value": [1.0] * count,
            "unit": [""] * count,
        },
        schema=no_adverse_events().schema,
    )
    driven = pl.DataFrame(
        {"arm": [FIRST] * 3, "toxicity": ["hypotension", "platelets", "lymphocytes"]},
        schema=no_toxicities().schema,
    )
    return replace(result, adverse_events=events, toxicities=driven)


@pytest.fixture(scope="module")
def result() -> TrialResult:
    return trial_with_events()


@pytest.fixture(scope="module")
def first_arm(result: TrialResult) -> ArmToxicity:
    return arm_toxicities(result)[0]


def counts(arm: ArmToxicity) -> dict[str, tuple[int, ...]]:
    return {outcome.name: outcome.counts for outcome in arm.outcomes}


def test_every_patient_counts_once_with_the_worst_grade_over_all_lines(first_arm: ArmToxicity) -> None:
    found = counts(first_arm)
    assert found["platelets"] == (PATIENTS - 2, 1, 0, 0, 1, 0)
    assert found["hypotension"] == (PATIENTS - 2, 0, 0, 1, 0, 1)
    assert all(sum(row) == PATIENTS for row in found.values())


def test_any_toxicity_leaves_out_lymphocytes_and_counts_the_worst_of_the_others(
    first_arm: ArmToxicity,
) -> None:
    assert counts(first_arm)["any"] == (PATIENTS - 4, 1, 0, 1, 1, 1)
    assert first_arm.outcomes[0].name == "any"
    assert first_arm.left_out == ("Lymphocytes decreased",)


def test_the_interval_of_grade_3_or_worse_is_that_of_its_count(first_arm: ArmToxicity) -> None:
    severe = {outcome.name: outcome.severe for outcome in first_arm.outcomes}["hypotension"]
    limits = beta.ppf(0.025, 2, PATIENTS - 1), beta.ppf(0.975, 3, PATIENTS - 2)
    assert severe.estimate == pytest.approx(2 / PATIENTS)
    assert (severe.low, severe.high) == pytest.approx(limits, rel=1e-9)


def test_what_is_not_driven_is_named_and_given_no_rate(result: TrialResult, first_arm: ArmToxicity) -> None:
    assert "Creatinine increased" in first_arm.not_driven
    assert "creatinine" not in counts(first_arm)
    table = toxicity_table(arm_toxicities(result))
    assert table.columns == ("Toxicity", FIRST)
    assert not any(row.head == "Creatinine increased" for row in table.rows)
    assert any(note.startswith("Driven by no arm") and "creatinine increased" in note for note in table.notes)
    assert undriven_arms(arm_toxicities(result)).startswith(f"{SECOND}: nothing given drives any")


def test_the_rows_of_the_table_say_what_the_counts_say(result: TrialResult) -> None:
    table = toxicity_table(arm_toxicities(result))
    (row,) = [row for row in table.rows if row.head == "Hypotension"]
    assert [(cell.value, cell.remark) for cell in row.cells] == [("5.0 %", "any grade 5.0 %; 1 died")]


def test_a_toxicity_that_one_arm_drives_and_another_does_not_is_a_dash_in_the_other(
    result: TrialResult,
) -> None:
    first, _ = arm_toxicities(result)
    fewer = [outcome for outcome in first.outcomes if outcome.name != "platelets"]
    other = replace(
        first, arm=SECOND, outcomes=tuple(fewer), not_driven=(*first.not_driven, "Platelets decreased")
    )
    table = toxicity_table([first, other])
    (row,) = [row for row in table.rows if row.head == "Platelets decreased"]
    assert [cell.value for cell in row.cells][1] == "–"
    assert any(note.startswith("A dash") and "not a rate of 0 %" in note for note in table.notes)


def test_the_summary_file_has_the_same_counts_and_rates(result: TrialResult) -> None:
    first, second = summary_record(result, summarise(result))["arms"]
    (platelets,) = [one for one in first["toxicity"]["driven"] if one["toxicity"] == "platelets"]
    assert platelets["worst_grades"] == [PATIENTS - 2, 1, 0, 0, 1, 0]
    assert platelets["grade_3_or_worse"]["estimate"] == pytest.approx(1 / PATIENTS)
    assert second["toxicity"]["driven"] == []


def test_repeated_trials_give_predictive_intervals_around_the_median_of_their_rates() -> None:
    one = trial_with_events()
    trials = 50
    patients = pl.concat([one.patients.with_columns(trial=pl.lit(number)) for number in range(trials)])
    severe = [number % 5 for number in range(trials)]  # patients with grade 3 in each trial
    rows = [
        (FIRST, number, patient, 1, "platelets", 3, 1.0, 1.0, 30.0, "1/nL")
        for number in range(trials)
        for patient in range(severe[number])
    ]
    events = pl.DataFrame(rows, schema=no_adverse_events().schema, orient="row")
    many = replace(one, patients=patients, adverse_events=events, replicates=trials)
    found = {outcome.name: outcome.severe for outcome in arm_toxicities(many)[0].outcomes}["platelets"]
    assert found.estimate == pytest.approx(2 / PATIENTS)  # the median of 0, 1, 2, 3, 4
    assert found.interval == "predictive"
    assert (found.low, found.high) == pytest.approx((0.0, 4 / PATIENTS))


def test_the_rate_of_grade_3_or_4_counts_patients_and_is_undefined_where_nothing_is_driven() -> None:
    patients = sample_result(patients=10, failed=0).patients.filter(pl.col("arm") == FIRST)
    graded = patients.with_columns(worst_grade=pl.Series([0, 1, 2, 3, 4, 0, 3, 0, 0, 2]))
    rate = outcome_metrics(graded, Landmarks())["grade34_rate"]
    assert rate.estimate == pytest.approx(0.3)
    unknown = outcome_metrics(patients, Landmarks())["grade34_rate"]
    assert unknown.estimate is None
    assert "driven" in unknown.why


def test_the_data_set_of_adverse_events_has_a_row_per_event_with_its_ctcae_term(result: TrialResult) -> None:
    table = adam_tables(result)["ADAE"]
    assert table.height == len(EVENTS)
    deaths = table.filter(pl.col("ATOXGRN") == 5)
    assert deaths["AEDECOD"].to_list() == ["Hypotension"]
    assert set(table["AEDECOD"]) == {"Hypotension", "Platelet count decreased", "Lymphocyte count decreased"}
    assert set(table["ASTDY"]) == {3}  # day 2 after the first day, which is day 1
    assert set(table["ASTDTF"]) == {"D"}  # the start is imputed
    assert set(table["SIMFL"]) == {"Y"}


def test_the_bars_of_the_figure_are_the_shares_of_the_grades(
    result: TrialResult, first_arm: ArmToxicity
) -> None:
    figure = toxicity_bars(arm_toxicities(result), result.arms)
    (panel,) = [axes for axes in figure.axes if axes.get_visible()]
    widths = [patch.get_width() for patch in panel.patches]
    expected = [
        100.0 * outcome.counts[grade] / PATIENTS
        for outcome in first_arm.outcomes
        for grade in (5, 4, 3, 2, 1)
    ]
    assert widths == pytest.approx(expected)
    assert [label.get_text() for label in panel.get_yticklabels()] == [
        one.title for one in first_arm.outcomes
    ]


def test_the_figure_is_also_told_in_words(result: TrialResult) -> None:
    words = severe_in_words(arm_toxicities(result))
    assert f"{FIRST}, grade 3 or worse: Any 7.5 %" in words
    assert f"{SECOND}, grade 3 or worse: nothing is driven" in words
