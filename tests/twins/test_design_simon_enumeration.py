"""The search against the definition, tried rule by rule with whole numbers and scipy's binomial."""

import itertools

import pytest
from scipy.stats import binom

from trialkine.design.simon import simon_designs
from trialkine.design.two_stage import TwoStageRule, operating_characteristics


def every_valid_rule(p0, p1, alpha, power, largest):
    for n in range(2, largest + 1):
        for n1 in range(1, n):
            for r1 in range(n1):
                if binom.cdf(r1, n1, p1) > 1.0 - power:
                    break
                for r in range(r1, n):
                    rule = TwoStageRule(r1, n1, r, n)
                    null = operating_characteristics(rule, p0)
                    if null.promising_probability > alpha:
                        continue
                    if operating_characteristics(rule, p1).promising_probability >= power:
                        yield null.expected_patients, rule
                    break  # a larger r only loses power


@pytest.mark.parametrize(
    "question", [(0.05, 0.45, 0.10, 0.80), (0.20, 0.60, 0.10, 0.80), (0.01, 0.50, 0.10, 0.80)]
)
def test_search_finds_the_best_of_every_rule_up_to_twenty_patients(question):
    rules = list(every_valid_rule(*question, largest=20))
    found = simon_designs(*question)
    fewest = min(rule.n for _, rule in rules)
    least_expected = min(rules, key=lambda pair: pair[0])
    least_of_fewest = min((pair for pair in rules if pair[1].n == fewest), key=lambda pair: pair[0])
    assert found.optimal.rule == least_expected[1]
    assert found.minimax.rule == least_of_fewest[1]
    assert found.optimal.expected_patients == pytest.approx(
        least_expected[0], rel=1e-12
    )  # same sums, reordered


def test_expected_size_and_error_rates_follow_from_every_sequence_of_responses():
    rule, rate = TwoStageRule(1, 4, 2, 7), 0.3
    stop = promising = expected = 0.0
    for outcome in itertools.product((0, 1), repeat=rule.n):
        weight = rate ** sum(outcome) * (1 - rate) ** (rule.n - sum(outcome))
        if sum(outcome[: rule.n1]) <= rule.r1:
            stop += weight
            expected += weight * rule.n1
        else:
            expected += weight * rule.n
            promising += weight * (sum(outcome) > rule.r)
    found = operating_characteristics(rule, rate)
    assert found.early_stop_probability == pytest.approx(stop, rel=1e-12)
    assert found.promising_probability == pytest.approx(promising, rel=1e-12)
    assert found.expected_patients == pytest.approx(expected, rel=1e-12)
