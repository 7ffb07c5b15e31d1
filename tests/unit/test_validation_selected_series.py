"""The likelihood of the best of several series: against enumeration, closed forms and known truths."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.statistics.best_of_series import chance_in_best
from trialkine.validation.member_rates import MemberRates
from trialkine.validation.selected_series import (
    RatePoints,
    best_of_series_likelihood,
    chance_of_at_least_in_one,
    chances_of_counts,
    rate_points,
    series_posterior_number,
    series_prior,
    shifts,
    weigh,
)


def at(*rates: float, spread: float = 0.0) -> RatePoints:
    """Members that are sure of their rate."""
    odds = np.log(np.array(rates) / (1.0 - np.array(rates)))[:, None]
    return RatePoints(odds, np.ones((len(rates), 1)), np.full(len(rates), spread))


def binomial(count: int, n: int, rate: float) -> float:
    return comb(n, count) * rate**count * (1.0 - rate) ** (n - count)


def test_one_series_taken_at_face_value_is_binomial() -> None:
    found = best_of_series_likelihood(at(0.2, 0.5), 6, 9, {1: 1.0})
    assert found[:, 0] == pytest.approx([binomial(6, 9, 0.2), binomial(6, 9, 0.5)], rel=1e-12)


def test_the_best_of_three_series_of_two_patients_is_enumerated() -> None:
    rate = 0.3
    total = 0.0
    for outcome in product((0, 1), repeat=6):
        series = (sum(outcome[:2]), sum(outcome[2:4]), sum(outcome[4:]))
        if max(series) == 1:
            total += rate ** sum(outcome) * (1.0 - rate) ** (6 - sum(outcome))
    assert best_of_series_likelihood(at(rate), 1, 2, {3: 1.0}).item() == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("k", [1, 5, 100])
def test_the_likelihood_is_the_difference_of_two_chances_of_the_best_series(k: int) -> None:
    expected = chance_in_best(6, 9, 0.42, k) - chance_in_best(7, 9, 0.42, k)
    assert best_of_series_likelihood(at(0.42), 6, 9, {k: 1.0}).item() == pytest.approx(expected, rel=1e-9)


def test_what_is_believed_of_the_number_of_series_is_averaged_over() -> None:
    one, five = (best_of_series_likelihood(at(0.3), 6, 9, {k: 1.0}).item() for k in (1, 5))
    both = best_of_series_likelihood(at(0.3), 6, 9, {1: 0.25, 5: 0.75}).item()
    assert both == pytest.approx(0.25 * one + 0.75 * five, rel=1e-12)


def test_series_that_differ_are_averaged_over_before_the_best_is_taken() -> None:
    """Each of k series has a shift of its own; a shift they shared would be averaged over after."""
    random = np.random.default_rng(1)
    trials, k, spread = 200_000, 4, 1.2
    shift = spread * random.standard_normal((trials, k))
    best = random.binomial(9, 1.0 / (1.0 + 4.0 * np.exp(-shift))).max(axis=1)
    found = best_of_series_likelihood(at(0.2, spread=spread), 6, 9, {k: 1.0}).item()
    # standard error 0.0008; a shift that all four share would give 0.08 instead of 0.14
    assert found == pytest.approx(float((best == 6).mean()), abs=0.003)


def test_the_prior_of_the_number_of_series_falls_as_one_over_it() -> None:
    found = series_prior(4)
    assert list(found) == [1, 2, 3, 4]
    assert found[1] / found[4] == pytest.approx(4.0)
    assert sum(found.values()) == pytest.approx(1.0)


def test_a_series_at_face_value_moves_weights_to_the_member_that_expects_it() -> None:
    points, base = at(0.2, 2.0 / 3.0), np.array([0.5, 0.5])
    found = weigh(points, base, best_of_series_likelihood(points, 6, 9, {1: 1.0}))
    odds = binomial(6, 9, 2.0 / 3.0) / binomial(6, 9, 0.2)
    assert found.members[1] == pytest.approx(odds / (1.0 + odds), rel=1e-9)
    assert found.effective == pytest.approx(1.0 / (found.members**2).sum())


def test_a_selected_series_tells_less_than_a_fair_one_and_the_best_of_many_the_opposite() -> None:
    points, base = at(0.2, 2.0 / 3.0), np.array([0.5, 0.5])
    weights = {
        name: weigh(points, base, best_of_series_likelihood(points, 6, 9, prior)).members[1]
        for name, prior in (("fair", {1: 1.0}), ("selected", series_prior(20)), ("many", {1000: 1.0}))
    }
    assert weights["many"] < 0.5 < weights["selected"] < weights["fair"]


def test_without_a_series_the_weights_are_those_of_the_members() -> None:
    found = weigh(at(0.2, 0.4), np.array([0.3, 0.7]))
    assert found.members == pytest.approx([0.3, 0.7])


def test_what_a_series_says_of_the_number_looked_at_follows_from_both_chances() -> None:
    points = at(0.2)
    found = series_posterior_number(points, np.array([1.0]), 6, 9, {1: 0.5, 50: 0.5})
    one, fifty = (best_of_series_likelihood(points, 6, 9, {k: 1.0}).item() for k in (1, 50))
    assert found[50] == pytest.approx(fifty / (one + fifty))
    assert found[50] > 0.9  # six of nine at a rate of a fifth is luck, or selection


def test_a_rate_that_is_not_known_has_points_with_its_mean_and_spread() -> None:
    """Beta(6, 4): mean 0.6, variance 0.24 / 11. 15 points hold nearly all of it."""
    rates = MemberRates(np.array([6.0]), np.array([4.0]))
    points = rate_points(rates, np.zeros(1), np.zeros(1), np.zeros(1))
    assert points.shares.sum() == pytest.approx(1.0)
    mean = float(np.sum(points.shares * points.rates))
    variance = float(np.sum(points.shares * (points.rates - mean) ** 2))
    assert mean == pytest.approx(0.6, abs=0.003)
    assert variance == pytest.approx(0.24 / 11.0, rel=0.06)


def test_an_offset_shifts_the_log_odds_and_its_doubt_widens_them() -> None:
    rates = MemberRates(np.array([6e6, 6e6]), np.array([4e6, 4e6]))
    points = rate_points(rates, np.array([0.5, 0.0]), np.array([0.0, 0.7]), np.zeros(2))
    mean = np.sum(points.shares * points.log_odds, axis=1)
    spread = np.sqrt(np.sum(points.shares * (points.log_odds - mean[:, None]) ** 2, axis=1))
    assert mean == pytest.approx(np.log(1.5) + np.array([0.5, 0.0]), abs=1e-3)
    assert spread == pytest.approx([0.0, 0.7], abs=1e-2)


def test_chances_of_counts_add_up_and_agree_with_the_chance_of_at_least_so_many() -> None:
    points = at(0.2, 0.5, spread=0.4)
    found = weigh(points, np.array([0.5, 0.5]))
    counts = chances_of_counts(points, found, 9)
    assert counts.sum() == pytest.approx(1.0)
    assert chance_of_at_least_in_one(points, found, 6, 9) == pytest.approx(counts[6:].sum())


def test_shifts_are_in_standard_deviations_of_before_the_farthest_first() -> None:
    """0 and 1 have a standard deviation of 0.5; weights of 0.1 and 0.9 move their mean by 0.4."""
    values = np.array([[0.0, 3.0, 5.0], [1.0, 1.0, 5.0]])
    members = ParameterEnsemble(("a", "b", "same"), values, np.array([0.5, 0.5]))
    found = {one.name: one for one in shifts(members, np.array([0.1, 0.9]))}
    assert found["a"].moved == pytest.approx(0.8)
    assert found["b"].moved == pytest.approx(-0.8)
    assert found["same"].moved == 0.0
    assert found["a"].noise == pytest.approx(np.sqrt(2.0 * 0.4**2))
    assert list(found)[-1] == "same"


def test_noise_is_what_weights_do_to_numbers_they_have_nothing_to_do_with() -> None:
    random = np.random.default_rng(2)
    weights = random.gamma(2.0, size=400)
    weights /= weights.sum()
    members = ParameterEnsemble(
        tuple(f"n{place}" for place in range(500)), random.standard_normal((400, 500)), np.full(400, 1 / 400)
    )
    found = shifts(members, weights)
    # 500 numbers tell a standard deviation to 3 %
    assert np.std([one.moved for one in found]) == pytest.approx(found[0].noise, rel=0.1)


@pytest.mark.parametrize(("successes", "patients"), [(-1, 9), (10, 9)])
def test_a_count_that_cannot_be_is_refused(successes: int, patients: int) -> None:
    with pytest.raises(InputError):
        best_of_series_likelihood(at(0.3), successes, patients, {1: 1.0})


def test_no_series_at_all_is_refused() -> None:
    with pytest.raises(InputError):
        series_prior(0)
