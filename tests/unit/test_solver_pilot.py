"""The pilot counts work: it knows no clock, and chooses what takes less arithmetic."""

import time
from dataclasses import replace

import numpy as np
import pytest

from engine_samples import numbers, parameters_of
from stepper_samples import DAYS, STIFF, compiled_response, response_doses, response_parameters
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.solver import ensemble as ensemble_module
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.pilot import MOST_GIVEN_UP, choose_stepper
from trialkine.solver.stepper import EXPLICIT, IMPLICIT

PATIENTS = 20
CLOCKS = ("time", "perf_counter", "process_time", "monotonic", "thread_time")
WITHIN_REACH = 500.0  # of a rate [1/day]: some 150 explicit steps a day, far below the limit of 400


@pytest.fixture
def no_clock(monkeypatch):
    def refuse():
        raise AssertionError("a clock was read")

    for name in CLOCKS:
        monkeypatch.setattr(time, name, refuse)
        monkeypatch.setattr(time, f"{name}_ns", refuse)


def choose(rates, **options):
    parameters = response_parameters(PATIENTS, following_rate=rates)
    return choose_stepper(compiled_response(), parameters, response_doses(PATIENTS), days=DAYS, **options)


@pytest.mark.usefixtures("no_clock")
def test_doses_into_equations_that_are_not_stiff_are_solved_explicitly():
    assert choose(1.0) is EXPLICIT


@pytest.mark.usefixtures("no_clock")
def test_stiff_equations_are_solved_implicitly():
    assert choose(STIFF) is IMPLICIT


@pytest.mark.usefixtures("no_clock")
def test_equations_that_nobody_is_given_up_in_but_that_take_more_work_are_solved_implicitly():
    parameters = response_parameters(PATIENTS, following_rate=WITHIN_REACH)
    ensemble = Ensemble(compiled_response(), parameters, stepper=EXPLICIT)
    ensemble.advance(DAYS, response_doses(PATIENTS))
    assert not ensemble.is_stiff.any()
    assert choose(WITHIN_REACH) is IMPLICIT


def test_more_than_the_stated_share_of_stiff_patients_makes_the_whole_arm_implicit(monkeypatch):
    """However dear the implicit steps are."""
    dear = replace(IMPLICIT, work=lambda plan: 10**6 * IMPLICIT.work(plan))
    monkeypatch.setattr(ensemble_module, "IMPLICIT", dear)
    stiff = np.arange(PATIENTS) < round(1.5 * MOST_GIVEN_UP * PATIENTS)
    assert choose(np.where(stiff, STIFF, 1.0)) is IMPLICIT


def test_what_was_tried_in_vain_counts_as_work():
    ensemble = Ensemble(compiled_response(), response_parameters(1, following_rate=STIFF), stepper=EXPLICIT)
    ensemble.advance(DAYS, response_doses(1))
    assert ensemble.is_stiff.all()
    in_the_end = int(ensemble.steps.sum()) * IMPLICIT.work(ensemble.compiled.plan)
    assert ensemble.work > in_the_end + EXPLICIT.steps_at_least * EXPLICIT.work(ensemble.compiled.plan)


@pytest.mark.parametrize(
    ("dear", "rates", "expected"),
    [("EXPLICIT", 1.0, IMPLICIT), ("IMPLICIT", WITHIN_REACH, EXPLICIT)],
)
def test_the_choice_follows_the_work_of_a_step(monkeypatch, dear, rates, expected):
    """The same steps, had each of one method's a thousand times its work."""
    usual = getattr(ensemble_module, dear)
    monkeypatch.setattr(ensemble_module, dear, replace(usual, work=lambda plan: 1000 * usual.work(plan)))
    assert choose(rates).kernel == expected.kernel


def test_patients_without_doses_or_time_have_a_choice_too():
    compiled = compile_model(compose(numbers({"x": "x - x * x * x"})))
    parameters = parameters_of(compiled.model, 3, x_start=0.5)
    assert choose_stepper(compiled, parameters, DoseTable.empty()) in (EXPLICIT, IMPLICIT)
    assert choose_stepper(compiled, parameters, DoseTable.empty(), days=0.0) is IMPLICIT
