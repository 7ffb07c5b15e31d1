"""One patient who cannot be solved is a status, and nobody else notices."""

import numpy as np
import pytest

from engine_samples import (
    BOLUS,
    advance_through,
    compiled_drug,
    compiled_full_model,
    doses,
    drawn_parameters,
    numbers,
    parameters_of,
)
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.ensemble import Ensemble, failures
from trialkine.solver.status import Status

BLOW_UP = {"x": "x**2"}  # x = 1 / (1 - t) from 1: infinite at t = 1


def run(rates, to, patients=1, accuracy=None, parameters=(), **values):
    compiled = compile_model(compose(numbers(rates, parameters, may_be_negative=True)))
    ensemble = Ensemble(compiled, parameters_of(compiled.model, patients, **values), accuracy)
    ensemble.advance(to)
    return ensemble


def test_a_blow_up_ends_in_a_status_near_its_time_with_finite_states():
    ensemble = run(BLOW_UP, 5.0, accuracy=Accuracy(relative=1e-6))
    assert ensemble.status[0] == Status.STEP_TOO_SMALL
    assert ensemble.time[0] == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(ensemble.states).all()


def test_a_blow_up_beyond_the_target_is_no_failure():
    ensemble = run(BLOW_UP, 0.9, accuracy=Accuracy(relative=1e-8))
    assert ensemble.status[0] == Status.OK
    assert ensemble.states[0, 0] == pytest.approx(10.0, rel=1e-5)


@pytest.mark.parametrize(
    "rate", ["log(x - 2 * t)", "1 / (1 - t) / (1 - t) * x", "exp(exp(t * 2 * 2 * 2))", "x / (1 - 1 * t)"]
)
def test_equations_that_leave_their_domain_end_in_a_status_or_reach_the_target(rate):
    ensemble = run({"x": rate, "t": "1"}, 5.0, t_start=0.0)
    assert np.isfinite(ensemble.states).all()
    assert ensemble.status[0] != Status.OK or ensemble.time[0] == 5.0


def test_a_slope_of_nan_everywhere_ends_in_a_status():
    ensemble = run({"x": "log(-1 - x**2)"}, 1.0)
    assert ensemble.status[0] == Status.STEP_TOO_SMALL
    assert ensemble.time[0] == 0.0
    assert ensemble.states[0, 0] == 1.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_parameter_that_is_no_number_fails_at_the_start_for_that_patient_alone(bad):
    compiled = compiled_drug()
    rates = np.array([1.0, 2.0, bad, 3.0])
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 4, elimination_rate=rates))
    ensemble.advance(1.0, doses(BOLUS, [0.0] * 4, 10.0, patient=range(4)))
    assert ensemble.status.tolist() == [Status.OK, Status.OK, Status.NOT_FINITE, Status.OK]
    assert ensemble.time.tolist() == [1.0, 1.0, 0.0, 1.0]


def test_a_limit_of_holds_that_is_no_number_fails_at_the_start():
    compiled = compiled_drug(hold=True)
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 2, holds_to_end=np.array([1.0, np.nan])))
    ensemble.advance(1.0)
    assert ensemble.status.tolist() == [Status.OK, Status.NOT_FINITE]


def test_a_start_that_is_no_number_fails_at_the_start():
    ensemble = run({"x": "-x"}, 1.0, patients=2, x_start=np.array([1.0, np.nan]))
    assert ensemble.status.tolist() == [Status.OK, Status.NOT_FINITE]


def test_running_out_of_steps_is_a_status_and_the_clock_says_where():
    ensemble = run({"x": "-x * x"}, 1000.0, accuracy=Accuracy(relative=1e-8, most_steps=50))
    assert ensemble.status[0] == Status.TOO_MANY_STEPS
    assert 0.0 < ensemble.time[0] < 1000.0
    assert 50 <= ensemble.steps[0].sum() <= 51


def test_a_failed_patient_stays_where_he_failed_and_gets_no_more_doses():
    compiled = compile_model(compose(numbers(BLOW_UP)))
    ensemble = Ensemble(compiled, parameters_of(compiled.model))
    ensemble.advance(5.0)
    before = (ensemble.time[0], ensemble.states[0, 0], ensemble.status[0])
    ensemble.advance(9.0)
    assert (ensemble.time[0], ensemble.states[0, 0], ensemble.status[0]) == before


