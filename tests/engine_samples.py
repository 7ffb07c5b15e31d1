"""Small models with known solutions, the full disease models, and kernels called by address."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from trialkine.agents.catalogue import agent_records, find_agent
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.diseases.disease import load_disease
from trialkine.evidence.parameter_files import in_unit
from trialkine.mechanisms.core import mechanisms_for
from trialkine.model.compose import compose
from trialkine.model.declarations import (
    Agent,
    Event,
    Flow,
    Hold,
    Mechanism,
    Milestone,
    Parameter,
    Route,
    State,
)
from trialkine.model.model import Model
from trialkine.population.sample import sample_patients
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import DoseFate

Array = np.ndarray[Any, np.dtype[Any]]
NUMBER, RATE = Parameter("", "a pure number"), Parameter("1/day", "a rate")

# -- small models ----------------------------------------------------------------------------------


def numbers(
    rates: dict[str, str],
    parameters: Sequence[str] = (),
    *,
    starts: dict[str, str] | None = None,
    scale: str = "1",
    may_be_negative: bool = False,
    events: Sequence[Event] = (),
    milestones: Sequence[Milestone] = (),
) -> Mechanism:
    """A mechanism of pure numbers: `{"x": "-decay * x"}`; every state starts at its parameter `x_start`."""
    named = dict.fromkeys(parameters, NUMBER)
    begin = {name: f"{name}_start" for name in rates} if starts is None else starts
    named |= {text: NUMBER for text in begin.values() if text.isidentifier()}
    return Mechanism(
        name="numbers",
        about="pure numbers",
        states={
            name: State("", name, initial=begin[name], scale=scale, is_nonnegative=not may_be_negative)
            for name in rates
        },
        parameters={**named, "per_day": RATE},
        flows=tuple(Flow(f"per_day * ({rate})", sink=name) for name, rate in rates.items()),
        events=tuple(events),
        milestones=tuple(milestones),
    )


def drug(hold: bool = False) -> Agent:
    """A linear drug in two compartments with a depot, given by every kind of route."""
    rates = ("absorption", "elimination", "outward", "inward")
    holds = (Hold("high_level", "central > hold_level", "too much in blood", "holds_to_end"),)
    parameters = {f"{name}_rate": RATE for name in rates} | {
        "lag": Parameter("day", "delay of the depot"),
        "release_time": Parameter("day", "duration of a slow release"),
    }
    if hold:
        parameters |= {"hold_level": Parameter("mg", "level"), "holds_to_end": NUMBER}
    return Agent(
        Mechanism(
            name="drug",
            about="two compartments and a depot",
            states={name: State("mg", name) for name in ("depot", "central", "peripheral")},
            parameters=parameters,
            flows=(
                Flow("absorption_rate * depot", "depot", "central"),
                Flow("elimination_rate * central", "central"),
                Flow("outward_rate * central", "central", "peripheral"),
                Flow("inward_rate * peripheral", "peripheral", "central"),
            ),
        ),
        dose_unit="mg",
        routes={
            "bolus": Route("central", "dose", "at once"),
            "infusion": Route("central", "dose", "as an infusion", infused=True),
            "depot": Route("depot", "dose", "under the skin", delay="lag"),
            "implant": Route("central", "dose", "slowly released", duration="release_time", delay="lag"),
        },
        holds=holds if hold else (),
    )


ROUTES = (("drug", "bolus"), ("drug", "infusion"), ("drug", "depot"), ("drug", "implant"))
BOLUS, INFUSION, DEPOT, IMPLANT = range(4)


def parameters_of(model: Model, patients: int = 1, **values: float | Array) -> Array:
    """Parameters by name, one where nothing is said. Shape: (patient, parameter)."""
    unknown = set(values) - set(model.parameter_names)
    assert not unknown, unknown
    columns = [np.broadcast_to(values.get(name, 1.0), (patients,)) for name in model.parameter_names]
    return np.stack(columns, axis=1).astype(float)


@cache
def compiled_drug(hold: bool = False) -> CompiledModel:
    return compile_model(compose(drug(hold)))


def doses(route: Any, time: Any, amount: Any, *, patient: Any = None, **columns: Any) -> DoseTable:
    """Doses of the drug, of patient 0 unless said otherwise."""
    who = np.zeros(len(time), dtype=int) if patient is None else patient
    routes, amounts = (np.broadcast_to(column, (len(time),)) for column in (route, amount))
    return DoseTable.of(who, time, routes, amounts, routes=ROUTES, **columns)


def pick(table: DoseTable, rows: Array) -> DoseTable:
    """Some rows of a dose table."""
    return DoseTable(
        table.patient[rows], table.time[rows], table.route[rows], table.amount[rows], table.duration[rows],
        table.block[rows], table.may_hold[rows], table.routes,
    )  # fmt: skip


def of_patient(table: DoseTable, patient: int) -> DoseTable:
    """One patient's doses, as those of patient 0."""
    mine = pick(table, table.patient == patient)
    return DoseTable(np.zeros_like(mine.patient), *(getattr(mine, name) for name in (
        "time", "route", "amount", "duration", "block", "may_hold", "routes")))  # fmt: skip


