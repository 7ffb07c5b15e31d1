"""The same bits for any batch, order, number of threads, and way of getting there."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_samples import advance_through, compiled_full_model, drawn_parameters, of_patient, pick
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import PATIENTS_PER_TASK, Ensemble
from trialkine.solver.status import DoseFate
from trialkine.solver.stepper import EXPLICIT, IMPLICIT

PATIENTS = 70  # more than one task's worth, so that threads share the work
ROUTES = (("aldesleukin", "intravenous"), ("temozolomide", "oral"))
VISITS = (1.0, 6.5, 13.0)
STEPPERS = (EXPLICIT, IMPLICIT)


def treatment(patients, seed=3):
    """Infusions and tablets at each patient's own times."""
    rng = np.random.default_rng(seed)
    count = 12
    time = np.sort(rng.uniform(0.0, 12.0, (patients, count)), axis=1)
    route = rng.integers(0, 2, (patients, count))
    amount = np.where(route == 0, 4.0e7, 130.0)
    duration = np.where(route == 0, 15 / 1440, 0.0)
    who = np.repeat(np.arange(patients), count)
    return DoseTable.of(
        who, time.ravel(), route.ravel(), amount.ravel(), duration=duration.ravel(), routes=ROUTES
    )


def start(parameters, stepper):
    return Ensemble(compiled_full_model(), parameters, Accuracy(relative=1e-3), stepper)


def simulate(parameters, table, stepper, jobs=1, visits=VISITS):
    ensemble = start(parameters, stepper)
    states, fates = advance_through(ensemble, visits, table, jobs)
    assert not np.any(ensemble.status)
    return states, fates, ensemble


@pytest.fixture(scope="module", params=STEPPERS, ids=lambda stepper: stepper.kernel)
def everybody(request):
    parameters, table = drawn_parameters("melanoma", PATIENTS), treatment(PATIENTS)
    return parameters, table, *simulate(parameters, table, request.param)


@pytest.mark.parametrize("jobs", [2, 3, None])
def test_any_number_of_threads_gives_the_same_bits(everybody, jobs):
    assert PATIENTS > PATIENTS_PER_TASK
    parameters, table, states, fates, ensemble = everybody
    again, fates_again, other = simulate(parameters, table, ensemble.stepper, jobs)
    np.testing.assert_array_equal(again, states)
    np.testing.assert_array_equal(fates_again, fates)
    np.testing.assert_array_equal(other.steps, ensemble.steps)


@pytest.mark.parametrize("stepper", STEPPERS, ids=lambda stepper: stepper.kernel)
@settings(max_examples=6, deadline=None)
@given(patients=st.permutations(range(PATIENTS)), size=st.integers(1, 9))
def test_any_selection_in_any_order_gives_each_patient_the_same_bits(stepper, patients, size):
    parameters, table = drawn_parameters("melanoma", PATIENTS), treatment(PATIENTS)
    chosen = np.array(patients[:size])
    states, _, _ = _all_states(stepper)
    rows = [of_patient(table, patient) for patient in chosen]
    joined = DoseTable.of(
        np.repeat(np.arange(size), [len(row) for row in rows]),
        *(np.concatenate([getattr(row, name) for row in rows]) for name in ("time", "route", "amount")),
        duration=np.concatenate([row.duration for row in rows]),
        routes=ROUTES,
    )
    again, _, _ = simulate(parameters[chosen], joined, stepper)
    np.testing.assert_array_equal(again, states[:, chosen])


@cache
def _all_states(stepper):
    return simulate(drawn_parameters("melanoma", PATIENTS), treatment(PATIENTS), stepper)


def test_doses_handed_over_visit_by_visit_or_all_at_once_give_the_same_bits(everybody):
    parameters, table, states, fates, other = everybody
    ensemble = start(parameters, other.stepper)
    given = np.full(len(table), int(DoseFate.NOT_DUE))
    for number, visit in enumerate(VISITS):
        while np.any(ensemble.time < visit):
            rows = np.flatnonzero((given == DoseFate.NOT_DUE) & (table.time <= visit))
            given[rows] = ensemble.advance(visit, pick(table, rows), jobs=1)
        np.testing.assert_array_equal(ensemble.states, states[number])
    np.testing.assert_array_equal(given[table.time <= VISITS[-1]], fates[table.time <= VISITS[-1]])


def test_a_copy_goes_its_own_way(everybody):
    parameters, table, states, _, first = everybody
    ensemble = start(parameters, first.stepper)
    _, fates = advance_through(ensemble, VISITS[:1], table)
    other = ensemble.copy()
    other.change_parameter("tumour_growth_rate", np.arange(PATIENTS), np.full(PATIENTS, 0.5))
    advance_through(other, (40.0,))
    late = np.flatnonzero(fates == DoseFate.NOT_DUE)
    continued, _ = advance_through(ensemble, VISITS[1:], pick(table, late))
    np.testing.assert_array_equal(continued, states[1:])
    assert np.all(other.time == 40.0)
    np.testing.assert_array_equal(ensemble.parameters, parameters)


def test_the_state_now_may_be_read_as_often_as_one_likes(everybody):
    *_, ensemble = everybody
    before = ensemble.states.copy()
    first, second = ensemble.observe("burden"), ensemble.observe("burden", patients=np.arange(PATIENTS))
    np.testing.assert_array_equal(first["burden"], second["burden"])
    np.testing.assert_array_equal(ensemble.states, before)


def test_an_advance_to_the_present_changes_nothing(everybody):
    *_, ensemble = everybody
    other = ensemble.copy()
    other.advance(other.time.copy())
    np.testing.assert_array_equal(other.states, ensemble.states)
    np.testing.assert_array_equal(other.steps, ensemble.steps)
