import numpy as np
import pytest
from scipy.stats import binom, t

from trialkine.errors import InputError
from trialkine.statistics.summary import mean_interval, median_interval


def test_mean_interval_is_students():
    values = np.array([2.0, 4.0, 9.0, 1.0])
    low, high = t.interval(0.95, 3, loc=values.mean(), scale=values.std(ddof=1) / 2)
    found = mean_interval([*values, np.nan])
    assert (found.estimate, found.low, found.high) == pytest.approx((4.0, low, high))


@pytest.mark.parametrize("size", [6, 7, 20, 25])
def test_median_interval_is_the_shortest_symmetric_one_that_covers(size):
    found = median_interval(np.arange(size, dtype=float))
    rank = int(found.low) + 1
    assert found.high == size - rank
    # misses when fewer than `rank` values lie on one side
    assert 2 * binom.cdf(rank - 1, size, 0.5) <= 0.05
    assert 2 * binom.cdf(rank, size, 0.5) > 0.05


def test_one_value_has_a_mean_and_no_interval():
    assert (mean_interval([3.0]).estimate, mean_interval([3.0]).low) == (3.0, None)
    assert median_interval([3.0]).low is None
    assert mean_interval([]).why == "no values"


def test_a_level_in_percent_is_refused():
    with pytest.raises(InputError, match=r"0\.95"):
        mean_interval([1.0, 2.0], level=95)
