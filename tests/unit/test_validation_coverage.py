import math

import numpy as np
import pytest

from trialkine.statistics.proportions import exact_interval
from trialkine.validation.coverage import (
    ALL,
    exact_share_interval,
    outcome_group,
    pit_counts,
    scored_rows,
    summarise_group,
    summarise_rows,
)
from validation_rows import row_of, scored

# The wide prediction: 50 % from 0.10 to 0.15, 80 % from 0.08 to 0.18, 95 % from 0.05 to 0.21.
INSIDE, AT_80, AT_95, OUTSIDE = 0.12, 0.16, 0.20, 0.40


@pytest.mark.parametrize(
    ("metric", "group"),
    [
        ("orr", "response rate"),
        ("cr_rate", "complete response"),
        ("os_median_months", "median survival"),
        ("os_rate_12m", "survival at landmark"),
        ("pfs_rate_17w", "progression-free"),
        ("ttp_rate_8w", "progression-free"),
        ("ttp_median_months", "progression-free"),
        ("pfs_median_months", "progression-free"),
        ("rfs_rate_60m", "other"),
        ("pd_rate", "other"),
        ("toxic_death_rate", "other"),
    ],
)
def test_every_metric_has_its_group(metric, group):
    assert outcome_group(metric) == group


def test_coverage_counts_rows_and_families():
    rows = [row_of("a", INSIDE), row_of("a", INSIDE), row_of("a", OUTSIDE), row_of("b", OUTSIDE)]
    half, eighty, ninety_five = summarise_group("response rate", ALL, rows).coverage
    assert (half.inside, half.share) == (2, 0.5)
    assert half.share_by_family == pytest.approx((2 / 3 + 0) / 2)
    assert (half.low, half.high) == exact_share_interval(1 / 3, 2)
    assert eighty.share == ninety_five.share == 0.5


def test_wider_levels_hold_more():
    rows = [row_of(str(place), value) for place, value in enumerate((INSIDE, AT_80, AT_95, OUTSIDE))]
    assert [found.inside for found in summarise_group("", ALL, rows).coverage] == [1, 2, 3]


@pytest.mark.parametrize(("inside", "of"), [(0, 5), (3, 5), (5, 5), (61, 80)])
def test_limits_of_whole_counts_are_clopper_and_pearsons(inside, of):
    expected = exact_interval(inside, of)
    assert exact_share_interval(inside / of, of) == pytest.approx((expected.low, expected.high))


def test_scores_compare_on_the_rows_where_both_are_known():
    rows = [
        row_of("a", INSIDE, predicted=scored(0.02, -2.0), baselines={"same class": scored(0.04, -3.0)}),
        row_of("a", INSIDE, predicted=scored(0.04, -4.0), baselines={"same class": scored(0.02, -3.5)}),
        row_of("b", INSIDE, predicted=scored(0.01, -1.0), baselines={"same class": scored(0.05, -2.0)}),
        row_of("c", INSIDE, predicted=scored(0.09, -9.0)),
        row_of("d", INSIDE, predicted=scored(0.07, None), baselines={"same class": scored(None, -1.0)}),
    ]
    found = summarise_group("response rate", ALL, rows)
    (compared,) = found.comparisons
    assert (compared.baseline, compared.unit, compared.rows, compared.families) == (
        "same class",
        "fraction",
        3,
        2,
    )
    assert compared.crps == pytest.approx(0.07 / 3)
    assert compared.crps_by_family == pytest.approx((0.03 + 0.01) / 2)
    assert compared.baseline_crps == pytest.approx(0.11 / 3)
    assert compared.baseline_crps_by_family == pytest.approx((0.03 + 0.05) / 2)
    assert compared.crps_ratio == pytest.approx(math.prod((0.5, 2.0, 0.2)) ** (1 / 3))
    assert compared.log_score == pytest.approx(-7 / 3)
    assert compared.baseline_log_score_by_family == pytest.approx((-3.25 - 2.0) / 2)
    assert found.scores[0].crps == pytest.approx(0.23 / 5)


def test_months_and_fractions_are_never_averaged():
    rows = [
        row_of("a", INSIDE, "pfs_rate_8w", predicted=scored(0.02)),
        row_of("a", 3.0, "ttp_median_months", predicted=scored(1.5)),
    ]
    found = {each.unit: each.crps for each in summarise_group("progression-free", ALL, rows).scores}
    assert found == {"fraction": 0.02, "month": 1.5}


def test_only_scored_predicted_values_count():
    rows = [
        row_of("a", INSIDE),
        row_of("b", INSIDE, is_scored=False),
        row_of("c", INSIDE, predicted=None),
        row_of("d", INSIDE, at_least=True),
    ]
    assert [row.family for row in scored_rows(rows)] == ["a"]


def test_summaries_are_by_use_and_group_with_all_of_them_first():
    rows = [
        row_of("a", INSIDE),
        row_of("a", INSIDE, "cr_rate"),
        row_of("b", INSIDE, use="prediction"),
    ]
    found = [(each.use, each.group, each.rows, each.families) for each in summarise_rows(rows)]
    assert found == [
        ("all", "all", 3, 2),
        ("all", "response rate", 2, 2),
        ("all", "complete response", 1, 1),
        ("calibration", "all", 2, 1),
        ("calibration", "response rate", 1, 1),
        ("calibration", "complete response", 1, 1),
        ("prediction", "all", 1, 1),
        ("prediction", "response rate", 1, 1),
    ]


def test_no_rows_have_no_summaries():
    assert summarise_rows([]) == ()


def test_pit_counts_hold_every_known_value():
    assert pit_counts([0.0, 0.05, 0.1, 0.95, 1.0, None]) == (2, 1, 0, 0, 0, 0, 0, 0, 0, 2)
    assert set(pit_counts(list((np.arange(100) + 0.5) / 100))) == {10}
