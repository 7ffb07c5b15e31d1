"""Inference after two stages against every outcome that a trial can have, each with its exact probability."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import beta, binom

from trialkine.design.two_stage import TwoStageRule
from trialkine.design.two_stage_inference import (
    Outcome,
    median_estimate,
    needed_in_stage_two,
    p_value,
    stagewise_interval,
    unbiased_estimate,
)

RULES = [TwoStageRule(1, 10, 5, 29), TwoStageRule(0, 9, 2, 17), TwoStageRule(3, 13, 12, 43)]
CHANGED_RULES = [
    TwoStageRule(1, 10, 5, 29),
    TwoStageRule(0, 6, 4, 9),
]  # the second: stage one alone may decide
RATES = np.linspace(0.01, 0.99, 99).tolist()
ROUNDING = 1e-12


def changed_size(first: int) -> int:
    """A size of stage two that depends on stage one, smaller or larger than planned; 19 and 3 are planned."""
    return (4, 25, 17, 2, 31)[first % 5]


def planned_outcomes(rule: TwoStageRule) -> list[Outcome]:
    return [Outcome(rule, total, rule.n1 if total <= rule.r1 else rule.n) for total in range(rule.n + 1)]


def planned_chances(rule: TwoStageRule, rate: float) -> np.ndarray:
    chances = np.zeros(rule.n + 1)
    chances[: rule.r1 + 1] = binom.pmf(np.arange(rule.r1 + 1), rule.n1, rate)
    for first in range(rule.r1 + 1, rule.n1 + 1):
        second = np.arange(rule.n - rule.n1 + 1)
        chances[first + second] += binom.pmf(first, rule.n1, rate) * binom.pmf(second, rule.n - rule.n1, rate)
    return chances


def changed_outcomes(rule: TwoStageRule) -> list[Outcome]:
    stopped = [Outcome(rule, first, rule.n1, first) for first in range(rule.r1 + 1)]
    return stopped + [
        Outcome(rule, first + second, rule.n1 + changed_size(first), first)
        for first in range(rule.r1 + 1, rule.n1 + 1)
        for second in range(changed_size(first) + 1)
    ]


def changed_chances(rule: TwoStageRule, rate: float) -> np.ndarray:
    stopped = binom.pmf(np.arange(rule.r1 + 1), rule.n1, rate)
    went_on = [
        binom.pmf(first, rule.n1, rate)
        * binom.pmf(np.arange(changed_size(first) + 1), changed_size(first), rate)
        for first in range(rule.r1 + 1, rule.n1 + 1)
    ]
    return np.concatenate([stopped, *went_on])


def all_outcomes(rule: TwoStageRule, has_changed: bool) -> list[Outcome]:
    return changed_outcomes(rule) if has_changed else planned_outcomes(rule)


def all_chances(rule: TwoStageRule, has_changed: bool, rate: float) -> np.ndarray:
    return changed_chances(rule, rate) if has_changed else planned_chances(rule, rate)


CASES = [(rule, False) for rule in RULES] + [(rule, True) for rule in CHANGED_RULES]


@cache
def limits(rule: TwoStageRule, has_changed: bool) -> np.ndarray:
    found = [stagewise_interval(one, 0.9) for one in all_outcomes(rule, has_changed)]
    return np.array([(one.low, one.high) for one in found])


@pytest.mark.parametrize(("rule", "has_changed"), CASES)
def test_the_outcomes_are_all_there_are(rule, has_changed):
    assert all_chances(rule, has_changed, 0.3).sum() == pytest.approx(1.0, abs=ROUNDING)


@pytest.mark.parametrize("rule", RULES)
def test_the_unbiased_estimate_is_unbiased_at_every_rate(rule):
    estimates = np.array([unbiased_estimate(one) for one in planned_outcomes(rule)])
    naive = np.array([one.responses / one.patients for one in planned_outcomes(rule)])
    for rate in RATES:
        assert abs(planned_chances(rule, rate) @ estimates - rate) < 1e-12
    assert planned_chances(rule, 0.3) @ naive < 0.3 - 0.005  # what it is unbiased instead of


@pytest.mark.parametrize("second", [7, 19, 33])
def test_the_unbiased_estimate_is_unbiased_for_any_fixed_size_of_stage_two(second):
    rule = TwoStageRule(1, 10, 5, 29)
    actual = TwoStageRule(1, 10, 5, 10 + second)
    stopped = [Outcome(rule, total, 10) for total in range(2)]
    went_on = [Outcome(rule, total, 10 + second, max(2, total - second)) for total in range(2, 11 + second)]
    estimates = np.array([unbiased_estimate(one) for one in stopped + went_on])
    for rate in RATES:
        assert abs(planned_chances(actual, rate) @ estimates - rate) < 1e-12


@pytest.mark.parametrize("rule", RULES)
def test_p_value_is_the_chance_of_this_outcome_and_all_with_more_responses(rule):
    for rate in (0.05, 0.3, 0.8):
        tails = np.cumsum(planned_chances(rule, rate)[::-1])[::-1]
        found = [p_value(one, rate) for one in planned_outcomes(rule)]
        assert found == pytest.approx(tails, abs=1e-13)


@pytest.mark.parametrize(("rule", "has_changed"), CASES)
def test_p_value_is_at_most_alpha_no_more_often_than_alpha(rule, has_changed):
    for rate in (0.02, 0.1, 0.3, 0.5, 0.7):
        found = np.array([p_value(one, rate) for one in all_outcomes(rule, has_changed)])
        chances = all_chances(rule, has_changed, rate)
        for alpha in found:
            assert chances[found <= alpha + ROUNDING].sum() <= alpha + 1e-10


@pytest.mark.parametrize(("rule", "has_changed"), CASES)
def test_each_limit_errs_at_most_with_its_half_at_every_rate(rule, has_changed):
    low, high = limits(rule, has_changed).T
    ends = np.unique(np.concatenate((low, high)))
    near_limits = [limit + step for limit in ends[:: max(1, ends.size // 60)] for step in (-1e-9, 1e-9)]
    for rate in RATES + [rate for rate in near_limits if 0.0 < rate < 1.0]:
        chances = all_chances(rule, has_changed, rate)
        assert chances[low > rate].sum() <= 0.05 + 1e-9
        assert chances[high < rate].sum() <= 0.05 + 1e-9


@pytest.mark.parametrize("rule", RULES)
def test_an_upper_limit_that_leaves_the_outcome_itself_out_covers_too_little(rule):
    low, high = limits(rule, False).T
    published = np.concatenate(([0.0], high[:-1]))
    covered = [planned_chances(rule, rate)[(low <= rate) & (rate <= published)].sum() for rate in RATES]
    assert min(covered) < 0.9 - 0.02


@pytest.mark.parametrize("rule", RULES)
def test_limits_and_median_rise_with_the_responses_and_enclose_the_median(rule):
    low, high = limits(rule, False).T
    medians = np.array([median_estimate(one) for one in planned_outcomes(rule)])
    for rising in (low, high, medians):
        assert (np.diff(rising) > 0.0).sum() >= rule.n - 1
        assert (np.diff(rising) >= 0.0).all()
    assert ((low <= medians) & (medians <= high)).all()


def test_the_true_rate_lies_below_the_median_estimate_at_most_half_the_time():
    rule = RULES[0]
    medians = np.array([median_estimate(one) for one in planned_outcomes(rule)])
    for rate in RATES:
        assert planned_chances(rule, rate)[medians > rate].sum() <= 0.5 + 1e-9


@pytest.mark.parametrize("p0", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("rule", CHANGED_RULES)
def test_a_changed_stage_two_never_raises_the_type_one_error(rule, p0):
    planned = planned_chances(rule, p0)[rule.r + 1 :].sum()
    promising = []
    for one in changed_outcomes(rule):
        first = one.responses_stage_one
        needed = None
        if not one.has_stopped:
            needed = needed_in_stage_two(rule, p0, first, one.patients - rule.n1)
        promising.append(needed is not None and one.responses - first >= needed)
        assert promising[-1] == (p_value(one, p0) <= planned * (1.0 + 1e-9))  # verdict and p-value agree
    assert changed_chances(rule, p0)[np.array(promising)].sum() <= planned + 1e-12


@pytest.mark.parametrize("rule", RULES)
def test_a_stage_two_of_the_planned_size_needs_what_was_planned(rule):
    for first in range(rule.r1 + 1, rule.n1 + 1):
        needed = needed_in_stage_two(rule, 0.2, first, rule.n - rule.n1)
        assert needed == max(0, rule.r + 1 - first)


def koyama_chen(rule: TwoStageRule, rate: float, first: int, second: int, size: int) -> float:
    """Their formula for a changed stage two, in scipy's words; stage one alone must not decide."""
    planned, needed = rule.n - rule.n1, rule.r + 1 - first
    conditional = binom.sf(second - 1, size, rate)
    equal_rate = beta.ppf(conditional, needed, planned - needed + 1)
    ones = np.arange(rule.r1 + 1, rule.n1 + 1)
    return float((binom.pmf(ones, rule.n1, rate) * binom.sf(rule.r - ones, planned, equal_rate)).sum())


# The cases are those of the example lines of the authors' program.
@pytest.mark.parametrize(
    ("rule", "rate", "first", "second", "size"),
    [
        (TwoStageRule(6, 19, 16, 39), 0.3, 7, 10, 23),
        (TwoStageRule(6, 19, 16, 39), 0.5, 9, 3, 14),
        (TwoStageRule(1, 10, 5, 29), 0.1, 2, 4, 20),
    ],
)
def test_p_value_of_a_changed_stage_two_follows_the_formula(rule, rate, first, second, size):
    outcome = Outcome(rule, first + second, rule.n1 + size, first)
    assert p_value(outcome, rate) == pytest.approx(koyama_chen(rule, rate, first, second, size), rel=1e-9)
