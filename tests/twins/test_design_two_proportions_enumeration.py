"""Exact power against scipy's Fisher test and a plain normal test, table by table."""

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact, norm

from trialkine.design.two_proportions import (
    FisherExact,
    PooledNormal,
    normal_response_size,
    response_power,
    response_sample_size,
)


def fisher(x0, n0, x1, n1):
    return fisher_exact([[x1, n1 - x1], [x0, n0 - x0]], alternative="greater").pvalue


def pooled(x0, n0, x1, n1):
    if x0 + x1 in (0, n0 + n1):
        return 1.0
    rate = (x0 + x1) / (n0 + n1)
    return norm.sf((x1 / n1 - x0 / n0) / np.sqrt(rate * (1 - rate) * (1 / n0 + 1 / n1)))


def slow_power(test, p0, p1, n0, n1, alpha):
    return sum(
        binom.pmf(x0, n0, p0) * binom.pmf(x1, n1, p1)
        for x0 in range(n0 + 1)
        for x1 in range(n1 + 1)
        if test(x0, n0, x1, n1) <= alpha
    )


@pytest.mark.parametrize(("test", "slow"), [(FisherExact(), fisher), (PooledNormal(), pooled)])
def test_p_values_of_every_table_equal_the_slow_ones(test, slow):
    found = test.p_values(7, 11)
    expected = [[slow(x0, 7, x1, 11) for x1 in range(12)] for x0 in range(8)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)  # log factorials against scipy's own


@pytest.mark.parametrize(("test", "slow"), [(FisherExact(), fisher), (PooledNormal(), pooled)])
@pytest.mark.parametrize("rates", [(0.2, 0.6), (0.3, 0.3)])
def test_power_equals_the_sum_over_tables(test, slow, rates):
    found = response_power(test, *rates, 13, 17, 0.025)
    assert found == pytest.approx(slow_power(slow, *rates, 13, 17, 0.025), rel=1e-9)


@pytest.mark.parametrize(("test", "slow"), [(FisherExact(), fisher), (PooledNormal(), pooled)])
def test_the_sample_size_is_the_first_that_reaches_the_power(test, slow):
    size = response_sample_size(test, 0.1, 0.7, 0.05, 0.8, treated_per_control=1.5)
    powers = {
        n: slow_power(slow, 0.1, 0.7, n, int(np.ceil(1.5 * n)), 0.05)
        for n in range(1, size.patients_control + 1)
    }
    assert [n for n, power in powers.items() if power >= 0.8] == [size.patients_control]
    assert size.patients_treated == int(np.ceil(1.5 * size.patients_control))


def test_exact_sizes_lie_about_the_normal_ones():
    normal = normal_response_size(0.2, 0.4, 0.025, 0.8)
    exact = response_sample_size(PooledNormal(), 0.2, 0.4, 0.025, 0.8).patients_control
    conservative = response_sample_size(FisherExact(), 0.2, 0.4, 0.025, 0.8).patients_control
    assert exact == pytest.approx(normal, rel=0.03)
    assert conservative > exact
