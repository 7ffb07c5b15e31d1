"""The package's own processes that a mapping takes over: death, symptoms, death from treatment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trialkine.diseases.disease import load_disease, shared_records
from trialkine.errors import InputError
from trialkine.evidence.parameter_files import in_unit
from trialkine.mechanisms.disease_death import DISEASE_DEATH
from trialkine.mechanisms.symptomatic_progression import SYMPTOMATIC_PROGRESSION
from trialkine.mechanisms.treatment_death import TREATMENT_DEATH
from trialkine.mechanisms.tumour_growth import TUMOUR_GROWTH
from trialkine.model.declarations import Define, Mechanism, Parameter
from trialkine.records import ParameterRecord
from trialkine.trial.own_model.mapping import Hazard, Process
from trialkine.trial.sentences import choice_hint

BURDENS = ("reference_burden", "negligible_burden")
LEVELS = ("hazard_reference", "hazard_negligible")
NEGLIGIBLE_SHARE = 2e-4  # of the reference, as the package's 0.01 of 50 cm**3


def death(hazard: Hazard, unit: str) -> Mechanism:
    """Death from the disease; `unit` is that of the quantity which drives it, if it is not the tumour."""
    taken = replace(DISEASE_DEATH, sources=())
    if hazard.quantity is None:
        burdens = {name: TUMOUR_GROWTH.parameters[name] for name in BURDENS}
        return replace(taken, parameters={**taken.parameters, **burdens})
    level, negligible = (
        Parameter(unit, "level at which the rate of death is stated"),
        Parameter(unit, "level that keeps the hazard's slope finite at none"),
    )
    driven = Define(
        "disease_death_hazard",
        "1/day",
        "disease_death_rate * frailty"
        f" * (((positive({hazard.quantity}) + hazard_negligible) / hazard_reference)**burden_death_exponent"
        " - (hazard_negligible / hazard_reference)**burden_death_exponent)",
        "present hazard of death from the disease",
    )
    parameters = {**taken.parameters, **dict(zip(LEVELS, (level, negligible), strict=True))}
    about = taken.about.replace("burden to a power", f"'{hazard.quantity}' to a power")
    return replace(taken, about=about, parameters=parameters, defines=(driven,))


def level_records(hazard: Hazard, unit: str, source: str) -> dict[str, ParameterRecord]:
    """The numbers of a hazard that another quantity than the tumour drives.

    Raises: InputError, when the level at which the rate is stated is missing, or of something else.
    """
    if hazard.quantity is None:
        return {}
    if hazard.at is None:
        raise InputError(
            f"nothing says at which level of '{hazard.quantity}' the rate of death is stated. Add `at`, "
            "in its unit."
        )
    level = hazard.at.record(LEVELS[0], unit, source, f"level of '{hazard.quantity}'")
    assert isinstance(level.value, float)
    small = replace(level, name=LEVELS[1], value=NEGLIGIBLE_SHARE * level.value, variability=None)
    return {LEVELS[0]: level, LEVELS[1]: replace(small, where=f"{NEGLIGIBLE_SHARE:g} of hazard_reference")}


def symptoms() -> Mechanism:
    """Progression that is felt."""
    return replace(SYMPTOMATIC_PROGRESSION, sources=())


def treatment_death() -> Mechanism:
    """Death from treatment, which follows relative hypotension."""
    return replace(TREATMENT_DEATH, sources=())


def process_records(
    process: Process, parameters: Mapping[str, Parameter], source: str
) -> dict[str, ParameterRecord]:
    """The numbers of a process: this file's own, then those of the disease it is like, then the shared ones.

    Raises: InputError, when a name is not the process's, a unit does not fit, or a number is missing.
    """
    for name in process.values:
        if name not in parameters:
            raise InputError(f"'{name}' is no number of this process. {choice_hint(name, parameters)}")
    known = shared_records() if process.like is None else load_disease(process.like).records
    found, missing = {}, []
    for name, parameter in parameters.items():
        if name in process.values:
            usual = known.get(name)
            spread = usual.variability if usual is not None else None
            own = process.values[name].record(name, parameter.unit, source, parameter.about)
            keeps = own.variability is None and process.values[name].distribution is None
            found[name] = replace(own, variability=spread) if keeps and spread else own
        elif name in known:
            found[name] = taken_over(in_unit(known[name], parameter.unit), process.like)
        else:
            missing.append(name)
    if missing:
        raise InputError(
            f"nothing gives {', '.join(missing)}. Write it under `values`, as '{missing[0]}: 0.002 1/day', "
            "or take a disease's with 'like: melanoma'."
        )
    return found


def taken_over(record: ParameterRecord, disease: str | None) -> ParameterRecord:
    """A number of the package in another model: one that was adjusted there is an assumption here."""
    if record.kind != "calibrated":
        return record
    whose = "the package's diseases" if disease is None else f"'{disease}'"
    where = f"taken over from {whose}, where it was adjusted in another model ({record.where})"
    return replace(record, kind="assumed", where=where)
