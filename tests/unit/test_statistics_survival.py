from fractions import Fraction

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.statistics.survival import (
    kaplan_meier,
    logrank,
    median_survival,
    numbers_at_risk,
    restricted_mean,
    restricted_mean_difference,
    survival_at,
)


def test_curve_is_the_product_of_the_surviving_fractions():
    # 2 of 5 at day 1, censored day 2, 1 of 2 at day 3
    curve = kaplan_meier([1, 1, 2, 3, 4], [1, 1, 0, 1, 0])
    assert curve.survival == pytest.approx([3 / 5, 3 / 5, 3 / 5 * 1 / 2, 3 / 10])
    assert list(curve.at_risk) == [5, 3, 2, 1]
    assert list(curve.events) == [2, 0, 1, 0]


def test_landmark_limits_are_the_log_log_ones():
    curve = kaplan_meier([1, 1, 2, 3, 4], [1, 1, 0, 1, 0])
    found = survival_at(curve, 1.5)
    greenwood = 2 / (5 * 3)
    spread = 1.959963985 * np.sqrt(greenwood) / np.log(0.6)
    assert found.estimate == pytest.approx(0.6)
    assert sorted((found.low, found.high)) == pytest.approx(
        sorted(0.6 ** np.exp([spread, -spread])), rel=1e-8
    )
    assert found.method == "log-log"


def test_a_flat_piece_at_one_half_gives_its_middle():
    assert median_survival(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])).estimate == 2.5


def test_a_median_that_is_not_reached_is_none_with_its_reason():
    found = median_survival(kaplan_meier([5, 6, 7], [1, 0, 0]))
    assert found.estimate is None
    assert found.high is None
    assert "not reached" in found.why


def test_a_landmark_beyond_follow_up_is_none_and_beyond_the_last_death_is_zero():
    assert survival_at(kaplan_meier([5, 6], [1, 0]), 7).estimate is None
    everyone_died = survival_at(kaplan_meier([5, 6], [1, 1]), 7)
    assert everyone_died.estimate == 0.0
    assert everyone_died.low is None
    assert everyone_died.why


def test_a_landmark_before_the_first_event_is_one_without_limits():
    found = survival_at(kaplan_meier([5, 6], [1, 1]), 2)
    assert (found.estimate, found.low, found.high) == (1.0, None, None)


def test_restricted_mean_without_censoring_is_the_mean_of_shortened_times():
    days = [1, 3, 4, 10, 12]
    found = restricted_mean(kaplan_meier(days, [1] * 5), until=6)
    shortened = np.minimum(days, 6)
    assert found.estimate == pytest.approx(shortened.mean())
    # Greenwood's variance without censoring is the plain variance over n
    assert found.high - found.estimate == pytest.approx(1.959963985 * shortened.std() / np.sqrt(5), rel=1e-8)


def test_restricted_mean_with_censoring_is_the_area_by_hand():
    found = restricted_mean(kaplan_meier([2, 3, 5], [1, 0, 1]), until=5)
    area = 2 + Fraction(2, 3) * 3
    assert found.estimate == pytest.approx(float(area))


def test_one_patient_has_a_restricted_mean_and_no_limits():
    one, many = kaplan_meier([3], [1]), kaplan_meier([2, 4, 6, 9], [1] * 4)
    alone = restricted_mean(one, 5)
    assert (alone.estimate, alone.low, alone.high, alone.why) == (
        3.0,
        None,
        None,
        "one patient has no spread",
    )
    for pair in ((one, many), (many, one), (one, kaplan_meier([4], [1]))):
        found = restricted_mean_difference(*pair, 5)
        assert found.estimate == pytest.approx(
            restricted_mean(pair[0], 5).estimate - restricted_mean(pair[1], 5).estimate
        )
        assert (found.low, found.high, found.why) == (None, None, "one patient has no spread")


def test_without_an_event_nothing_tells_the_spread_of_a_restricted_mean():
    quiet, busy = kaplan_meier([8, 9], [0, 1]), kaplan_meier([2, 4, 9], [1, 1, 1])
    assert (restricted_mean(quiet, 5).low, restricted_mean(quiet, 5).estimate) == (None, 5.0)
    assert restricted_mean_difference(quiet, quiet, 5).why == "no event tells the spread"
    found = restricted_mean_difference(busy, quiet, 5)
    own = restricted_mean(busy, 5)
    assert found.high - found.estimate == pytest.approx(own.high - own.estimate)


def test_nobody_gives_reasons_and_no_numbers():
    curve = kaplan_meier([], [])
    for found in (median_survival(curve), survival_at(curve, 10), restricted_mean(curve, 10)):
        assert found.estimate is None
        assert found.why == "no patients"
    assert list(numbers_at_risk(curve, [0, 1])) == [0, 0]


def test_patients_without_a_time_are_left_out():
    assert kaplan_meier([1, np.nan, 3], [1, 1, 1]).patients == 2


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        (([], [], [1], [1]), "empty"),
        (([1, 2], [0, 0], [3], [0]), "no events"),
        (([1], [0], [2], [1]), "both groups"),
        (([1], [1], [1], [1]), "at once"),
    ],
)
def test_a_logrank_that_cannot_be_made_says_why(groups, why):
    found = logrank(*groups)
    assert found.p_value is None
    assert why in found.why


def test_logrank_of_a_group_with_itself_finds_nothing():
    days, events = [3, 5, 8, 9], [1, 0, 1, 1]
    assert logrank(days, events, days, events).p_value == pytest.approx(1.0)


def test_negative_times_and_unequal_lengths_are_refused():
    with pytest.raises(InputError, match="negative"):
        kaplan_meier([-1.0], [1])
    with pytest.raises(InputError, match="one flag per patient"):
        kaplan_meier([1.0, 2.0], [1])
