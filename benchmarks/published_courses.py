"""What the published models do: courses by the engine, steady states by roots of their equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from trialkine.compiler.compiled import compile_model
from trialkine.model.evaluate import derivative, jacobian
from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble

Array = np.ndarray[Any, np.dtype[Any]]
ACCURACY = Accuracy(relative=1e-7)  # a line is far wider than what this leaves


@dataclass(frozen=True)
class SteadyState:
    """Where nothing changes, and whether a small push dies out."""

    states: Array
    is_stable: bool


def numbers(model: StandaloneModel, changes: Mapping[str, float] | None = None) -> Array:
    """The parameters in the model's order, some of them changed. Shape: (parameter,)."""
    values = {name: record.value for name, record in model.records.items()} | dict(changes or {})
    return np.array([values[name] for name in model.model.parameters], dtype=float)


def courses(
    model: StandaloneModel,
    changes: Sequence[Mapping[str, float]],
    times: Array,
    doses: Sequence[Sequence[PlannedDose]] | None = None,
) -> dict[str, Array]:
    """Every state of several patients at `times`, the first of which is the start.

    Shape: by state (patient, time). Units: times [day].
    """
    ensemble = Ensemble(
        compile_model(model.model), np.array([numbers(model, one) for one in changes]), ACCURACY
    )
    planned = doses or [()] * len(changes)
    found = [ensemble.states.copy()]
    for start, end in pairwise(times):
        ensemble.advance(float(end), _due(planned, float(start), float(end)))
        found.append(ensemble.states.copy())
    if ensemble.status.any():
        raise SystemExit(f"{model.name}: a course stopped early: {ensemble.status}")
    return {name: np.array(found)[:, :, place].T for place, name in enumerate(model.model.states)}


def _due(planned: Sequence[Sequence[PlannedDose]], start: float, end: float) -> DoseTable:
    """The doses that fall due from `start` until before `end`."""
    due = [(who, dose) for who, doses in enumerate(planned) for dose in doses if start <= dose.time < end]
    routes = tuple(dict.fromkeys((dose.agent, dose.route) for _, dose in due))
    return DoseTable.of(
        [who for who, _ in due],
        [dose.time for _, dose in due],
        [routes.index((dose.agent, dose.route)) for _, dose in due],
        [dose.amount for _, dose in due],
        duration=[dose.duration for _, dose in due],
        routes=routes,
    )


def settled(model: StandaloneModel, start: Sequence[float], changes: Mapping[str, float]) -> SteadyState:
    """The steady state that Newton's steps reach from `start`."""
    parameters = numbers(model, changes)[None, :]
    states = np.array([start], dtype=float)
    for _ in range(100):
        slope = jacobian(model.model, states, parameters)[0]
        step = np.linalg.solve(slope, derivative(model.model, states, parameters)[0])
        states = states - step
        if np.all(np.abs(step) <= 1e-13 * np.abs(states)):
            break
    roots = np.linalg.eigvals(jacobian(model.model, states, parameters)[0])
    return SteadyState(states[0], bool(roots.real.max() < 0.0))
