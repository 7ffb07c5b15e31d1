"""Shipped models with drawn numbers and planned doses, solved here and by other programs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from engine_samples import advance_through
from trialkine.arm_models import ArmModel, protocol_models
from trialkine.assay.checking import is_assay_file
from trialkine.compiler.compiled import compile_model
from trialkine.diseases.disease import load_disease
from trialkine.interchange.sbml_export import export_sbml, exported_names
from trialkine.interchange.sbml_library import sbml_library
from trialkine.model.evaluate import Evaluation, state_scales
from trialkine.model.model import Model
from trialkine.model.standalone import PlannedDose
from trialkine.population.parameters import parameter_population
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.trial.planned_doses import Body, planned_treatment
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm

EXAMPLES = Path(__file__).parents[1] / "examples"

DAYS = 42.0  # long enough for several cycles of most schedules, and short enough for hundreds of doses
TIMES = np.arange(1.0, DAYS, 2.0) + 0.7354  # no dose falls due then
ROADRUNNER_TOLERANCE = 1e-12  # at 1e-10 its own error reaches 2e-5 after fast infusions, and falls with this
ROADRUNNER_SHARE = 1e-14  # of a state's scale: the absolute tolerance of each state
COPASI_TOLERANCE = 1e-10
COPASI_ABSOLUTE = 1e-14  # one for all states
OUR_ACCURACY = Accuracy(relative=1e-10, event_width=1e-10)
SAME = 1e-6
"""Largest relative difference between two programs: the project's gate for exchanged models."""
FLOOR = 1e-4
"""Share of a state's scale that is added to its size: differences below 1e-10 of a scale do not count."""
BODY = Body(75.0, 1.9)


@dataclass(frozen=True)
class ShippedArm:
    """An arm of an example, the first with its equations."""

    label: str
    protocol: Protocol
    arm: Arm
    own: ArmModel


@cache
def shipped_arms() -> tuple[ShippedArm, ...]:
    """Every distinct model of the examples."""
    found: dict[str, ShippedArm] = {}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        if is_assay_file(path):
            continue
        protocol = Protocol.read(path)
        _, models = protocol_models(protocol, load_disease(protocol.disease))
        for arm, own in zip(protocol.arms, models, strict=True):
            label = f"{path.stem}: {arm.name}"
            found.setdefault(own.model.hash, ShippedArm(label, protocol, arm, own))
    return tuple(found.values())


def drawn(own: ArmModel, count: int, seed: int = 20) -> np.ndarray:
    """Parameters of random patients. Shape: (patient, parameter)."""
    population = parameter_population(own.records, own.correlations)
    values = population.values(seed, 0, np.arange(count, dtype=np.int64))
    return np.stack([values[name] for name in own.model.parameter_names], axis=1)


def planned(shipped: ShippedArm, parameters: np.ndarray) -> tuple[PlannedDose, ...]:
    """The planned doses of one patient that fall due within `DAYS`."""
    model = shipped.own.model
    known = Evaluation(model, None, parameters[None, :])
    ready = {name: float(known.flat(known.text(t), ())[0, 0]) for name, t in model.ready_after.items()}
    units = {name: agent.dose_unit for name, agent in model.agents.items()}
    treatment = planned_treatment(shipped.protocol, shipped.arm, BODY, units, ready)
    return tuple(dose for dose in treatment.doses if dose.time < DAYS)


def dose_table(doses: Sequence[PlannedDose]) -> DoseTable:
    """The doses as the solver takes them; none may be held."""
    routes = tuple(dict.fromkeys((dose.agent, dose.route) for dose in doses))
    return DoseTable.of(
        [0] * len(doses), [dose.time for dose in doses],
        [routes.index((dose.agent, dose.route)) for dose in doses], [dose.amount for dose in doses],
        duration=[dose.duration for dose in doses], may_hold=False, routes=routes,
    )  # fmt: skip


def our_states(model: Model, parameters: np.ndarray, doses: Sequence[PlannedDose]) -> np.ndarray:
    """The states of one patient at `TIMES`. Shape: (time, state)."""
    ensemble = Ensemble(compile_model(model), parameters[None, :], OUR_ACCURACY)
    states, _ = advance_through(ensemble, list(TIMES), dose_table(doses))
    assert not np.any(ensemble.status), ensemble.status
    return states[:, 0]


def roadrunner_states(model: Model, sbml: str, parameters: np.ndarray) -> np.ndarray:
    """The same by libroadrunner (CVODE)."""
    runner = _runner(sbml)
    names = exported_names(model)
    runner.timeCourseSelections = ["time", *(names[name] for name in model.state_names)]
    integrator = runner.getIntegrator()
    integrator.relative_tolerance = ROADRUNNER_TOLERANCE
    for name, scale in zip(model.state_names, state_scales(model, parameters[None, :])[0], strict=True):
        integrator.setIndividualTolerance(names[name], float(ROADRUNNER_SHARE * scale))
    integrator.maximum_num_steps = 1_000_000
    return np.array(runner.simulate(times=[0.0, *TIMES]))[1:, 1:]


def _runner(sbml: str) -> Any:
    import roadrunner

    config, set_option = roadrunner.Config, roadrunner.Config.setValue
    # Equations with their starts written out inside, and optimised, would load ten times more slowly.
    set_option(config.LOADSBMLOPTIONS_MUTABLE_INITIAL_CONDITIONS, False)
    set_option(config.LLVM_BACKEND, config.LLJIT)
    set_option(config.LLJIT_OPTIMIZATION_LEVEL, config.NONE)
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    return roadrunner.RoadRunner(sbml)


def copasi_states(model: Model, sbml: str, parameters: np.ndarray) -> np.ndarray:
    """The same by COPASI (LSODA)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of its own imports and of pandas
        import basico

        loaded = basico.load_model_from_string(sbml)
        try:
            table = basico.run_time_course(
                values=[0.0, *TIMES], use_numbers=False, method="deterministic", r_tol=COPASI_TOLERANCE,
                a_tol=COPASI_ABSOLUTE, max_steps=1_000_000, model=loaded,
            )  # fmt: skip
        finally:
            basico.remove_datamodel(loaded)
    columns = [name if name in table else f"Values[{name}]" for name in model.state_names]
    return table[columns].to_numpy()[1:]


def copasi_expression(sbml: str, name: str) -> str:
    """What COPASI makes of the assignment rule of a quantity."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import basico

        loaded = basico.load_model_from_string(sbml)
        try:
            return str(basico.get_parameters(model=loaded).loc[name, "expression"])
        finally:
            basico.remove_datamodel(loaded)


def differences(model: Model, parameters: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Each difference relative to the size of its state and a little of its scale. Shape: (time, state)."""
    scales = state_scales(model, parameters[None, :])[0]
    return np.abs(ours - theirs) / (np.abs(ours) + FLOOR * scales)


def complaints(sbml: str) -> list[str]:
    """Everything that libsbml's checks say about a document, all categories, warnings included."""
    library = sbml_library()
    document = library.readSBMLFromString(sbml)
    for category in range(library.LIBSBML_CAT_GENERAL_CONSISTENCY, library.LIBSBML_CAT_MODELING_PRACTICE + 1):
        document.setConsistencyChecks(category, True)
    document.checkConsistency()
    return [document.getError(number).getMessage() for number in range(document.getNumErrors())]


def exported(shipped: ShippedArm, parameters: np.ndarray, doses: Sequence[PlannedDose]) -> str:
    """An arm's model as SBML."""
    return export_sbml(
        shipped.own.model, parameters, doses, name=shipped.arm.name, records=shipped.own.records
    )
