"""Measures of what could explain a series, on patients whose responses in every arm are known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from claims_samples import outcome_of, with_responses
from report_samples import TWO_ARMS, sample_result
from trialkine.claims.measures import MEASURES, Asked
from trialkine.errors import InputError
from trialkine.report.outcomes import Summary
from trialkine.statistics.best_of_series import chance_of_at_least, series_to_screen
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.proportions import exact_interval
from trialkine.trial.result import TrialResult

PATIENTS = 20
ALONE, SEQUENCE = TWO_ARMS[0].name, TWO_ARMS[1].name


@cache
def any_summary() -> Summary:
    """These measures read the tables and not the summary, which takes its time."""
    summary = outcome_of(sample_result(TWO_ARMS, patients=10, failed=0)).summary
    assert summary is not None
    return summary


def trial(alone: str, sequence: str) -> TrialResult:
    """A letter per patient and arm: 'r' responds, '.' does not."""
    result = sample_result(TWO_ARMS, patients=PATIENTS, failed=0)
    for arm, letters in ((ALONE, alone), (SEQUENCE, sequence)):
        responses = ["PR" if letter == "r" else "PD" for letter in letters.ljust(PATIENTS, ".")]
        result = with_responses(result, arm, responses)
    return result


def ask(
    result: TrialResult, measure: str, arm: str = SEQUENCE, line: int | None = None, **options
) -> Estimate:
    return MEASURES[measure].find(Asked(result, any_summary(), arm, line, options))


def test_response_elsewhere_counts_the_same_patients_in_the_other_arm() -> None:
    assert ask(trial("rrr", "..rrrrr"), "response_elsewhere", there=ALONE) == exact_interval(3, PATIENTS)


def test_response_elsewhere_is_of_those_who_reached_the_line() -> None:
    result = trial("r" * PATIENTS, "")
    reached = result.lines.filter((pl.col("arm") == SEQUENCE) & (pl.col("line") == 2)).height
    assert 0 < reached < PATIENTS
    assert ask(result, "response_elsewhere", line=2, there=ALONE) == exact_interval(reached, reached)
    nobody = ask(trial("", "r" * PATIENTS), "response_elsewhere", line=2, there=ALONE, there_line=1)
    assert nobody.estimate == responders_in_line(result, ALONE, 1) / reached


def responders_in_line(result: TrialResult, arm: str, line: int) -> int:
    """Those who respond to a line of an arm, of the patients who reach the second line of the sequence."""
    keys = ["trial", "patient"]
    lines = result.lines.filter((pl.col("arm") == SEQUENCE) & (pl.col("line") == 2))
    other = result.lines.filter((pl.col("arm") == arm) & (pl.col("line") == line))
    responders = other.filter(pl.col("best_response").is_in(["CR", "PR"]))
    return lines.join(responders, on=keys, how="semi").height


def test_only_here_leaves_out_whoever_responds_in_one_of_the_others() -> None:
    """Patients 2 to 6 respond here, of whom patient 2 responds there, too."""
    result = trial("rrr", "..rrrrr")
    found = ask(result, "only_here", there=ALONE, nor_there=ALONE)
    assert found == exact_interval(4, PATIENTS)


def test_a_deep_response_is_a_fall_of_the_sum_since_the_line_began() -> None:
    """The first shrinks to a tenth, the second by half, the third to a tenth of a sum after its start."""
    result = trial("", "")
    rows = [
        {
            "arm": SEQUENCE,
            "trial": 0,
            "patient": patient,
            "day": day,
            "lesion": lesion,
            "diameter_mm": size / 2,
        }
        for patient, sums in ((0, (100.0, 100.0, 10.0)), (1, (100.0, 80.0, 50.0)), (2, (40.0, 100.0, 10.0)))
        for day, size in zip((0.0, 56.0, 112.0), sums, strict=True)
        for lesion in (1, 2)
    ]
    result = replace(result, lesions=pl.DataFrame(rows))
    assert ask(result, "deep_response", fall=0.9) == exact_interval(1, PATIENTS)
    assert ask(result, "deep_response", fall=0.5) == exact_interval(3, PATIENTS)
    chance = ask(result, "chance_of_series", fall=0.5, responses=2, patients=3).estimate
    assert chance == pytest.approx(chance_of_at_least(2, 3, 3 / PATIENTS))


def test_the_depth_in_a_line_counts_from_its_own_start() -> None:
    result = trial("", "")
    second = result.lines.filter((pl.col("arm") == SEQUENCE) & (pl.col("line") == 2))
    patient, start = second.select("patient", "start_day").row(0)
    rows = [
        {"arm": SEQUENCE, "trial": 0, "patient": patient, "day": day, "lesion": 1, "diameter_mm": size}
        for day, size in ((0.0, 20.0), (start, 100.0), (start + 56.0, 20.0))
    ]
    result = replace(result, lesions=pl.DataFrame(rows))
    assert ask(result, "deep_response", fall=0.8, line=2) == exact_interval(1, second.height)
    assert ask(result, "deep_response", fall=0.8).estimate == 0.0


def test_patients_of_different_arms_are_not_compared() -> None:
    result = trial("rrr", "rrr")
    separate = result.protocol.model_copy(update={"arms_are": "randomised"})
    with pytest.raises(InputError, match="each arm has its own"):
        ask(replace(result, protocol=separate), "response_elsewhere", there=ALONE)


def test_an_arm_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="'Placebo'"):
        ask(trial("", ""), "response_elsewhere", there="Placebo")


def test_the_chance_of_a_series_is_that_at_the_rate_and_at_its_limits() -> None:
    rate = exact_interval(5, PATIENTS)
    found = ask(trial("", "rrrrr"), "chance_of_series", responses=6, patients=9)
    expected = [chance_of_at_least(6, 9, value) for value in (rate.estimate, rate.low, rate.high)]
    assert [found.estimate, found.low, found.high] == pytest.approx(expected)
    assert found.low < found.estimate < found.high


def test_the_series_to_screen_are_fewer_at_the_higher_rate() -> None:
    rate = exact_interval(5, PATIENTS)
    found = ask(trial("", "rrrrr"), "series_screened", responses=6, patients=9, chance=0.5)
    assert found.estimate == series_to_screen(6, 9, rate.estimate, 0.5)
    assert (found.low, found.high) == (series_to_screen(6, 9, rate.high), series_to_screen(6, 9, rate.low))


def test_where_nobody_responded_no_number_of_series_is_enough() -> None:
    found = ask(trial("", ""), "series_screened", responses=6, patients=9, chance=0.5)
    assert found.estimate is None
    assert found.why.startswith("not reached")
    assert found.low == series_to_screen(6, 9, exact_interval(0, PATIENTS).high)
    assert found.high is None
