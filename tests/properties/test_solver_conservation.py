"""What must hold whatever the numbers: amounts stay positive, and what leaves one state enters the other."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_samples import advance_through, compiled_full_model, drawn_parameters, parameters_of, pick
from trialkine.compiler.compiled import compile_model
from trialkine.model.compose import compose
from trialkine.model.declarations import Agent, Flow, Mechanism, Parameter, Route, State
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble

ROUTES = (
    ("aldesleukin", "intravenous"),
    ("aldesleukin", "subcutaneous"),
    ("im862", "intranasal"),
    ("temozolomide", "oral"),
)
AMOUNTS = np.array([6e7, 2e7, 20.0, 400.0])


@cache
def _ring(may_be_negative):
    """Four amounts that flow round a ring, saturably, and nowhere else."""
    names = [f"amount_{number}" for number in range(4)]
    ring = Mechanism(
        "ring",
        "a closed ring",
        states={
            name: State("mg", name, initial="start", scale="start", is_nonnegative=not may_be_negative)
            for name in names
        },
        parameters={f"rate_{number}": Parameter("1/day", "") for number in range(4)}
        | {"half": Parameter("mg", ""), "start": Parameter("mg", "")},
        flows=tuple(
            Flow(f"rate_{n} * amount_{n} / (1 + amount_{n} / half)", names[n], names[(n + 1) % 4])
            for n in range(4)
        ),
    )
    return compile_model(compose(Agent(ring, "mg", {"bolus": Route("amount_1", "dose", "")})))


@settings(max_examples=25, deadline=None)
@given(
    rates=st.lists(st.floats(1e-3, 1e3), min_size=4, max_size=4),
    half=st.floats(0.01, 100.0),
    dose=st.floats(0.0, 50.0),
    relative=st.sampled_from([1e-3, 1e-6]),
    may_be_negative=st.booleans(),
)
def test_flows_between_states_conserve_the_total(rates, half, dose, relative, may_be_negative):
    """A Rosenbrock method keeps linear invariants to rounding, however inexact the states are.

    Amounts that may not be negative are put on zero where a step ends a little below; the total then
    moves by less than the tolerance.
    """
    compiled = _ring(may_be_negative)
    values = {f"rate_{n}": rate for n, rate in enumerate(rates)}
    parameters = parameters_of(compiled.model, 1, half=half, **values)
    ensemble = Ensemble(compiled, parameters, Accuracy(relative=relative))
    ensemble.advance(5.0, DoseTable.of([0], [1.0], [0], [dose], routes=(("ring", "bolus"),)))
    assert ensemble.status[0] == 0
    total = 4.0 + dose
    allowed = 1e-11 if may_be_negative else relative
    assert abs(ensemble.states.sum() - total) <= allowed * total
    assert may_be_negative or np.all(ensemble.states >= 0.0)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), relative=st.sampled_from([1e-2, 1e-3]))
def test_no_state_of_the_full_model_is_ever_negative(seed, relative):
    """Random patients, random doses up to twice the usual ones, read at random times."""
    compiled = compiled_full_model()
    rng = np.random.default_rng(seed)
    patients, count = 8, 25
    parameters = drawn_parameters("melanoma", 64)[rng.choice(64, patients, replace=False)]
    route = rng.integers(0, 4, patients * count)
    table = DoseTable.of(
        np.repeat(np.arange(patients), count), rng.uniform(0, 60, len(route)), route,
        AMOUNTS[route] * rng.uniform(0, 2, len(route)), duration=np.where(route == 0, 15 / 1440, 0.0),
        routes=ROUTES,
    )  # fmt: skip
    ensemble = Ensemble(compiled, parameters, Accuracy(relative=relative))
    for time in np.sort(rng.uniform(0, 90, 6)):
        states, _ = advance_through(ensemble, (time,), _until(table, ensemble, time))
        assert np.all(states >= 0.0)
        assert np.isfinite(states).all()
    assert not np.any(ensemble.status)


def _until(table, ensemble, time):
    """The doses after the present moment and up to `time`."""
    now = ensemble.time.min()
    rows = (table.time <= time) & ((table.time > now) | (now == 0.0))
    return pick(table, rows)
