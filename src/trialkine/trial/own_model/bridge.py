"""The bridge: a model and its mapping in, the population and the agents that a trial needs out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from trialkine.agents.agent_file import AgentFile
from trialkine.agents.catalogue import AgentBook
from trialkine.diseases.disease import TRIAL_PARAMETERS, Disease
from trialkine.evidence.disease_records import DiseaseRecords
from trialkine.evidence.parameter_files import Correlation, PlausibilityBound
from trialkine.evidence.sources import Source, sources
from trialkine.model.compose import compose
from trialkine.model.declarations import Agent, Mechanism
from trialkine.model.model import Model
from trialkine.model.standalone import StandaloneModel
from trialkine.population.packaged import packaged_records
from trialkine.records import ParameterRecord
from trialkine.trial.measurement import measurement_records
from trialkine.trial.own_model import processes
from trialkine.trial.own_model.dosing import agent_of, dosing_records
from trialkine.trial.own_model.mapping import ModelMapping, Plausible, Sections
from trialkine.trial.own_model.stated import in_unit
from trialkine.trial.own_model.toxicity_signs import sign_record, signs_mechanism
from trialkine.trial.own_model.tumour import (
    AT_START,
    Part,
    size_mechanism,
    size_records,
    start_record,
    unit_of,
    with_start,
)

CALIBRATION = "starting_calibration"
IMPORTED = "imported_file"  # the key of numbers that an importer gives, whatever the file
EVERYBODY = "nobody is left out by fitness unless the protocol says so"


@dataclass(frozen=True)
class OwnModel:
    """A user's own model, ready for a trial.

    `texts` holds the mapping's and the model's file as read, by their paths; a published model has none.
    """

    standalone: StandaloneModel
    mapping: ModelMapping
    source: str
    disease: Disease
    book: AgentBook
    texts: Mapping[str, str]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The model's own mechanisms and those that join it to a trial, without mapped agents."""
        assert self.disease.parts is not None
        return self.disease.parts

    @cached_property
    def model(self) -> Model:
        """The whole, with every mapped agent.

        Raises: ModelError, when it does not compose.
        """
        names = {part.name for part in self.parts}
        return compose(self.parts, [one for name, one in self.book.agents.items() if name not in names])


def bridge_parts(mapping: Sections, model: Model) -> tuple[Mechanism, ...]:
    """The mechanisms that join a model to a trial, as far as the mapping asks for them."""
    if mapping.tumour is None:
        return ()
    parts = [size_mechanism(mapping.tumour, model, needs_start=mapping.symptoms is not None)]
    if mapping.hazard is not None:
        driver = mapping.hazard.quantity
        parts.append(processes.death(mapping.hazard, unit_of(model, driver) if driver else ""))
    if mapping.symptoms is not None:
        parts.append(processes.symptoms())
    if mapping.toxicity:
        parts.append(signs_mechanism(mapping.toxicity, model))
        if any(sign.death is not None for sign in mapping.toxicity.values()):
            parts.append(processes.treatment_death())
    return tuple(parts)


def build(
    mapping: ModelMapping, standalone: StandaloneModel, source: str, texts: Mapping[str, str]
) -> OwnModel:
    """Join a model to a trial by a checked mapping; `source` is the key of the mapping's own numbers.

    Raises: InputError, when a number cannot be what the mapping says.
    """
    model = standalone.model
    parts, unread = standalone.parts, set[str]()
    start = mapping.patients.tumour_at_start
    if start is not None:
        parts, unread = with_start(standalone, mapping.tumour.quantity)
    parts = tuple(part for part in parts if part.name not in mapping.doses)
    records = {name: one for name, one in standalone.records.items() if name not in unread}
    for name, spread in mapping.vary.items():
        records[name] = spread.applied_to(records[name], source)
    if start is not None:
        records[AT_START] = start_record(start, mapping.tumour, model, source)
    records |= bridge_records(mapping, model, source)
    agents = {name: agent_of(name, target, model) for name, target in mapping.doses.items()}
    numbers = {name: dosing_records(name, target, model, source) for name, target in mapping.doses.items()}
    for part in parts:
        if isinstance(part, Agent):
            agents[part.name] = part
            numbers[part.name] = {name: records[name] for name in part.mechanism.parameters}
    disease = _disease(mapping, standalone, (*parts, *bridge_parts(mapping, model)), records, source)
    book = _book(agents, numbers, _sources(mapping, standalone, source), source)
    return OwnModel(standalone, mapping, source, disease, book, texts)


