"""The page of the founding figures says what its numbers say; its records agree with the catalogue."""

from __future__ import annotations

import sys
import tomllib
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from trialkine.population.ensemble import ParameterEnsemble
from trialkine.published_trials.catalogue import published_trials

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> Any:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import founding_figures
        import founding_page
    finally:
        sys.path.remove(str(BENCHMARKS))
    return SimpleNamespace(**{**vars(founding_figures), **vars(founding_page)})


def figure(benchmark: Any, reported: float, **other: Any) -> Any:
    """A figure whose intervals are 8 to 12, 6 to 14 and 3 to 20, around 10."""
    limits = {0.5: (8.0, 12.0), 0.8: (6.0, 14.0), 0.95: (3.0, 20.0)}
    values = {"name": "responders", "unit": "", "median": 10.0, "intervals": limits}
    alone = {"alone_median": 10.0, "alone": limits}
    return benchmark.Judged(**{**values, **alone, "reported": reported, **other})


def weighted(benchmark: Any, effective: float, mean: float, moved: tuple[Any, ...] = ()) -> Any:
    moved = moved or (("a", 0.05, 0.02), ("b", -0.01, 0.02))
    return benchmark.Weighted(effective, mean, 0.1, mean, 0.9, mean, 0.4, 0.2, moved)


def series(benchmark: Any, **other: Any) -> Any:
    values = {
        "name": "any response", "successes": 6, "n": 9, "most_series": 100, "fall": 0.9, "reached": 1000.0,
        "members": 400, "median": 4.0, "intervals": {0.5: (3.0, 5.0), 0.8: (1.0, 6.0), 0.95: (0.0, 8.0)},
        "without": weighted(benchmark, 400.0, 0.40), "modelled": weighted(benchmark, 380.0, 0.42),
        "naive": weighted(benchmark, 300.0, 0.54), "strict": weighted(benchmark, 250.0, 0.48),
        "fixed": {1: weighted(benchmark, 300.0, 0.54), 1000: weighted(benchmark, 350.0, 0.20)},
        "series": (10.0, 1.0, 90.0),
    }  # fmt: skip
    return benchmark.Nine(**{**values, **other})


@pytest.mark.parametrize(
    ("reported", "where"),
    [
        (12.0, "inside 50 %"),
        (13.0, "inside 80 %, above the median"),
        (4.0, "inside 95 %, below the median"),
        (21.0, "above 95 %"),
        (2.0, "below 95 %"),
    ],
)
def test_where_a_report_lies_follows_from_the_intervals(benchmark: Any, reported: float, where: str) -> None:
    assert benchmark.places(figure(benchmark, reported)) == (where, where)


def test_a_value_within_half_a_printed_step_of_a_limit_lies_on_it(benchmark: Any) -> None:
    assert benchmark.places(figure(benchmark, 12.04, slack=0.05))[0] == "inside 50 %"
    assert benchmark.places(figure(benchmark, 12.06, slack=0.05))[0] != "inside 50 %"


def test_a_miss_is_told_as_one_and_a_hit_is_not(benchmark: Any) -> None:
    assert "above the 95 % interval, which misses it" in benchmark.sentence(figure(benchmark, 25.0))
    assert "misses" not in benchmark.sentence(figure(benchmark, 13.0))


def test_where_the_mechanism_alone_says_otherwise_the_sentence_says_so(benchmark: Any) -> None:
    narrow = dict.fromkeys((0.5, 0.8, 0.95), (9.0, 11.0))
    told = benchmark.sentence(figure(benchmark, 13.0, alone=narrow))
    assert "inside the 80 % interval, above the median; for the mechanism alone above the 95 %" in told
    assert "so it does" in benchmark.sentence(figure(benchmark, 13.0))


def test_a_time_that_is_not_reached_is_no_number(benchmark: Any) -> None:
    limits = {0.5: (8.0, inf), 0.8: (6.0, inf), 0.95: (3.0, inf)}
    told = benchmark.sentence(figure(benchmark, 54.0, unit="months", median=inf, intervals=limits))
    assert "predicted not reached (80 % interval 6.0 to not reached)" in told


def test_the_summary_counts_what_the_intervals_hold(benchmark: Any) -> None:
    told = benchmark.summary([figure(benchmark, value) for value in (10.0, 13.0, 4.0, 30.0)])
    assert "Of the 4 figures 1 in their 50 % intervals, 2 in their 80 %" in told
    assert "3 in their 95 %" in told


def test_numbers_that_move_no_farther_than_chance_are_not_named_as_moved(benchmark: Any) -> None:
    still = benchmark.moved_words("Then", weighted(benchmark, 300.0, 0.5))
    assert still.startswith("Then none of 2 numbers")
    moved = (("a", -0.40, 0.05), ("b", 0.20, 0.05), ("c", 0.12, 0.05))
    told = benchmark.moved_words("Then", weighted(benchmark, 300.0, 0.5, moved))
    assert told.startswith("Then 2 of 3 numbers move by more than 0.15")
    assert told.endswith("a -0.40, b +0.20.")


