"""Trajectories of the engine equal the readable reference, with the decisions frozen.

Error is |y - reference| / (|reference| + 0.01 scale), the measure the tolerance is stated in.
"""

import numpy as np
import pytest

from engine_samples import (
    BOLUS,
    DEPOT,
    IMPLANT,
    INFUSION,
    advance_through,
    compiled_drug,
    compiled_full_model,
    doses,
    drawn_parameters,
    numbers,
    of_patient,
    parameters_of,
)
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import Event
from trialkine.model.evaluate import state_scales
from trialkine.solver.accuracy import FLOOR, REFERENCE, Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.reference import Located, solve_reference
from trialkine.solver.status import DoseFate

WITHIN = 10.0  # times the tolerance asked for: the control bounds each step's error, and steps add up
WITHIN_FOR_SUMS = 200.0  # an accumulated hazard forgets nothing, nor its errors; measured 125 in a year
HOUR = 1 / 24


def error(model, parameters, found, reference):
    scales = state_scales(model, parameters[None, :])[0]
    return np.abs(found - reference) / (np.abs(reference) + FLOOR * scales)


# -- the reference itself --------------------------------------------------------------------------


def test_the_reference_gives_the_closed_form_of_one_compartment():
    model = compiled_drug().model
    values = {
        "elimination_rate": 2.0,
        "outward_rate": 0.0,
        "inward_rate": 0.0,
        "absorption_rate": 3.0,
        "lag": 0.1,
    }
    row = parameters_of(model, 1, **values)[0]
    table = doses([BOLUS, INFUSION, DEPOT], [0.0, 0.25, 0.5], [100.0, 50.0, 40.0], duration=[0, 0.5, 0])
    states, _ = solve_reference(model, row, [2.0], table)
    since = 2.0 - 0.6
    exact = (
        100.0 * np.exp(-4.0)
        + 50.0 / 0.5 / 2.0 * (np.exp(-2.0 * 1.25) - np.exp(-2.0 * 1.75))
        + 40.0 * 3.0 / (3.0 - 2.0) * (np.exp(-2.0 * since) - np.exp(-3.0 * since))
    )
    assert states[0, model.state_names.index("central")] == pytest.approx(exact, rel=1e-8)


def test_the_reference_gives_only_the_doses_it_is_told_were_given():
    model = compiled_drug().model
    row = parameters_of(model, 1, elimination_rate=0.0, outward_rate=0.0, inward_rate=0.0)[0]
    table = doses(BOLUS, [0.1, 0.2, 0.3], [1.0, 2.0, 4.0])
    fates = np.array([DoseFate.GIVEN, DoseFate.HELD, DoseFate.GIVEN])
    states, _ = solve_reference(model, row, [0.15, 1.0], table, fates)
    np.testing.assert_allclose(states[:, model.state_names.index("central")], [1.0, 5.0], rtol=1e-12)


def sawtooth():
    rates = {"x": "1", "n": "0 * n"}
    event = Event("full", "x > 1", {"x": "0", "n": "n + 1"}, "")
    return compose(numbers(rates, starts=dict.fromkeys(rates, "0"), events=[event]))


def test_the_reference_locates_events_as_often_as_they_come():
    states, events = solve_reference(sawtooth(), np.ones(1), [3.5])
    np.testing.assert_allclose([event.time for event in events], [1.0, 2.0, 3.0], atol=1e-7)
    np.testing.assert_allclose(states, [[0.5, 3.0]], atol=1e-7)


def test_the_reference_replays_the_events_it_is_given():
    told = [Located(0.5, "full"), Located(2.0, "full")]
    states, events = solve_reference(sawtooth(), np.ones(1), [0.4, 0.6, 2.5], events=told)
    np.testing.assert_allclose(states, [[0.4, 0.0], [0.1, 1.0], [0.5, 2.0]], atol=1e-9)
    assert list(events) == told


# -- small models ----------------------------------------------------------------------------------


@pytest.mark.parametrize("relative", [1e-3, 1e-5, 1e-7])
def test_a_drug_by_every_route_follows_the_reference(relative):
    compiled = compiled_drug()
    row = parameters_of(
        compiled.model, 1, absorption_rate=4.0, elimination_rate=9.0, outward_rate=3.0, lag=0.03
    )
    rng = np.random.default_rng(2)
    route = rng.choice([BOLUS, INFUSION, DEPOT, IMPLANT], 12, p=[0.4, 0.2, 0.3, 0.1])
    table = doses(
        route, np.sort(rng.uniform(0, 3, 12)), rng.uniform(1, 20, 12), duration=np.where(route == 1, 0.1, 0)
    )
    times = (0.7, 1.9, 3.3)
    ensemble = Ensemble(compiled, row, Accuracy(relative=relative))
    states, fates = advance_through(ensemble, times, table)
    reference, _ = solve_reference(compiled.model, row[0], times, table, fates)
    assert error(compiled.model, row[0], states[:, 0], reference).max() <= WITHIN * relative


