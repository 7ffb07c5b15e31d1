"""Weighted log-rank scores, normal boxes, restricted means and cure likelihoods against slow versions."""

import math

import numpy as np
import pytest
from scipy.stats import CensoredData, chi2, multivariate_normal
from scipy.stats import logrank as scipy_logrank

from trialkine.statistics.cure_fraction import fit_exponential_cure, fit_weibull_cure
from trialkine.statistics.normal_box import box_probability
from trialkine.statistics.restricted_mean_test import compare_restricted_means
from trialkine.statistics.survival import kaplan_meier, restricted_mean_difference
from trialkine.statistics.survival_curves import MixtureCure
from trialkine.statistics.weighted_logrank import (
    LOG_RANK,
    MAX_COMBO,
    FlemingHarrington,
    logrank_scores,
    weighted_logrank,
)


def sample(seed, size=40, ties=True):
    generator = np.random.default_rng(seed)
    days = generator.exponential(30.0, size)
    return (np.ceil(days) if ties else days), generator.random(size) < 0.7


def slow_scores(first, second, weights):
    """Sums over event times, patient by patient."""
    everyone = [(t, e, 1) for t, e in zip(*first, strict=True)]
    everyone += [(t, e, 0) for t, e in zip(*second, strict=True)]
    survival, scores = 1.0, np.zeros(len(weights))
    covariance = np.zeros((len(weights), len(weights)))
    for time in sorted({t for t, e, _ in everyone if e}):
        risk = [g for t, _, g in everyone if t >= time]
        dead = [g for t, e, g in everyone if t == time and e]
        n, d, share = len(risk), len(dead), sum(risk) / len(risk)
        w = np.array([survival**weight.rho * (1 - survival) ** weight.gamma for weight in weights])
        scores += w * (d * share - sum(dead))
        if n > 1:
            covariance += np.outer(w, w) * d * share * (1 - share) * (n - d) / (n - 1)
        survival *= 1 - d / n
    deviation = np.sqrt(np.diag(covariance))
    return scores / deviation, covariance / np.outer(deviation, deviation)


@pytest.mark.parametrize("ties", [True, False])
def test_scores_and_their_correlation_equal_sums_patient_by_patient(ties):
    first, second = sample(1, ties=ties), sample(2, 25, ties=ties)
    z, correlation = slow_scores(first, second, MAX_COMBO)
    found = logrank_scores(*first, *second)
    np.testing.assert_allclose(found.z, z, rtol=1e-10)
    np.testing.assert_allclose(found.correlation, correlation, rtol=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_without_weights_it_is_scipy_logrank(seed):
    (t1, e1), (t2, e2) = sample(seed), sample(seed + 100, 30)
    expected = scipy_logrank(CensoredData.right_censored(t1, ~e1), CensoredData.right_censored(t2, ~e2))
    found = weighted_logrank(t1, e1, t2, e2, LOG_RANK)
    assert abs(found.statistic) == pytest.approx(abs(expected.statistic), rel=1e-10)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-8)


def random_correlation(seed, size, rank):
    loadings = np.random.default_rng(seed).normal(size=(size, rank)) + 0.7
    loadings /= np.linalg.norm(loadings, axis=1, keepdims=True)
    return loadings @ loadings.T


@pytest.mark.parametrize(("size", "rank"), [(2, 2), (3, 3), (4, 4), (4, 3), (3, 2), (5, 5)])
def test_box_probability_equals_scipy(size, rank):
    correlation = random_correlation(size + rank, size, rank)
    low, high = np.linspace(-2.2, -1.5, size), np.linspace(1.4, 2.4, size)
    slow = multivariate_normal.cdf(
        high,
        cov=correlation,
        lower_limit=low,
        allow_singular=True,
        abseps=1e-6,
        releps=1e-6,
        maxpts=1_000_000,
    )
    assert box_probability(low, high, correlation) == pytest.approx(float(slow), abs=1e-4)  # as it states