def bridge_records(mapping: ModelMapping, model: Model, source: str) -> dict[str, ParameterRecord]:
    """The numbers of the mechanisms that join the model to the trial.

    Raises: InputError, as the parts do.
    """
    records = size_records(mapping.tumour, model, source)
    hazard = mapping.hazard
    if hazard is not None:
        unit = unit_of(model, hazard.quantity) if hazard.quantity else ""
        levels = processes.level_records(hazard, unit, source)
        named = {
            name: one for name, one in processes.death(hazard, unit).parameters.items() if name not in levels
        }
        records |= levels | processes.process_records(hazard, named, source)
    if mapping.symptoms is not None:
        records |= processes.process_records(mapping.symptoms, processes.symptoms().parameters, source)
    used = signs_mechanism(mapping.toxicity, model).parameters
    for name, sign in mapping.toxicity.items():
        record = sign_record(name, sign, model, source)
        if record.name in used:
            records[record.name] = record
        if sign.death is not None:
            death = processes.treatment_death().parameters
            records |= processes.process_records(sign.death, death, source)
    return records


def _disease(
    mapping: ModelMapping,
    standalone: StandaloneModel,
    parts: tuple[Part, ...],
    records: Mapping[str, ParameterRecord],
    source: str,
) -> Disease:
    everyone = ParameterRecord(TRIAL_PARAMETERS[0], 0.0, "", "assumed", source, EVERYBODY)
    harm = packaged_records()["fitness_harm"]
    assert isinstance(harm.value, Mapping)
    known = {name: weight for name, weight in harm.value.items() if name in records}
    own = {everyone.name: everyone, harm.name: replace(harm, value=known)}
    for name, stated in mapping.measurement.items():
        usual = measurement_records()[name]
        own[name] = stated.record(name, usual.unit, source, f"instead of {usual.value:g} ({usual.source})")
    title = mapping.title or standalone.title or standalone.name
    return Disease(
        name=standalone.name,
        title=title,
        about=standalone.about,
        records={**records, **own},
        correlations=tuple(
            Correlation(together.between, together.value, "assumed", source)
            for together in mapping.correlations
        ),
        plausibility=tuple(
            plausible_bound(bound, compose(parts), source) for bound in mapping.patients.plausible
        ),
        lineage=(standalone.name,),
        parts=parts,
    )


def plausible_bound(bound: Plausible, model: Model, source: str) -> PlausibilityBound:
    """A bound in the unit of its quantity.

    Raises: InputError, when it is in a unit of something else.
    """
    unit = unit_of(model, bound.quantity)
    return PlausibilityBound(
        bound.quantity,
        bound.reason or f"implausible {bound.quantity}",
        unit,
        "assumed",
        source,
        None if bound.at_most is None else in_unit(bound.at_most, unit),
        None if bound.at_least is None else in_unit(bound.at_least, unit),
    )


def _sources(mapping: ModelMapping, standalone: StandaloneModel, source: str) -> dict[str, Source]:
    """What stands behind the numbers: the mapping, and the model's own keys that no catalogue knows."""
    found = {source: Source(source, f"The mapping file {source}, written by its user.")}
    named = {record.source for record in standalone.records.values()}
    named |= {key for part in standalone.parts for key in _mechanism(part).sources}
    title = standalone.title or standalone.name
    for key in sorted(named - (set(sources()) - {IMPORTED}) - {source}):
        found[key] = Source(key, f"{title}, as read from {mapping.model}.")
    return {**found, **_elsewhere()}


def _elsewhere() -> dict[str, Source]:
    """The package's calibration, said so that nobody takes it for one of the user's model."""
    source = sources()[CALIBRATION]
    words = source.citation.replace(
        "this model", "the package's own model, from which numbers are taken over"
    )
    return {source.key: replace(source, citation=words)}


def _mechanism(part: Part) -> Mechanism:
    return part.mechanism if isinstance(part, Agent) else part


def _book(
    agents: Mapping[str, Agent],
    numbers: Mapping[str, Mapping[str, ParameterRecord]],
    known: Mapping[str, Source],
    file: str,
) -> AgentBook:
    files = {
        name: AgentFile(agents[name], DiseaseRecords(base=numbers[name]), {}, file, "")
        for name in sorted(agents)
    }
    return AgentBook(files, known)
