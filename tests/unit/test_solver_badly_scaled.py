"""Models that are badly scaled, very stiff or not smooth: the right answer, or a status with advice, soon.

Expected values are closed forms, or the same model in other units.
"""

import numpy as np
import pytest

from engine_samples import (
    advance_through,
    compiled_full_model,
    drawn_parameters,
    numbers,
    parameters_of,
)
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.model.evaluate import state_scales
from trialkine.solver.accuracy import FLOOR, Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import Status
from trialkine.units import dimension

FINE = Accuracy(relative=1e-6, most_steps=100_000)
WITHIN = 10.0  # times the tolerance: the control bounds each step's error, and steps add up
FLAT = 1e-300  # of a state that is kept from being nothing


def run(rates, to, parameters=(), accuracy=FINE, may_be_negative=True, scale="1", **values):
    mechanism = numbers(rates, parameters, may_be_negative=may_be_negative, scale=scale)
    compiled = compile_model(compose(mechanism))
    ensemble = Ensemble(compiled, parameters_of(compiled.model, 1, **values), accuracy)
    ensemble.advance(to)
    assert np.isfinite(ensemble.states).all()
    assert ensemble.steps.sum() <= accuracy.most_steps + 1
    return ensemble


def state(ensemble, name):
    return ensemble.states[0, ensemble.model.state_names.index(name)]


# -- rates -----------------------------------------------------------------------------------------


def in_faster_time(model, parameters, factor):
    """Every parameter as if days were `factor` times shorter: rates rise, durations fall."""
    columns = []
    for column, name in zip(parameters.T, model.parameter_names, strict=True):
        exponents = dict(dimension(model.parameters[name.split("[")[0]].unit).exponents)
        columns.append(column * factor ** -exponents.get("second", 0.0))
    return np.stack(columns, axis=1)


def course(factor, accuracy, doses_each=5):
    """Ten patients for thirty days, each day `factor` times shorter, with infusions of interleukin-2."""
    compiled, parameters = compiled_full_model(), drawn_parameters("melanoma", 10)
    who, when = np.repeat(np.arange(10), doses_each), np.tile(np.arange(doses_each) / 3, 10)
    table = DoseTable.of(
        who, when / factor, 0, 4.5e7, duration=1 / 96 / factor, may_hold=False,
        routes=(("aldesleukin", "intravenous"),),
    )  # fmt: skip
    ensemble = Ensemble(compiled, in_faster_time(compiled.model, parameters, factor), accuracy)
    states, _ = advance_through(ensemble, (3.0 / factor, 30.0 / factor), table)
    return ensemble, states, FLOOR * state_scales(compiled.model, parameters)


@pytest.mark.parametrize("doses_each", [0, 5])
@pytest.mark.parametrize("factor", [1e6, 1e9, 1e-6])
@pytest.mark.parametrize("relative", [1e-3, 1e-6])
def test_the_melanoma_core_with_all_rates_scaled_does_the_same_in_scaled_time(factor, relative, doses_each):
    """The first step of a thousandth of a day is then up to a million days too long."""
    shortest = 1e-11 * min(1.0, 1.0 / factor) if doses_each else 1e-11
    accuracy = Accuracy(relative=relative, most_steps=20_000, smallest_step=shortest)
    _, expected, floor = course(1.0, accuracy, doses_each)
    ensemble, found, _ = course(factor, accuracy, doses_each)
    assert np.all(ensemble.status == Status.OK)
    assert np.max(np.abs(found - expected) / (np.abs(expected) + floor)) <= WITHIN * relative


def test_doses_into_rates_too_fast_for_the_smallest_step_end_in_a_status_at_once():
    ensemble, states, _ = course(1e9, Accuracy(most_steps=20_000))
    assert np.all(ensemble.status == Status.STEP_TOO_SMALL)
    assert ensemble.steps.max() < 100
    assert np.isfinite(states).all()
    assert "`smallest_step`" in Status(ensemble.status[0]).advice


@pytest.mark.parametrize("visits", [1, 60])
def test_sixty_days_at_rates_a_million_times_faster_end_for_everybody(visits):
    """As long as 164,000 years at the usual rates."""
    compiled, parameters = compiled_full_model(), drawn_parameters("melanoma", 10)
    fast = in_faster_time(compiled.model, parameters, 1e6)
    ensemble = Ensemble(compiled, fast, Accuracy(most_steps=20_000))
    states, _ = advance_through(ensemble, np.linspace(60.0 / visits, 60.0, visits))
    assert np.isfinite(states).all()
    assert np.all((ensemble.time == 60.0) | (ensemble.status != Status.OK))
    assert ensemble.steps.sum(axis=1).max() <= 20_000 * visits


