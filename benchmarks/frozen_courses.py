"""One arm's patients with their planned doses, and no decisions: what the solver alone does to burden."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.arm_doses import treatment_of
from trialkine.arm_models import ArmModel
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.population.patients import Patients
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import DoseFate, Status
from trialkine.solver.stepper import Stepper
from trialkine.trial.planned_doses import Body
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm

Array = np.ndarray[Any, np.dtype[Any]]

DAYS = 168.0
VISIT_DAYS = 56.0
FLOOR = 0.01  # differences below this share of the first burden do not matter


class FrozenArm:
    """An arm's first patients, each with the own body's planned doses, none of which is held."""

    def __init__(self, protocol: Protocol, arm: Arm, own: ArmModel, patients: Patients) -> None:
        self.compiled: CompiledModel = compile_model(own.model)
        names = own.model.parameter_names
        self.parameters = np.stack([patients.parameters[name] for name in names], axis=1)
        self.doses = _planned(protocol, arm, own, patients)

    def burden(self, accuracy: Accuracy, stepper: Stepper) -> Array:
        """Burden at the start and every visit; nan from a patient's failure on.

        Shape: (patient, visit). Units: [cm**3].
        """
        ensemble = Ensemble(self.compiled, self.parameters, accuracy, stepper)
        fates = np.full(len(self.doses), int(DoseFate.NOT_DUE))
        burden = [ensemble.observe("burden")["burden"]]
        for visit in np.arange(VISIT_DAYS, DAYS + VISIT_DAYS / 2, VISIT_DAYS):
            while np.any((ensemble.time < visit) & (ensemble.status == Status.OK)):  # past every milestone
                todo = np.flatnonzero((fates == DoseFate.NOT_DUE) & (self.doses.time <= visit))
                fates[todo] = ensemble.advance(visit, rows_of(self.doses, todo), jobs=1)
            failed = ensemble.status != Status.OK
            burden.append(np.where(failed, np.nan, ensemble.observe("burden")["burden"]))
        return np.stack(burden, axis=1)


def frozen_differences(found: Array, reference: Array) -> Array:
    """Differences of burden relative to it plus a hundredth of the first, of all visits after the start.

    Shape: found, reference (patient, visit); returns (patient * visit,).
    """
    size = np.abs(reference) + FLOOR * reference[:, :1]
    difference = np.abs(found - reference) / np.where(size > 0.0, size, 1.0)
    return np.asarray(difference[:, 1:].ravel())


def rows_of(table: DoseTable, rows: Array) -> DoseTable:
    """Some rows of a dose table."""
    columns = {name: column[rows] for name, column in vars(table).items() if name != "routes"}
    return DoseTable(**columns, routes=table.routes)


def _planned(protocol: Protocol, arm: Arm, own: ArmModel, patients: Patients) -> DoseTable:
    columns: list[tuple[int, float, tuple[str, str], float, float]] = []
    for number in range(len(patients.id)):
        values = {name: float(column[number]) for name, column in patients.parameters.items()}
        covariates = patients.covariates
        body = Body(float(covariates["weight_kg"][number]), float(covariates["body_surface_m2"][number]))
        columns += [
            (number, dose.time, (dose.agent, dose.route), dose.amount, dose.duration)
            for dose in treatment_of(protocol, arm, own, values, body).doses
            if dose.time < DAYS
        ]
    if not columns:
        return DoseTable.empty()
    who, time, given, amount, duration = zip(*columns, strict=True)
    routes = tuple(dict.fromkeys(given))
    numbers = [routes.index(one) for one in given]
    return DoseTable.of(who, time, numbers, amount, duration=duration, may_hold=False, routes=routes)
