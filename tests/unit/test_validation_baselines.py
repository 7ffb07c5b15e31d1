import math

import numpy as np
import pytest
from scipy.stats import beta, betabinom, halfnorm, kstest, norm

from trialkine.errors import InputError
from trialkine.validation.baselines import (
    RATE_SPREAD,
    SAME_CLASS,
    SAME_DISEASE,
    TIME_SPREAD,
    Observed,
    Target,
    baseline_samples,
    fraction_pool,
    time_pool,
)
from trialkine.validation.scores import randomised_pit
from trialkine.validation.weighted_sample import weighted_sample

HIGH, LOW = "high-dose interleukin-2", "subcutaneous interleukin-2"
TRIALS = (
    Observed("north", "melanoma", HIGH, "orr", 0.16, 270),
    Observed("south", "melanoma", LOW, "orr", 0.05, 44),
    Observed("north", "melanoma", HIGH, "os_median_months", 12.0, 270),
    Observed("east", "renal_cell", HIGH, "orr", 0.15, 255),
)
DRAWS = 40_000


def generator(seed=1):
    return np.random.Generator(np.random.PCG64(seed))


def sizes_of(*numbers):
    return np.array(numbers, dtype=float)


def gauss_legendre(low, high):
    """Places and weights of an integral from low to high."""
    places, weights = np.polynomial.legendre.leggauss(200)
    return low + (high - low) * (places + 1) / 2, weights * (high - low) / 2


def test_without_a_spread_between_trials_the_mean_is_the_conjugate_one():
    # Jeffreys' Beta(1/2, 1/2) and 3 of 20, 5 of 30: Beta(8.5, 42.5), by hand
    pool = fraction_pool(np.array([3 / 20, 5 / 30]), sizes_of(20, 30), spread_scale=1e-3)
    assert pool.mean == pytest.approx(8.5 / 51, rel=1e-3)  # the least spread of the grid is 0.008


def test_the_mean_of_the_beta_binomial_pool_is_its_integral():
    counts, sizes = (2, 9), (20, 40)
    (means, of_mean), (spreads, of_spread) = gauss_legendre(0.0, 1.0), gauss_legendre(0.0, 0.8)
    mean, spread = np.meshgrid(means, spreads, indexing="ij")
    total = 1 / spread**2 - 1
    weight = np.outer(of_mean, of_spread)
    weight *= beta.pdf(mean, 0.5, 0.5) * halfnorm.pdf(spread, scale=RATE_SPREAD)
    for count, size in zip(counts, sizes, strict=True):
        weight *= betabinom.pmf(count, size, mean * total, (1 - mean) * total)
    found = fraction_pool(np.array(counts) / np.array(sizes), sizes_of(*sizes))
    expected = (weight * mean).sum() / weight.sum()
    assert found.mean == pytest.approx(expected, rel=1e-3)  # midpoints of the grid


def test_many_large_trials_show_the_spread_they_have():
    rates = beta.ppf((np.arange(40) + 0.5) / 40, 6, 24)
    draws = fraction_pool(rates, sizes_of(*[5000] * 40)).next_fractions(100_000, DRAWS, generator())
    assert draws.mean() == pytest.approx(0.2, abs=0.005)
    assert draws.std() == pytest.approx(math.sqrt(0.16 / 31), rel=0.1)  # known to about 1 / sqrt(2 * 40)


def test_one_trial_gives_a_wide_prediction_about_it():
    draws = fraction_pool(np.array([0.16]), sizes_of(270)).next_fractions(270, DRAWS, generator())
    luck_alone = math.sqrt(2 * 0.16 * 0.84 / 270)
    assert np.median(draws) == pytest.approx(0.16, abs=0.02)
    assert 2 * luck_alone < draws.std() < 0.2


def test_no_response_at_all_leaves_responses_possible():
    draws = fraction_pool(np.array([0.0]), sizes_of(25)).next_fractions(25, DRAWS, generator())
    assert np.median(draws) <= 1 / 25
    assert 0.02 < (draws > 0.1).mean() < 0.25


def test_one_median_time_has_the_closed_form():
    # One trial says nothing of the spread: twice its prior's variance, and the luck of both trials.
    draws = np.log(time_pool(np.array([12.0]), sizes_of(50)).next_medians(80, DRAWS, generator()))
    luck = (1 / 50 + 1 / 80) / math.log(2) ** 2
    assert draws.mean() == pytest.approx(math.log(12.0), abs=0.015)
    assert draws.var() == pytest.approx(2 * TIME_SPREAD**2 + luck, rel=0.05)


