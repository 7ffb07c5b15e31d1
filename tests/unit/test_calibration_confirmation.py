"""The weighting of draws by a single arm, where the simulation is replaced by rates that are known."""

from math import comb

import numpy as np
import pytest
from scipy.stats import beta, binom, fisher_exact

from trialkine.calibration.confirmation import (
    ControlledTrial,
    Draws,
    SingleArm,
    difference_chances,
    judge,
    predictive_tail,
    responder_likelihood,
    spread,
)
from trialkine.errors import InputError

MANY = 10**7  # patients behind a rate: it is known
SINGLE = SingleArm(16, 44)


def _draws(treated, control, *, alone=None, active=None, prior=None, patients=MANY):
    size = len(treated)
    zero = np.zeros(size)
    alone = treated if alone is None else alone
    return Draws(
        scores=np.linspace(-1.0, 1.0, size)[:, np.newaxis],
        is_active=np.ones(size, bool) if active is None else active,
        prior=np.full(size, 1.0 / size) if prior is None else prior,
        treated=np.asarray(treated),
        control=np.asarray(control),
        treated_alone=np.asarray(alone),
        control_alone=zero,
        patients=patients,
        has_background=bool(np.any(np.asarray(control) > 0.0)),
    )


def test_a_uniform_prior_gives_the_beta_posterior():
    rates = (np.arange(4000) + 0.5) / 4000
    verdict = judge(_draws(rates, np.zeros(4000)), SINGLE, ControlledTrial(20))
    exact = beta(17, 29)  # uniform prior, 16 of 44
    found = verdict.treated.posterior
    assert found.mean == pytest.approx(17 / 46, abs=1e-4)
    assert (found.low, found.high) == pytest.approx(tuple(exact.ppf([0.05, 0.95])), abs=1e-3)
    assert verdict.kept[0] == pytest.approx(exact.std() / np.sqrt(1 / 12), rel=1e-3)


def test_a_simulated_count_leaves_the_rate_uncertain_as_a_beta_binomial_says():
    # 1 of 3 simulated responders, Jeffreys' prior: Beta(1.5, 2.5); chance of 1 of 2, integrated by hand.
    likelihood = responder_likelihood(np.array([1 / 3]), 3, SingleArm(1, 2))
    assert likelihood[0] == pytest.approx(2 * (1.5 * 2.5) / (4.0 * 5.0))


def test_where_many_patients_were_simulated_the_likelihood_is_binomial():
    likelihood = responder_likelihood(np.array([0.3]), MANY, SINGLE)
    assert likelihood[0] == pytest.approx(comb(44, 16) * 0.3**16 * 0.7**28, rel=1e-4)


def test_the_chance_of_success_is_that_of_every_pair_of_counts_by_fishers_test():
    trial = ControlledTrial(8)
    exact = sum(
        binom.pmf(a, 8, 0.7) * binom.pmf(b, 8, 0.2)
        for a in range(9)
        for b in range(9)
        if fisher_exact([[a, 8 - a], [b, 8 - b]], alternative="greater").pvalue <= 0.025
    )
    assert trial.success_chances(np.array([0.7]), np.array([0.2]))[0] == pytest.approx(exact)


def test_success_without_any_effect_stays_below_alpha():
    rates = np.linspace(0.05, 0.95, 19)
    assert np.all(ControlledTrial(100).success_chances(rates, rates) <= 0.025)


def test_the_bayes_factor_is_the_ratio_of_two_known_likelihoods():
    treated = np.repeat([0.36, 0.60], 50)
    active = np.repeat([False, True], 50)
    prior = np.repeat([0.7 / 50, 0.3 / 50], 50)
    draws = _draws(treated, np.full(100, 0.36), alone=treated - 0.36, active=active, prior=prior)
    after = judge(draws, SINGLE, ControlledTrial(50)).after
    factor = binom.pmf(16, 44, 0.60) / binom.pmf(16, 44, 0.36)
    assert after.bayes_factor == pytest.approx(factor, rel=1e-4)
    odds = 3.0 / 7.0 * factor
    assert after.active == pytest.approx(odds / (1.0 + odds), rel=1e-4)


def test_the_answer_under_another_prior_is_that_of_draws_with_that_prior():
    treated = np.concatenate([np.full(60, 0.36), np.linspace(0.4, 0.6, 60)])
    active = np.repeat([False, True], 60)

    def with_prior(chance):
        prior = np.repeat([(1 - chance) / 60, chance / 60], 60)
        return _draws(treated, np.full(120, 0.3), alone=treated, active=active, prior=prior)

    told = dict(judge(with_prior(0.5), SINGLE, ControlledTrial(60)).by_prior)
    again = judge(with_prior(0.75), SINGLE, ControlledTrial(60)).after.success
    assert told[0.75] == pytest.approx(again, rel=1e-9)
    assert told[0.25] < told[0.5] < told[0.75] < told[1.0]


