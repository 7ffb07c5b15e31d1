"""Models with their doses as they are, and as they come back from an SBML file."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine_samples import advance_through, drawn_parameters, full_model
from import_samples import parameters_of
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.interchange.sbml_export import export_sbml
from trialkine.interchange.sbml_import import read_sbml
from trialkine.model.declarations import Mechanism, Parameter
from trialkine.model.evaluate import state_scales
from trialkine.model.model import Model
from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.published_models import published_model
from trialkine.records import ParameterRecord
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.stepper import IMPLICIT

Array = np.ndarray[Any, np.dtype[Any]]
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
DAYS = 14.0
FINE = Accuracy(relative=1e-10, event_width=1e-10)


@dataclass(frozen=True)
class There:
    """A model with one patient's numbers and doses."""

    model: Model
    parameters: Array
    doses: tuple[PlannedDose, ...]

    def states(self, times: Sequence[float]) -> Array:
        """Shape: (time, state)."""
        ensemble = Ensemble(self.compiled, self.parameters[None, :], FINE, IMPLICIT)
        found, _ = advance_through(ensemble, times, dose_table(self.doses))
        assert not ensemble.status.any(), ensemble.status
        return found[:, 0]

    @property
    def compiled(self) -> CompiledModel:
        return compile_model(self.model)

    @property
    def scales(self) -> Array:
        return state_scales(self.model, self.parameters[None, :])[0]

    @property
    def exact(self) -> list[set[str]]:
        """The states of each linear block that the solver propagates exactly, by the names of a file."""
        names = [in_file(name) for name in self.model.state_names]
        return [{names[row] for row in block.rows} for block in self.compiled.plan.blocks]


def dose_table(doses: Sequence[PlannedDose]) -> DoseTable:
    """The doses as the solver takes them; no rule holds any."""
    routes = tuple(dict.fromkeys((dose.agent, dose.route) for dose in doses))
    return DoseTable.of(
        [0] * len(doses), [dose.time for dose in doses],
        [routes.index((dose.agent, dose.route)) for dose in doses], [dose.amount for dose in doses],
        duration=[dose.duration for dose in doses], may_hold=False, routes=routes,
    )  # fmt: skip


def in_file(name: str) -> str:
    """A state's name as the file has it."""
    return re.sub(r"\W+", "_", name).strip("_")


def melanoma() -> There:
    """The core with three drugs, one of them infused, in a drawn patient."""
    given = [("aldesleukin", "intravenous"), ("im862", "intranasal"), ("temozolomide", "oral")]
    doses = [
        PlannedDose(agent, route, 1.0 + number / 3 + 0.01 * place, 100.0, 0.25 * (route == "intravenous"))
        for number in range(3)
        for place, (agent, route) in enumerate(given)
    ]
    return There(full_model(), drawn_parameters("melanoma", 1)[0], _ordered(doses))


def kirschner_panetta() -> There:
    """The published model with cells and interleukin-2 given."""
    found = published_model("kirschner_panetta_1998")
    cells, interleukin = (next(r for r in found.model.routes if r[0] == one) for one in GIVEN)
    doses = [PlannedDose(*cells, 2.0 + 3.0 * n, 1e4) for n in range(3)]
    doses += [PlannedDose(*interleukin, 2.5 + 3.0 * n, 1e6) for n in range(3)]
    return There(found.model, parameters_of(found)[0], _ordered(doses))


GIVEN = ("adoptive_cells", "aldesleukin")


def neutral() -> There:
    """The benchmark's model of 40 states with two weeks of its doses."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from neutral_model import neutral_model
        from workloads import workload
    finally:
        sys.path.remove(str(BENCHMARKS))
    load = workload("A", 1, 2)
    table = load.doses
    doses = [
        PlannedDose(*table.routes[route], float(time), float(amount), float(duration))
        for route, time, amount, duration in zip(
            table.route, table.time, table.amount, table.duration, strict=True
        )
    ]
    return There(neutral_model(), load.parameters[0], _ordered(doses))


def and_back(there: There, folder: Path) -> There:
    """The same out of a file, solved to the same absolute tolerances: a file holds no scales of states."""
    names = [in_file(name) for name in there.model.state_names]
    found = with_scales(back(there, folder), dict(zip(names, there.scales, strict=True)))
    return There(found.model, parameters_of(found)[0], found.doses)


def with_scales(found: StandaloneModel, scales: Mapping[str, float]) -> StandaloneModel:
    """An imported model with scales of its states in place of those that the importer chose."""
    own, *agents = found.parts
    assert isinstance(own, Mechanism)
    chosen = {state.scale for state in own.states.values()}
    states = {name: replace(state, scale=f"scale_of_{name}") for name, state in own.states.items()}
    added = {state.scale: Parameter(state.unit, "size that matters") for state in states.values()}
    kept = {name: one for name, one in own.parameters.items() if name not in chosen}
    records = {name: one for name, one in found.records.items() if name not in chosen} | {
        f"scale_of_{name}": ParameterRecord(
            f"scale_of_{name}", float(scale), own.states[name].unit, "assumed", ""
        )
        for name, scale in scales.items()
    }
    mechanism = replace(own, states=states, parameters=kept | added)
    return replace(found, parts=(mechanism, *agents), records=records)


def back(there: There, folder: Path) -> StandaloneModel:
    """What the importer finds in the exporter's file."""
    path = folder / "model.xml"
    path.write_text(export_sbml(there.model, there.parameters, there.doses, name="model"))
    return read_sbml(path)


def places(model: Model, found: Model) -> list[int]:
    """Where each state of the model is in the one that came back."""
    names = [in_file(name) for name in model.state_names]
    assert sorted(names) == sorted(found.state_names)
    return [found.state_names.index(name) for name in names]


def _ordered(doses: Sequence[PlannedDose]) -> tuple[PlannedDose, ...]:
    return tuple(sorted(doses, key=lambda dose: dose.time))
