"""The rate of each member: closed forms of the beta distribution, and rates that are known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.validation.member_rates import MemberRates, count_draws, member_rates, numbers_named

MANY = 4000


def drawn(concentration: float, patients: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts of members whose rates are known, and those rates."""
    random = np.random.default_rng(3)
    rates = random.beta(0.4 * concentration, 0.6 * concentration, MANY)
    return random.binomial(patients, rates), rates


def test_members_that_differ_keep_most_of_their_own_count() -> None:
    """Of rates from Beta(4, 6) and 20 patients, the expected rate is (4 + count) / 30."""
    counts, _ = drawn(10.0, 20)
    found = member_rates(counts, np.full(MANY, 20))
    # 4,000 members tell a concentration of 10 to about 5 %
    assert (found.successes + found.failures).mean() == pytest.approx(30.0, rel=0.04)
    assert found.mean == pytest.approx((4.0 + counts) / 30.0, abs=0.015)


def test_members_that_only_luck_tells_apart_have_one_rate() -> None:
    counts = np.random.default_rng(4).binomial(20, 0.4, MANY)
    found = member_rates(counts, np.full(MANY, 20))
    assert found.mean.std() < 0.02  # the rates seen have a standard deviation of 0.11
    assert found.mean.mean() == pytest.approx(counts.mean() / 20, abs=1e-3)


def test_the_spread_of_the_rates_is_that_of_the_truth_and_not_of_the_counts() -> None:
    counts, rates = drawn(10.0, 8)
    found = member_rates(counts, np.full(MANY, 8))
    random = np.random.default_rng(5).beta(found.successes, found.failures)
    assert random.std() == pytest.approx(rates.std(), rel=0.05)
    assert (counts / 8).std() > 1.3 * rates.std()


def test_a_member_without_patients_is_like_the_others() -> None:
    found = member_rates(np.array([9, 1, 0]), np.array([10, 10, 0]))
    assert found.mean[2] == pytest.approx(0.5, abs=1e-12)
    assert found.mean[1] < found.mean[2] < found.mean[0]


def test_where_nobody_had_the_event_the_rate_is_small_and_not_zero() -> None:
    found = member_rates(np.zeros(5, dtype=int), np.full(5, 40))
    assert (found.mean > 0.0).all()
    assert (found.mean < 0.01).all()


def test_quantiles_are_those_of_the_beta_distribution() -> None:
    """Beta(2, 1) has the distribution function x^2, and Beta(1, 1) is uniform."""
    found = MemberRates(np.array([2.0, 1.0]), np.array([1.0, 1.0]))
    assert found.quantiles(np.array([0.25, 0.81])) == pytest.approx(np.array([[0.5, 0.9], [0.25, 0.81]]))


@pytest.mark.parametrize(("counts", "totals"), [([0], [0]), ([3], [2]), ([-1], [2])])
def test_counts_that_cannot_be_are_refused(counts: list[int], totals: list[int]) -> None:
    with pytest.raises(InputError):
        member_rates(np.array(counts), np.array(totals))


def test_counts_of_a_known_rate_are_binomial_and_differences_between_trials_widen_them() -> None:
    known = MemberRates(np.full(MANY, 4e6), np.full(MANY, 6e6))
    plain = count_draws(known, 17, 0.0, "a", 0)
    assert plain.mean() == pytest.approx(6.8, abs=0.15)
    assert plain.var() == pytest.approx(17 * 0.24, rel=0.1)
    wide = count_draws(known, 17, np.full(MANY, 1.0), "a", 0)
    # log-odds of spread 1 add about (17 * 0.24)^2 to the variance, a little less since rates are bounded
    assert wide.var() > 2.5 * plain.var()
    assert wide.max() <= 17


def test_what_is_not_known_of_a_rate_widens_its_counts() -> None:
    """Of a uniform rate every count from 0 to n is as likely as the others."""
    found = count_draws(MemberRates(np.ones(MANY), np.ones(MANY)), 4, 0.0, "a", 0)
    assert np.bincount(found) / MANY == pytest.approx(np.full(5, 0.2), abs=0.03)


def test_counts_depend_on_their_key_and_seed_alone() -> None:
    known = MemberRates(np.full(50, 4.0), np.full(50, 6.0))
    same = [count_draws(known, 17, 0.3, "a", 0) for _ in range(2)]
    assert (same[0] == same[1]).all()
    assert (same[0] != count_draws(known, 17, 0.3, "b", 0)).any()
    assert (same[0] != count_draws(known, 17, 0.3, "a", 1)).any()


def test_numbers_are_found_by_name_or_are_the_usual_one() -> None:
    members = ParameterEnsemble(("a", "b"), np.array([[1.0, 2.0], [3.0, 4.0]]), np.full(2, 0.5))
    assert numbers_named(members, "b", 9.0).tolist() == [2.0, 4.0]
    assert numbers_named(members, "c", 9.0).tolist() == [9.0, 9.0]
