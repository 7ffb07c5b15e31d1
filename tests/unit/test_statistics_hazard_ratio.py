"""Hazard ratios of two groups: what must hold whatever the data, and when there is none."""

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.statistics.hazard_ratio import (
    fit_two_groups,
    hazard_ratio,
    paired_hazard_ratio,
    ranked_ratio,
)

RANDOM = np.random.default_rng(5)
FIRST = (RANDOM.exponential(10.0, 300), RANDOM.random(300) < 0.8)
SECOND = (RANDOM.exponential(20.0, 300), RANDOM.random(300) < 0.8)


def test_the_ratio_is_that_of_the_hazards_and_turns_over_with_the_groups():
    found, turned = hazard_ratio(*FIRST, *SECOND), hazard_ratio(*SECOND, *FIRST)
    assert found.low < 2.0 < found.high
    assert turned.estimate == pytest.approx(1.0 / found.estimate, rel=1e-9)
    assert (turned.low, turned.high) == pytest.approx((1.0 / found.high, 1.0 / found.low), rel=1e-9)


def test_only_the_order_of_times_counts():
    found = hazard_ratio(*FIRST, *SECOND)
    bent = hazard_ratio(FIRST[0] ** 3, FIRST[1], SECOND[0] ** 3, SECOND[1])
    assert bent.estimate == pytest.approx(found.estimate, rel=1e-9)


def test_a_wider_level_is_a_wider_interval():
    narrow, wide = (hazard_ratio(*FIRST, *SECOND, level) for level in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.estimate == wide.estimate < narrow.high < wide.high


def test_large_ratios_are_found_too():
    quick = np.linspace(0.1, 1.2, 60)
    slow = np.append(np.linspace(1.0, 90.0, 59), 0.5)
    found = hazard_ratio(quick, np.ones(60), slow, np.ones(60))
    assert found.estimate > 50.0


def test_pairs_that_do_not_differ_have_a_ratio_of_one_without_width():
    found = paired_hazard_ratio(*FIRST, *FIRST)
    assert (found.low, found.estimate, found.high) == pytest.approx((1.0, 1.0, 1.0), abs=1e-9)


def test_pairs_without_a_bond_have_about_the_interval_of_different_patients():
    paired, independent = paired_hazard_ratio(*FIRST, *SECOND), hazard_ratio(*FIRST, *SECOND)
    assert paired.estimate == independent.estimate
    width = np.log(paired.high / paired.low) / np.log(independent.high / independent.low)
    assert 0.85 < width < 1.15  # both estimate the same spread, from 600 patients


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        (([], [], [1.0], [True]), "empty"),
        (([3.0, 4.0], [0, 0], [1.0, 5.0], [1, 1]), "no event in the first group"),
        (([3.0, 4.0], [1, 1], [1.0, 5.0], [0, 0]), "no event in the second group"),
        (([3.0, 4.0], [0, 0], [1.0, 5.0], [0, 0]), "no event in either group"),
        (([5.0, 6.0], [1, 1], [1.0, 2.0], [1, 1]), "no event in the first group while both were at risk"),
    ],
)
def test_where_the_likelihood_has_no_peak_there_is_no_ratio(groups, why):
    found = hazard_ratio(*groups)
    assert found.estimate is None
    assert why in found.why


def test_events_of_one_group_alone_rank_as_a_ratio_of_nothing_or_without_end():
    nobody, somebody = ([3.0, 4.0], [0, 0]), ([1.0, 5.0], [1, 1])
    assert ranked_ratio(hazard_ratio(*nobody, *somebody)) == 0.0
    assert ranked_ratio(hazard_ratio(*somebody, *nobody)) == np.inf
    assert ranked_ratio(paired_hazard_ratio(*nobody, *somebody)) == 0.0
    assert ranked_ratio(hazard_ratio(*nobody, *nobody)) is None
    assert ranked_ratio(hazard_ratio([], [], *somebody)) is None
    found = hazard_ratio(*FIRST, *SECOND)
    assert ranked_ratio(found) == found.estimate


@pytest.mark.parametrize("size", [0, 1])
def test_one_pair_has_no_ratio(size):
    found = paired_hazard_ratio([5.0] * size, [True] * size, [5.0] * size, [True] * size)
    assert found.estimate is None
    assert found.why == f"{'1 pair' if size else 'no pairs'}; at least 2 are needed"


def test_everyone_at_once_is_no_difference():
    found = hazard_ratio([7.0, 7.0], [1, 1], [7.0, 7.0, 7.0], [1, 1, 1])
    assert found.estimate == pytest.approx(1.0)


def test_patients_without_a_time_are_left_out_but_not_of_pairs():
    days, events = np.append(FIRST[0], np.nan), np.append(FIRST[1], False)
    assert fit_two_groups(days, events, *SECOND).log_ratio == fit_two_groups(*FIRST, *SECOND).log_ratio
    with pytest.raises(InputError, match="Pairs need a time"):
        paired_hazard_ratio(days, events, days, events)
    with pytest.raises(InputError, match="300 times against 299"):
        paired_hazard_ratio(*FIRST, SECOND[0][1:], SECOND[1][1:])
