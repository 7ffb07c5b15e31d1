"""Recursive integration against the same chances as boxes of a multivariate normal, by scipy."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from trialkine.design.alpha_spending import ObrienFlemingSpending, PocockSpending
from trialkine.design.boundary_crossing import crossing_probabilities
from trialkine.design.futility import with_futility
from trialkine.design.group_sequential import alpha_spending_design, look_probabilities

ACCURACY = 1e-7  # asked of scipy


def first_crossing(information, low, high, drift, look, side):
    """All earlier looks within their bounds, this one beyond `side`."""
    times = np.asarray(information[: look + 1])
    correlation = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    mean = drift * np.sqrt(times)
    bottom, top = np.array(low[: look + 1], dtype=float), np.array(high[: look + 1], dtype=float)
    if side == "above":
        bottom[-1], top[-1] = high[look], np.inf
    else:
        bottom[-1], top[-1] = -np.inf, low[look]
    if look == 0:
        return norm.cdf(top[0] - mean[0]) - norm.cdf(bottom[0] - mean[0])
    return float(
        multivariate_normal.cdf(
            top, mean, correlation, lower_limit=bottom, abseps=ACCURACY, releps=ACCURACY, maxpts=4_000_000
        )
    )


@pytest.mark.parametrize("drift", [0.0, 3.0, -1.0])
@pytest.mark.parametrize(
    ("information", "low", "high"),
    [
        ((0.5, 1.0), (-np.inf, -np.inf), (2.8, 1.98)),
        ((0.15, 0.6, 1.0), (-0.5, 0.6, 1.9), (3.0, 2.4, 2.1)),
        ((0.3, 0.32, 1.0), (-1.0, -1.2, 0.5), (2.5, 2.6, 2.2)),
    ],
)
def test_crossing_probabilities_equal_boxes(information, low, high, drift):
    found = crossing_probabilities(information, low, high, drift)
    for look in range(len(information)):
        above = first_crossing(information, low, high, drift, look, "above")
        below = first_crossing(information, low, high, drift, look, "below")
        assert found.above[look] == pytest.approx(above, abs=1e-5)  # ten times what scipy reached here
        assert found.below[look] == pytest.approx(below, abs=1e-5)


@pytest.mark.parametrize("spending", [ObrienFlemingSpending(), PocockSpending()])
def test_each_look_spends_what_its_rule_allows(spending):
    information = (0.2, 0.5, 0.9, 1.0)
    design = alpha_spending_design(information, 0.025, spending)
    never = (-np.inf,) * 4
    spent = spending.increments(information, 0.025)
    for look in range(3):
        box = first_crossing(information, never, design.efficacy, 0.0, look, "above")
        assert box == pytest.approx(spent[look], abs=1e-6)


def test_futility_bounds_lose_what_their_rule_allows_under_the_drift_they_name():
    information = (0.4, 0.7, 1.0)
    found = with_futility(
        alpha_spending_design(information, 0.025, ObrienFlemingSpending()), 0.9, PocockSpending()
    )
    design = found.design
    lost = PocockSpending().increments(information, 0.1)
    for look in range(3):
        box = first_crossing(information, design.futility, design.efficacy, found.drift, look, "below")
        assert box == pytest.approx(lost[look], abs=1e-5)


def test_expected_information_is_the_mean_over_simulated_trials():
    information = np.array([0.25, 0.5, 1.0])
    design = alpha_spending_design(information, 0.025, PocockSpending())
    drift, trials = 2.0, 200_000
    generator = np.random.default_rng(4)
    gains = np.diff(information, prepend=0.0)
    steps = drift * gains + np.sqrt(gains) * generator.standard_normal((trials, 3))
    statistic = steps.cumsum(axis=1) / np.sqrt(information)
    crossed = statistic >= design.efficacy
    stop = np.where(crossed.any(axis=1), crossed.argmax(axis=1), 2)
    found = look_probabilities(design, drift)
    assert found.power == pytest.approx(crossed.any(axis=1).mean(), abs=4 * 0.5 / np.sqrt(trials))
    # The standard deviation of information at the end is below one half.
    assert found.expected_information == pytest.approx(
        information[stop].mean(), abs=4 * 0.5 / np.sqrt(trials)
    )
