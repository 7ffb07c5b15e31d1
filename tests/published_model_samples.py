"""The published models written out by hand from the papers, and courses by an independent integrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.solver.doses import DoseTable
from trialkine.solver.reference import solve_reference

Array = np.ndarray[Any, np.dtype[Any]]
Numbers = Mapping[str, float]

# -- the papers' equations in the papers' letters ------------------------------------------------------

KUZNETSOV = {
    "s": 1.3e4, "p": 0.1245, "g": 2.019e7, "m": 3.422e-10, "d": 0.0412, "a": 0.18, "b": 2.0e-9, "n": 1.101e-7,
}  # fmt: skip


def kuznetsov(state: Sequence[float], k: Numbers = KUZNETSOV) -> list[float]:
    """dE/dt and dT/dt."""
    e, t = state
    return [
        k["s"] + k["p"] * e * t / (k["g"] + t) - k["m"] * e * t - k["d"] * e,
        k["a"] * t * (1 - k["b"] * t) - k["n"] * e * t,
    ]


KIRSCHNER_PANETTA = {
    "c": 0.035, "mu2": 0.03, "p1": 0.1245, "g1": 2e7, "g2": 1e5, "r2": 0.18, "b": 1e-9, "a": 1.0,
    "mu3": 10.0, "p2": 5.0, "g3": 1e3, "s1": 0.0, "s2": 0.0,
}  # fmt: skip


def kirschner_panetta(state: Sequence[float], k: Numbers = KIRSCHNER_PANETTA) -> list[float]:
    """dE/dt, dT/dt and dI_L/dt."""
    e, t, i = state
    return [
        k["c"] * t - k["mu2"] * e + k["p1"] * e * i / (k["g1"] + i) + k["s1"],
        k["r2"] * t * (1 - k["b"] * t) - k["a"] * e * t / (k["g2"] + t),
        k["p2"] * e * t / (k["g3"] + t) - k["mu3"] * i + k["s2"],
    ]


PATIENT_9 = {
    "a": 4.31e-1, "b": 1.02e-9, "c": 6.41e-11, "d": 2.34, "e": 2.08e-7, "l": 2.09, "f": 4.12e-2, "g": 1.25e-2,
    "h": 2.02e7, "j": 2.49e-2, "k": 3.66e7, "m": 2.04e-1, "q": 1.42e-6, "p": 3.42e-6, "s": 8.39e-2,
    "r1": 1.1e-7, "r2": 6.5e-11, "u": 3e-10, "KT": 0.9, "KN": 0.6, "KL": 0.6, "KC": 0.6, "alpha": 7.5e8,
    "beta": 1.2e-2, "gamma": 0.9, "pI": 0.125, "gI": 2e7, "muI": 10.0,
}  # fmt: skip
PATIENT_10 = PATIENT_9 | {
    "d": 1.88, "l": 1.81, "k": 5.66e7, "m": 9.12, "q": 1.59e-6, "p": 3.59e-6, "s": 5.12e-1, "alpha": 5e8,
    "beta": 8e-3,
}  # fmt: skip


def de_pillis(state: Sequence[float], k: Numbers = PATIENT_9) -> list[float]:
    """dT/dt, dN/dt, dL/dt, dC/dt, dM/dt and dI/dt without treatment."""
    t, n, l, c, m, i = state  # noqa: E741 - the paper's letters
    ratio = (l / t) ** k["l"]
    lysis = k["d"] * ratio / (k["s"] + ratio)
    kill = 1 - np.exp(-m)
    squared = lysis**2 * t**2
    return [
        k["a"] * t * (1 - k["b"] * t) - k["c"] * n * t - lysis * t - k["KT"] * kill * t,
        k["e"] * c - k["f"] * n + k["g"] * t**2 / (k["h"] + t**2) * n - k["p"] * n * t - k["KN"] * kill * n,
        -k["m"] * l + k["j"] * squared / (k["k"] + squared) * l - k["q"] * l * t
        + (k["r1"] * n + k["r2"] * c) * t - k["u"] * n * l**2 - k["KL"] * kill * l
        + k["pI"] * l * i / (k["gI"] + i),
        k["alpha"] - k["beta"] * c - k["KC"] * kill * c,
        -k["gamma"] * m,
        -k["muI"] * i,
    ]  # fmt: skip


def slopes(rates: Callable[[Array], list[Any]], state: Array) -> Array:
    """The Jacobian of equations written by hand, by the complex step. Shape: (rate, state)."""
    columns = []
    for place in range(len(state)):
        moved = state.astype(complex)
        moved[place] += 1e-100j
        columns.append(np.imag(rates(moved)) / 1e-100)
    return np.array(columns).T


# -- the models as files ------------------------------------------------------------------------------


def numbers(model: StandaloneModel, **changes: float) -> Array:
    """The parameters in the model's order, some of them changed."""
    assert set(changes) <= set(model.records)
    values = {name: record.value for name, record in model.records.items()} | changes
    return np.array([values[name] for name in model.model.parameters], dtype=float)


def course(
    model: StandaloneModel, times: Sequence[float], doses: Sequence[PlannedDose] = (), **changes: float
) -> dict[str, Array]:
    """Every state at `times`, by scipy's LSODA."""
    routes = tuple(dict.fromkeys((dose.agent, dose.route) for dose in doses))
    table = DoseTable.of(
        [0] * len(doses),
        [dose.time for dose in doses],
        [routes.index((dose.agent, dose.route)) for dose in doses],
        [dose.amount for dose in doses],
        duration=[dose.duration for dose in doses],
        routes=routes,
    )
    found, _ = solve_reference(model.model, numbers(model, **changes), times, table, relative=1e-8)
    return {name: found[:, place] for place, name in enumerate(model.model.states)}
