"""A user's own model and its mapping in sentences, for `check` and for reports."""

from __future__ import annotations

from trialkine.model.declarations import Agent
from trialkine.toxicity.terms import find_term
from trialkine.trial.own_model.bridge import OwnModel
from trialkine.trial.own_model.dosing import can_be_given, refusal
from trialkine.trial.own_model.mapping import DoseTarget
from trialkine.trial.own_model.stated import Stated
from trialkine.trial.own_model.tumour import AT_START, CELLS, DENSITY, DIAMETER, VOLUME, size_scale
from trialkine.trial.words import number_text


def own_model_words(own: OwnModel) -> list[str]:
    """What the model is, what each part of the mapping makes of it, and what is left out; a sentence each."""
    return [
        origin_words(own),
        _tumour(own),
        *_start(own),
        *(_agent(name, target) for name, target in own.mapping.doses.items()),
        *_own_agents(own),
        _varying(own),
        _deaths(own),
        _symptoms(own),
        *_toxicities(own),
        *_measurement(own),
        *_planned_doses(own),
        *(_sentence(note) for note in own.standalone.notes),
    ]


def origin_words(own: OwnModel) -> str:
    """Where the model comes from, and what it is not."""
    title, mapping = own.disease.title, own.mapping
    return (
        f"The patients are those of a model of one's own, {title} ({mapping.model}), joined to the trial by "
        f"{own.source}. The package's models of tumour, immune system and drugs have no part in it, and "
        "nothing of it was adjusted to published trials here. Bodies, blood values, fitness and scans are "
        "the package's."
    )


def _tumour(own: OwnModel) -> str:
    tumour = own.mapping.tumour
    scale = size_scale(tumour, own.standalone.model)
    how = {
        CELLS: "a count of cells",
        DENSITY: f"a density of cells over {shown(tumour.compartment)}" if tumour.compartment else "",
        VOLUME: "a volume",
        DIAMETER: "a diameter" if len(tumour.lesions) == 1 else "a sum of diameters",
    }[scale.measures]
    if tumour.cells_per_cm3 is not None and scale.measures in (CELLS, DENSITY):
        how += f", {shown(tumour.cells_per_cm3)} of them in a cubic centimetre"
    many = len(tumour.lesions)
    shares = ":".join(number_text(share) for share in tumour.lesions)
    lesions = "One lesion is measured" if many == 1 else f"{many} lesions are measured, {shares}"
    return f"Tumour: '{tumour.quantity}', {how}. {lesions}; no new lesions appear."


def _start(own: OwnModel) -> list[str]:
    start = own.mapping.patients.tumour_at_start
    if start is None:
        return ["Start: as the model begins."]
    spread = "the same in all patients"
    if start.distribution is not None:
        spread = f"median; {start.distribution} between patients, sd {start.sd:g}"
    unit = "" if start.value.unit else f" {own.model.parameters[AT_START].unit}"
    return [f"Start: {shown(start)}{unit}, {spread}."]


def _agent(name: str, target: DoseTarget) -> str:
    rules = [
        f"held while '{rule.quantity}' is {word} {shown(level)}"
        for rule in target.hold
        for word, level in (("above", rule.above), ("below", rule.below))
        if level is not None
    ]
    rules += [f"reduced after grade {one.grade} {one.toxicity}" for one in target.reduce]
    rules += [f"stopped after grade {one.grade} {one.toxicity}" for one in target.stop]
    more = f"; {', '.join(rules)}" if rules else ""
    return (
        f"Agent {name}: doses in {target.unit}, {' or '.join(target.routes)}, go into '{target.into}'{more}."
    )


def _own_agents(own: OwnModel) -> list[str]:
    found = []
    for part in own.standalone.parts:
        if not isinstance(part, Agent) or part.name in own.mapping.doses:
            continue
        how = f"doses in {part.dose_unit or 'the model scale'}, {' or '.join(part.routes)}"
        if can_be_given(part):
            found.append(f"Agent {part.name}: of the model itself, {how}.")
        else:
            found.append(f"{refusal(part)}.")
    return found


def _varying(own: OwnModel) -> str:
    names = list(own.mapping.vary)
    if not names:
        return "Patients: no parameter of the model differs between them."
    return f"Patients differ in {', '.join(names)}."


def _deaths(own: OwnModel) -> str:
    hazard = own.mapping.hazard
    if hazard is None:
        return "Death: the mapping gives no hazard, so nobody dies of the disease."
    driver = f"'{hazard.quantity}'" if hazard.quantity else "the tumour"
    like = f", with the numbers of {hazard.like}" if hazard.like else ""
    return f"Death: its hazard follows {driver}{like}."


def _symptoms(own: OwnModel) -> str:
    if own.mapping.symptoms is None:
        return "Symptoms: none; scans alone show progression."
    return "Symptoms: a tumour that has grown far beyond its start is felt, and scanned at once."


def _toxicities(own: OwnModel) -> list[str]:
    if not own.mapping.toxicity:
        return ["Toxicity: none is followed."]
    found = []
    for name, sign in own.mapping.toxicity.items():
        begins = f", severe from {shown(sign.severe_at)}" if sign.severe_at is not None else ""
        dies = "; patients can die of it" if sign.death is not None else ""
        found.append(f"Toxicity: '{sign.quantity}' shows {find_term(name).title.lower()}{begins}{dies}.")
    return found


def _measurement(own: OwnModel) -> list[str]:
    changed = own.mapping.measurement
    if not changed:
        return []
    return [f"Measurement: {', '.join(f'{name} {shown(one)}' for name, one in changed.items())}."]


def _planned_doses(own: OwnModel) -> list[str]:
    count = len(own.standalone.doses)
    if not count:
        return []
    doses = "dose" if count == 1 else "doses"
    return [f"The model's file plans {count} {doses} of its own; in a trial the protocol says what is given."]


def shown(stated: Stated) -> str:
    """A stated number, short, with its unit where it has one."""
    return f"{stated.value.value:g} {stated.value.unit or ''}".rstrip()


def _sentence(note: str) -> str:
    return note if note.endswith((".", "!", "?")) else f"{note}."
