"""The search against the definition in fractions: every rule, no rounding, errors that hit their limit."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from trialkine.design.simon_search import SimonSearch

LARGEST = 16

Rule = tuple[int, int, int, int]


def chances(patients: int, rate: Fraction) -> list[Fraction]:
    return [comb(patients, x) * rate**x * (1 - rate) ** (patients - x) for x in range(patients + 1)]


def promising(rule: Rule, first: list[Fraction], second: list[Fraction]) -> Fraction:
    r1, n1, r, _ = rule
    return sum(
        (first[x] * sum(second[max(0, r + 1 - x) :], Fraction(0)) for x in range(r1 + 1, n1 + 1)),
        Fraction(0),
    )


def best_by_size(p0: Fraction, p1: Fraction, alpha: Fraction, power: Fraction) -> list[tuple[Rule, Fraction]]:
    """Of each n the valid rule that expects fewest, then has the least r; only what improves on smaller n."""
    null = [chances(n, p0) for n in range(LARGEST + 1)]
    alternative = [chances(n, p1) for n in range(LARGEST + 1)]
    found: list[tuple[Rule, Fraction]] = []
    for n in range(2, LARGEST + 1):
        valid = []
        for n1 in range(1, n):
            for r1 in range(n1):
                stop = sum(null[n1][: r1 + 1], Fraction(0))
                for r in range(r1, n):
                    rule = (r1, n1, r, n)
                    if promising(rule, alternative[n1], alternative[n - n1]) < power:
                        break  # a larger r only loses power
                    if promising(rule, null[n1], null[n - n1]) <= alpha:
                        valid.append((n - stop * (n - n1), r, rule))
                        break
        if valid and (not found or min(valid)[0] < found[-1][1]):
            expected, _, rule = min(valid)
            found.append((rule, expected))
    return found


@pytest.mark.parametrize(
    "question",
    [
        ("0.1", "0.9", "0.01", "0.8"),  # two of two responses: type I error 0.01 exactly
        ("0.5", "0.9", "0.0625", "0.6"),  # four of four: 1/16 exactly
        ("0.2", "0.9", "0.04", "0.81"),  # alpha and power both exact for two of two
        ("0.1", "0.7", "0.01", "0.49"),  # the same, where 0.7 * 0.7 rounds to less than 0.49
        ("0.3", "0.8", "0.05", "0.8"),
        ("0.05", "0.5", "0.1", "0.9"),
        ("0.6", "0.95", "0.1", "0.85"),
        ("0.01", "0.3", "0.2", "0.7"),
    ],
)
def test_the_best_rule_of_every_size_is_that_of_whole_enumeration(question):
    exact = best_by_size(*map(Fraction, question))
    found = list(SimonSearch(*map(float, question)).improvements(LARGEST))
    assert [(one.r1, one.n1, one.r, one.n) for one in found] == [rule for rule, _ in exact]
    for one, (rule, expected) in zip(found, exact, strict=True):
        p0, p1 = Fraction(question[0]), Fraction(question[1])
        assert one.expected_patients == pytest.approx(float(expected), rel=1e-12)
        error = promising(rule, chances(rule[1], p0), chances(rule[3] - rule[1], p0))
        power = promising(rule, chances(rule[1], p1), chances(rule[3] - rule[1], p1))
        assert one.type_one_error == pytest.approx(float(error), rel=1e-12)
        assert one.power == pytest.approx(float(power), rel=1e-12)