def test_few_members_left_are_told(benchmark: Any) -> None:
    assert "More than half" in benchmark.weight_words(series(benchmark))
    few = series(benchmark, naive=weighted(benchmark, 150.0, 0.54))
    assert "Fewer than half of the members are left at face value," in benchmark.weight_words(few)


def test_the_best_of_many_series_lowers_the_rate_only_where_it_does(benchmark: Any) -> None:
    assert "lower the rate" in benchmark.number_words(series(benchmark))
    raised = {1000: weighted(benchmark, 350.0, 0.45)}
    assert "lower the rate" not in benchmark.number_words(series(benchmark, fixed=raised))


def test_a_page_has_both_parts_and_every_figure(benchmark: Any) -> None:
    about = benchmark.Duration(270, 3.0, 36.0, 80.0, 30.0, (0.3, 0.2), 7.0, 2.0, "a source")
    both = (series(benchmark), series(benchmark, name="complete or nearly complete"))
    found = benchmark.Findings("of a name", 400, 40, 0, (figure(benchmark, 13.0),), about, both)
    page = benchmark.page(found)
    assert "| responders | 13 | 10 | 8 to 12 | 6 to 14 | 3 to 20 | inside 80 %, above the median |" in page
    assert page.count("### ") == 2
    assert "smaller by 90 % or more" in page


def test_records_name_trials_and_arms_of_the_catalogue_and_agree_with_their_counts() -> None:
    records = tomllib.loads((BENCHMARKS / "founding_figures.toml").read_text("utf-8"))
    for one in records.values():
        (entry,) = [e for e in published_trials()[one["trial"]].reported or () if e.arm == one["arm"]]
        if "line" in one:
            assert entry.line == one["line"]
            assert entry.selected is not None
    of = records["durability"]
    (entry,) = published_trials()[of["trial"]].reported or ()
    assert entry.cr is not None
    assert entry.pr is not None
    assert of["complete_free"] <= entry.cr
    assert 0 <= of["responders_free"] - of["complete_free"] <= entry.pr


def test_blocks_take_every_member_in_turn_and_sum_up_by_member(benchmark: Any) -> None:
    members = ParameterEnsemble(("a",), np.arange(3.0)[:, None], np.array([0.5, 0.25, 0.25]))
    plan = benchmark.Plan(members, 5, 10, 0)
    assert plan.numbers.tolist() == [0, 1, 2, 0, 1]
    assert plan.weights == pytest.approx([0.25, 0.125, 0.25, 0.25, 0.125])
    assert benchmark.by_member(np.array([1, 2, 3, 4, 5]), plan).tolist() == [5, 7, 3]


def test_figures_are_read_off_what_was_simulated(benchmark: Any) -> None:
    """Every simulated series is the one reported, under an ensemble without differences between trials."""
    names = ("trial.discrepancy.progression", "trial.discrepancy.response", "trial.discrepancy.completeness")
    names = (*names, "trial.response.high-dose interleukin-2")
    members = ParameterEnsemble(names, np.zeros((50, 4)), np.full(50, 0.02))
    plan = benchmark.Plan(members, 50, 10, 0)
    counts = {
        "patients": 270, "complete": 17, "responders": 43, "complete_free": 10, "responders_free": 12,
        "late": 0, "seen": 43, "cr_rate": 17 / 270, "dor_median_months": 8.9,
    }  # fmt: skip
    seen = {name: np.full(50, value) for name, value in counts.items()}
    of = tomllib.loads((BENCHMARKS / "founding_figures.toml").read_text("utf-8"))["durability"]
    protocol = published_trials()[of["trial"]]
    figures, none_late = benchmark.shares(of, protocol, seen, plan)
    assert [one.reported for one in figures] == [17, 10, 12, 0]
    assert [one.median for one in figures] == pytest.approx([17, 10, 12, 0], abs=1.5)
    assert all(place.startswith("inside") for one in figures for place in benchmark.places(one))
    assert none_late == pytest.approx((1.0, 1.0), abs=0.05)
    duration = benchmark.median_duration(of, "melanoma", protocol, seen, plan)
    assert (duration.reported, duration.alone_median) == (8.9, 8.9)
    assert duration.median == pytest.approx(8.9, rel=0.1)


def test_an_offset_that_no_calibrated_trial_told_is_uncertain(benchmark: Any) -> None:
    values = np.array([[0.3, 0.6], [0.1, 0.8]])
    names = ("trial.response.temozolomide", "trial.response_spread")
    members = ParameterEnsemble(names, values, np.full(2, 0.5))
    known, unknown = (benchmark.offsets(members, name) for name in ("temozolomide", "another"))
    assert [one.tolist() for one in known] == [[0.3, 0.1], [0.0, 0.0]]
    assert [one.tolist() for one in unknown] == [[0.0, 0.0], [0.6, 0.8]]
