"""The same patients under two treatments: plain means without censoring, and nobody left out with it."""

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.statistics.paired_survival import (
    Fate,
    count_fates,
    fates,
    paired_restricted_mean,
    paired_survival_difference,
)
from trialkine.statistics.proportions import paired_difference
from trialkine.statistics.summary import mean_interval
from trialkine.statistics.survival import kaplan_meier, restricted_mean, survival_at

RANDOM = np.random.default_rng(3)
FRAILTY = RANDOM.exponential(1.0, 80)
FIRST = np.maximum(1.0, np.round(20.0 * FRAILTY * RANDOM.uniform(0.8, 1.6, 80)))
SECOND = np.maximum(1.0, np.round(20.0 * FRAILTY))
ALL = np.ones(80, dtype=bool)
LOST = RANDOM.uniform(1.0, 60.0, 80)


def censored(times):
    return np.minimum(times, LOST), times <= LOST


def test_without_censoring_the_restricted_mean_is_the_t_interval_of_the_differences():
    found = paired_restricted_mean(FIRST, ALL, SECOND, ALL, 24.0)
    plain = mean_interval(np.minimum(FIRST, 24.0) - np.minimum(SECOND, 24.0))
    assert (found.estimate, found.low, found.high) == pytest.approx((plain.estimate, plain.low, plain.high))


def test_with_censoring_it_is_the_difference_of_the_two_areas_and_narrower_than_of_strangers():
    sides = *censored(FIRST), *censored(SECOND)
    found = paired_restricted_mean(*sides, 24.0)
    one, two = (
        restricted_mean(kaplan_meier(*sides[:2]), 24.0),
        restricted_mean(kaplan_meier(*sides[2:]), 24.0),
    )
    assert found.estimate == pytest.approx(one.estimate - two.estimate)
    strangers = np.hypot(one.high - one.estimate, two.high - two.estimate)
    assert 0.0 < found.high - found.estimate < 0.7 * strangers


def test_without_censoring_survival_is_the_paired_difference_of_proportions():
    found = paired_survival_difference(FIRST, ALL, SECOND, ALL, 15.0)
    assert found == paired_difference(FIRST > 15.0, SECOND > 15.0)


def test_with_censoring_survival_is_the_difference_of_the_two_curves():
    sides = *censored(FIRST), *censored(SECOND)
    found = paired_survival_difference(*sides, 15.0)
    one, two = survival_at(kaplan_meier(*sides[:2]), 15.0), survival_at(kaplan_meier(*sides[2:]), 15.0)
    assert found.estimate == pytest.approx(one.estimate - two.estimate)
    assert "each patient counted once" in found.method
    assert -1.0 <= found.low < found.estimate < found.high <= 1.0


@pytest.mark.parametrize("function", [paired_restricted_mean, paired_survival_difference])
def test_beyond_follow_up_and_of_one_patient_nothing_is_known(function):
    assert "follow-up ends at 9, before 12" in function([9, 5], [0, 1], [20, 20], [0, 0], 12.0).why
    assert "at least 2" in function([9], [1], [20], [1], 12.0).why
    assert function([9, 5], [1, 1], [20, 20], [0, 0], 12.0).estimate is not None  # the curve has reached zero


@pytest.mark.parametrize(
    ("first", "second", "fate"),
    [
        ((10, 1), (8, 1), Fate.better),
        ((8, 1), (10, 1), Fate.worse),
        ((8.4, 1), (8, 1), Fate.same),  # less than a day apart
        ((9, 1), (8, 1), Fate.better),
        ((90, 0), (70, 1), Fate.same),  # both beyond the window
        ((90, 0), (20, 1), Fate.better),
        ((15, 0), (10, 1), Fate.better),  # lost, but after the other had the event
        ((8, 0), (10, 1), Fate.unknown),  # lost before
        ((10, 1), (8, 0), Fate.unknown),
        ((10, 1), (15, 0), Fate.worse),
        ((8, 0), (8, 0), Fate.unknown),
        ((8, 0), (60, 0), Fate.unknown),
        ((59.5, 0), (60, 0), Fate.same),  # whatever happens in half a day
    ],
)
def test_fates_are_told_only_where_follow_up_decides_them(first, second, fate):
    (found,) = fates([first[0]], [first[1]], [second[0]], [second[1]], until=60.0, apart=1.0)
    assert found is fate
    (turned,) = fates([second[0]], [second[1]], [first[0]], [first[1]], until=60.0, apart=1.0)
    assert turned is {Fate.better: Fate.worse, Fate.worse: Fate.better}.get(fate, fate)


def test_every_fate_is_counted_also_those_of_nobody():
    assert count_fates([Fate.better, Fate.better, Fate.same]) == {
        Fate.better: 2, Fate.worse: 0, Fate.same: 1, Fate.unknown: 0,
    }  # fmt: skip


def test_pairs_need_both_sides():
    with pytest.raises(InputError, match="2 times against 1"):
        fates([1, 2], [1, 1], [1], [1], 5.0, 1.0)
    with pytest.raises(InputError, match="some are missing"):
        paired_restricted_mean([1, np.nan], [1, 1], [1, np.nan], [1, 1], 5.0)
