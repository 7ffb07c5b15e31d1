"""Intervals of areas under the curve hold the truth as often as they say, with few cases, in many groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from trialkine.statistics.roc import area_under_curve, stratified_area

REPEATS = 500
LEAST = 0.92  # 0.95 less three standard errors of 500 repeats
BOUND, MARKERS = 0.75, 9


def drawn(
    random: np.random.Generator, area: float, groups: int, patients: int, share: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores with that area within each group, who is a case, and the groups."""
    group = np.repeat(np.arange(groups), patients)
    case = random.random(group.size) < share
    return random.standard_normal(group.size) + np.sqrt(2.0) * norm.ppf(area) * case, case, group


@pytest.mark.slow
@pytest.mark.parametrize("area", [0.5, 0.73, 0.9, 0.97])
@pytest.mark.parametrize(
    ("groups", "patients", "share"),
    [(1, 14, 0.15), (1, 40, 0.1), (1, 200, 0.1), (20, 20, 0.1), (20, 80, 0.15)],
)
def test_intervals_cover_with_few_cases_and_in_many_groups(
    area: float, groups: int, patients: int, share: float
) -> None:
    random = np.random.default_rng([groups, patients, round(100 * area)])
    held = told = 0
    for _ in range(REPEATS):
        found = stratified_area(*drawn(random, area, groups, patients, share)).mean
        if found.low is None or found.high is None:
            continue  # fewer than two cases
        told += 1
        held += found.low <= area <= found.high
    assert told > REPEATS / 2
    assert held / told >= LEAST


@pytest.mark.slow
def test_plain_delong_would_not_cover() -> None:
    random = np.random.default_rng(2)
    held = told = 0
    for _ in range(REPEATS):
        scores, case, _ = drawn(random, 0.73, 1, 40, 0.1)
        found = area_under_curve(scores, case)
        if found is not None:
            told += 1
            held += abs(found.area - 0.73) <= 1.96 * np.sqrt(found.variance)
    assert held / told < 0.88


@pytest.mark.slow
@pytest.mark.parametrize("cases", [2, 3, 5, 10, 20])
def test_none_of_many_markers_at_the_bound_lies_surely_above_it_more_often_than_stated(cases: int) -> None:
    random = np.random.default_rng(cases)
    repeats, above = 300, 0
    for _ in range(repeats):
        case = np.arange(100) < cases
        scores = random.standard_normal((MARKERS, 100)) + np.sqrt(2.0) * norm.ppf(BOUND) * case
        lows = [
            stratified_area(row, case, np.zeros(100), 1.0 - 0.05 / MARKERS).anywhere.low for row in scores
        ]
        above += max(lows) > BOUND
    assert above / repeats <= 0.05
