import math

import numpy as np
import pytest
from scipy import stats

from trialkine.errors import InputError
from trialkine.population.distributions import check_variability, values_from_scores
from trialkine.records import Variability

SCORES = np.linspace(-6.0, 6.0, 25)

SCIPY_TWINS = [
    (3.0, Variability("lognormal", 0.6), stats.lognorm(s=0.6, scale=3.0)),
    (-2.0, Variability("normal", 1.5), stats.norm(-2.0, 1.5)),
    (4.0, Variability("exponential"), stats.expon(scale=4.0)),
]


@pytest.mark.parametrize(("value", "variability", "twin"), SCIPY_TWINS)
def test_a_score_becomes_the_quantile_of_the_same_probability(value, variability, twin):
    # Upper-tail probabilities, where the lower tail would lose digits; scipy's own quantiles agree to 1e-9.
    low, high = SCORES[SCORES <= 0], SCORES[SCORES > 0]
    expected = np.concatenate([twin.ppf(stats.norm.cdf(low)), twin.isf(stats.norm.sf(high))])
    np.testing.assert_allclose(
        values_from_scores(value, variability, SCORES), expected, rtol=1e-9, atol=1e-14
    )


def test_a_logitnormal_has_normal_log_odds_about_the_median():
    values = values_from_scores(0.1, Variability("logitnormal", 1.8), SCORES)
    log_odds = np.log(values / (1.0 - values))
    # 1 - values loses up to 5 digits next to 1.
    np.testing.assert_allclose(log_odds, math.log(0.1 / 0.9) + 1.8 * SCORES, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("distribution", ["lognormal", "logitnormal", "normal"])
def test_the_value_is_the_median(distribution):
    at_median = values_from_scores(0.35, Variability(distribution, 0.9), np.zeros(1))[0]
    assert at_median == pytest.approx(0.35, rel=1e-15)


@pytest.mark.parametrize("distribution", ["lognormal", "logitnormal", "normal", "exponential"])
def test_a_higher_score_never_gives_a_lower_value(distribution):
    values = values_from_scores(0.35, Variability(distribution, 0.9), np.linspace(-8.3, 8.3, 5001))
    assert np.all(np.diff(values) >= 0.0)
    assert np.all(np.isfinite(values))


@pytest.mark.parametrize(
    ("value", "variability", "advice"),
    [
        (-1.0, Variability("lognormal", 0.5), "from 0 up"),
        (-1.0, Variability("exponential"), "from 0 up"),
        (0.0, Variability("logitnormal", 0.5), "between 0 and 1"),
        (1.2, Variability("logitnormal", 0.5), "between 0 and 1"),
        (1.0, Variability("normal", -0.5), "from 0 up"),
        (1.0, Variability("normal", math.nan), "from 0 up"),
        (math.inf, None, "finite"),
    ],
)
def test_a_value_its_distribution_cannot_have_is_refused(value, variability, advice):
    with pytest.raises(InputError, match=advice):
        check_variability("tumour_growth_rate", value, variability)
