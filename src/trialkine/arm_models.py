"""The equations of each arm, and the numbers that hold in it.

Every arm has the model that it needs: the core, the mechanisms its agents act on, its agents, and what
the protocol changes. The patients are the same whatever the arms change: they are drawn with the numbers
of the disease and of the protocol, and keep their own deviations where an arm has another median.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from trialkine.agents.catalogue import AgentBook
from trialkine.diseases.disease import Disease, load_disease
from trialkine.errors import InputError
from trialkine.evidence.parameter_files import in_unit
from trialkine.mechanisms.core import mechanisms_for, variant, variant_numbers
from trialkine.model.compose import compose
from trialkine.model.declarations import Agent, Mechanism, Parameter
from trialkine.model.model import Model
from trialkine.population.correlation import Correlation
from trialkine.population.ensemble import Changes, with_changes
from trialkine.population.parameters import ParameterPopulation, flat_values, parameter_population
from trialkine.population.patients import Patients
from trialkine.records import ParameterRecord
from trialkine.trial.parameter_values import ParameterValue
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import ModelChanges
from trialkine.trial.result import ArmEquations
from trialkine.trial.value_limits import limits_of
from trialkine.units import conversion

UNCHANGED = ModelChanges()
PROTOCOL = "protocol"  # the source of a number that a protocol sets


@dataclass(frozen=True)
class ArmModel:
    """A model and its numbers, in the model's units.

    `records` also holds the numbers that only mechanisms read which are switched off.
    """

    model: Model
    records: Mapping[str, ParameterRecord]
    correlations: tuple[Correlation, ...]

    def parameters(
        self,
        groups: Sequence[Patients],
        seed: int,
        changes: Sequence[Changes] | None = None,
        drawn_with: ArmModel | None = None,
    ) -> list[Patients]:
        """The patients of every repetition with their own values of this model's parameters.

        `changes` are what an ensemble sets in each repetition. Numbers that this model shares with the one
        the patients were `drawn_with` are theirs already.
        """
        usual = parameter_population(self.records, self.correlations)
        shared = self._shared_with(drawn_with, usual) if drawn_with is not None else frozenset()
        others = [name for name in usual.members if name not in shared]
        found = []
        for replicate, group in enumerate(groups):
            own = self.with_changes(changes[replicate]) if changes is not None else self
            population = usual if own is self else parameter_population(own.records, own.correlations)
            drawn = population.values(seed, replicate, group.id, others)
            kept = {name: group.parameters[name] for name in usual.members if name in shared}
            found.append(replace(group, parameters={**kept, **drawn}))
        return found

    def _shared_with(self, other: ArmModel, population: ParameterPopulation) -> frozenset[str]:
        """Flat names of parameters with the same record in both; none where they are correlated otherwise."""
        theirs = parameter_population(other.records, other.correlations)
        if [group.names for group in theirs.copula.groups] != [
            group.names for group in population.copula.groups
        ]:
            return frozenset()
        same = [record for name, record in self.records.items() if other.records.get(name) == record]
        return frozenset(name for record in same for name in flat_values(record))

    def with_changes(self, changes: Changes) -> ArmModel:
        """This model with the numbers of an ensemble's member; what the protocol itself sets stays."""
        if not changes:
            return self
        kept = frozenset(name for name, record in self.records.items() if record.source == PROTOCOL)
        return replace(self, records=with_changes(self.records, changes, kept))

    def typical_parameters(self) -> dict[str, float]:
        """The median of every parameter of the model, by flat name: the typical patient."""
        population = parameter_population(self.records, self.correlations)
        return {name: population.members[name].median for name in self.model.parameter_names}


def arm_model(
    disease: Disease,
    book: AgentBook,
    agents: Iterable[str] = (),
    changes: ModelChanges = UNCHANGED,
    observed: Iterable[str] = (),
) -> ArmModel:
    """The model of some agents in a disease.

    `observed` names quantities that are read and therefore must be part of it.

    Raises: InputError, when an agent, a variant or a number is not known; CompositionError, when what is
    left of the model after `changes.without` lacks something that the rest reads.
    """
    given = [book.find(name) for name in agents]
    switched_on = [variant(name) for name in changes.variants]
    whole = compose(_base(disease, (*given, *switched_on), observed), switched_on, _beside(disease, given))
    known: dict[str, ParameterRecord] = dict(disease.records)
    for agent in given:
        known |= book.records(agent.name, disease.lineage)
    for mechanism in switched_on:
        known |= variant_numbers(mechanism.name).records_in(disease.lineage)
    records = {}
    for name, parameter in whole.parameters.items():
        if name not in known:
            raise InputError(
                f"No number is known for '{name}' in the disease '{disease.name}'. Choose another disease, "
                "or leave out the variant or agent that needs it."
            )
        records[name] = in_unit(known[name], parameter.unit)
        if name in changes.values:
            records[name] = with_value(records[name], changes.values[name], parameter)
    parts = {part.name for part in whole.parts}
    off = [name for name in changes.without if name in parts]
    correlations = [(*entry.between, entry.value) for entry in disease.correlations]
    return ArmModel(whole.without(*off) if off else whole, records, tuple(correlations))


