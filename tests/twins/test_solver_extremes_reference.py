"""Recorded extremes equal those of a dense trajectory of the reference, and are the same bits for any batch.

Extremes are looked for at the ends of steps. At the default accuracy (1e-3) the trajectory errs by up to ten
tolerances, and between steps a smooth extremum is missed by little, because steps shorten where curves bend.
"""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from engine_samples import advance_through, parameters_of, pick
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import Flow, Mechanism, Parameter, State
from trialkine.model.evaluate import observe
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import PATIENTS_PER_TASK, Ensemble
from trialkine.solver.reference import solve_reference
from trialkine.study import draw_ensemble

AT_DEFAULT = 0.01  # ten times the tolerance; measured 0.006 in 30 patients over 84 days
NADIR_AT_DEFAULT = 0.08  # steps of a day or two over a nadir; measured 0.045 at worst, 0.007 in the median
NADIR_AT_A_HUNDREDTH = 0.01  # measured 0.0055
DAYS, HOUR = 16.0, 1 / 24


@cache
def patients_on_interleukin_2(patients):
    """The model that watches what toxicities are graded by, and virtual patients."""
    ensemble = draw_ensemble("melanoma", ["aldesleukin"], patients, 1)
    return ensemble.compiled, ensemble.parameters


def courses(patients):
    times = [first + 8 * HOUR * dose for first in (0.0, 14.0) for dose in range(5)]
    who, when = np.repeat(np.arange(patients), len(times)), np.tile(times, patients)
    routes = (("aldesleukin", "intravenous"),)
    return DoseTable.of(who, when, 0, 4.5e7, duration=HOUR / 4, may_hold=False, routes=routes)


def simulated(compiled, parameters, table, visits=(DAYS,), jobs=1):
    ensemble = Ensemble(compiled, parameters)
    advance_through(ensemble, visits, table, jobs)
    assert not np.any(ensemble.status)
    return ensemble


def columns(extremes):
    return np.array([extremes.lowest, extremes.lowest_day, extremes.highest, extremes.highest_day])


def test_extremes_of_the_full_model_are_those_of_a_dense_reference_trajectory():
    compiled, parameters = patients_on_interleukin_2(1)
    model, table, end = compiled.model, pick(courses(1), np.arange(5)), 3.5
    assert len(model.watched) > 5
    ensemble = simulated(compiled, parameters, table, (end,))
    dense = [0.0, *np.arange(0.002, end, HOUR / 2), end]  # beside the doses, not at them
    states, _ = solve_reference(model, parameters[0], dense, table, relative=1e-6)
    rows = np.broadcast_to(parameters[0], (len(dense), parameters.shape[1]))
    for name, values in observe(model, model.watched, states, rows).items():
        found, span = ensemble.extremes(name), max(abs(values).max(), 1e-12)
        assert abs(found.lowest[0] - values.min()) <= AT_DEFAULT * span, name
        assert abs(found.highest[0] - values.max()) <= AT_DEFAULT * span, name


def marrow():
    """A maturation chain with feedback after one dose that stops proliferation for a while."""
    chain = [f"stage_{number}" for number in range(5)]
    moves = [Flow(f"transit_rate * {a}", a, b) for a, b in pairwise(chain)]
    number = Parameter("", "a pure number")
    return Mechanism(
        name="marrow",
        about="five stages of maturation, feedback and one drug",
        states={name: State("", name, initial="1") for name in chain}
        | {"level": State("", "drug level", initial="first_level")},
        parameters=dict.fromkeys(("feedback", "strength", "first_level"), number)
        | dict.fromkeys(("transit_rate", "elimination_rate"), Parameter("1/day", "a rate")),
        flows=(
            Flow(
                "transit_rate * stage_0 * (1 - strength * level / (1 + level)) * stage_4**(-feedback)",
                sink="stage_0",
            ),
            *moves,
            Flow("transit_rate * stage_4", "stage_4"),
            Flow("elimination_rate * level", "level"),
        ),
        watched=("stage_4",),
    )


@pytest.mark.parametrize(("relative", "within"), [(1e-3, NADIR_AT_DEFAULT), (1e-5, NADIR_AT_A_HUNDREDTH)])
def test_a_nadir_that_no_dose_or_visit_marks_is_found_within_the_stated_bound(relative, within):
    compiled = compile_model(compose(marrow()))
    rng, patients = np.random.default_rng(4), 40
    parameters = parameters_of(
        compiled.model, patients, feedback=0.16, strength=1.5, first_level=rng.lognormal(2.0, 1.0, patients),
        transit_rate=rng.lognormal(np.log(0.8), 0.2, patients), elimination_rate=2.0,
    )  # fmt: skip
    ensemble = Ensemble(compiled, parameters, Accuracy(relative=relative))
    ensemble.advance(21.0, jobs=1)
    dense = Ensemble(compiled, parameters, Accuracy(relative=1e-9))
    lowest = np.full(patients, np.inf)
    for day in np.arange(0.0, 21.0, 0.1):
        dense.advance(day, jobs=1)
        lowest = np.minimum(lowest, dense.observe("stage_4")["stage_4"])
    found = ensemble.extremes("stage_4").lowest
    assert np.all(found >= lowest * (1 - 10 * relative - 1e-3))  # never deeper than the trajectory itself
    assert np.max(found / lowest - 1) <= within


@pytest.mark.parametrize("jobs", [2, None])
def test_threads_batches_and_order_give_the_same_bits(jobs):
    patients = PATIENTS_PER_TASK + 5
    compiled, parameters = patients_on_interleukin_2(patients)
    table = courses(patients)
    everybody = simulated(compiled, parameters, table)
    threaded = simulated(compiled, parameters, table, jobs=jobs)
    last_first = np.arange(patients)[::-1][:7]
    rows = np.concatenate([np.flatnonzero(table.patient == patient) for patient in last_first])
    few = pick(table, rows)
    renumbered = DoseTable.of(
        np.repeat(np.arange(7), 10), few.time, 0, few.amount, duration=few.duration, may_hold=False,
        routes=few.routes,
    )  # fmt: skip
    selected = simulated(compiled, parameters[last_first], renumbered)
    for name in compiled.model.watched:
        whole = columns(everybody.extremes(name))
        np.testing.assert_array_equal(columns(threaded.extremes(name)), whole)
        np.testing.assert_array_equal(columns(selected.extremes(name)), whole[:, last_first])


def test_resuming_at_the_same_visits_in_a_copy_gives_the_same_bits():
    compiled, parameters = patients_on_interleukin_2(3)
    table = courses(3)
    straight = simulated(compiled, parameters, table, visits=(6.0, DAYS))
    first = Ensemble(compiled, parameters)
    advance_through(first, (6.0,), pick(table, table.time <= 6.0))
    second = first.copy()
    advance_through(second, (DAYS,), pick(table, table.time > 6.0))
    for name in compiled.model.watched:
        np.testing.assert_array_equal(columns(second.extremes(name)), columns(straight.extremes(name)))
