"""Survival against R `survival` on its `aml` data (Miller, Survival Analysis, 1981)."""

import pytest

from trialkine.statistics.survival import (
    kaplan_meier,
    logrank,
    median_survival,
    numbers_at_risk,
    restricted_mean,
)

MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NONMAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])


@pytest.mark.parametrize(
    ("group", "median", "low", "high"), [(MAINTAINED, 31, 13, None), (NONMAINTAINED, 23, 5, 33)]
)
def test_medians_and_log_log_limits_equal_r(group, median, low, high):
    found = median_survival(kaplan_meier(*group))
    assert (found.estimate, found.low, found.high) == (median, low, high)
    assert "log-log" in found.method


def test_logrank_equals_r():
    found = logrank(*MAINTAINED, *NONMAINTAINED)
    assert found.statistic == pytest.approx(3.396389, abs=5e-7)  # as printed
    assert found.p_value == pytest.approx(0.0653393, abs=5e-8)


@pytest.mark.parametrize(("group", "mean", "error"), [(MAINTAINED, 52.6, 19.83), (NONMAINTAINED, 22.7, 4.18)])
def test_restricted_mean_to_the_end_of_follow_up_equals_r(group, mean, error):
    found = restricted_mean(kaplan_meier(*group), until=max(group[0]))
    assert found.estimate == pytest.approx(mean, abs=0.05)  # as printed
    assert (found.high - found.estimate) / 1.959964 == pytest.approx(error, abs=0.005)


def test_numbers_at_risk_count_the_patient_whose_time_it_is():
    assert list(numbers_at_risk(kaplan_meier(*MAINTAINED), [0, 13, 13.5, 161, 162])) == [11, 10, 8, 1, 0]
