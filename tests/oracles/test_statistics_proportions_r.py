"""Proportions and paired changes against R and printed examples."""

import numpy as np
import pytest

from trialkine.statistics.paired_change import signed_rank_change
from trialkine.statistics.proportions import exact_interval, newcombe_difference, paired_difference


def test_exact_interval_equals_binom_test_of_r():
    found = exact_interval(3, 17)
    assert found.low == pytest.approx(0.03799, abs=5e-6)  # as printed
    assert found.high == pytest.approx(0.43432, abs=5e-6)


def test_signed_rank_equals_wilcox_test_of_r_on_the_depression_data():
    # Hollander and Wolfe 1973, Table 3.1; the logarithms of our ratios are their differences
    first = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    second = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    found = signed_rank_change(np.exp(first), np.exp(second))
    assert found.test.p_value == pytest.approx(0.03906, abs=5e-6)
    logs = np.log([found.ratio.estimate, found.ratio.low, found.ratio.high])
    assert logs == pytest.approx([-0.46, -0.786, -0.010], abs=1e-9)


def test_paired_difference_equals_the_printed_example():
    # airway hyper-responsiveness, 21 children; Fagerland, Lydersen and Laake, Stat Med 2014;33:2850-2875
    before = [True, True] + [False] * 19
    after = [True, False] + [True] * 7 + [False] * 12
    found = paired_difference(before, after)
    assert found.estimate == pytest.approx(-6 / 21)
    assert (found.low, found.high) == (pytest.approx(-0.508, abs=5e-4), pytest.approx(-0.013, abs=5e-4))


def test_difference_of_different_patients_equals_the_printed_example():
    # 56 of 70 against 48 of 80; Newcombe, Stat Med 1998;17:873-890, method 10
    found = newcombe_difference(56, 70, 48, 80)
    assert found.estimate == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))
