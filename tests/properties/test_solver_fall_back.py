"""A patient whom the explicit stepper gives up is solved as by the implicit one, and nobody else notices."""

import numpy as np
import pytest

from engine_samples import advance_through, compiled_full_model, drawn_parameters, pick
from stepper_samples import (
    DAYS,
    STIFF,
    compiled_response,
    response_doses,
    response_parameters,
)
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import PATIENTS_PER_TASK, Ensemble
from trialkine.solver.status import DoseFate
from trialkine.solver.stepper import EXPLICIT, IMPLICIT

PATIENTS, ODD = PATIENTS_PER_TASK + 3, 4  # two tasks; the odd one shares lanes with others
VISITS = (1.5, 4.0, DAYS)
FAST = "tumour_necrosis_factor_elimination_rate"
OTHERS = np.arange(PATIENTS) != ODD


def following_rates():
    return np.where(OTHERS, 1.0, STIFF)


def solve(stepper, *, rates=1.0, jobs=1, patients=None):
    """States at the visits, fates, and the ensemble, of everybody or some."""
    rows = np.arange(PATIENTS) if patients is None else patients
    parameters = response_parameters(PATIENTS, following_rate=rates)
    table = response_doses(PATIENTS)
    chosen = [np.flatnonzero(table.patient == patient) for patient in rows]
    own = pick(table, np.concatenate(chosen))
    who = np.repeat(np.arange(len(rows)), [len(mine) for mine in chosen])
    renumbered = type(own)(who, *(getattr(own, name) for name in list(vars(own))[1:]))
    ensemble = Ensemble(compiled_response(), parameters[rows], stepper=stepper)
    states, fates = advance_through(ensemble, VISITS, renumbered, jobs)
    assert not np.any(ensemble.status)
    return states, fates.reshape(len(rows), -1), ensemble


def extremes(ensemble):
    columns = [vars(ensemble.extremes(name)) for name in ensemble.model.watched]
    return np.array([values for column in columns for values in column.values()]).T


@pytest.fixture(scope="module")
def with_the_odd_one():
    return solve(EXPLICIT, rates=following_rates())


def test_only_the_stiff_patient_is_given_up(with_the_odd_one):
    *_, ensemble = with_the_odd_one
    np.testing.assert_array_equal(ensemble.is_stiff, ~OTHERS)


def test_the_others_keep_their_bits(with_the_odd_one):
    states, fates, ensemble = with_the_odd_one
    usual_states, usual_fates, usual = solve(EXPLICIT)
    assert not usual.is_stiff.any()
    np.testing.assert_array_equal(states[:, OTHERS], usual_states[:, OTHERS])
    np.testing.assert_array_equal(fates[OTHERS], usual_fates[OTHERS])
    np.testing.assert_array_equal(extremes(ensemble)[OTHERS], extremes(usual)[OTHERS])
    np.testing.assert_array_equal(ensemble.steps[OTHERS], usual.steps[OTHERS])


def test_the_one_given_up_has_the_bits_of_the_implicit_stepper(with_the_odd_one):
    """States, fates of doses, extremes and counted steps: nothing of the abandoned try is left."""
    states, fates, ensemble = with_the_odd_one
    other_states, other_fates, other = solve(IMPLICIT, rates=following_rates())
    assert {DoseFate.HELD, DoseFate.GIVEN} <= set(fates[ODD])
    np.testing.assert_array_equal(states[:, ODD], other_states[:, ODD])
    np.testing.assert_array_equal(fates[ODD], other_fates[ODD])
    np.testing.assert_array_equal(extremes(ensemble)[ODD], extremes(other)[ODD])
    np.testing.assert_array_equal(ensemble.steps[ODD], other.steps[ODD])


@pytest.mark.parametrize("jobs", [2, None])
def test_threads_change_no_bit_of_a_fall_back(with_the_odd_one, jobs):
    states, fates, ensemble = with_the_odd_one
    again, fates_again, other = solve(EXPLICIT, rates=following_rates(), jobs=jobs)
    np.testing.assert_array_equal(again, states)
    np.testing.assert_array_equal(fates_again, fates)
    np.testing.assert_array_equal(other.is_stiff, ensemble.is_stiff)
    np.testing.assert_array_equal(extremes(other), extremes(ensemble))


