"""Weighted log-rank tests and cure models against lifelines 0.30.3, on the `aml` data of R `survival`."""

import pytest

from trialkine.statistics.cure_fraction import fit_exponential_cure, fit_weibull_cure
from trialkine.statistics.restricted_mean_test import compare_restricted_means
from trialkine.statistics.weighted_logrank import FlemingHarrington, weighted_logrank

MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NONMAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])


@pytest.mark.parametrize(
    ("weight", "chi_squared", "p_value"),
    [
        ((0.0, 0.0), 3.3963886989776024, 0.0653393220405049),
        ((1.0, 0.0), 2.7792795447517737, 0.09549111540649308),
        ((0.0, 1.0), 2.630113217623355, 0.10485423635811064),
        ((1.0, 1.0), 1.4524834548066234, 0.22812987887071048),
        ((0.5, 0.5), 1.723660145564, 0.18922258483395557),
    ],
)
def test_weighted_logrank_equals_lifelines(weight, chi_squared, p_value):
    found = weighted_logrank(*MAINTAINED, *NONMAINTAINED, FlemingHarrington(*weight))
    assert found.statistic > 0  # the maintained relapse later
    assert found.statistic**2 == pytest.approx(chi_squared, rel=1e-12)  # the same sums, reordered
    assert found.p_value == pytest.approx(p_value, rel=1e-10)


def test_restricted_means_equal_lifelines():
    found = compare_restricted_means(*MAINTAINED, *NONMAINTAINED, until=40.0)
    assert found.difference == pytest.approx(28.897727272727277 - 21.930555555555554, rel=1e-12)


@pytest.mark.parametrize(
    ("fit", "cured", "scale", "shape", "log_likelihood", "none_cured"),
    [
        (fit_exponential_cure, 0.183711, 33.411078, 1.0, -34.76377735406449, -35.71023420993844),
        (fit_weibull_cure, 0.210207, 31.286560, 2.181592, -32.42404102604113, -35.70395631468283),
    ],
)
def test_cure_models_equal_lifelines(fit, cured, scale, shape, log_likelihood, none_cured):
    found = fit(*MAINTAINED)
    # Its search ends where the likelihood is flat to 1e-9: parameters agree to some millionths.
    assert found.cured.estimate == pytest.approx(cured, abs=4e-6)
    assert found.curve.scale == pytest.approx(scale, rel=4e-6)
    assert found.curve.shape == pytest.approx(shape, rel=4e-6)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=1e-8)
    assert found.log_likelihood_none_cured == pytest.approx(none_cured, abs=1e-8)
