"""The planned doses of one patient of an arm, with the patient's own body and the arm's own model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trialkine.arm_models import ArmModel
from trialkine.diseases.disease import Disease
from trialkine.model.evaluate import Evaluation
from trialkine.population.covariates import typical_body
from trialkine.population.packaged import packaged_records, with_replacements
from trialkine.trial.planned_doses import Body, PlannedTreatment, planned_treatment
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm


def treatment_of(
    protocol: Protocol, arm: Arm, own: ArmModel, values: Mapping[str, float], body: Body
) -> PlannedTreatment:
    """What is planned for a patient with these parameters, by flat name, and this body."""
    units = {name: agent.dose_unit for name, agent in own.model.agents.items()}
    return planned_treatment(protocol, arm, body, units, _ready_days(own, values))


def typical_patient_body(disease: Disease) -> Body:
    """The body of the typical patient of a disease."""
    own = {name: record for name, record in disease.records.items() if name in packaged_records()}
    return Body(*typical_body(with_replacements(own)))


def _ready_days(own: ArmModel, values: Mapping[str, float]) -> dict[str, float]:
    """When each product that is made to order is ready. Units: returns [day]."""
    row = np.array([[values[name] for name in own.model.parameter_names]])
    known = Evaluation(own.model, None, row)
    return {
        agent: float(known.flat(known.text(text), ())[0, 0]) for agent, text in own.model.ready_after.items()
    }
