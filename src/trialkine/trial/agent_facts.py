"""What checking a protocol needs to know of agents and diseases, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialkine.trial.value_limits import ValueLimits, limits_of

if TYPE_CHECKING:
    from trialkine.evidence.disease_records import DiseaseRecords
    from trialkine.model.declarations import Agent, Mechanism
    from trialkine.records import ParameterRecord


USUAL_BIOMARKERS = (
    "plasma_vegf",
    "lymphocyte_count",
    "regulatory_t_cells",
    "soluble_il2_receptor",
    "natural_killer_cells",
    "serum_albumin",
    "weight_gain",
)
"""What a trial could measure; most other names of the model stand for what no laboratory reports."""


MEASURED = "lesion_volume"
"""The quantity that every scan reads."""


@dataclass(frozen=True)
class AgentFacts:
    """An agent's unit of dose, its routes, and what doses are scaled to.

    `routes` says of each route whether the protocol must state an infusion time (or a bolus);
    `route_bases` overrides `bases` (`flat`, `kg`, `m2`) for single routes. `is_product`: it is made to order
    for each patient, and may be waited for. `missing_in` names, by disease, a number that is not known there.
    `refusal` is the sentence for an agent that no protocol can give; empty: it can be given.
    """

    name: str
    dose_unit: str
    routes: Mapping[str, bool]
    bases: tuple[str, ...] = ("flat", "kg", "m2")
    route_bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_product: bool = False
    missing_in: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""

    def bases_by(self, route: str) -> tuple[str, ...]:
        """What doses are scaled to when given by `route`."""
        return self.route_bases.get(route, self.bases)


@dataclass(frozen=True)
class ParameterFacts:
    """The unit of a parameter, and the agent or variant it belongs to (empty: the model itself).

    `limits`, in that unit, bound what it can be at all; None where they are not known.
    """

    unit: str
    owner: str = ""
    limits: ValueLimits | None = None


@dataclass(frozen=True)
class KnownNames:
    """The names a protocol file may use. Of what is left empty the names are not checked.

    `indispensable` are the mechanisms without which there is nothing for a trial to measure.
    """

    agents: Mapping[str, AgentFacts]
    diseases: tuple[str, ...] = ()
    biomarkers: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterFacts] = field(default_factory=dict)
    adjuvant_diseases: tuple[str, ...] = ()
    indispensable: tuple[str, ...] = ()

    @property
    def usual_biomarkers(self) -> tuple[str, ...]:
        """The biomarkers to suggest: those a trial could measure, where there are any."""
        return tuple(name for name in USUAL_BIOMARKERS if name in self.biomarkers) or self.biomarkers


def known_names() -> KnownNames:
    """The names that this installation knows."""
    from trialkine.agents.catalogue import agent_book
    from trialkine.diseases import disease_names, load_disease
    from trialkine.mechanisms.core import CORE, on_demand_mechanisms, variant_mechanisms
    from trialkine.model.compose import compose

    found = agent_book().files
    mechanisms = (*CORE, *on_demand_mechanisms().values())
    records = _all_records()
    parameters = {
        name: ParameterFacts(parameter.unit, "", limits_of(name, parameter.unit, records.get(name, ())))
        for mechanism in mechanisms
        for name, parameter in mechanism.parameters.items()
    }
    owned = {name: file.agent.mechanism for name, file in found.items()} | dict(variant_mechanisms())
    for owner, mechanism in owned.items():
        for name, parameter in mechanism.parameters.items():
            limits = limits_of(name, parameter.unit, records.get(name, ()))
            parameters.setdefault(name, ParameterFacts(parameter.unit, owner, limits))
    return KnownNames(
        agents={name: facts_of(file.agent, file.numbers) for name, file in found.items()},
        diseases=tuple(disease_names()),
        biomarkers=compose(mechanisms).single_names,
        mechanisms=tuple(mechanism.name for mechanism in mechanisms),
        variants=tuple(variant_mechanisms()),
        parameters=parameters,
        adjuvant_diseases=tuple(name for name in disease_names() if load_disease(name).is_adjuvant),
        indispensable=tuple(mechanism.name for mechanism in mechanisms if _describes_lesions(mechanism)),
    )


def _describes_lesions(mechanism: Mechanism) -> bool:
    return MEASURED in {*mechanism.states, *(define.name for define in mechanism.defines)}


def _all_records() -> dict[str, list[ParameterRecord]]:
    """Every record of every parameter, over all diseases, agents and variants."""
    from trialkine.agents.catalogue import agent_book
    from trialkine.diseases import disease_names, load_disease
    from trialkine.mechanisms.core import variant_mechanisms, variant_numbers

    numbers = [file.numbers for file in agent_book().files.values()]
    numbers += [variant_numbers(name) for name in variant_mechanisms()]
    return _by_name(
        (
            *(load_disease(name).records for name in disease_names()),
            *(group for one in numbers for group in _groups(one)),
        )
    )


def _groups(numbers: DiseaseRecords) -> list[Mapping[str, ParameterRecord]]:
    return [numbers.base, *numbers.in_disease.values()]


def _by_name(groups: Iterable[Mapping[str, ParameterRecord]]) -> dict[str, list[ParameterRecord]]:
    found: dict[str, list[ParameterRecord]] = {}
    for group in groups:
        for name, record in group.items():
            found.setdefault(name, []).append(record)
    return found


def agent_parameters(agent: Agent, numbers: DiseaseRecords | None = None) -> dict[str, ParameterFacts]:
    """The parameters of one agent; `numbers`, where they are at hand, limit their values."""
    records = {} if numbers is None else _by_name(_groups(numbers))
    return {
        name: ParameterFacts(
            parameter.unit, agent.name, limits_of(name, parameter.unit, records.get(name, ()))
        )
        for name, parameter in agent.mechanism.parameters.items()
    }


def facts_of(agent: Agent, numbers: DiseaseRecords | None = None) -> AgentFacts:
    """The facts of one agent.

    Bases are listed with the usual one first. A dose into a vein must be scaled where the usual one is: there
    a number without its `/kg` is far more often a slip than a meaning.
    """
    routes = {route: entry.infused for route, entry in agent.routes.items()}
    scaled = tuple(basis for basis in agent.dose_bases if basis != "flat")
    is_usually_scaled = agent.dose_bases[:1] != ("flat",)
    by_route = {route: scaled for route, infused in routes.items() if infused and is_usually_scaled}
    missing = {} if numbers is None else _missing_in(agent, numbers)
    is_product = agent.product is not None
    return AgentFacts(agent.name, agent.dose_unit, routes, agent.dose_bases, by_route, is_product, missing)


def _missing_in(agent: Agent, numbers: DiseaseRecords) -> dict[str, str]:
    """By disease, the first parameter of an agent that has no number there."""
    from trialkine.diseases import disease_names, load_disease

    found = {}
    for disease in disease_names():
        known = numbers.records_in(load_disease(disease).lineage)
        missing = [name for name in agent.mechanism.parameters if name not in known]
        if missing:
            found[disease] = missing[0]
    return found
