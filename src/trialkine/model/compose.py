"""Composition: mechanisms in, one checked model out.

Reads and writes are collected and sorted once. What is missing, owned twice, circular or unused is
named, all of it in one error; a mechanism that is switched off leaves its declared nulls behind.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter

from trialkine.errors import CompositionError
from trialkine.model.declarations import Agent, Index, Mechanism, Parameter, State
from trialkine.model.expression import Expression, UnitChecker, free_indices, parse
from trialkine.model.model import (
    Condition,
    Contribution,
    DelayRule,
    HoldRule,
    Model,
    Quantity,
    Reset,
    RouteTarget,
)
from trialkine.units import Dimension, dimension

DOSE = "dose"


def compose(*parts: Mechanism | Agent | Iterable[Mechanism | Agent], off: Iterable[str] = ()) -> Model:
    """Compose mechanisms and agents into a model.

    `off` names mechanisms to switch off: they leave only their declared nulls behind. The order of
    the parts does not matter.

    Raises: CompositionError, naming everything missing, defined twice, circular or unused;
    UnitsError and ExpressionError, pointing at the fault.
    """
    everything = _flatten(parts)
    mechanisms = [part.mechanism if isinstance(part, Agent) else part for part in everything]
    _check_once(mechanisms)
    silent = set(off)
    for name in sorted(silent - {mechanism.name for mechanism in mechanisms}):
        raise CompositionError(_unknown(name, [m.name for m in mechanisms], "mechanism"))
    draft = _Draft(everything, silent)
    draft.collect()
    draft.check_names()
    draft.sort()
    draft.check_units()
    return draft.finish()


def _flatten(parts: Iterable[object]) -> tuple[Mechanism | Agent, ...]:
    flat: list[Mechanism | Agent] = []
    for part in parts:
        if isinstance(part, (Mechanism, Agent)):
            flat.append(part)
        elif isinstance(part, Iterable) and not isinstance(part, str):
            flat.extend(_flatten(part))
        else:
            raise CompositionError(f"{part!r} is neither a mechanism nor an agent.")
    return tuple(sorted(flat, key=lambda part: part.name))


def _unknown(name: str, known: Iterable[str], noun: str) -> str:
    near = get_close_matches(name, list(known), 1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"No {noun} named '{name}'.{hint}"


def _require_factor(amount: Expression) -> None:
    """Make sure that an amount is the dose times something: amounts are computed for many doses at once."""
    node = amount.tree
    while not (isinstance(node, ast.Name) and node.id == DOSE):
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
            reading = [side for side in (node.left, node.right) if _reads_dose(side)]
            if len(reading) == 1 and (isinstance(node.op, ast.Mult) or reading[0] is node.left):
                node = reading[0]
                continue
        raise amount.fault(
            "An amount that is not proportional to the dose; write it as 'share * dose'", amount.tree
        )


def _reads_dose(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == DOSE for inner in ast.walk(node))


def _check_once(mechanisms: list[Mechanism]) -> None:
    counts = Counter(mechanism.name for mechanism in mechanisms)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise CompositionError(f"Mechanism '{twice[0]}' is given twice. Give each mechanism once.")


class _Draft:
    """The tables of a model while they are being filled."""

    def __init__(self, parts: tuple[Mechanism | Agent, ...], off: set[str]) -> None:
        self.parts = parts
        self.off = off
        self.problems: list[str] = []
        self.owner: dict[str, str] = {}
        self.indices: dict[str, Index] = {}
        self.states: dict[str, State] = {}
        self.parameters: dict[str, Parameter] = {}
        self.quantities: dict[str, Quantity] = {}
        self.initials: dict[str, Expression] = {}
        self.scales: dict[str, Expression] = {}
        self.rates: dict[str, list[Contribution]] = {}
        self.events: list[Reset] = []
        self.milestones: list[Condition] = []
        self.holds: list[HoldRule] = []
        self.delays: list[DelayRule] = []
        self.ready_after: dict[str, Expression] = {}
        self.routes: dict[tuple[str, str], RouteTarget] = {}
        self.watched: dict[str, str] = {}
        self.order: tuple[str, ...] = ()

    # -- collecting ---------------------------------------------------------------------------

    def collect(self) -> None:
        """Fill the tables from the declarations."""
        for part in self.parts:
            self._declare(part.mechanism if isinstance(part, Agent) else part)
        for part in self.parts:
            mechanism = part.mechanism if isinstance(part, Agent) else part
            if mechanism.name not in self.off:
                self._contribute(mechanism)
                if isinstance(part, Agent):
                    self._administer(part)

    def _own(self, name: str, mechanism: Mechanism) -> None:
        if name in self.owner:
            self.problems.append(
                f"'{name}' is declared by '{self.owner[name]}' and again by '{mechanism.name}'. "
                "Let one own it and the other read it."
            )
        self.owner[name] = mechanism.name

    def _declare(self, mechanism: Mechanism) -> None:
        here = f"mechanism '{mechanism.name}'"
        is_off = mechanism.name in self.off
        for name, parameter in mechanism.parameters.items():
            self._own(name, mechanism)
            self.parameters[name] = parameter
            self._note_indices(parameter.index)
        for name, state in mechanism.states.items():
            self._own(name, mechanism)
            self._note_indices(state.index)
            if not is_off:
                self.states[name] = state
                self.initials[name] = parse(state.initial, f"{here}, initial value of '{name}'")
                self.scales[name] = parse(state.scale, f"{here}, scale of '{name}'")
                self.rates[name] = []
            elif name in mechanism.nulls:
                text = parse(mechanism.nulls[name], f"{here}, null of '{name}'")
                null = Quantity(name, state.unit, state.about, mechanism.name, text, (), (), state.index)
                self.quantities[name] = null
        for define in mechanism.defines:
            self._own(define.name, mechanism)
            source = define.null if is_off else define.expression
            if source is None:
                continue
            text = parse(source, f"{here}, definition of '{define.name}'")
            self.quantities[define.name] = Quantity(
                define.name, define.unit, define.about, mechanism.name, text, (), (), None
            )
        for total in mechanism.totals:
            self._own(total.name, mechanism)
            self.quantities[total.name] = Quantity(
                total.name, total.unit, total.about, mechanism.name, None, (), (), None
            )

    def _note_indices(self, indices: Iterable[Index]) -> None:
        for index in indices:
            known = self.indices.setdefault(index.name, index)
            if known != index:
                self.problems.append(f"Index '{index.name}' is declared with two lists of members.")

    def _contribute(self, mechanism: Mechanism) -> None:
        here = f"mechanism '{mechanism.name}'"
        for flow in mechanism.flows:
            rate = parse(flow.rate, f"{here}, flow {flow.source or 'outside'} -> {flow.sink or 'outside'}")
            for name, sign in ((flow.source, -1), (flow.sink, 1)):
                if name is None:
                    continue
                if name in self.rates:
                    self.rates[name].append(Contribution(sign, rate, mechanism.name))
                elif name not in self.quantities:
                    self.problems.append(_unknown(name, self.states, "state") + f" ({here}, flow)")
            if flow.source in self.states and flow.sink in self.states:
                ends = [self.states[name].index for name in (flow.source, flow.sink) if name is not None]
                if ends[0] != ends[1]:
                    self.problems.append(
                        f"The flow {flow.source} -> {flow.sink} of {here} joins states with different "
                        "members, so it would not conserve amount. Write two flows."
                    )
            if flow.source is None and flow.sink is None:
                self.problems.append(f"A flow of {here} has neither source nor sink.")
        for add in mechanism.adds:
            term = parse(add.term, f"{here}, term of '{add.to}'")
            self._extend(add.to, "terms", term, f"{here} adds to")
        for scale in mechanism.scales:
            factor = parse(scale.by, f"{here}, scale of '{scale.target}'")
            self._extend(scale.target, "factors", factor, f"{here} scales")
        for event in mechanism.events:
            place = f"{here}, event '{event.name}'"
            when = parse(event.when, place)
            resets = {name: parse(text, place) for name, text in event.resets.items()}
            self.events.append(Reset(event.name, when, resets, event.about, mechanism.name))
        for milestone in mechanism.milestones:
            when = parse(milestone.when, f"{here}, milestone '{milestone.name}'")
            self.milestones.append(Condition(milestone.name, when, milestone.about, mechanism.name))
        for name in mechanism.watched:
            self.watched.setdefault(name, mechanism.name)

    def _extend(self, name: str, field: str, text: Expression, doing: str) -> None:
        quantity = self.quantities.get(name)
        if quantity is None:
            if name in self.owner:  # its owner is off and nobody reads it
                return
            self.problems.append(f"{doing} '{name}': " + _unknown(name, self.quantities, "quantity"))
            return
        is_total = quantity.expression is None
        if (field == "terms") != is_total:
            wanted = "a total" if field == "terms" else "a defined quantity"
            self.problems.append(f"{doing} '{name}', which is not {wanted}.")
            return
        changed = {field: (*getattr(quantity, field), text)}
        self.quantities[name] = quantity.with_fields(**changed)

    def _administer(self, agent: Agent) -> None:
        here = f"agent '{agent.name}'"
        for name, route in agent.routes.items():
            place = f"{here}, route '{name}'"
            if route.into not in self.states:
                self.problems.append(f"{place}: " + _unknown(route.into, self.states, "state"))
                continue
            self.routes[agent.name, name] = RouteTarget(
                agent.name,
                name,
                agent.dose_unit,
                route.into,
                parse(route.amount, place),
                None if route.duration is None else parse(route.duration, f"{here}, duration of '{name}'"),
                None if route.delay is None else parse(route.delay, f"{here}, delay of '{name}'"),
                route.infused,
            )
        for hold in agent.holds:
            when = parse(hold.when, f"{here}, hold '{hold.name}'")
            self.holds.append(
                HoldRule(f"{agent.name}.{hold.name}", agent.name, when, hold.end_cycle_after, hold.about)
            )
        for delay in agent.delays:
            when = parse(delay.when, f"{here}, delay '{delay.name}'")
            name = f"{agent.name}.{delay.name}"
            self.delays.append(DelayRule(name, agent.name, when, delay.longest, delay.about))
        if agent.product is not None:
            self.ready_after[agent.name] = parse(agent.product.ready_after, f"{here}, time to readiness")
        for parameter in agent.rule_parameters:
            if parameter not in self.parameters:
                self.problems.append(f"{here}, rules: " + _unknown(parameter, self.parameters, "parameter"))

    # -- checking -----------------------------------------------------------------------------

    def _every_expression(self) -> Iterable[Expression]:
        for quantity in self.quantities.values():
            yield from quantity.texts
        yield from self.initials.values()
        yield from self.scales.values()
        for contributions in self.rates.values():
            yield from (contribution.rate for contribution in contributions)
        for event in self.events:
            yield event.when
            yield from event.resets.values()
        yield from (milestone.when for milestone in self.milestones)
        yield from (hold.when for hold in self.holds)
        yield from (delay.when for delay in self.delays)
        yield from self.ready_after.values()
        for route in self.routes.values():
            yield from route.texts

    def check_names(self) -> None:
        """Name everything that is missing, owned twice or unused."""
        known = {*self.states, *self.parameters, *self.quantities}
        read: set[str] = set()
        for expression in self._every_expression():
            read |= expression.names
            allowed = known | {DOSE} if ", route '" in expression.where else known
            for name in sorted(expression.names - allowed):
                if name in self.owner:
                    self.problems.append(
                        f"'{name}' is read in {expression.where}, but its mechanism '{self.owner[name]}' is "
                        "off and declares no null for it."
                    )
                else:
                    self.problems.append(f"{_unknown(name, known, 'quantity')} (read in {expression.where})")
        for part in self.parts:
            if isinstance(part, Agent) and part.name not in self.off:
                read |= set(part.rule_parameters)
        for event in self.events:
            for name in event.resets:
                if name not in self.states:
                    self.problems.append(f"Event '{event.name}' resets '{name}', which is not a state.")
        unused = [name for name in self.parameters if name not in read]
        if self.off:
            for name in unused:
                del self.parameters[name]
        else:
            for name in unused:
                self.problems.append(f"Parameter '{name}' of '{self.owner[name]}' is used by nothing.")
        for name, owner in self.watched.items():
            if name not in self.states and name not in self.quantities:
                self.problems.append(
                    f"Mechanism '{owner}' watches a quantity that is not there. "
                    + _unknown(name, (*self.states, *self.quantities), "quantity")
                )
        self._stop_on_problems()

    def _stop_on_problems(self) -> None:
        if self.problems:
            raise CompositionError("\n".join(dict.fromkeys(self.problems)))

    def sort(self) -> None:
        """Order the quantities so that each reads only what stands before it, and find their indices."""
        self.order = self._sorted({n: q.names for n, q in self.quantities.items()}, set(self.quantities))
        known = frozenset(self.indices)
        for name in self.order:
            quantity = self.quantities[name]
            free = frozenset(index.name for index in quantity.index or ())
            for text in quantity.texts:
                free |= free_indices(text.tree, self._indices_of, known, text)
            ordered = tuple(self.indices[label] for label in sorted(free))
            self.quantities[name] = quantity.with_fields(index=quantity.index or ordered)
        for name, contributions in self.rates.items():
            for contribution in contributions:
                self._require_indices(contribution.rate, self.states[name].index)
        for name, state in self.states.items():
            self._require_indices(self.initials[name], state.index)
            self._require_indices(self.scales[name], state.index)
        for event in self.events:
            each = free_indices(event.when.tree, self._indices_of, known, event.when)
            for name, text in event.resets.items():
                axes = (*self.states[name].index, *(self.indices[label] for label in each))
                self._require_indices(text, axes)
        conditions = [rule.when for rule in self.milestones]
        conditions += [rule.when for rule in self.holds]
        conditions += [rule.when for rule in self.delays]
        for when in conditions:
            self._require_indices(when, (), "a milestone, hold or delay cannot")
        for time in self.ready_after.values():
            self._require_indices(time, (), "a time cannot")
        for route in self.routes.values():
            for text in route.texts:
                self._require_indices(text, (), "a dose cannot")
            _require_factor(route.amount)
        for name, owner in self.watched.items():
            if labels := sorted(self._indices_of(name)):
                raise CompositionError(
                    f"Mechanism '{owner}' watches '{name}', which has a value for each {labels[0]}. "
                    f"Define its sum over {labels[0]}s, or another single quantity, and watch that."
                )
        starts = {name: self.initials[name].names for name in self.states}
        reads = {name: quantity.names for name, quantity in self.quantities.items()}
        self._sorted(starts | reads, {*self.states, *self.quantities})

    def _sorted(self, reads: Mapping[str, frozenset[str]], among: set[str]) -> tuple[str, ...]:
        sorter = TopologicalSorter({name: sorted(reads[name] & among) for name in sorted(reads)})
        try:
            return tuple(sorter.static_order())
        except CycleError as error:
            circle = " -> ".join(error.args[1])
            raise CompositionError(f"These quantities need each other: {circle}. Break the circle.") from None

    def _indices_of(self, name: str) -> frozenset[str]:
        if name == DOSE:
            return frozenset()
        index = (
            self.states[name].index
            if name in self.states
            else self.parameters[name].index
            if name in self.parameters
            else self.quantities[name].index
        )
        return frozenset(axis.name for axis in index or ())

    def _require_indices(
        self, expression: Expression, allowed: tuple[Index, ...], owner: str = "its state does not have"
    ) -> None:
        free = free_indices(expression.tree, self._indices_of, frozenset(self.indices), expression)
        extra = sorted(free - {index.name for index in allowed})
        if extra:
            raise expression.fault(f"Runs over '{extra[0]}', which {owner}; sum over it", expression.tree)

    def check_units(self) -> None:
        """Check the unit of every text."""
        checker = UnitChecker(self._unit_of)
        for name in self.order:
            quantity = self.quantities[name]
            unit = dimension(quantity.unit)
            for text in (*quantity.terms, *([quantity.expression] if quantity.expression else [])):
                checker.check(text, unit)
            for factor in quantity.factors:
                checker.check(factor, dimension(""))
        for name, state in self.states.items():
            checker.check(self.initials[name], dimension(state.unit))
            if self.scales[name].names:
                checker.check(self.scales[name], dimension(state.unit))
            for contribution in self.rates[name]:
                checker.check(contribution.rate, dimension(f"({state.unit or '1'})/day"))
        for event in self.events:
            checker.check_condition(event.when)
            for name, text in event.resets.items():
                checker.check(text, dimension(self.states[name].unit))
        for milestone in self.milestones:
            checker.check_condition(milestone.when)
        for hold in self.holds:
            checker.check_condition(hold.when)
        for delay in self.delays:
            checker.check_condition(delay.when)
        for time in self.ready_after.values():
            checker.check(time, dimension("day"))
        for route in self.routes.values():
            with_dose = UnitChecker(self._unit_with(route.dose_unit))
            with_dose.check(route.amount, dimension(self.states[route.into].unit))
            for timing in (route.duration, route.delay):
                if timing is not None:
                    with_dose.check(timing, dimension("day"))

    def _unit_of(self, name: str) -> Dimension:
        if name in self.states:
            return dimension(self.states[name].unit)
        if name in self.parameters:
            return dimension(self.parameters[name].unit)
        return dimension(self.quantities[name].unit)

    def _unit_with(self, dose_unit: str) -> Callable[[str], Dimension]:
        def unit_of(name: str) -> Dimension:
            return dimension(dose_unit) if name == DOSE else self._unit_of(name)

        return unit_of

    def finish(self) -> Model:
        """The finished model."""
        return Model(
            parts=self.parts,
            off=tuple(sorted(self.off)),
            indices=dict(sorted(self.indices.items())),
            states=self.states,
            parameters=self.parameters,
            quantities={name: self.quantities[name] for name in self.order},
            initials=self.initials,
            scales=self.scales,
            rates={name: tuple(contributions) for name, contributions in self.rates.items()},
            events=tuple(self.events),
            milestones=tuple(self.milestones),
            holds=tuple(self.holds),
            routes=self.routes,
            watched=tuple(self.watched),
            delays=tuple(self.delays),
            ready_after=self.ready_after,
        )
