"""A model that other programs can run: one patient of one arm with the planned doses, or a whole model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from trialkine.arm_doses import treatment_of, typical_patient_body
from trialkine.arm_models import ArmModel, disease_of, protocol_models
from trialkine.errors import InputError
from trialkine.interchange.sbml_export import export_sbml, export_standalone
from trialkine.model.model import Model
from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.study import patients_of_arm
from trialkine.trial.planned_doses import Body
from trialkine.trial.protocol import Protocol


@dataclass(frozen=True)
class ExportedModel:
    """An SBML document, and sentences that say what it holds."""

    sbml: str
    notes: tuple[str, ...]


def export_arm(
    protocol: Protocol, arm: str | None = None, patient: int | None = None, seed: int = 0
) -> ExportedModel:
    """An arm's model with the planned doses of one patient, as SBML.

    Without a name it is the protocol's first arm. `patient` counts from 1 in the order of enrolment of a run
    with this seed; without it, every parameter has its median.

    Raises: InputError, when there is no such arm or patient.
    """
    number = arm_number(protocol, arm)
    chosen = protocol.arms[number]
    disease = disease_of(protocol)
    own = protocol_models(protocol, disease)[1][number]
    if patient is None:
        values, body, who = own.typical_parameters(), typical_patient_body(disease), _TYPICAL
    else:
        values, body = _patient(protocol, own, number, patient, seed)
        who = f"Patient {patient} of this arm with seed {seed}"
    treatment = treatment_of(protocol, chosen, own, values, body)
    notes = (
        f"Arm '{chosen.name}' of '{protocol.title}'. {who}; weight {body.weight_kg:.4g} kg, body surface "
        f"{body.body_surface_m2:.3g} square metres.",
        *treatment.notes,
    )
    text = export_sbml(
        own.model, values, treatment.doses, name=chosen.name, title=f"{protocol.title}: {chosen.name}",
        notes=notes, records=own.records,
    )  # fmt: skip
    return ExportedModel(text, (_size(own.model, treatment.doses), *notes))


def export_whole(standalone: StandaloneModel) -> ExportedModel:
    """A model that needs no trial, with its own numbers and planned doses, as SBML.

    Raises: InputError, as `export_standalone`.
    """
    size = _size(standalone.model, standalone.doses)
    named = f"{standalone.title or standalone.name}."
    return ExportedModel(export_standalone(standalone), (size, named, *standalone.notes))


_TYPICAL = "The typical patient: every parameter has its median"


def arm_number(protocol: Protocol, name: str | None) -> int:
    """Which arm is meant; the first, where none is named.

    Raises: InputError, with the nearest name.
    """
    names = [arm.name for arm in protocol.arms]
    if name is None:
        return 0
    if name not in names:
        near = get_close_matches(name, names, 1)
        known = ", ".join(f"'{one}'" for one in names)
        hint = f"Did you mean '{near[0]}'?" if near else f"The protocol has {known}."
        raise InputError(f"No arm is named '{name}'. {hint}")
    return names.index(name)


def _patient(
    protocol: Protocol, own: ArmModel, number: int, patient: int, seed: int
) -> tuple[dict[str, float], Body]:
    """One enrolled patient's parameters and body.

    Raises: InputError, when the arm has fewer patients.
    """
    size = protocol.arms[number].size(protocol.enrolment.patients)
    if not 1 <= patient <= size:
        raise InputError(
            f"Arm '{protocol.arms[number].name}' has no patient {patient}. "
            f"Write a whole number from 1 to {size}."
        )
    group = patients_of_arm(protocol, number, seed)
    row = patient - 1
    values = {name: float(group.parameters[name][row]) for name in own.model.parameter_names}
    weight, surface = (float(group.covariates[key][row]) for key in ("weight_kg", "body_surface_m2"))
    return values, Body(weight, surface)


def _size(model: Model, doses: Sequence[PlannedDose]) -> str:
    numbers = ((model.state_names, "state"), (model.parameter_names, "parameter"), (doses, "dose"))
    return ", ".join(f"{len(found)} {noun}{'' if len(found) == 1 else 's'}" for found, noun in numbers)
