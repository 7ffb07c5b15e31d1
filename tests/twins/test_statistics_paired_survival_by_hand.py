"""How much a patient moves a curve or a hazard ratio, by giving each a little more weight and looking."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from trialkine.statistics.hazard_ratio import fit_two_groups
from trialkine.statistics.paired_survival import _restricted_mean, _survival

STEP = 1e-6
TIMES = np.array([5.0, 8, 8, 12, 12, 20, 23, 30, 30, 35, 40, 41])
EVENTS = np.array([1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 0], dtype=bool)
OTHERS = np.array([3.0, 5, 9, 12, 17, 20, 26, 31])
OTHER_EVENTS = np.array([1, 1, 1, 1, 0, 1, 1, 0], dtype=bool)


def weighted_curve(weights: np.ndarray, until: float) -> tuple[float, float]:
    """Survival at a time and the area up to it, patient by patient and event by event."""
    height, area, last = 1.0, 0.0, 0.0
    for moment in sorted({float(t) for t, e in zip(TIMES, EVENTS, strict=True) if e and t <= until}):
        area += height * (moment - last)
        at_risk = sum(w for w, t in zip(weights, TIMES, strict=True) if t >= moment)
        dying = sum(w for w, t, e in zip(weights, TIMES, EVENTS, strict=True) if t == moment and e)
        height, last = height * (1.0 - dying / at_risk), moment
    return height, area + height * (until - last)


@pytest.mark.parametrize("until", [4.0, 8.0, 19.0, 30.0, 39.0])
def test_what_each_patient_moves_is_the_derivative_by_weight(until: float) -> None:
    survival, moves = _survival(TIMES, EVENTS, until)
    area, area_moves = _restricted_mean(TIMES, EVENTS, until)
    plain = weighted_curve(np.ones(TIMES.size), until)
    assert (survival, area) == pytest.approx(plain, rel=1e-12)
    for patient in range(TIMES.size):
        nudge = np.zeros(TIMES.size)
        nudge[patient] = STEP
        up, down = (weighted_curve(np.ones(TIMES.size) + sign * nudge, until) for sign in (1.0, -1.0))
        slopes = [(a - b) / (2 * STEP) for a, b in zip(up, down, strict=True)]
        # Central differences of step 1e-6 are good to about 1e-9.
        assert (float(moves[patient]), float(area_moves[patient])) == pytest.approx(slopes, abs=1e-7)


def score(log_ratio: float, weights: np.ndarray) -> float:
    """The derivative of the partial likelihood, Breslow's, which is Efron's where no two events coincide."""
    times, events = np.concatenate((TIMES, OTHERS + 0.5)), np.concatenate((EVENTS, OTHER_EVENTS))
    is_first = np.arange(times.size) < TIMES.size
    total = 0.0
    for moment, is_event, first, weight in zip(times, events, is_first, weights, strict=True):
        if is_event:
            risk = weights * (times >= moment) * np.where(is_first, math.exp(log_ratio), 1.0)
            total += weight * (first - risk[is_first].sum() / risk.sum())
    return total


def test_what_each_patient_moves_the_hazard_ratio_is_the_derivative_by_weight() -> None:
    spread = TIMES + 0.01 * np.arange(TIMES.size)  # no ties
    fit = fit_two_groups(spread, EVENTS, OTHERS + 0.5, OTHER_EVENTS)

    def ratio(weights: np.ndarray) -> float:
        times = TIMES.copy()
        try:
            TIMES[:] = spread
            return float(brentq(score, -5, 5, args=(weights,), xtol=1e-14))
        finally:
            TIMES[:] = times

    count = TIMES.size + OTHERS.size
    assert fit.log_ratio == pytest.approx(ratio(np.ones(count)), abs=1e-9)
    found = np.concatenate((fit.influence_first, fit.influence_second))
    step = 1e-4
    for patient in range(count):
        nudge = np.zeros(count)
        nudge[patient] = step
        slope = (ratio(np.ones(count) + nudge) - ratio(np.ones(count) - nudge)) / (2 * step)
        assert found[patient] == pytest.approx(slope, abs=1e-6)  # differences of step 1e-4
