"""What checking a protocol needs to know of agents and diseases, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialkine.evidence.disease_records import DiseaseRecords
    from trialkine.model.declarations import Agent


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


@dataclass(frozen=True)
class AgentFacts:
    """An agent's unit of dose, its routes, and what doses are scaled to.

    `routes` says of each route whether the protocol must state an infusion time (or a bolus);
    `route_bases` overrides `bases` (`flat`, `kg`, `m2`) for single routes. `is_product`: it is made to order
    for each patient, and may be waited for. `missing_in` names, by disease, a number that is not known there.
    """

    name: str
    dose_unit: str
    routes: Mapping[str, bool]
    bases: tuple[str, ...] = ("flat", "kg", "m2")
    route_bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_product: bool = False
    missing_in: Mapping[str, str] = field(default_factory=dict)

    def bases_by(self, route: str) -> tuple[str, ...]:
        """What doses are scaled to when given by `route`."""
        return self.route_bases.get(route, self.bases)


@dataclass(frozen=True)
class ParameterFacts:
    """The unit of a parameter, and the agent or variant it belongs to (empty: the model itself)."""

    unit: str
    owner: str = ""


@dataclass(frozen=True)
class KnownNames:
    """The names a protocol file may use. Of what is left empty the names are not checked."""

    agents: Mapping[str, AgentFacts]
    diseases: tuple[str, ...] = ()
    biomarkers: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterFacts] = field(default_factory=dict)
    adjuvant_diseases: tuple[str, ...] = ()

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
    parameters = {
        name: ParameterFacts(parameter.unit)
        for mechanism in mechanisms
        for name, parameter in mechanism.parameters.items()
    }
    owned = {name: file.agent.mechanism for name, file in found.items()} | dict(variant_mechanisms())
    for owner, mechanism in owned.items():
        for name, parameter in mechanism.parameters.items():
            parameters.setdefault(name, ParameterFacts(parameter.unit, owner))
    return KnownNames(
        agents={name: facts_of(file.agent, file.numbers) for name, file in found.items()},
        diseases=tuple(disease_names()),
        biomarkers=compose(mechanisms).single_names,
        mechanisms=tuple(mechanism.name for mechanism in mechanisms),
        variants=tuple(variant_mechanisms()),
        parameters=parameters,
        adjuvant_diseases=tuple(name for name in disease_names() if load_disease(name).is_adjuvant),
    )


def agent_parameters(agent: Agent) -> dict[str, ParameterFacts]:
    """The parameters of one agent."""
    found = agent.mechanism.parameters.items()
    return {name: ParameterFacts(parameter.unit, agent.name) for name, parameter in found}


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
