"""Which stepper solves each arm: a pilot of its own, the same whatever the size or seed of the trial."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.arm_doses import treatment_of, typical_patient_body
from trialkine.arm_models import ArmModel
from trialkine.compiler.compiled import CompiledModel
from trialkine.diseases.disease import Disease
from trialkine.population.parameters import parameter_population
from trialkine.solver.accuracy import Accuracy
from trialkine.solver.doses import DoseTable
from trialkine.solver.pilot import PILOT_DAYS, PILOT_PATIENTS, choose_stepper
from trialkine.solver.stepper import Stepper
from trialkine.trial.planned_doses import Body
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm

Array = np.ndarray[Any, np.dtype[Any]]

PILOT_SEED = 0


def arm_stepper(
    protocol: Protocol,
    arm: Arm,
    own: ArmModel,
    compiled: CompiledModel,
    disease: Disease,
    accuracy: Accuracy | None = None,
) -> Stepper:
    """The stepper that takes less arithmetic in the first weeks of an arm's planned treatment."""
    drawn = parameter_population(own.records, own.correlations).values(
        PILOT_SEED, 0, np.arange(PILOT_PATIENTS)
    )
    parameters = np.stack([drawn[name] for name in own.model.parameter_names], axis=1)
    doses = _pilot_doses(protocol, arm, own, typical_patient_body(disease))
    return choose_stepper(compiled, parameters, doses, accuracy)


def _pilot_doses(protocol: Protocol, arm: Arm, own: ArmModel, body: Body) -> DoseTable:
    """The planned doses of the typical patient, for every patient of the pilot; none may be held."""
    planned = treatment_of(protocol, arm, own, own.typical_parameters(), body).doses
    early = [dose for dose in planned if dose.time < PILOT_DAYS]
    if not early:
        return DoseTable.empty()
    routes = tuple(dict.fromkeys((dose.agent, dose.route) for dose in early))
    columns = (
        [dose.time for dose in early],
        [routes.index((dose.agent, dose.route)) for dose in early],
        [dose.amount for dose in early],
        [dose.duration for dose in early],
    )
    time, route, amount, duration = (np.tile(column, PILOT_PATIENTS) for column in columns)
    patients = np.repeat(np.arange(PILOT_PATIENTS), len(early))
    return DoseTable.of(patients, time, route, amount, duration=duration, may_hold=False, routes=routes)
