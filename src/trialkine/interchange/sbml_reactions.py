"""Which states of a model are species, and the reactions that change them.

A flow from one state of a substance into another of the same unit is a reaction. A state that takes part in
one is a species, and whatever else changes it is a reaction too, from or to the outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialkine.interchange.sbml_units import unit_parts
from trialkine.model.declarations import Agent
from trialkine.model.expression import Expression, parse
from trialkine.model.model import Model
from trialkine.units import dimension

SUBSTANCES = frozenset({"gram", "mole", "item"})


@dataclass(frozen=True)
class Reaction:
    """A flow between two states, or between one and the outside."""

    name: str
    owner: str
    source: str | None
    sink: str | None
    rate: Expression

    @property
    def ends(self) -> tuple[str, ...]:
        """The states that it changes."""
        return tuple(end for end in (self.source, self.sink) if end is not None)


@dataclass(frozen=True)
class Flows:
    """The species of a model and the reactions among them; every other state has a rate rule."""

    species: frozenset[str]
    reactions: tuple[Reaction, ...]


def flows_of(model: Model) -> Flows:
    """Sort a model's flows into reactions and the rest."""
    everything = list(_all_flows(model))
    species = frozenset(
        end
        for flow in everything
        if flow.source and flow.sink and _is_substance(model.states[flow.source].unit)
        for end in flow.ends
    )
    return Flows(species, tuple(flow for flow in everything if species.intersection(flow.ends)))


def _all_flows(model: Model) -> Iterator[Reaction]:
    """Every flow of the mechanisms that are on, with the ends that are states of this model."""
    counts: dict[str, int] = {}
    for part in model.parts:
        mechanism = part.mechanism if isinstance(part, Agent) else part
        if mechanism.name in model.off:
            continue
        for flow in mechanism.flows:
            source, sink = (end if end in model.states else None for end in (flow.source, flow.sink))
            if source is None and sink is None:
                continue
            counts[mechanism.name] = counts.get(mechanism.name, 0) + 1
            name = f"{mechanism.name} flow {counts[mechanism.name]}"
            rate = parse(flow.rate, f"mechanism '{mechanism.name}', a flow")
            yield Reaction(name, mechanism.name, source, sink, rate)


def _is_substance(unit: str) -> bool:
    """Whether a unit measures a mass or a number of things, which is what a species may be measured in."""
    if dimension(unit).is_dimensionless:
        return False
    parts = unit_parts(unit)
    return len(parts) == 1 and parts[0].kind in SUBSTANCES and parts[0].exponent == 1.0