def advance_through(
    ensemble: Ensemble, times: Sequence[float], table: DoseTable | None = None, jobs: int = 1
) -> tuple[Array, Array]:
    """Advance everybody from time to time whatever milestones say.

    Returns the states at each time (time, patient, state) and the fates of all doses.
    """
    planned = table or DoseTable.empty()
    fates = np.full(len(planned), int(DoseFate.NOT_DUE))
    states = []
    for time in times:
        while True:
            todo = np.flatnonzero(fates == DoseFate.NOT_DUE)
            fates[todo] = ensemble.advance(time, pick(planned, todo), jobs=jobs)
            if not np.any((ensemble.time < time) & (ensemble.status == 0)):
                break
        states.append(ensemble.states.copy())
    return np.array(states), fates


def final_states(
    compiled: CompiledModel, parameters: Array, to: float, table: DoseTable | None = None,
    accuracy: Accuracy | None = None, visits: Sequence[float] = (),
) -> dict[str, Array]:  # fmt: skip
    """The states of everybody at `to`, by flat name, when nobody fails."""
    ensemble = Ensemble(compiled, parameters, accuracy or Accuracy(relative=1e-8))
    states, _ = advance_through(ensemble, (*visits, to), table)
    assert not np.any(ensemble.status), ensemble.status
    return dict(zip(compiled.model.state_names, states[-1].T, strict=True))


# -- the full disease models -----------------------------------------------------------------------

AGENTS = tuple(find_agent(name) for name in ("aldesleukin", "im862", "temozolomide"))


@cache
def full_model() -> Model:
    """The core with three agents of different kinds."""
    return compose(mechanisms_for(AGENTS), *AGENTS)


@cache
def compiled_full_model() -> CompiledModel:
    return compile_model(full_model())


@cache
def drawn_parameters(disease: str, patients: int, seed: int = 1) -> Array:
    """Virtual patients of a disease. Shape: (patient, parameter)."""
    model = full_model()
    found = load_disease(disease)
    known = dict(found.records)
    for agent in AGENTS:
        known |= agent_records(agent.name, disease)
    records = {name: in_unit(known[name], parameter.unit) for name, parameter in model.parameters.items()}
    correlations = [(*entry.between, entry.value) for entry in found.correlations]
    drawn = sample_patients(records, correlations, patients, seed).parameters
    return np.stack([drawn[name] for name in model.parameter_names], axis=1)


# -- kernels by address ----------------------------------------------------------------------------


def aligned(vectors: int, width: int) -> Array:
    """A lane-minor buffer that starts on a cache line."""
    raw = np.zeros(vectors * width + 8)
    first = (-raw.ctypes.data % 64) // 8
    return raw[first : first + vectors * width]


def to_lanes(rows: Array, width: int) -> Array:
    """Patients' rows as a lane-minor buffer. Shape: (lane, entry) to (entry * lane,)."""
    buffer = aligned(max(1, rows.shape[1]), width)
    buffer[: rows.size] = np.ascontiguousarray(rows.T).ravel()
    return buffer


def address(compiled: CompiledModel, name: str) -> int:
    """Where a kernel starts."""
    return compiled.addresses[name] if name in compiled.addresses else compiled.evaluations[name]


def call(compiled: CompiledModel, name: str, *buffers: Array) -> None:
    """Call a kernel by its address."""
    function = ctypes.CFUNCTYPE(None, *([ctypes.c_int64] * len(buffers)))(address(compiled, name))
    function(*(buffer.ctypes.data for buffer in buffers))


def evaluate_kernel(
    compiled: CompiledModel, name: str, states: Array, parameters: Array, *sizes: int
) -> list[Array]:
    """The outputs of a kernel for any number of patients. Shape: (patient, entry) for each size."""
    width = compiled.width
    inputs = len(compiled.plan.flat.dosed_states)
    columns = np.hstack([compiled.columns(parameters), np.zeros((len(parameters), inputs))])
    results = [np.empty((len(states), size)) for size in sizes]
    for first in range(0, len(states), width):
        rows = np.arange(first, first + width) % len(states)
        outputs = [aligned(max(1, size), width) for size in sizes]
        ordered = states[rows][:, list(compiled.plan.order)]
        call(compiled, name, to_lanes(ordered, width), to_lanes(columns[rows], width), *outputs)
        for result, output, size in zip(results, outputs, sizes, strict=True):
            result[rows] = output[: size * width].reshape(size, width).T
    return results