def test_events_happen_where_the_reference_has_them():
    compiled = compile_model(sawtooth())
    ensemble = Ensemble(compiled, np.ones((1, 1)), REFERENCE)
    states, _ = advance_through(ensemble, (0.9, 1.1, 4.6))
    reference, _ = solve_reference(compiled.model, np.ones(1), (0.9, 1.1, 4.6))
    np.testing.assert_allclose(states[:, 0], reference, atol=5 * REFERENCE.event_width)


# -- the full melanoma model under two workloads ---------------------------------------------------


def il2_and_tablets(patients, days):
    """Infusions every 8 h, 14 times, from days 1 and 15 of 12-week courses; tablets 6 weeks of 8."""
    infusions = [
        84.0 * course + first + 8 * HOUR * dose
        for course in range(3)
        for first in (0.0, 14.0)
        for dose in range(14)
    ]
    tablets = [0.3 + day for day in range(364) if day % 56 < 42]
    routes = (("aldesleukin", "intravenous"), ("temozolomide", "oral"))
    return _schedule(patients, days, routes, [(infusions, 4.5e7, 0.25 * HOUR), (tablets, 130.0, 0.0)])


def drops(patients, days):
    """Nose drops three times daily for 48 weeks."""
    times = [day + 8 * HOUR * dose for day in range(336) for dose in range(3)]
    return _schedule(patients, days, (("im862", "intranasal"),), [(times, 20.0, 0.0)])


def _schedule(patients, days, routes, parts):
    columns = [
        (patient, time, route, amount, duration)
        for patient in range(patients)
        for route, (times, amount, duration) in enumerate(parts)
        for time in times
        if time < days
    ]
    patient, time, route, amount, duration = np.array(columns).T
    return DoseTable.of(patient, time, route, amount, duration=duration, routes=routes)


_solved = {}


def compare(schedule, days, patients, relatives, seed=1):
    """The largest error over patients, states and weekly outputs, in units of each tolerance's bound."""
    compiled, parameters = compiled_full_model(), drawn_parameters("melanoma", patients, seed)
    names = compiled.model.state_names
    bounds = np.array([WITHIN_FOR_SUMS if name.endswith("_hazard") else WITHIN for name in names])
    table = schedule(patients, days)
    times = [*np.arange(6.95, days, 7.0), days]
    worst = dict.fromkeys(relatives, 0.0)
    for relative in relatives:
        ensemble = Ensemble(compiled, parameters, Accuracy(relative=relative))
        states, fates = advance_through(ensemble, times, table)
        assert not np.any(ensemble.status)
        for patient in range(patients):
            mine = table.patient == patient
            key = (schedule.__name__, days, seed, patient, fates[mine].tobytes())
            if key not in _solved:  # one reference for each course of decisions
                row, own = parameters[patient], of_patient(table, patient)
                _solved[key], _ = solve_reference(compiled.model, row, times, own, fates[mine])
            found = error(compiled.model, parameters[patient], states[:, patient], _solved[key])
            worst[relative] = max(worst[relative], (found / bounds / relative).max())
    return worst


@pytest.mark.parametrize(("schedule", "days", "patients"), [(il2_and_tablets, 23.0, 2), (drops, 8.0, 2)])
def test_the_full_model_follows_the_reference_to_the_tolerance_asked_for(schedule, days, patients):
    """Two cycles of interleukin-2 with tablets, and a week of drops; fates differ between patients."""
    worst = compare(schedule, days, patients, (1e-3, 1e-5, 1e-7))
    assert max(worst.values()) <= 1.0, worst


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schedule", "days", "relative"),
    [
        (il2_and_tablets, 364.0, 1e-3),
        (il2_and_tablets, 364.0, 1e-5),
        (il2_and_tablets, 364.0, 1e-7),
        (drops, 336.0, 1e-3),
        (drops, 336.0, 1e-5),
        (drops, 336.0, 1e-7),
    ],
)
def test_a_year_of_the_full_model_follows_the_reference(schedule, days, relative):
    worst = compare(schedule, days, 2, (relative,), seed=2)
    assert worst[relative] <= 1.0, worst