def test_a_background_that_explains_the_arm_makes_a_trap():
    generator = np.random.default_rng(1)
    background, drug = generator.uniform(0.0, 0.7, (2, 2000))
    is_active = generator.random(2000) < 0.5
    drug = np.where(is_active, drug, 0.0)
    treated = 1.0 - (1.0 - background) * (1.0 - drug)
    verdict = judge(_draws(treated, background, alone=drug, active=is_active), SINGLE, ControlledTrial(100))
    assert verdict.naive is not None
    assert verdict.naive.success > 0.9
    assert verdict.after.success < 0.5
    assert verdict.is_trap
    assert verdict.ridge is not None
    assert verdict.ridge.posterior < -0.3 < verdict.ridge.prior
    assert verdict.ridge.sum_kept < 0.5 < verdict.ridge.difference_kept


def test_a_weak_background_is_the_quarter_of_the_draws_with_fewest_responses_to_placebo():
    control = np.repeat([0.1, 0.2, 0.3, 0.4], 100)
    treated = control + np.tile(np.linspace(0.0, 0.4, 100), 4)
    whole = judge(_draws(treated, control, alone=treated - control), SINGLE, ControlledTrial(100))
    quarter = judge(_draws(treated[:100], control[:100]), SINGLE, ControlledTrial(100))
    assert whole.weak_background is not None
    rate, answer = whole.weak_background
    assert 0.1 <= rate < 0.2
    assert answer.success == pytest.approx(quarter.after.success)
    assert answer.error == pytest.approx(quarter.after.error)
    assert answer.success > whole.after.success


def test_without_background_a_drug_that_explains_the_arm_succeeds():
    rates = np.linspace(0.0, 0.7, 500)
    verdict = judge(_draws(rates, np.zeros(500)), SINGLE, ControlledTrial(100))
    assert verdict.after.success > 0.99
    assert verdict.naive is None
    assert not verdict.is_trap
    assert verdict.without_drug.mean == 0.0


def test_the_differences_shown_have_the_mean_and_spread_of_two_binomials():
    values, chances = difference_chances(
        _draws([0.5, 0.3], [0.2, 0.2]), np.array([1.0, 0.0]), ControlledTrial(40)
    )
    mean = values @ chances
    assert chances.sum() == pytest.approx(1.0)
    assert mean == pytest.approx(0.3)
    assert values**2 @ chances - mean**2 == pytest.approx((0.25 + 0.16) / 40)


def test_the_monte_carlo_error_is_that_of_repeated_draws():
    def once(seed):
        rates = np.random.default_rng(seed).uniform(0.0, 0.6, 200)
        return judge(_draws(rates, np.full(200, 0.15)), SINGLE, ControlledTrial(30)).after

    found = [once(seed) for seed in range(80)]
    seen = np.std([one.success for one in found])
    assert np.mean([one.error for one in found]) == pytest.approx(seen, rel=0.25)  # 80 runs: 8 % of itself


def test_too_few_effective_draws_are_refused():
    rates = np.append(np.full(40, 0.95), 0.36)
    with pytest.raises(InputError, match=r"leave \d+\.\d effective draws of 41"):
        judge(_draws(rates, np.zeros(41)), SINGLE, ControlledTrial(50))


def test_what_every_draw_makes_equally_impossible_is_refused():
    with pytest.raises(InputError, match="16 of 44 responders are beyond the prior, under which 0% respond"):
        judge(_draws(np.zeros(300), np.zeros(300), patients=1000), SINGLE, ControlledTrial(50))


def test_the_predictive_tail_of_a_known_rate_is_that_of_the_binomial():
    exact = binom.pmf(np.arange(45), 44, 0.3)
    tail = predictive_tail(np.array([0.3]), MANY, np.ones(1), SingleArm(20, 44))
    assert tail == pytest.approx(exact[exact <= exact[20] * (1 + 1e-9)].sum(), rel=1e-3)


def test_a_spread_of_equal_weights_is_that_of_the_values():
    values = np.arange(1001.0)
    found = spread(values, np.full(1001, 1 / 1001))
    assert (found.mean, found.low, found.high) == pytest.approx((500.0, 50.05, 949.95), abs=0.6)


def test_the_least_difference_is_the_first_that_fishers_test_finds():
    least = ControlledTrial(100).least_difference(0.21)
    assert least is not None
    more = 21 + round(100 * least)

    def p_value(count):
        return fisher_exact([[count, 100 - count], [21, 79]], alternative="greater").pvalue

    assert p_value(more) <= 0.025 < p_value(more - 1)
    assert ControlledTrial(100).least_difference(1.0) is None
