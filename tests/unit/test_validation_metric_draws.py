"""Reported numbers read off simulated trials small enough to work out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from trialkine.trial.reported import NAMED_METRICS
from trialkine.trial.result import TrialResult
from trialkine.validation.metric_draws import median_luck, metric_draws, patients_behind

MONTH, WEEK = 30.4375, 7.0
ENDPOINTS = ("os", "pfs", "ttp", "dor")


def rows(**columns: list[Any]) -> pl.DataFrame:
    """Patients of one arm and repetition, without any event unless told otherwise."""
    size = len(next(iter(columns.values())))
    usual: dict[str, list[Any]] = {
        "arm": ["A"] * size, "trial": [0] * size, "patient": list(range(size)), "status": ["ok"] * size,
        "best_response": ["SD"] * size, "worst_grade": [None] * size, "death_cause": [None] * size,
        "doses_given": [1] * size, "follow_up_days": [1000.0] * size,
        "response_day": [56.0] * size,
    }  # fmt: skip
    for endpoint in ENDPOINTS:
        usual[f"{endpoint}_days"], usual[f"{endpoint}_event"] = [None] * size, [False] * size
    types: dict[str, Any] = {f"{endpoint}_days": pl.Float64 for endpoint in ENDPOINTS}
    types |= {"worst_grade": pl.Int64, "death_cause": pl.String}
    return pl.DataFrame({**usual, **columns}, schema_overrides=types)


def result_of(patients: pl.DataFrame, lines: pl.DataFrame | None = None, replicates: int = 1) -> TrialResult:
    return cast(TrialResult, SimpleNamespace(patients=patients, lines=lines, replicates=replicates))


def draws(patients: pl.DataFrame, metric: str, replicates: int = 1) -> list[float]:
    """The metric in every repetition of a trial."""
    found = metric_draws(result_of(patients, replicates=replicates), "A", None, metric)
    assert found is not None
    return [float(value) for value in found]


def events(endpoint: str, days: list[float | None], happened: list[bool]) -> pl.DataFrame:
    return rows(**{f"{endpoint}_days": days, f"{endpoint}_event": happened})


@pytest.mark.parametrize(
    ("metric", "share"),
    [("orr", 0.3), ("cr_rate", 0.1), ("pr_rate", 0.2), ("sd_rate", 0.3), ("pd_rate", 0.4)],
)
def test_rates_of_response_are_shares_of_all_patients(metric: str, share: float) -> None:
    best = ["CR", "PR", "PR", "SD", "SD", "SD", "PD", "PD", "PD", "NE"]
    assert draws(rows(best_response=best), metric) == [pytest.approx(share)]


def test_severe_toxicity_is_a_share_of_those_whose_treatment_drives_any() -> None:
    assert draws(rows(worst_grade=[0, 2, 3, 4, None]), "grade34_rate") == [0.5]
    assert np.isnan(draws(rows(worst_grade=[None, None]), "grade34_rate")).all()


def test_toxic_deaths_are_a_share_of_all() -> None:
    causes = ["treatment", "disease", None, None]
    assert draws(rows(death_cause=causes), "toxic_death_rate") == [0.25]
    assert draws(rows(death_cause=[None, None]), "toxic_death_rate") == [0.0]


def test_doses_have_a_mean_and_a_median() -> None:
    patients = rows(doses_given=[10, 12, 14, 28])
    assert draws(patients, "doses_given_mean") == [16.0]
    assert draws(patients, "doses_given_median") == [13.0]


@pytest.mark.parametrize(
    ("metric", "endpoint"),
    [("os_median_months", "os"), ("pfs_median_months", "pfs"), ("ttp_median_months", "ttp"),
     ("rfs_median_months", "pfs"), ("dor_median_months", "dor")],
)  # fmt: skip
def test_a_median_is_where_the_curve_falls_to_one_half(metric: str, endpoint: str) -> None:
    all_happen = events(endpoint, [month * MONTH for month in (1.0, 2.0, 3.0, 4.0, 5.0)], [True] * 5)
    assert draws(all_happen, metric) == [pytest.approx(3.0)]
    # The curve stands at 3/4 after the first month, and falls to 3/8 at the third.
    some_are_lost = [True, False, True, False]
    lost = events(endpoint, [month * MONTH for month in (1.0, 2.0, 3.0, 4.0)], some_are_lost)
    assert draws(lost, metric) == [pytest.approx(3.0)]


def test_a_median_that_is_not_reached_has_no_value() -> None:
    patients = events("os", [MONTH, 2 * MONTH, 3 * MONTH], [True, False, False])
    assert np.isnan(draws(patients, "os_median_months")).all()


def test_times_of_no_patient_have_no_value() -> None:
    assert np.isnan(draws(rows(best_response=["SD", "PD"]), "dor_median_months")).all()
    assert np.isnan(draws(rows(best_response=["SD", "PD"]), "os_rate_12m")).all()


def test_the_duration_of_response_is_of_those_who_have_one() -> None:
    patients = events("dor", [None, 2 * MONTH, 4 * MONTH, 6 * MONTH, None], [False, True, True, True, False])
    assert draws(patients, "dor_median_months") == [pytest.approx(4.0)]


@pytest.mark.parametrize(
    ("metric", "endpoint", "day"),
    [("os_rate_12m", "os", 12 * MONTH), ("rfs_rate_24m", "pfs", 24 * MONTH), ("pfs_rate_8w", "pfs", 8 * WEEK),
     ("ttp_rate_26w", "ttp", 26 * WEEK)],
)  # fmt: skip
def test_a_rate_at_a_time_is_the_height_of_the_curve(metric: str, endpoint: str, day: float) -> None:
    # Of four, one has the event before; one is lost before; of the two others one has it at the very day.
    days: list[float | None] = [day / 3.0, day / 2.0, day, day * 2.0]
    assert draws(events(endpoint, days, [True, False, True, False]), metric) == [pytest.approx(0.75 / 2.0)]
    before = events(endpoint, days, [False, False, False, False])
    assert draws(before, metric) == [1.0]


def test_a_rate_beyond_the_follow_up_has_no_value() -> None:
    days: list[float | None] = [6 * MONTH, 11 * MONTH]
    assert np.isnan(draws(events("os", days, [True, False]), "os_rate_12m")).all()
    assert draws(events("os", days, [True, True]), "os_rate_12m") == [0.0]  # nobody is left


def test_follow_up_that_ends_at_the_very_day_reaches_it() -> None:
    assert draws(events("os", [12 * MONTH, 6 * MONTH], [False, True]), "os_rate_12m") == [0.5]


def test_each_repetition_has_its_own_value_and_an_empty_one_none() -> None:
    patients = rows(best_response=["CR", "SD", "PR", "PR", "PD"], trial=[2, 2, 0, 0, 0])
    found = draws(patients, "orr", replicates=4)
    np.testing.assert_allclose(found, [2.0 / 3.0, np.nan, 0.5, np.nan])


def test_other_arms_and_failed_patients_do_not_count() -> None:
    patients = rows(
        best_response=["CR", "PD", "PD", "PD"], arm=["A", "A", "B", "A"],
        status=["ok", "ok", "ok", "not_finite"],
    )  # fmt: skip
    assert draws(patients, "orr") == [0.5]


def test_a_change_of_a_biomarker_is_not_simulated() -> None:
    assert metric_draws(result_of(rows(patient=[1])), "A", None, "biomarker_plasma_vegf_8w") is None


def lines_of_two() -> TrialResult:
    """Three patients of whom two reached temozolomide."""
    lines = rows(
        patient=[0, 1, 2, 0, 1], best_response=["PR", "PD", "PD", "PD", "PR"],
        doses_given=[9, 9, 9, 40, 20], worst_grade=[3, 3, 3, 1, 3],
    ).drop("status", "follow_up_days", "death_cause").with_columns(
        agent=pl.Series(["aldesleukin"] * 3 + ["temozolomide"] * 2),
        start_day=pl.Series([0.0] * 3 + [90.0] * 2),
    )  # fmt: skip
    return result_of(rows(best_response=["PR", "PR", "PD"], doses_given=[49, 29, 9]), lines)


@pytest.mark.parametrize(
    ("metric", "value"),
    [("orr", 0.5), ("pd_rate", 0.5), ("doses_given_mean", 30.0), ("grade34_rate", 0.5)],
)
def test_a_line_is_of_those_who_reached_it(metric: str, value: float) -> None:
    found = metric_draws(lines_of_two(), "A", "temozolomide", metric)
    np.testing.assert_allclose(found, [value])


def test_of_a_death_it_is_not_known_which_line_brought_it() -> None:
    assert metric_draws(lines_of_two(), "A", "temozolomide", "toxic_death_rate") is None


@pytest.mark.parametrize("metric", NAMED_METRICS)
def test_every_named_number_can_be_read_off_arms_and_lines(metric: str) -> None:
    for line in (None, "temozolomide"):
        found = metric_draws(lines_of_two(), "A", line, metric)
        assert found is None or found.shape == (1,)


@pytest.mark.parametrize("metric", ["orr", "cr_rate", "os_median_months", "pfs_rate_8w", "doses_given_mean"])
def test_behind_a_number_are_all_patients_of_a_repetition(metric: str) -> None:
    patients = rows(trial=[0, 0, 0, 1], best_response=["CR", "SD", "PD", "PR"])
    assert patients_behind(result_of(patients, replicates=2), "A", None, metric) == 2.0


def test_behind_a_duration_of_response_are_those_who_responded() -> None:
    patients = rows(trial=[0, 0, 0, 1, 1], best_response=["CR", "PR", "PD", "PR", "NE"])
    found = patients_behind(result_of(patients, replicates=2), "A", None, "dor_median_months")
    assert found == 1.5


def test_repetitions_in_which_nobody_responded_count_in_the_mean() -> None:
    patients = rows(trial=[0, 0, 1, 2], best_response=["CR", "PR", "PD", "SD"])
    found = patients_behind(result_of(patients, replicates=4), "A", None, "dor_median_months")
    assert found == 0.5


def test_other_arms_and_failed_patients_are_behind_no_number() -> None:
    patients = rows(
        best_response=["CR", "PD", "CR", "CR"], arm=["A", "A", "B", "A"],
        status=["ok", "ok", "ok", "not_finite"],
    )  # fmt: skip
    assert patients_behind(result_of(patients), "A", None, "orr") == 2.0
    assert patients_behind(result_of(patients), "A", None, "dor_median_months") == 1.0


def test_behind_the_numbers_of_a_line_are_those_who_reached_it() -> None:
    assert patients_behind(lines_of_two(), "A", "aldesleukin", "orr") == 3.0
    assert patients_behind(lines_of_two(), "A", "temozolomide", "orr") == 2.0
    assert patients_behind(lines_of_two(), "A", "temozolomide", "dor_median_months") == 1.0


def test_the_luck_of_a_median_is_what_halves_of_a_trial_differ_by() -> None:
    # Exponential times of 60 patients, in trials that differ by nothing else: 1.44**2 / 60, and about a tenth
    # more for samples that are not large.
    trials, size = 800, 60
    random = np.random.default_rng(5)
    days = random.exponential(300.0, trials * size) * np.repeat(np.exp(random.normal(0.0, 0.5, trials)), size)
    patients = rows(
        trial=np.repeat(np.arange(trials), size).tolist(), patient=list(range(trials * size)),
        os_days=days.tolist(), os_event=[True] * (trials * size),
    )  # fmt: skip
    found = median_luck(result_of(patients, replicates=trials), "A", None, "os_median_months")
    assert found == pytest.approx(1.44**2 / size, rel=0.2)


def test_of_few_repetitions_the_luck_is_not_known() -> None:
    patients = events("os", [MONTH, 2 * MONTH, 3 * MONTH], [True, True, True])
    assert np.isnan(median_luck(result_of(patients), "A", None, "os_median_months"))