def disease_of(protocol: Protocol) -> Disease:
    """The numbers and, for a user's own model, the mechanisms of a protocol's population.

    Raises: InputError, when no disease has that name; ProblemsError, with every fault of a mapping.
    """
    own = protocol.own
    return load_disease(protocol.population) if own is None else own.disease


def _base(
    disease: Disease, parts: Sequence[Mechanism | Agent], observed: Iterable[str]
) -> Sequence[Mechanism | Agent]:
    """The mechanisms on which agents act: a user's own model, or the core and what it takes on demand."""
    return mechanisms_for(parts, observed) if disease.parts is None else disease.parts


def _beside(disease: Disease, given: Sequence[Agent]) -> list[Agent]:
    """The agents that are not already part of a user's own model."""
    own = {part.name for part in disease.parts or ()}
    return [agent for agent in given if agent.name not in own]


def protocol_models(
    protocol: Protocol, disease: Disease, variants: tuple[str, ...] = ()
) -> tuple[ArmModel, list[ArmModel]]:
    """The model with which a protocol's patients are drawn, and that of each arm, in order.

    `variants` are switched on in all of them, besides those that the protocol asks for.

    Raises: InputError and CompositionError, as `arm_model`.
    """
    book, observed = protocol.agent_book, tuple(protocol.assessments.biomarkers)
    seen_at_start = (*observed, *protocol.assessments.subgroups)
    more = ModelChanges(variants=variants)
    everywhere = arm_model(disease, book, (), protocol.model_of(None).joined(more), seen_at_start)
    arms = [
        arm_model(disease, book, protocol.agents_of(arm), protocol.model_of(arm).joined(more), observed)
        for arm in protocol.arms
    ]
    return everywhere, arms


def with_value(record: ParameterRecord, stated: ParameterValue, parameter: Parameter) -> ParameterRecord:
    """The record with another median, for every index member; the spread between patients stays.

    Raises: InputError, when the value is in a unit of something else, or is none the parameter can have.
    """
    try:
        factor = 1.0 if stated.unit is None else conversion(stated.unit, parameter.unit)
    except InputError as error:
        raise InputError(f"Parameter '{record.name}': {error}") from None
    number = stated.value * factor
    value = dict.fromkeys(record.value, number) if isinstance(record.value, Mapping) else number
    # Where a record of another disease is zero, a lognormal parameter may be; checking knows, this does not.
    fault = replace(limits_of(record.name, parameter.unit, [record]), has_zero=True).fault(
        record.name, number
    )
    if fault:
        raise InputError(fault)
    where = f"instead of {_said(record.value)} {record.unit}".rstrip() + f" ({record.kind}, {record.source})"
    if record.low is not None and record.high is not None and not record.low <= number <= record.high:
        where += f"; outside the plausible {record.low:g} to {record.high:g}"
    return replace(record, value=value, kind="assumed", source=PROTOCOL, where=where, low=None, high=None)


def _said(value: float | Mapping[str, float]) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{member}: {number:g}" for member, number in value.items())
    return f"{value:g}"


def usual_records(models: Sequence[ArmModel]) -> dict[str, ParameterRecord]:
    """The number of every parameter of some arms; where arms differ, the first that no protocol has set."""
    found: dict[str, ParameterRecord] = {}
    for entry in models:
        for name, record in entry.records.items():
            if name not in found or (found[name].source == PROTOCOL and record.source != PROTOCOL):
                found[name] = record
    return found


def models_of_arms(models: Sequence[ArmModel], names: Sequence[str]) -> tuple[ArmEquations, ...]:
    """The distinct models of some arms, each with the arms' names and the numbers that are their own."""
    usual = usual_records(models)
    found: list[ArmEquations] = []
    for entry, name in zip(models, names, strict=True):
        own = tuple(record for key, record in entry.records.items() if record != usual[key])
        for place, other in enumerate(found):
            if other.model_hash == entry.model.hash and other.own_parameters == own:
                found[place] = replace(other, arms=(*other.arms, name))
                break
        else:
            found.append(ArmEquations((name,), str(entry.model), entry.model.hash, own))
    return tuple(found)


def equations_of(models: Sequence[ArmModel], names: Sequence[str]) -> str:
    """The equations of some arms; each distinct model once, under its arms' names where there are several."""
    groups: dict[str, list[str]] = {}
    for entry, name in zip(models, names, strict=True):
        groups.setdefault(entry.model.hash, []).append(name)
    texts = {entry.model.hash: str(entry.model) for entry in models}
    if len(groups) == 1:
        return texts[models[0].model.hash]
    return "\n\n".join(f"## {', '.join(arms)}\n{texts[key]}" for key, arms in groups.items())


def hash_of(models: Sequence[ArmModel]) -> str:
    """A name for the equations of all arms."""
    found = list(dict.fromkeys(entry.model.hash for entry in models))
    return found[0] if len(found) == 1 else hashlib.sha256("\n".join(found).encode()).hexdigest()
