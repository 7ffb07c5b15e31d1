"""What checking a protocol needs to know of agents and diseases, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    `route_bases` overrides `bases` (`flat`, `kg`, `m2`) for single routes.
    """

    name: str
    dose_unit: str
    routes: Mapping[str, bool]
    bases: tuple[str, ...] = ("flat", "kg", "m2")
    route_bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def bases_by(self, route: str) -> tuple[str, ...]:
        """What doses are scaled to when given by `route`."""
        return self.route_bases.get(route, self.bases)


@dataclass(frozen=True)
class KnownNames:
    """The names a protocol file may use. Without diseases or biomarkers those are not checked."""

    agents: Mapping[str, AgentFacts]
    diseases: tuple[str, ...] = ()
    biomarkers: tuple[str, ...] = ()

    @property
    def usual_biomarkers(self) -> tuple[str, ...]:
        """The biomarkers to suggest: those a trial could measure, where there are any."""
        return tuple(name for name in USUAL_BIOMARKERS if name in self.biomarkers) or self.biomarkers


def known_names() -> KnownNames:
    """The names that this installation knows."""
    from trialkine.agents import catalogue
    from trialkine.diseases import disease_names
    from trialkine.mechanisms.core import CORE
    from trialkine.model.compose import compose

    agents = {name: facts_of(agent) for name, agent in catalogue().items()}
    return KnownNames(agents, tuple(disease_names()), compose(CORE).single_names)


def facts_of(agent: Agent) -> AgentFacts:
    """The facts of one agent.

    Bases are listed with the usual one first. A dose into a vein must be scaled where the usual one is: there
    a number without its `/kg` is far more often a slip than a meaning.
    """
    routes = {route: entry.infused for route, entry in agent.routes.items()}
    scaled = tuple(basis for basis in agent.dose_bases if basis != "flat")
    is_usually_scaled = agent.dose_bases[:1] != ("flat",)
    by_route = {route: scaled for route, infused in routes.items() if infused and is_usually_scaled}
    return AgentFacts(agent.name, agent.dose_unit, routes, agent.dose_bases, by_route)
