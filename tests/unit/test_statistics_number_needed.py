"""Numbers needed to treat, also where the difference may be either way."""

import pytest

from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.number_needed import number_needed
from trialkine.statistics.survival import kaplan_meier
from trialkine.statistics.survival_difference import survival_difference


def difference(value, low, high):
    return Estimate(value, low, high, 0.95, "made up")


def test_a_clear_benefit_has_plain_limits_in_the_order_of_the_difference():
    found = number_needed(difference(0.25, 0.1, 0.4))
    assert (found.number, found.low, found.high) == pytest.approx((4.0, 10.0, 2.5))
    assert found.has_interval
    assert not found.passes_infinity


def test_a_clear_harm_is_negative():
    found = number_needed(difference(-0.25, -0.4, -0.1))
    assert (found.number, found.low, found.high) == pytest.approx((-4.0, -2.5, -10.0))
    assert not found.passes_infinity


def test_an_interval_across_no_difference_passes_through_infinity():
    found = number_needed(difference(0.1, -0.05, 0.25))
    assert (found.number, found.low, found.high) == pytest.approx((10.0, -20.0, 4.0))
    assert found.passes_infinity


def test_no_difference_at_all_is_infinite_and_a_limit_there_too():
    found = number_needed(difference(0.0, -0.1, 0.1))
    assert found.number is None
    assert found.passes_infinity
    touching = number_needed(difference(0.1, 0.0, 0.2))
    assert touching.low is None
    assert touching.passes_infinity
    assert touching.has_interval


def test_what_has_no_difference_has_no_number():
    assert number_needed(undefined("nobody", "none")).why == "nobody"
    found = number_needed(Estimate(0.5, None, None, 0.95, "made up", why="no limits"))
    assert (found.number, found.has_interval, found.why) == (2.0, False, "no limits")


def test_survival_of_strangers_differs_within_limits_of_both_curves():
    first = kaplan_meier(range(1, 21), [True] * 20)
    second = kaplan_meier(range(1, 41), [True] * 40)
    found = survival_difference(first, second, 10.0)
    assert found.estimate == pytest.approx(0.5 - 0.75)
    # Newcombe's way with the two log-log intervals, worked out from their formula: S^exp(+-z se).
    import math

    def limits(survival, variance_of_log):
        reach = 1.959963984540054 * math.sqrt(variance_of_log) / abs(math.log(survival))
        return survival ** math.exp(reach), survival ** math.exp(-reach)

    (low_1, high_1), (low_2, high_2) = limits(0.5, 0.5 / (20 * 0.5)), limits(0.75, 0.25 / (40 * 0.75))
    assert found.low == pytest.approx(-0.25 - math.hypot(0.5 - low_1, high_2 - 0.75), rel=1e-9)
    assert found.high == pytest.approx(-0.25 + math.hypot(high_1 - 0.5, 0.75 - low_2), rel=1e-9)


def test_survival_has_no_limits_where_nobody_had_the_event_and_none_beyond_follow_up():
    alive, dying = kaplan_meier([30.0] * 5, [False] * 5), kaplan_meier([1.0, 2, 30], [True, True, False])
    found = survival_difference(alive, dying, 10.0)
    assert found.estimate == pytest.approx(2 / 3)
    assert (found.low, found.high) == (None, None)
    assert "no event before" in found.why
    assert survival_difference(alive, dying, 31.0).estimate is None
