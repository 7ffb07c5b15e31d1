"""Imported models simulated here and by libroadrunner, at the same times."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.compiler.compiled import compile_model
from trialkine.interchange.sbml_import import read_sbml
from trialkine.model.evaluate import observe
from trialkine.model.standalone import StandaloneModel
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble

DATA = Path(__file__).parent / "data" / "sbml"
FINE = Accuracy(relative=1e-10, event_width=1e-10)


def parameters_of(found: StandaloneModel) -> np.ndarray[Any, Any]:
    """The file's own numbers. Shape: (1, parameter)."""
    return np.array([[found.records[name].value for name in found.model.parameter_names]], dtype=float)


def dose_table(found: StandaloneModel) -> DoseTable:
    """The doses that the file plans, for one patient."""
    routes = tuple(found.model.routes)
    return DoseTable.of(
        [0] * len(found.doses),
        [dose.time for dose in found.doses],
        [routes.index((dose.agent, dose.route)) for dose in found.doses],
        [dose.amount for dose in found.doses],
        duration=[dose.duration for dose in found.doses],
        routes=routes,
    )


def simulate(
    found: StandaloneModel, days: Sequence[float], names: Sequence[str], time_factor: float = 1.0
) -> dict[str, np.ndarray[Any, Any]]:
    """Named observables at some days; a file in hours has a `time_factor` of 24. Shape: (day,)."""
    parameters = parameters_of(found)
    steps = [length / time_factor for length in (FINE.first_step, FINE.smallest_step, FINE.event_width)]
    accuracy = Accuracy(FINE.relative, *steps)
    ensemble = Ensemble(compile_model(found.model), parameters, accuracy)
    table, begun = dose_table(found), -1.0
    rows: dict[str, list[float]] = {name: [] for name in names}
    for day in days:
        due = (table.time > begun) & (table.time <= day)
        picked = DoseTable(
            *(getattr(table, name)[due] for name in (
                "patient", "time", "route", "amount", "duration", "block", "may_hold")), table.routes
        )  # fmt: skip
        ensemble.advance(day, picked, jobs=1)
        assert not ensemble.status.any(), ensemble.status
        begun = day
        seen = observe(found.model, names, ensemble.states, parameters)
        for name in names:
            rows[name].append(float(np.ravel(seen[name])[0]))
    return {name: np.array(values) for name, values in rows.items()}


def sbml_of(antimony_text: str) -> str:
    """The SBML that Antimony makes of a model."""
    import antimony

    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(antimony_text) >= 0, antimony.getLastError()
    return str(antimony.getSBMLString(antimony.getMainModuleName()))


def roadrunner_values(
    sbml: str, times: Sequence[float], names: Sequence[str]
) -> dict[str, np.ndarray[Any, Any]]:
    """Symbols of a file at some times of the file's, by libroadrunner. Shape: (time,)."""
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    runner = roadrunner.RoadRunner(sbml)
    runner.integrator.relative_tolerance = 1e-11
    runner.integrator.absolute_tolerance = 1e-14
    rows: dict[str, list[float]] = {name: [] for name in names}
    now = 0.0
    for time in times:
        if time > now:
            runner.simulate(now, time, 2)
        now = time
        for name in names:
            rows[name].append(float(runner.getValue(name)))
    return {name: np.array(values) for name, values in rows.items()}


@cache
def read_data(name: str) -> StandaloneModel:
    """A committed file."""
    return read_sbml(DATA / name)
