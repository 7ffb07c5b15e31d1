"""Chances of a seen event in closed form against numerical integration and simulation."""

import numpy as np
import pytest
from scipy.integrate import dblquad

from trialkine.design.accrual import (
    AccrualPlan,
    event_probability,
    expected_events,
    logrank_sample_size,
    time_of_events,
)
from trialkine.design.survival_power import SurvivalScenario, simulated_trial
from trialkine.statistics.survival_curves import PiecewiseExponential, exponential, with_hazard_ratio

CURVES = [exponential(9.0), PiecewiseExponential((0.0, 3.0, 8.0), (0.05, 0.0, 0.2))]


def by_quadrature(curve, plan, calendar):
    """The mean over entry of the integral of hazard times being at risk and not lost."""
    last_entry = min(plan.accrual, calendar)
    edges = np.asarray(curve.edges)

    def density(time, entry):
        hazard = curve.hazards[int(np.searchsorted(edges, time, "right")) - 1]
        return hazard * float(curve.survival(time)) * np.exp(-plan.dropout_hazard * time) / last_entry

    total = 0.0
    for start, end in zip(curve.edges, (*curve.edges[1:], np.inf), strict=True):  # smooth within a piece
        reach = min(end, calendar)
        if start < reach:
            total += dblquad(
                density,
                0.0,
                last_entry,
                start,
                lambda entry, low=start, high=reach: max(low, min(high, calendar - entry)),
            )[0]
    return total


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("calendar", [5.0, 12.0, 20.0])
@pytest.mark.parametrize("dropout", [0.0, 0.03])
def test_event_probability_equals_the_double_integral(curve, calendar, dropout):
    plan = AccrualPlan(accrual=12.0, follow_up=8.0, dropout_hazard=dropout)
    found = event_probability(curve, plan, calendar)
    assert found == pytest.approx(by_quadrature(curve, plan, calendar), abs=1e-6)  # kinks within the square


def test_the_sample_size_gives_the_events_it_needs_and_one_patient_less_does_not():
    control, plan = CURVES[1], AccrualPlan(12.0, 8.0, 0.01, treated_share=2 / 3)
    size = logrank_sample_size(control, 0.65, plan, alpha=0.025, power=0.9)
    treated = with_hazard_ratio(control, 0.65)
    assert expected_events(control, treated, plan, size.patients) >= size.events
    assert expected_events(control, treated, plan, size.patients - 1) < size.events
    assert 0.9 <= size.power < 0.905


def test_the_time_of_events_is_when_they_are_expected():
    control, plan = CURVES[0], AccrualPlan(24.0, 0.0)
    treated = with_hazard_ratio(control, 0.7)
    for events in (20.0, 150.0, 260.0):
        time = time_of_events(control, treated, plan, 300, events)
        assert expected_events(control, treated, plan, 300, time) == pytest.approx(events, rel=1e-6)


def test_simulated_trials_see_as_many_events_as_expected():
    control, plan = CURVES[1], AccrualPlan(12.0, 8.0, 0.03)
    treated = with_hazard_ratio(control, 0.5)
    trials = [simulated_trial(SurvivalScenario(control, treated, plan, 400), 1, n) for n in range(100)]
    counts = [trial.treated_events.sum() + trial.control_events.sum() for trial in trials]
    # Each patient's event is a coin: the variance of a count is below 400 / 4.
    assert np.mean(counts) == pytest.approx(
        expected_events(control, treated, plan, 400), abs=4 * 10.0 / np.sqrt(100)
    )
