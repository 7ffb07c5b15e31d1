import itertools

import numpy as np
import pytest

from trialkine.statistics.predictive import predict, widest_level


@pytest.mark.parametrize("level", [0.50, 0.80])
def test_a_further_replicate_falls_inside_with_the_stated_probability(level):
    # of 20 exchangeable replicates any may be the further one; 19 give whole ranks at 50 and 80 %
    values = np.arange(20.0) ** 2
    inside = 0
    for left_out in range(20):
        interval = predict(np.delete(values, left_out), levels=(level,)).at(level)
        inside += interval.low <= values[left_out] <= interval.high
    assert inside / 20 == pytest.approx(level, rel=1e-12)


def test_ninety_nine_replicates_give_whole_ranks():
    summary = predict(np.arange(1.0, 100.0))
    assert summary.median == 50.0
    assert (summary.at(0.80).low, summary.at(0.80).high) == pytest.approx((10.0, 90.0))
    assert (summary.at(0.50).low, summary.at(0.50).high) == pytest.approx((25.0, 75.0))
    assert {interval.interval for interval in summary.intervals} == {"predictive"}


def test_too_few_replicates_have_no_wide_interval_and_say_how_many_are_needed():
    interval = predict(np.arange(38.0)).at(0.95)
    assert interval.low is None
    assert "at least 39" in interval.why
    assert predict(np.arange(39.0)).at(0.95).low == 0.0


def test_times_not_reached_count_as_later_than_all_others():
    summary = predict([1.0, 2.0, 3.0, np.inf, np.inf, np.inf, np.inf])
    assert summary.median is None
    assert summary.why
    assert summary.at(0.50).low == 2.0
    assert summary.at(0.50).high is None


def test_undefined_replicates_are_left_out_and_counted():
    summary = predict([1.0, None, 3.0, float("nan"), 2.0])
    assert (summary.median, summary.replicates, summary.undefined) == (2.0, 3, 2)


def test_no_replicate_at_all_says_so():
    summary = predict([None, None])
    assert summary.median is None
    assert "no replicate" in summary.at(0.80).why


def test_order_of_replicates_does_not_matter():
    answers = {predict(list(order)).at(0.50) for order in itertools.permutations([5.0, 1.0, 4.0, 2.0])}
    assert len(answers) == 1


def test_the_widest_level_is_the_highest_for_which_there_are_enough_replicates():
    # Limits at ranks q (R + 1) exist from R = 2 / (1 - level) - 1: 39, 9 and 3 replicates.
    assert [widest_level(count) for count in (2, 3, 8, 9, 38, 39)] == [None, 0.50, 0.50, 0.80, 0.80, 0.95]
