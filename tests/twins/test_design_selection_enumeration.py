"""The chance of selection against every combination of response counts."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from trialkine.design.selection import correct_selection, selection_probabilities


def slow(rates, patients):
    chances = np.zeros(len(rates))
    for counts in itertools.product(range(patients + 1), repeat=len(rates)):
        weight = np.prod(
            [binom.pmf(count, patients, rate) for count, rate in zip(counts, rates, strict=True)]
        )
        winners = [arm for arm, count in enumerate(counts) if count == max(counts)]
        chances[winners] += weight / len(winners)
    return chances


@pytest.mark.parametrize("rates", [(0.3, 0.5), (0.1, 0.1, 0.4), (0.2, 0.5, 0.4, 0.45)])
def test_selection_probabilities_equal_the_enumeration(rates):
    assert selection_probabilities(rates, 5) == pytest.approx(slow(rates, 5), rel=1e-10)


def test_correct_selection_is_that_of_the_leading_arm():
    assert correct_selection(0.2, 0.15, 3, 6) == pytest.approx(slow((0.35, 0.2, 0.2), 6)[0], rel=1e-10)


def test_arms_that_do_not_differ_are_chosen_by_lot():
    assert selection_probabilities([0.3] * 7, 20) == pytest.approx([1 / 7] * 7, rel=1e-10)