@pytest.mark.parametrize("fast", [1e6, 1e9, 1e12, 1e100, 1e200, 1e300])
def test_a_rate_of_any_size_beside_a_slow_one_is_right_or_a_status(fast):
    ensemble = run({"x": "-fast * x", "y": "fast * x - y"}, 2.0, ["fast"], fast=fast, y_start=0.0)
    if fast <= 1e12:
        assert ensemble.status[0] == Status.OK
        assert state(ensemble, "y") == pytest.approx(np.exp(-2.0), rel=WITHIN * 1e-6)
    else:
        assert ensemble.status[0] in (Status.OK, Status.STEP_TOO_SMALL)


@pytest.mark.parametrize("turns", [1e2, 1e4])
def test_an_oscillator_within_the_steps_allowed_keeps_its_phase(turns):
    """An error of each turn is never forgotten, so it grows with their number."""
    ensemble = run({"x": "fast * v", "v": "-fast * x"}, 1.0, ["fast"], fast=turns, v_start=0.0)
    assert ensemble.status[0] == Status.OK
    assert state(ensemble, "x") == pytest.approx(np.cos(turns), abs=WITHIN * 1e-6 * np.sqrt(turns))


@pytest.mark.parametrize("fast", [1e6, 1e8])
def test_an_oscillator_too_fast_for_the_steps_allowed_ends_in_a_status(fast):
    ensemble = run({"x": "fast * v", "v": "-fast * x"}, 1.0, ["fast"], fast=fast, v_start=0.0)
    assert ensemble.status[0] == Status.TOO_MANY_STEPS
    assert 0.0 < ensemble.time[0] < 1.0


def test_an_oscillation_far_faster_than_the_first_step_is_damped_to_its_mean():
    """A limit, not a merit: an L-stable method cannot tell it from a decay, and takes both in one step."""
    ensemble = run({"x": "fast * v", "v": "-fast * x"}, 1.0, ["fast"], fast=1e14, v_start=0.0)
    assert ensemble.status[0] == Status.OK
    assert ensemble.steps.sum() < 100
    np.testing.assert_allclose(ensemble.states[0], 0.0, atol=1e-6)


# -- sizes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-90, 1e-20, 1.0, 1e20, 1e90])
def test_states_of_any_size_are_as_exact_when_their_scale_says_so(size):
    """x' = size - x from zero and y' = x - y from size: 1 - exp(-t), and 1 - t exp(-t) at t = 2."""
    ensemble = run(
        {"x": "size - x", "y": "x - y"}, 2.0, ["size"], scale="size", may_be_negative=False,
        size=size, x_start=0.0, y_start=size,
    )  # fmt: skip
    assert ensemble.status[0] == Status.OK
    exact = np.array([1.0 - np.exp(-2.0), 1.0 - 2.0 * np.exp(-2.0)])
    found = np.array([state(ensemble, "x"), state(ensemble, "y")]) / size
    np.testing.assert_allclose(found, exact, rtol=WITHIN * 1e-6)


def test_states_of_very_different_sizes_in_one_model_do_not_spoil_each_other():
    ensemble = run(
        {"x": "-x", "y": "ratio * x - y"}, 1.0, ["ratio"], ratio=1e40, x_start=1e-20, y_start=0.0,
        scale="1 / ratio", may_be_negative=False,
    )  # fmt: skip
    assert ensemble.status[0] == Status.OK
    found = [state(ensemble, "x") * 1e20, state(ensemble, "y") * 1e-20]
    np.testing.assert_allclose(found, [np.exp(-1.0)] * 2, rtol=WITHIN * 1e-6)


def test_what_is_smaller_than_any_amount_counts_as_nothing():
    """Below 1e-100; numbers near the smallest double are slow to compute with."""
    ensemble = run({"x": "-x"}, 1.0, scale="size", parameters=["size"], size=1e-110, x_start=1e-110)
    assert (ensemble.status[0], ensemble.states[0, 0]) == (Status.OK, 0.0)


