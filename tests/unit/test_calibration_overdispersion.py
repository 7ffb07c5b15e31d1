"""Counts of patients around a rate that varies, against other programs."""

import numpy as np
import pytest
from scipy.stats import betabinom, binom

from trialkine.calibration.overdispersion import correlation_of, log_beta_binomial


@pytest.mark.parametrize(
    ("of", "share", "rho"), [(30, 0.16, 0.01), (270, 0.5, 0.02), (4, 0.9, 0.3), (12, 1e-4, 1e-3)]
)
def test_whole_counts_are_beta_binomial(of: int, share: float, rho: float) -> None:
    counts = np.arange(of + 1.0)
    shares, rhos = np.full(of + 1, share), np.full(of + 1, rho)
    found = log_beta_binomial(counts, np.full(of + 1, float(of)), shares, rhos)
    wanted = betabinom.logpmf(counts, of, share * (1.0 / rho - 1.0), (1.0 - share) * (1.0 / rho - 1.0))
    np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-8)
    assert np.exp(found).sum() == pytest.approx(1.0, rel=1e-8)


@pytest.mark.parametrize("rho", [0.0, 1e-9, 1e-7, 2e-6])
def test_without_correlation_counts_are_binomial(rho: float) -> None:
    counts = np.arange(41.0)
    shares, rhos = np.full(41, 0.3), np.full(41, rho)
    found = log_beta_binomial(counts, np.full(41, 40.0), shares, rhos)
    # To first order in rho the logarithm differs by rho times half the square of at most 40 patients.
    np.testing.assert_allclose(found, binom.logpmf(counts, 40, 0.3), atol=max(rho * 40.0**2 * 2.0, 1e-9))


def test_a_count_that_is_not_whole_lies_between_its_neighbours() -> None:
    counts = np.array([8.0, 8.2, 8.5, 9.0])
    found = log_beta_binomial(counts, np.full(4, 40.0), np.full(4, 0.4), np.full(4, 0.02))
    assert np.all(np.diff(found) > 0.0)  # 16 are expected


def test_the_spread_of_counts_is_that_of_a_rate_whose_log_odds_vary() -> None:
    random = np.random.default_rng(4)
    share, spread, of = 0.3, 0.25, 60
    log_odds = np.log(share / (1.0 - share)) + spread * random.standard_normal(400_000)
    counts = random.binomial(of, 1.0 / (1.0 + np.exp(-log_odds)))
    correlation = float(correlation_of(np.asarray(share), np.asarray(spread)))
    wanted = of * share * (1.0 - share) * (1.0 + (of - 1.0) * correlation)
    assert counts.var() == pytest.approx(wanted, rel=0.03)  # to first order in the spread