def test_boxes_with_closed_forms():
    alone = 0.8413447460685429 - 0.15865525393145707  # within one standard deviation
    for size in (1, 2, 3, 4):
        limits = np.ones(size)
        assert box_probability(-limits, limits, np.eye(size)) == pytest.approx(alone**size, abs=1e-10)
        assert box_probability(-limits, limits, np.ones((size, size))) == pytest.approx(alone, abs=1e-10)
    half = np.array([[1.0, 0.5], [0.5, 1.0]])
    never = np.full(2, -np.inf)
    # Both below 0: a quarter, and the arc sine of the correlation over two pi.
    expected = 0.25 + math.asin(0.5) / (2 * math.pi)
    assert box_probability(never, np.zeros(2), half) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_restricted_means_equal_those_of_the_curves(seed):
    first, second = sample(seed), sample(seed + 50, 30)
    until = min(first[0].max(), second[0].max()) * 0.8
    expected = restricted_mean_difference(kaplan_meier(*first), kaplan_meier(*second), until)
    found = compare_restricted_means(*first, *second, until)
    assert found.difference == pytest.approx(expected.estimate, rel=1e-10)
    assert found.standard_error * 1.959963984540054 == pytest.approx(
        expected.high - expected.estimate, rel=1e-8
    )


def log_likelihood(days, is_event, cured, scale, shape):
    total = 0.0
    for time, event in zip(days, is_event, strict=True):
        u = (time / scale) ** shape
        if event:
            total += math.log((1 - cured) * shape / time * u * math.exp(-u))
        else:
            total += math.log(cured + (1 - cured) * math.exp(-u))
    return total


def cured_sample(seed, size=120):
    generator = np.random.default_rng(seed)
    times = MixtureCure(0.3, 10.0, 1.3).times_at(generator.random(size))
    follow_up = generator.uniform(15.0, 50.0, size)
    return np.minimum(times, follow_up), times <= follow_up


@pytest.mark.parametrize("fit", [fit_exponential_cure, fit_weibull_cure])
def test_no_neighbour_of_the_fit_is_likelier(fit):
    days, is_event = cured_sample(3)
    found = fit(days, is_event)
    at = (found.curve.cured, found.curve.scale, found.curve.shape)
    best = log_likelihood(days, is_event, *at)
    assert found.log_likelihood == pytest.approx(best, rel=1e-10)
    for factors in np.ndindex(3, 3, 3):
        other = [value * (1 + 0.02 * (factor - 1)) for value, factor in zip(at, factors, strict=True)]
        if fit is fit_exponential_cure:
            other[2] = 1.0
        assert log_likelihood(days, is_event, *other) <= best + 1e-9


def test_profile_limits_are_where_the_best_likelihood_falls_by_half_the_quantile():
    days, is_event = cured_sample(4)
    found = fit_exponential_cure(days, is_event)
    fall = chi2.ppf(0.95, 1) / 2
    for limit in (found.cured.low, found.cured.high):
        profile = max(
            log_likelihood(days, is_event, limit, scale, 1.0) for scale in np.linspace(2.0, 60.0, 4001)
        )
        assert found.log_likelihood - profile == pytest.approx(fall, abs=1e-3)  # steps of the scale


@pytest.mark.parametrize("fit", [fit_exponential_cure, fit_weibull_cure])
def test_the_time_unit_does_not_matter(fit):
    days, is_event = cured_sample(5)
    one, other = fit(days, is_event), fit(days / 365.25, is_event)
    assert one.cured.estimate == pytest.approx(other.cured.estimate, rel=1e-6)
    assert one.curve.scale == pytest.approx(other.curve.scale * 365.25, rel=1e-6)
    assert one.p_value == pytest.approx(other.p_value, rel=1e-5)


def test_weights_are_those_of_survival_just_before():
    table_weight = FlemingHarrington(1.0, 1.0)
    first, second = sample(7), sample(8)
    alone = logrank_scores(*first, *second, [table_weight])
    assert alone.z[0] == pytest.approx(slow_scores(first, second, [table_weight])[0][0], rel=1e-10)
