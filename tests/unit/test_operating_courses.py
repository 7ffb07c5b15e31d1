"""Means over virtual trials and their standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trialkine.operating.courses import measured


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
