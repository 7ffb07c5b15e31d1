"""Single-arm rules in virtual trials: as the plain rule judges each trial, and as often as theory says."""

from __future__ import annotations

import numpy as np
import pytest

from operating_samples import bernoulli_pool, protocol
from trialkine.design.two_stage import TwoStageRule, judge, operating_characteristics
from trialkine.operating.draws import drawn_patients, members_of
from trialkine.operating.plans import single_arm_plan
from trialkine.operating.single_arm import exact, single_arm_characteristics

SIMON = {"simon": {"p0": 0.10, "p1": 0.30, "alpha": 0.05, "power": 0.80}}
RULE = TwoStageRule(1, 10, 5, 29)  # the optimal design of that question, as published


def characteristics(pool, trials: int, seed: int = 3):
    file = protocol(SIMON)
    plan = single_arm_plan(file.design)
    assert plan is not None
    return single_arm_characteristics(file, plan, "A", pool, ratio=1.0, trials=trials, seed=seed)


def test_every_virtual_trial_ends_as_the_plain_rule_judges_its_patients() -> None:
    pool = bernoulli_pool(np.full(5, 0.2), patients=80, seed=1)
    found = characteristics(pool, trials=300)
    who = drawn_patients(pool.is_usable, 300, RULE.n, 3, "virtual trials")
    responses = np.isfinite(pool.response_day)[members_of(300, 5)[:, None], who]
    verdicts = [judge(RULE, row).verdict.value for row in responses]
    assert dict(found.ends) == {words: verdicts.count(words) for words in set(verdicts)}
    assert len(found.ends) == 3


@pytest.mark.parametrize("rate", [0.10, 0.20, 0.30])
def test_probabilities_and_size_are_the_exact_ones_at_a_known_rate(rate: float) -> None:
    # Every patient takes part once, so trials are independent: 4 binomial standard errors of 2,000.
    pool = bernoulli_pool(np.full(200, rate), patients=10 * RULE.n, seed=int(1000 * rate))
    found = characteristics(pool, trials=2000)
    wanted = operating_characteristics(RULE, rate)
    for measured, chance in (
        (found.success, wanted.promising_probability),
        (found.early, wanted.early_stop_probability),
    ):
        assert measured.mean == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / 2000))
    sd = (RULE.n - RULE.n1) * np.sqrt(wanted.early_stop_probability * (1 - wanted.early_stop_probability))
    assert found.patients.mean == pytest.approx(wanted.expected_patients, abs=4 * sd / np.sqrt(2000))


def test_a_spread_of_true_rates_gives_the_mean_of_the_exact_chances_and_not_that_of_the_mean_rate() -> None:
    rates = np.repeat([0.02, 0.30], 100)
    found = characteristics(bernoulli_pool(rates, patients=10 * RULE.n, seed=5), trials=2000)
    wanted = np.mean([exact(RULE, rate)[0] for rate in (0.02, 0.30)])
    assert found.success.mean == pytest.approx(wanted, abs=0.03)
    book = found.textbook[0]
    assert book.success == pytest.approx(exact(RULE, 0.16)[0], abs=0.05)
    assert abs(book.success - found.success.mean) > 0.05
    assert found.spread is not None
    low, high = (exact(RULE, rate)[0] for rate in (0.02, 0.30))
    # One factor draws all in: of the luck of ten trials, 0.13 at the higher chance, some is left there.
    assert found.spread[0] == pytest.approx(low, abs=0.02)
    assert found.spread[1] == pytest.approx(high, abs=0.13)


def test_members_that_do_not_differ_have_hardly_any_spread_however_few_their_trials() -> None:
    found = characteristics(bernoulli_pool(np.full(200, 0.2), patients=10 * RULE.n, seed=8), trials=2000)
    shares = [member.success for member in found.members]
    assert np.ptp(np.quantile(shares, (0.1, 0.9))) > 0.25  # ten trials each: a binomial error of 0.16
    assert found.spread is not None
    # What is left of the variance of 200 shares has an error of a tenth of 0.16 squared: a spread of 0.15.
    assert found.spread[1] - found.spread[0] < 0.15


def test_a_spread_that_luck_would_make_is_left_out() -> None:
    found = characteristics(bernoulli_pool(np.full(50, 0.2), patients=10 * RULE.n, seed=8), trials=499)
    assert found.fewest_trials == 9
    assert found.spread is None


def test_the_standard_error_counts_members_and_not_trials() -> None:
    # Half the members nearly always succeed, half never: the error is that of 40 draws, 0.5 / sqrt(40).
    rates = np.tile([0.0, 0.9], 20)
    found = characteristics(bernoulli_pool(rates, patients=58, seed=6), trials=2000)
    assert found.success.standard_error == pytest.approx(0.5 / np.sqrt(40), rel=0.05)


def test_the_textbook_is_exact_at_p0_and_p1() -> None:
    found = characteristics(bernoulli_pool(np.full(2, 0.2), patients=60, seed=7), trials=100)
    _, null, hoped = found.textbook
    assert null.success == pytest.approx(0.0471, abs=5e-5)  # Simon's table: error rates of 1/10, 5/29
    assert hoped.success == pytest.approx(0.8051, abs=5e-5)
    assert null.patients == pytest.approx(15.0, abs=0.05)
