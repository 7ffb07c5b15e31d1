"""Means over virtual trials and their standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trialkine.operating.courses import measured, without_luck


def test_trials_of_one_member_are_one_draw() -> None:
    # Two members whose trials all agree: means 1 and 3, so the error is that of two numbers, 1.
    found = measured(np.array([1.0, 1.0, 1.0, 3.0, 3.0, 3.0]), np.array([0, 0, 0, 1, 1, 1]))
    assert (found.mean, found.standard_error) == (2.0, pytest.approx(1.0))


def test_members_of_one_trial_each_have_the_usual_standard_error() -> None:
    values = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    found = measured(values, np.arange(7))
    assert found.standard_error == pytest.approx(values.std(ddof=1) / math.sqrt(7))


def test_one_member_alone_has_no_standard_error() -> None:
    assert measured(np.array([1.0, 2.0]), np.array([0, 0])).standard_error is None


def test_a_share_of_none_or_all_has_the_bound_of_its_members_and_no_error() -> None:
    member = np.arange(2000) % 30
    none = measured(np.zeros(2000, dtype=bool), member)
    assert none.standard_error is None
    assert none.bound is not None
    # At the bound, thirty members without a success have a chance of 5 %; three over their number is near.
    assert (1.0 - none.bound) ** 30 == pytest.approx(0.05)
    assert none.bound == pytest.approx(3 / 30, rel=0.06)
    assert measured(np.ones(2000, dtype=bool), member).bound == pytest.approx(1.0 - none.bound)


def test_a_size_that_never_varies_has_neither_error_nor_bound() -> None:
    found = measured(np.full(40, 10), np.arange(40))
    assert (found.mean, found.standard_error, found.bound) == (10.0, None, None)


def test_shares_are_drawn_in_to_the_variance_of_the_chances_behind_them() -> None:
    generator = np.random.default_rng(2)
    chances = generator.beta(4.0, 6.0, size=5000)
    shares = generator.binomial(12, chances) / 12
    found = without_luck(shares, np.full(5000, 12))
    assert found.mean() == pytest.approx(shares.mean())
    assert found.std() == pytest.approx(chances.std(), rel=0.04)  # 2 errors of a standard deviation of 5,000
    assert shares.std() > 1.2 * chances.std()


def test_shares_that_luck_alone_explains_all_come_to_their_mean() -> None:
    shares = np.array([0.4, 0.5, 0.6])  # less apart than a binomial error of ten trials, 0.16
    assert without_luck(shares, np.full(3, 10)).tolist() == pytest.approx([0.5] * 3)