@pytest.mark.parametrize("scale", ["0 * size", "-size"])
def test_a_scale_that_is_no_size_still_leaves_the_relative_tolerance(scale):
    ensemble = run({"x": "-x", "y": "1 - y"}, 1.0, ["size"], scale=scale, y_start=0.0)
    assert ensemble.status[0] == Status.OK
    np.testing.assert_allclose(ensemble.states[0], [np.exp(-1.0), 1 - np.exp(-1.0)], rtol=WITHIN * 1e-6)


# -- ends of the solution --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-20, 1.0, 1e20])
@pytest.mark.parametrize("relative", [1e-3, 1e-6])
def test_a_blow_up_ends_at_its_time_whatever_the_size(size, relative):
    """x' = x**2 / size from size: infinite at t = 1."""
    accuracy = Accuracy(relative=relative, most_steps=20_000)
    ensemble = run({"x": "x**2 / size"}, 5.0, ["size"], accuracy, scale="size", size=size, x_start=size)
    assert ensemble.status[0] == Status.STEP_TOO_SMALL
    assert "blow-up" in Status(ensemble.status[0]).advice
    assert ensemble.time[0] == pytest.approx(1.0, abs=WITHIN * relative)


def test_a_drain_of_what_is_empty_ends_in_a_status():
    """x' = -1 with x never below zero has no solution beyond t = x(0)."""
    ensemble = run({"x": "-1"}, 5.0, may_be_negative=False)
    assert ensemble.status[0] == Status.TOO_MANY_STEPS
    assert ensemble.time[0] == pytest.approx(1.0, abs=1e-3)
    assert ensemble.states[0, 0] == 0.0


# -- kinks and jumps -------------------------------------------------------------------------------


def test_a_rate_with_a_kink_is_integrated_through_it():
    ensemble = run({"x": "positive(1 - t)", "t": "1"}, 5.0, x_start=0.0, t_start=0.0)
    assert ensemble.status[0] == Status.OK
    assert state(ensemble, "x") == pytest.approx(0.5, rel=WITHIN * 1e-6)


@pytest.mark.parametrize("steepness", [1e3, 1e9, 1e12])
def test_a_rate_that_jumps_is_integrated_through_the_jump(steepness):
    """1 until t = 1 and 0 after it; the ramp between adds half its length."""
    rates = {"x": "min(positive((1 - t) * steepness), 1)", "t": "1"}
    ensemble = run(rates, 5.0, ["steepness"], steepness=steepness, x_start=0.0, t_start=0.0)
    assert ensemble.status[0] == Status.OK
    # the jump falls within one step, whose error of up to a tolerance is not seen twice; measured 11
    assert state(ensemble, "x") == pytest.approx(1.0 - 0.5 / steepness, rel=2 * WITHIN * 1e-6)


@pytest.mark.parametrize("width", [1e-3, 1e-9])
def test_a_rate_that_would_hold_a_state_on_a_jump_is_right_or_a_status(width):
    """x' = 1/2 below 1 and -1/2 above: the solution stays at 1, where no step length is right."""
    rates = {"x": "1 / 2 - min(positive((x - 1) / width + 1 / 2), 1)"}
    ensemble = run(rates, 5.0, ["width"], width=width, x_start=0.0)
    assert ensemble.status[0] in (Status.OK, Status.TOO_MANY_STEPS)
    if ensemble.status[0] == Status.OK:
        assert ensemble.states[0, 0] == pytest.approx(1.0, abs=WITHIN * 1e-6)
    else:
        assert ensemble.time[0] > 1.9  # until the jump at t = 2 all is well
    assert width < 1e-6 or ensemble.status[0] == Status.OK


def test_a_slope_that_is_no_number_ends_in_a_status_that_says_what_to_look_for():
    """The slope of 1 / max(t, FLAT) overflows at the start."""
    rates = {"x": "positive(t - 1) / max(t - 1, flat)", "t": "1"}
    ensemble = run(rates, 5.0, ["flat"], flat=FLAT, x_start=0.0, t_start=0.0)
    assert ensemble.status[0] == Status.STEP_TOO_SMALL
    assert "slope" in Status(ensemble.status[0]).advice


def test_advice_names_the_fields_of_the_accuracy_that_it_speaks_of():
    for status, name in ((Status.TOO_MANY_STEPS, "most_steps"), (Status.STEP_TOO_SMALL, "smallest_step")):
        assert f"`{name}`" in status.advice
        assert hasattr(Accuracy(), name)
