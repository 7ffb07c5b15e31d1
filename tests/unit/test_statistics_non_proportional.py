import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.statistics.cure_fraction import fit_exponential_cure, fit_weibull_cure
from trialkine.statistics.normal_box import box_probability
from trialkine.statistics.restricted_mean_test import compare_restricted_means
from trialkine.statistics.survival_curves import MixtureCure, exponential
from trialkine.statistics.weighted_logrank import (
    LOG_RANK,
    FlemingHarrington,
    logrank_scores,
    max_combo,
    one_sided_p,
    two_sided_p,
    weighted_logrank,
)

FIRST = ([5.0, 8.0, 12.0, 20.0, 30.0], [1, 0, 1, 1, 0])
SECOND = ([2.0, 3.0, 6.0, 7.0, 25.0], [1, 1, 1, 1, 0])


def test_changing_the_groups_changes_the_sign_alone():
    one, other = logrank_scores(*FIRST, *SECOND), logrank_scores(*SECOND, *FIRST)
    assert one.z == pytest.approx(-other.z)
    assert two_sided_p(one) == pytest.approx(two_sided_p(other), abs=1e-9)
    assert one_sided_p(one) < 0.5 < one_sided_p(other)


def test_the_combination_costs_something_but_less_than_bonferroni():
    scores = logrank_scores(*FIRST, *SECOND)
    singles = [weighted_logrank(*FIRST, *SECOND, weight).p_value for weight in scores.weights]
    combined = max_combo(*FIRST, *SECOND)
    assert min(singles) < combined.p_value < 4 * min(singles)
    assert abs(combined.statistic) == pytest.approx(np.abs(scores.z).max())


def test_a_weight_given_twice_changes_nothing():
    once = two_sided_p(logrank_scores(*FIRST, *SECOND, [LOG_RANK]))
    twice = two_sided_p(logrank_scores(*FIRST, *SECOND, [LOG_RANK, LOG_RANK]))
    assert twice == pytest.approx(once, abs=1e-9)


def test_tests_that_have_no_value_say_why():
    no_events = ([1.0, 2.0], [0, 0])
    for found in (
        weighted_logrank(*no_events, *no_events, LOG_RANK),
        max_combo(*no_events, *no_events),
        max_combo(*no_events, [], []),
        # The only event is the first: nothing had happened before, so late weights are 0.
        weighted_logrank([1.0, 5.0], [1, 0], [4.0, 6.0], [0, 0], FlemingHarrington(0.0, 1.0)),
    ):
        assert found.statistic is None
        assert found.why


def test_impossible_weights_and_data_are_refused():
    with pytest.raises(InputError, match="impossible"):
        FlemingHarrington(-1.0, 0.0)
    with pytest.raises(InputError, match="No weights"):
        logrank_scores(*FIRST, *SECOND, [])
    with pytest.raises(InputError, match="event flags"):
        logrank_scores([1.0], [1, 0], *SECOND)


def test_impossible_boxes_are_refused():
    ones = np.ones(2)
    for arguments in (
        (ones, np.ones(3), np.eye(2)),
        (ones, ones, np.array([[1.0, 0.5], [0.4, 1.0]])),
        (ones, ones, np.array([[1.0, 1.5], [1.5, 1.0]])),
        (np.ones(11), np.ones(11), np.eye(11)),
    ):
        with pytest.raises(InputError):
            box_probability(*arguments)


def test_restricted_means_that_do_not_exist_say_why():
    assert "before 40" in compare_restricted_means(*FIRST, *SECOND, until=40.0).why
    assert "empty" in compare_restricted_means([], [], *SECOND, until=5.0).why
    assert "spread" in compare_restricted_means([9.0], [0], [9.0], [0], until=5.0).why
    with pytest.raises(InputError, match="positive time"):
        compare_restricted_means(*FIRST, *SECOND, until=0.0)


def test_a_group_that_died_out_has_a_restricted_mean_beyond_its_last_event():
    found = compare_restricted_means([1.0, 3.0], [1, 1], *FIRST, until=10.0)
    assert found.difference is not None
    assert compare_restricted_means([1.0, 3.0], [1, 1], [1.0, 3.0], [1, 1], 10.0).difference == 0.0


def sample(curve, size, seed, end):
    times = curve.times_at(np.random.default_rng(seed).random(size))
    return np.minimum(times, end), times <= end


@pytest.mark.parametrize("fit", [fit_exponential_cure, fit_weibull_cure])
def test_a_large_sample_gives_its_cured_fraction_back(fit):
    found = fit(*sample(MixtureCure(0.3, 10.0), 20_000, 1, end=80.0))
    error = np.sqrt(0.3 * 0.7 / 20_000)  # nearly everybody's end is known by 8 means
    assert found.cured.estimate == pytest.approx(0.3, abs=4 * error)
    assert found.cured.low < 0.3 < found.cured.high
    assert found.cured.high - found.cured.low == pytest.approx(2 * 1.96 * error, rel=0.05)
    assert found.curve.scale == pytest.approx(10.0, rel=0.05)
    assert found.p_value < 1e-10


def test_without_a_cure_the_lower_limit_is_none_and_the_test_is_silent():
    found = fit_exponential_cure(*sample(exponential(7.0), 400, 2, end=60.0))
    assert found.cured.low == 0.0
    assert found.cured.high < 0.05
    assert found.p_value > 0.05


def test_short_follow_up_leaves_the_cured_fraction_open():
    short = fit_exponential_cure(*sample(MixtureCure(0.3, 10.0), 100, 3, end=5.0))
    long = fit_exponential_cure(*sample(MixtureCure(0.3, 10.0), 100, 3, end=50.0))
    assert short.cured.high - short.cured.low > 2 * (long.cured.high - long.cured.low)


def test_everybody_dead_means_nobody_cured():
    found = fit_weibull_cure([3.0, 5.0, 8.0, 13.0, 21.0], [1] * 5)
    assert found.cured.estimate == 0.0
    assert "nobody cured" in found.cured.why
    assert found.p_value == 0.5


def test_data_that_tell_no_cured_fraction_are_refused():
    for fit, days, events in (
        (fit_exponential_cure, [5.0, 6.0], [1, 0]),
        (fit_exponential_cure, [0.0, 0.0, 5.0], [1, 1, 0]),
        (fit_weibull_cure, [0.0, 2.0, 5.0], [1, 1, 0]),
        (fit_weibull_cure, [2.0, 2.0, 5.0], [1, 1, 0]),
        (fit_weibull_cure, [2.0, -3.0], [1, 1]),
    ):
        with pytest.raises(InputError):
            fit(days, events)
    with pytest.raises(InputError, match="Level"):
        fit_exponential_cure([1.0, 2.0], [1, 1], level=95)
