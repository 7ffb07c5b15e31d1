"""A composed model: what it consists of, how it prints, and what it is called."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

from trialkine.model.declarations import Agent, Index, Mechanism, Parameter, State
from trialkine.model.expression import Expression


@dataclass(frozen=True)
class Quantity:
    """A defined quantity (`expression`, times its `factors`) or a total (the sum of its `terms`)."""

    name: str
    unit: str
    about: str
    owner: str
    expression: Expression | None
    terms: tuple[Expression, ...]
    factors: tuple[Expression, ...]
    index: tuple[Index, ...] | None

    @property
    def texts(self) -> tuple[Expression, ...]:
        """Every text that makes up the quantity."""
        own = () if self.expression is None else (self.expression,)
        return (*own, *self.terms, *self.factors)

    @property
    def names(self) -> frozenset[str]:
        """Every name the quantity reads."""
        return frozenset().union(*(text.names for text in self.texts))

    def with_fields(self, **fields: Any) -> Quantity:
        """This quantity with some fields replaced."""
        return replace(self, **fields)


@dataclass(frozen=True)
class Contribution:
    """One flow's part in the rate of a state."""

    sign: int
    rate: Expression
    owner: str


@dataclass(frozen=True)
class Reset:
    """A located event and the new values of the states it resets."""

    name: str
    when: Expression
    resets: Mapping[str, Expression]
    about: str
    owner: str


@dataclass(frozen=True)
class Condition:
    """A milestone of the composed model."""

    name: str
    when: Expression
    about: str
    owner: str


@dataclass(frozen=True)
class HoldRule:
    """An agent's rule for doses that fall due."""

    name: str
    agent: str
    when: Expression
    end_cycle_after: str | None
    about: str


@dataclass(frozen=True)
class DelayRule:
    """An agent's rule for cycles that fall due; the trial reads it, the solver does not."""

    name: str
    agent: str
    when: Expression
    longest: str
    about: str


@dataclass(frozen=True)
class RouteTarget:
    """How a dose of one agent by one route enters the states."""

    agent: str
    route: str
    dose_unit: str
    into: str
    amount: Expression
    duration: Expression | None
    delay: Expression | None
    infused: bool

    @property
    def names(self) -> frozenset[str]:
        """Every name that the route reads."""
        return frozenset().union(*(text.names for text in self.texts))

    @property
    def texts(self) -> tuple[Expression, ...]:
        """Every text of the route."""
        return tuple(text for text in (self.amount, self.duration, self.delay) if text is not None)


