import math

import numpy as np
import pytest
from scipy.stats import binom, gaussian_kde, norm

from trialkine.validation.log_scores import (
    bound_log_score,
    count_log_score,
    count_masses,
    kernel_width,
    time_log_score,
)
from trialkine.validation.weighted_sample import weighted_sample

MANY = 4000


def further_draw(months):
    """The density of log(time) of a draw that may be anything: a year, within a factor of 10."""
    return norm.pdf(math.log(months), math.log(12.0), math.log(10.0))


@pytest.mark.parametrize("n", [1, 7, 25, 300])
def test_masses_of_counts_are_a_distribution(n):
    random = np.random.Generator(np.random.PCG64(3))
    masses = count_masses(weighted_sample(random.binomial(n, 0.15, 100) / n, random.random(100)), n)
    assert masses.shape == (n + 1,)
    assert masses.sum() == pytest.approx(1.0)
    assert masses.min() > 0.0


def test_many_draws_give_nearly_the_masses_they_were_drawn_from():
    random = np.random.Generator(np.random.PCG64(5))
    n, rate = 100, 0.3
    masses = count_masses(weighted_sample(random.binomial(n, rate, MANY) / n), n)
    exact = binom.pmf(np.arange(n + 1), n, rate)
    # Scott's kernel is 0.19 of the spread here: it widens by 2 % and leaves little else
    assert 0.5 * np.abs(masses - exact).sum() < 0.05


def test_draws_that_are_all_alike_leave_one_further_draw_to_the_other_counts():
    sample = weighted_sample(np.zeros(99))
    assert count_log_score(sample, 3, 24) == pytest.approx(math.log((1 / 100) * (1 / 25)))
    assert count_log_score(sample, 0, 24) == pytest.approx(math.log((99 + 1 / 25) / 100))


def test_the_width_of_a_kernel_is_scotts():
    random = np.random.Generator(np.random.PCG64(7))
    places, weights = random.standard_normal(50), random.random(50)
    sample = weighted_sample(places, weights)
    kernel = gaussian_kde(places, weights=weights)
    expected = math.sqrt(kernel.covariance[0, 0])
    assert kernel_width(sample.values, sample.weights, sample.effective_size) == pytest.approx(expected)


@pytest.mark.parametrize("months", [2.0, 9.0, 60.0])
def test_times_have_the_kernel_density_of_their_logarithm_and_one_further_draw(months):
    random = np.random.Generator(np.random.PCG64(9))
    times, weights = np.exp(random.normal(2.0, 0.4, 60)), random.random(60)
    sample = weighted_sample(times, weights)
    size = sample.effective_size
    density = gaussian_kde(np.log(times), weights=weights)(math.log(months))[0]
    expected = math.log((size * density + further_draw(months)) / (size + 1))
    assert time_log_score(sample, months) == pytest.approx(expected)


def test_times_not_reached_take_their_share_of_the_density():
    reached = [8.0, 9.0, 10.0, 11.0]
    half = time_log_score(weighted_sample(reached + [math.inf] * 4), 9.5)
    assert half < time_log_score(weighted_sample(reached * 2), 9.5)
    never = time_log_score(weighted_sample([math.inf] * 4), 9.5)
    assert never == pytest.approx(math.log(further_draw(9.5) / 5))


def test_equal_times_are_as_wide_as_times_are_printed():
    score = time_log_score(weighted_sample([2.0] * 1000), 2.0)
    assert score == pytest.approx(math.log(norm.pdf(0.0) / 0.05), abs=0.01)  # the further draw: 1 in 1001


def test_a_time_of_zero_has_no_log_score():
    assert time_log_score(weighted_sample([1.0, 2.0]), 0.0) is None


def test_bounds_beyond_every_draw_are_unlikely_rather_than_impossible():
    sample = weighted_sample(np.arange(1.0, 100.0))
    assert bound_log_score(sample, 500.0) == pytest.approx(math.log(0.5 / 100))
    assert bound_log_score(sample, 0.0) == pytest.approx(math.log(99.5 / 100))