def test_two_median_times_have_the_distribution_of_their_integral():
    times, sizes = np.array([6.0, 13.0]), sizes_of(30, 90)
    logs, errors = np.log(times), 1.0 / (math.log(2) * np.sqrt(sizes))

    (means, of_mean), (spreads, of_spread) = gauss_legendre(-8.0, 12.0), gauss_legendre(0.0, 1.5)
    mean, spread = np.meshgrid(means, spreads, indexing="ij")
    weight = np.outer(of_mean, of_spread) * halfnorm.pdf(spread, scale=TIME_SPREAD)
    for log, error in zip(logs, errors, strict=True):
        weight *= norm.pdf(log, mean, np.sqrt(error**2 + spread**2))
    centre = (weight * mean).sum() / weight.sum()
    variance = (weight * ((mean - centre) ** 2 + spread**2)).sum() / weight.sum()
    draws = np.log(time_pool(times, sizes).next_medians(10**9, DRAWS, generator()))
    assert draws.mean() == pytest.approx(centre, abs=0.015)  # four standard errors of 40,000 draws
    assert draws.var() == pytest.approx(variance, rel=0.04)


def test_like_medians_of_many_trials_leave_little_but_luck():
    pool = time_pool(np.full(30, 10.0), sizes_of(*[400] * 30))
    draws = np.log(pool.next_medians(400, DRAWS, generator()))
    assert draws.std() < 1.5 / (math.log(2) * math.sqrt(400))


def test_the_target_itself_and_other_diseases_are_left_out():
    target = Target("north", "melanoma", HIGH, "orr", 50)
    found = baseline_samples(TRIALS, target)
    assert set(found) == {SAME_DISEASE}  # the south's trial, of another class
    alone = (Observed("south", "melanoma", LOW, "orr", 0.05, 44),)
    np.testing.assert_array_equal(found[SAME_DISEASE], baseline_samples(alone, target)[SAME_DISEASE])


def test_the_class_and_the_disease_are_two_pools():
    found = baseline_samples(TRIALS, Target("new", "melanoma", HIGH, "orr", 50))
    assert set(found) == {SAME_CLASS, SAME_DISEASE}
    assert np.median(found[SAME_DISEASE]) < np.median(found[SAME_CLASS])


def test_nothing_comparable_gives_no_pool():
    assert baseline_samples(TRIALS, Target("new", "melanoma", HIGH, "ttp_median_months", 50)) == {}
    assert baseline_samples(TRIALS, Target("new", "melanoma", HIGH, "doses_given_mean", 50)) == {}
    assert baseline_samples((), Target("new", "melanoma", HIGH, "orr", 50)) == {}


def test_fractions_are_of_the_targets_patients():
    found = baseline_samples(TRIALS, Target("new", "renal_cell", LOW, "orr", 7))
    draws = found[SAME_DISEASE]
    np.testing.assert_allclose(draws * 7, np.rint(draws * 7), atol=1e-9)


def test_a_target_of_unknown_size_is_as_large_as_the_middle_trial():
    draws = baseline_samples(TRIALS[:1], Target("new", "melanoma", HIGH, "orr", None))[SAME_CLASS]
    np.testing.assert_allclose(draws * 270, np.rint(draws * 270), atol=1e-9)


def test_the_same_arguments_give_the_same_draws():
    target = Target("new", "melanoma", HIGH, "os_median_months", 50)
    first, again = (baseline_samples(TRIALS, target)[SAME_CLASS] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = baseline_samples(TRIALS, target, seed=1)[SAME_CLASS]
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("value", "n"), [(1.2, 20), (-0.1, 20), (0.2, 0)])
def test_what_is_no_fraction_of_patients_is_refused(value, n):
    with pytest.raises(InputError, match="cannot be pooled"):
        baseline_samples(
            (Observed("a", "melanoma", HIGH, "orr", value, n),), Target("b", "melanoma", HIGH, "orr", 9)
        )


def test_predictions_are_calibrated_where_trials_differ_as_the_priors_say():
    random, pits = generator(4), {"rates": [], "times": []}
    for place in range(120):
        sizes = sizes_of(*random.integers(15, 200, 4))
        mean, spread = random.beta(0.5, 0.5), min(0.79, abs(random.normal(0.0, RATE_SPREAD)))
        total = 1.0 / spread**2 - 1.0
        rates = random.beta(mean * total, (1.0 - mean) * total, 4)
        seen = random.binomial(sizes.astype(int), rates) / sizes
        last = int(sizes[3])
        draws = fraction_pool(seen[:3], sizes[:3]).next_fractions(last, 1000, random)
        pits["rates"].append(randomised_pit(weighted_sample(draws), seen[3], 1 / last, f"{place}"))

        spread = abs(random.normal(0.0, TIME_SPREAD))
        luck = 1.0 / (math.log(2) * np.sqrt(sizes))
        times = np.exp(random.normal(2.0, np.sqrt(spread**2 + luck**2)))
        draws = time_pool(times[:3], sizes[:3]).next_medians(last, 1000, random)
        pits["times"].append(randomised_pit(weighted_sample(draws), times[3]))
    for found in pits.values():
        assert kstest(found, "uniform").pvalue > 0.01  # a fixed seed: fails only if the numbers change
