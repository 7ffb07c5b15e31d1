import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialkine.errors import InputError
from trialkine.validation.weighted_sample import (
    central_interval,
    median,
    quantile_range,
    weighted_quantiles,
    weighted_sample,
)


def test_equal_weights_give_the_ordinary_median():
    assert median(weighted_sample([4.0, 1.0, 3.0])) == 3.0
    assert median(weighted_sample([4.0, 1.0, 3.0, 2.0])) == 2.5


def test_whole_weights_say_the_same_as_repeated_draws():
    repeated = weighted_sample(np.repeat([1.0, 5.0, 7.0, 20.0], [3, 1, 4, 2]))
    weighted = weighted_sample([20.0, 5.0, 1.0, 7.0], [2.0, 1.0, 3.0, 4.0])
    shares = np.linspace(0.01, 0.99, 99)
    np.testing.assert_array_equal(weighted_quantiles(weighted, shares), weighted_quantiles(repeated, shares))


def test_a_step_of_exactly_the_share_leaves_a_range_of_quantiles():
    sample = weighted_sample([1.0, 2.0], [0.3, 0.7])
    assert quantile_range(sample, 0.3) == (1.0, 2.0)
    assert quantile_range(sample, 0.31) == (2.0, 2.0)


@pytest.mark.parametrize(("draws", "level"), [(39, 0.95), (19, 0.80), (199, 0.95)])
def test_an_interval_leaves_out_as_many_draws_on_either_side(draws, level):
    values = np.arange(draws, dtype=float)
    low, high = central_interval(weighted_sample(values), level)
    assert low == draws - 1 - high
    assert (values < low).mean() <= (1.0 - level) / 2.0


def test_a_further_draw_falls_inside_about_as_often_as_the_level_says():
    # of 200 exchangeable draws any may be the further one
    values = np.arange(200.0)
    inside = 0
    for place, value in enumerate(values):
        low, high = central_interval(weighted_sample(np.delete(values, place)), 0.95)
        inside += low <= value <= high
    assert inside / 200 == pytest.approx(0.95, abs=0.005)  # one of the 200 at most


def test_draws_not_reached_are_the_latest():
    sample = weighted_sample([5.0, math.nan, 2.0, math.nan], missing=math.inf)
    assert central_interval(sample, 0.5) == (2.0, math.inf)
    assert median(sample) == math.inf
    assert median(weighted_sample([1.0, 2.0, math.nan], missing=math.inf)) == 2.0


def test_undefined_draws_are_left_out_with_their_weights():
    sample = weighted_sample([1.0, math.nan, 3.0], [0.2, 0.5, 0.3])
    assert sample.values.tolist() == [1.0, 3.0]
    assert sample.weights.tolist() == pytest.approx([0.4, 0.6])


def test_effective_size_counts_equal_draws():
    assert weighted_sample(np.arange(7.0)).effective_size == pytest.approx(7.0)
    assert weighted_sample([1.0, 2.0, 3.0], [1.0, 1.0, 0.0]).effective_size == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("samples", "weights"),
    [([], None), ([math.nan], None), ([1.0], [0.0]), ([1.0, 2.0], [1.0]), ([1.0, 2.0], [1.0, -1.0])],
)
def test_samples_that_say_nothing_are_refused(samples, weights):
    with pytest.raises(InputError, match="sample"):
        weighted_sample(samples, weights)


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 5)), min_size=1).filter(
        lambda draws: any(weight for _, weight in draws)
    ),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_an_interval_holds_at_least_its_level_and_leaves_no_side_more_than_half_of_the_rest(draws, level):
    sample = weighted_sample(*zip(*draws, strict=True))
    low, high = central_interval(sample, level)
    tail = (1.0 - level) / 2.0 + 1e-9  # rounding of sums of weights
    assert sample.share_where(sample.values < low) <= tail
    assert sample.share_where(sample.values > high) <= tail
    assert low <= median(sample) <= high