@dataclass(frozen=True, eq=False)
class Model:
    """Mechanisms and agents composed, sorted and checked."""

    parts: tuple[Mechanism | Agent, ...]
    off: tuple[str, ...]
    indices: Mapping[str, Index]
    states: Mapping[str, State]
    parameters: Mapping[str, Parameter]
    quantities: Mapping[str, Quantity]
    initials: Mapping[str, Expression]
    scales: Mapping[str, Expression]
    rates: Mapping[str, tuple[Contribution, ...]]
    events: tuple[Reset, ...]
    milestones: tuple[Condition, ...]
    holds: tuple[HoldRule, ...]
    routes: Mapping[tuple[str, str], RouteTarget]
    watched: tuple[str, ...] = ()
    delays: tuple[DelayRule, ...] = ()
    ready_after: Mapping[str, Expression] = field(default_factory=dict)

    def without(self, *names: str) -> Model:
        """The same model with some mechanisms replaced by their declared nulls.

        Raises: CompositionError, when a mechanism is unknown or has no null for something others read.
        """
        from trialkine.model.compose import compose

        return compose(self.parts, off={*self.off, *names})

    @cached_property
    def state_names(self) -> tuple[str, ...]:
        """Every single state, as in `tumour[1,sensitive]`."""
        return tuple(_flat((name, state.index) for name, state in self.states.items()))

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """Every single parameter, as in `lesion_access[2]`."""
        return tuple(_flat((name, parameter.index) for name, parameter in self.parameters.items()))

    @cached_property
    def state_places(self) -> Mapping[str, int]:
        """Where each state's columns begin in the flat order."""
        return _places((name, state.index) for name, state in self.states.items())

    @cached_property
    def parameter_places(self) -> Mapping[str, int]:
        """Where each parameter's columns begin in the flat order."""
        return _places((name, parameter.index) for name, parameter in self.parameters.items())

    @cached_property
    def observable_names(self) -> tuple[str, ...]:
        """Everything that can be read from a simulation: states and quantities."""
        return (*self.states, *self.quantities)

    @cached_property
    def single_names(self) -> tuple[str, ...]:
        """The observables that have one value per patient."""
        states = (name for name, state in self.states.items() if not state.index)
        return (*states, *(name for name, quantity in self.quantities.items() if not quantity.index))

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The citation keys of all mechanisms."""
        keys = {
            key
            for part in self.parts
            for key in (part.mechanism if isinstance(part, Agent) else part).sources
        }
        return tuple(sorted(keys))

    @cached_property
    def agents(self) -> Mapping[str, Agent]:
        """The agents of the model by name."""
        return {part.name: part for part in self.parts if isinstance(part, Agent)}

    @cached_property
    def hash(self) -> str:
        """A name for the equations: the same text over the same states and parameters, the same hash."""
        columns = (" ".join(self.state_names), " ".join(self.parameter_names))
        return hashlib.sha256("\n".join([*self._lines(), *columns]).encode()).hexdigest()

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        return (
            f"Model({len(self.state_names)} states, {len(self.parameter_names)} parameters, "
            f"{len(self.quantities)} quantities, {len(self.parts) - len(self.off)} mechanisms)"
        )

    def _lines(self) -> Iterator[str]:
        for part in self.parts:
            mechanism = part.mechanism if isinstance(part, Agent) else part
            off = " (off)" if mechanism.name in self.off else ""
            yield f"# {mechanism.name}{off}: {mechanism.about}"
            yield from self._owned_lines(mechanism.name)
        for route in self.routes.values():
            texts = f"{route.into} += {route.amount.text}"
            if route.duration is not None:
                texts += f" over {route.duration.text}"
            if route.delay is not None:
                texts += f" after {route.delay.text}"
            yield f"dose {route.agent} {route.route} [{route.dose_unit}]: {texts}"
        for hold in self.holds:
            yield f"hold {hold.name} while {hold.when.text}, end the cycle after {hold.end_cycle_after}"
        for delay in self.delays:
            yield f"delay {delay.name} while {delay.when.text}, at most {delay.longest}"
        for agent, time in self.ready_after.items():
            yield f"{agent} is ready after {time.text}"
        yield from (f"watch {name}" for name in self.watched)

    def _owned_lines(self, owner: str) -> Iterator[str]:
        for quantity in self.quantities.values():
            if quantity.owner != owner:
                continue
            if quantity.expression is None:
                body = " + ".join(f"({term.text})" for term in quantity.terms) or "0"
            else:
                body = "".join([quantity.expression.text, *(f" * ({f.text})" for f in quantity.factors)])
            yield f"{_indexed(quantity.name, quantity.index or ())} = {body}  [{quantity.unit or '1'}]"
        for name, state in self.states.items():
            rates = [c for c in self.rates[name] if c.owner == owner]
            for contribution in rates:
                sign = "+" if contribution.sign > 0 else "-"
                label = _indexed(name, state.index)
                yield f"d {label}/dt {sign}= {contribution.rate.text}  [{state.unit or '1'}/day]"
        for part in self.parts:
            mechanism = part.mechanism if isinstance(part, Agent) else part
            if mechanism.name == owner and owner not in self.off:
                for name in mechanism.states:
                    state = self.states[name]
                    label = _indexed(name, state.index)
                    sign = "" if state.is_nonnegative else ", may be negative"
                    yield f"{label}(0) = {state.initial}  [{state.unit or '1'}, scale {state.scale}{sign}]"
        for event in self.events:
            if event.owner == owner:
                resets = ", ".join(f"{name} := {text.text}" for name, text in event.resets.items())
                yield f"event {event.name} when {event.when.text}: {resets}"
        for milestone in self.milestones:
            if milestone.owner == owner:
                yield f"milestone {milestone.name} when {milestone.when.text}"


def _indexed(name: str, index: tuple[Index, ...]) -> str:
    return name if not index else f"{name}[{','.join(axis.name for axis in index)}]"


def flat_name(name: str, members: Iterable[str]) -> str:
    """The name of one member of an indexed quantity."""
    labels = tuple(members)
    return f"{name}[{','.join(labels)}]" if labels else name


def _places(items: Iterable[tuple[str, tuple[Index, ...]]]) -> Mapping[str, int]:
    places, total = {}, 0
    for name, index in items:
        places[name] = total
        total += math.prod(len(axis.members) for axis in index)
    return places


def _flat(items: Iterable[tuple[str, tuple[Index, ...]]]) -> Iterator[str]:
    for name, index in items:
        for members in product(*(axis.members for axis in index)):
            yield flat_name(name, members)