@pytest.mark.parametrize("patients", [[ODD], [9, ODD, 2], [66, 7, 3, 1, ODD, 0]])
def test_any_batch_in_any_order_gives_the_same_bits_with_a_fall_back(with_the_odd_one, patients):
    states, fates, ensemble = with_the_odd_one
    few, few_fates, other = solve(EXPLICIT, rates=following_rates(), patients=np.array(patients))
    np.testing.assert_array_equal(few, states[:, patients])
    np.testing.assert_array_equal(few_fates, fates[patients])
    np.testing.assert_array_equal(extremes(other), extremes(ensemble)[patients])


def test_a_dose_is_taken_once_although_the_time_is_passed_twice():
    """Nothing leaves the body, and no dose is held: what is there is the sum of all doses."""
    parameters = response_parameters(
        PATIENTS, following_rate=following_rates(), elimination_rate=0.0, absorption_rate=50.0
    )
    table = response_doses(PATIENTS, may_hold=False)
    ensemble = Ensemble(compiled_response(), parameters, Accuracy(relative=1e-7), EXPLICIT)
    _, fates = advance_through(ensemble, VISITS, table)
    assert ensemble.is_stiff[ODD]
    assert np.all(fates == DoseFate.GIVEN)
    found = ensemble.observe("depot", "central", "peripheral")
    amounts = np.bincount(table.patient, table.amount)
    # the centre is watched and so solved step by step, beside a depot that is exact
    np.testing.assert_allclose(sum(found.values()), amounts, rtol=1e-5)


def test_a_patient_who_becomes_stiff_falls_back_from_the_last_visit_on():
    parameters, table = response_parameters(PATIENTS), response_doses(PATIENTS)
    ensemble = Ensemble(compiled_response(), parameters, stepper=EXPLICIT)
    first, late = np.flatnonzero(table.time <= VISITS[0]), np.flatnonzero(table.time > VISITS[0])
    advance_through(ensemble, VISITS[:1], pick(table, first))
    untouched = ensemble.copy()
    ensemble.change_parameter("following_rate", np.array([ODD]), np.array([STIFF]))
    other = ensemble.copy()
    other.stepper = IMPLICIT
    states, fates = advance_through(ensemble, VISITS[1:], pick(table, late))
    expected, expected_fates = advance_through(other, VISITS[1:], pick(table, late))
    np.testing.assert_array_equal(ensemble.is_stiff, ~OTHERS)
    assert not untouched.is_stiff.any()
    np.testing.assert_array_equal(states[:, ODD], expected[:, ODD])
    mine = table.patient[late] == ODD
    np.testing.assert_array_equal(fates[mine], expected_fates[mine])
    np.testing.assert_array_equal(extremes(ensemble)[ODD], extremes(other)[ODD])


def test_one_stiff_patient_of_the_full_model_falls_back_alone():
    compiled, parameters = compiled_full_model(), drawn_parameters("melanoma", 9)
    column = compiled.model.parameter_names.index(FAST)
    odd = parameters.copy()
    odd[ODD, column] *= STIFF
    usual, ensemble = (Ensemble(compiled, rows, stepper=EXPLICIT) for rows in (parameters, odd))
    implicit = Ensemble(compiled, odd, stepper=IMPLICIT)
    days = 0.3 + np.arange(9.0)  # every day, since a quiet day or more goes to the implicit stepper anyhow
    who = np.repeat(np.arange(9), len(days))
    routes = (("temozolomide", "oral"),)
    table = DoseTable.of(who, np.tile(days, 9), 0, 130.0, routes=routes)
    for one in (usual, ensemble, implicit):
        advance_through(one, (5.0, 9.0), table)
    assert not usual.is_stiff.any()
    assert np.flatnonzero(ensemble.is_stiff).tolist() == [ODD]
    others = np.arange(9) != ODD
    np.testing.assert_array_equal(ensemble.states[others], usual.states[others])
    np.testing.assert_array_equal(ensemble.states[ODD], implicit.states[ODD])