def test_failures_are_counted_by_reason():
    status = np.array([0, 0, Status.NOT_FINITE, Status.STEP_TOO_SMALL, Status.NOT_FINITE])
    assert failures(status) == {"not_finite": 2, "step_too_small": 1}
    assert failures(np.zeros(3, dtype=int)) == {}


def test_every_status_but_success_has_advice():
    assert [bool(status.advice) for status in Status] == [status != Status.OK for status in Status]


def test_neighbours_of_failing_patients_get_the_same_bits_as_without_them():
    """Every lane sits beside a patient who fails at the start, blows up, or runs out of steps."""
    compiled = compile_model(compose(numbers({"x": "a * x**2 - x"}, ["a"])))
    rng = np.random.default_rng(0)
    a = np.where(np.arange(40) % 2, 5.0, rng.uniform(0.1, 0.9, 40))
    a[[3, 17]] = np.nan
    healthy = a < 1.0
    together = Ensemble(compiled, parameters_of(compiled.model, 40, a=a))
    together.advance(6.0)
    alone = Ensemble(compiled, parameters_of(compiled.model, int(healthy.sum()), a=a[healthy]))
    alone.advance(6.0)
    assert np.all(together.status[~healthy] != Status.OK)
    assert np.all(together.status[healthy] == Status.OK)
    np.testing.assert_array_equal(together.states[healthy], alone.states)
    np.testing.assert_array_equal(together.steps[healthy], alone.steps)


def test_one_failing_patient_of_the_full_model_leaves_the_others_bits_alone():
    compiled, good = compiled_full_model(), drawn_parameters("melanoma", 5)
    bad = np.insert(good, 2, good[0], axis=0)
    bad[2, compiled.model.parameter_names.index("tumour_growth_rate")] = np.nan
    with_failure, without = Ensemble(compiled, bad), Ensemble(compiled, good)
    advance_through(with_failure, (20.0,))
    advance_through(without, (20.0,))
    assert with_failure.status.tolist() == [0, 0, Status.NOT_FINITE, 0, 0, 0]
    np.testing.assert_array_equal(np.delete(with_failure.states, 2, axis=0), without.states)


@pytest.mark.parametrize("factor", [1e6, 1e9])
def test_rates_far_faster_than_the_visits_end_in_the_right_answer_or_a_status(factor):
    """A chain x -> y -> out whose first step is a million times faster than its second."""
    ensemble = run(
        {"x": "-fast * x", "y": "fast * x - y"}, 2.0, parameters=["fast"], fast=factor, y_start=0.0,
        accuracy=Accuracy(relative=1e-6),
    )  # fmt: skip
    y = factor / (factor - 1.0) * np.exp(-2.0)  # once x has gone
    assert ensemble.status[0] != Status.OK or ensemble.states[0] == pytest.approx([0.0, y], abs=1e-5)


def test_the_full_model_with_all_rates_a_million_times_faster_ends_for_everybody():
    """Nothing hangs and nothing is silently not a number."""
    compiled, parameters = compiled_full_model(), drawn_parameters("melanoma", 4).copy()
    units = {name: p.unit for name, p in compiled.model.parameters.items()}
    for column, name in enumerate(compiled.model.parameter_names):
        if units[name.split("[")[0]].endswith("day"):
            parameters[:, column] *= 1e6
    ensemble = Ensemble(compiled, parameters, Accuracy(most_steps=20_000))
    for _ in range(8):
        ensemble.advance(3.0)
    assert np.isfinite(ensemble.states).all()
    assert np.all((ensemble.time == 3.0) | (ensemble.status != Status.OK))


@pytest.mark.parametrize("steepness", [700.0, 705.0, 750.0, 800.0])
def test_a_slope_that_overflows_ends_in_a_status_and_not_in_a_standstill(steepness):
    ensemble = run(
        {"x": "rate * exp(steepness * x)"},
        5.0,
        parameters=("rate", "steepness"),
        rate=1e-3,
        x_start=1.0,
        steepness=steepness,
    )
    assert ensemble.status[0] != Status.OK
    assert np.isfinite(ensemble.states).all()
