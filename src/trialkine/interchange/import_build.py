"""From the contents of a foreign file to a standalone model: roles, flows, quantities, events, doses."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trialkine.interchange.import_clock import CONVERSION, Clock
from trialkine.interchange.import_doses import Happenings
from trialkine.interchange.import_facts import Reaction, Symbol
from trialkine.interchange.import_infusions import FileDose
from trialkine.interchange.import_measures import Measures, UnitClash
from trialkine.interchange.import_table import Table
from trialkine.interchange.import_terms import (
    TIME,
    ZERO,
    Name,
    Number,
    Operation,
    Term,
    is_number,
    over,
    substitute,
    times,
)
from trialkine.interchange.import_units import PURE, Unit
from trialkine.interchange.import_values import Values
from trialkine.model.declarations import Agent, Define, Event, Flow, Mechanism, Route, State
from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.records import BY_DEFINITION

ROUTES = {True: ("infusion", "given over a time"), False: ("bolus", "given at once")}
ASSIGNED = {"assignment": "assignment rule", "start": "initial assignment"}


def build(happened: Happenings, clock: Clock, is_pure: bool) -> StandaloneModel:
    """The model of a file, in the file's units or as pure numbers.

    Raises: UnitClash, when the units of the file do not agree.
    """
    return _Building(happened, clock, is_pure).build()


class _Building:
    def __init__(self, happened: Happenings, clock: Clock, is_pure: bool) -> None:
        self.happened = happened
        self.file = happened.file
        self.clock = clock
        self.values = Values(self.file)
        self.units: dict[str, Unit] = {}
        self.measures = Measures(None if is_pure else self._unit)
        taken = {*self.values.states, *self.values.assigned, *self.values.starts}
        plain = {name: one for name, one in self.file.symbols.items() if name not in taken}
        self.converted = {name: one for name, one in plain.items() if isinstance(one.start, Operation)}
        constants = {name: one for name, one in plain.items() if name not in self.converted}
        self.table = Table(self.file, self.measures, constants)
        self.states: dict[str, State] = {}
        self.flows: list[Flow] = []
        self.events: list[Event] = []
        self.agents: dict[str, Agent] = {}
        self.dosed: dict[tuple[str, Term], str] = {}

    def build(self) -> StandaloneModel:
        for name in (*self.file.symbols, *(reaction.id for reaction in self.file.reactions)):
            self.table.names.add(name)
        self.table.names.add_as(TIME, "time")
        self.table.names.add_as(CONVERSION, self.clock.conversion_name)
        self._quantities()
        for name in self.values.states:
            self._state(name)
        for reaction in self.file.reactions:
            self._reaction(reaction)
        for rule in self.file.rules:
            if rule.kind == "rate":
                self._flow(rule.term, None, self.table.names[rule.of], rule.of, rule.line)
        self._events()
        doses = tuple(self._dose(dose) for dose in self.happened.doses)
        if TIME in self.table.read:
            self._clock_state()
        if CONVERSION in self.table.read:
            self._conversion()
        self._scales()
        return self._finished(doses)

    # -- units --------------------------------------------------------------------------------

    def _unit(self, name: str) -> Unit:
        """The unit of an identifier; of formulas without a stated one, what their parts make."""
        if name not in self.units:
            self.units[name] = PURE  # while its own formula is looked at
            self.units[name] = self._found_unit(name)
        return self.units[name]

    def _found_unit(self, name: str) -> Unit:
        if name in (TIME, CONVERSION):
            return self.clock.unit if name == TIME else self.clock.conversion_unit
        symbol = self.file.symbols.get(name)
        if symbol is not None and symbol.unit is not None:
            return symbol.unit
        values = self.values
        formula = values.laws.get(name, values.assigned.get(name, values.starts.get(name)))
        if formula is None:
            return PURE
        return self.measures.unit(formula, f"the formula of '{name}'") or PURE

    # -- quantities and states ----------------------------------------------------------------

    def _quantities(self) -> None:
        for rule in self.file.rules:
            symbol = self.file.symbols[rule.of]
            if rule.kind == "rate" or rule.of in self.values.states:
                continue
            term = self.values.at_start(rule.term) if rule.kind == "start" else rule.term
            about = symbol.about or f"{symbol.words}, by its {ASSIGNED[rule.kind]}"
            self.table.define(self.table.names[rule.of], term, self.measures.of(rule.of), about, rule.line)

        for name, symbol in self.converted.items():
            own, about = self.table.names[name], symbol.about or f"{symbol.words}, which is constant"
            text = self.table.text(
                symbol.start or ZERO, self.measures.of(name), own, f"'{name}'", symbol.line, "start"
            )
            self.table.defines.append(Define(own, self.measures.of(name).text, text, about))

    def _state(self, name: str) -> None:
        symbol, own = self.file.symbols[name], self.table.names[name]
        unit = self.measures.of(name)
        rule = self.file.rule("start", name)
        start: Term = symbol.start or symbol.value or ZERO
        line = symbol.line
        if rule is not None:
            start, line = self._without_time(rule.term), rule.line
        if self.happened.starts:
            start = self.happened.starts.get(name, self.values.at_start(start))
        initial = self.table.text(start, unit, own, f"the start of '{name}'", line, "start")
        about = symbol.about or f"{symbol.words} of the file"
        self.states[own] = State(unit.text, about, initial, is_nonnegative=False)

    def _without_time(self, term: Term) -> Term:
        return substitute(term, lambda name: ZERO if name == TIME else None)

    # -- flows --------------------------------------------------------------------------------

    def _reaction(self, reaction: Reaction) -> None:
        name = self.table.names[reaction.id]
        unit = self.measures.unit(reaction.law, f"the kinetic law of reaction '{reaction.id}'") or PURE
        about = reaction.about or f"rate of reaction '{reaction.id}'"
        self.table.define(name, reaction.law, unit, about, reaction.line)
        moved = {one: change for one, change in reaction.changes.items() if change and self._is_moved(one)}
        source, sink = self._one_way(moved)
        if source is not None and sink is not None:
            self._move(reaction, source, sink, moved[sink])
            return
        for one, change in moved.items():
            ends = (None, one) if change > 0 else (one, None)
            self._move(reaction, ends[0], ends[1], abs(change))

    def _is_moved(self, name: str) -> bool:
        symbol = self.file.symbols[name]
        return name in self.values.states and not symbol.is_boundary and not symbol.is_constant

    def _one_way(self, moved: Mapping[str, float]) -> tuple[str | None, str | None]:
        """The two ends of a reaction that moves as much out of one species as into another."""
        if len(moved) != 2 or sum(moved.values()) != 0:
            return None, None
        source, sink = sorted(moved, key=lambda one: moved[one])
        ends = [self.file.symbols[one] for one in (source, sink)]
        is_same = ends[0].compartment == ends[1].compartment and ends[0].factor == ends[1].factor
        return (source, sink) if is_same else (None, None)

    def _move(self, reaction: Reaction, source: str | None, sink: str | None, change: float) -> None:
        symbol = self.file.symbols[str(sink if source is None else source)]
        extra: list[Term] = [Number(change)] if change != 1 else []
        if symbol.factor:
            extra.append(Name(symbol.factor))
        rate = times(*extra, Name(reaction.id))
        if symbol.compartment:
            rate = over(rate, Name(symbol.compartment))
        ends = [None if end is None else self.table.names[end] for end in (source, sink)]
        owner = f"{self.table.names[reaction.id]}_{self.table.names[symbol.id]}"
        self._flow(rate, ends[0], ends[1], symbol.id, reaction.line, owner)

    def _flow(
        self, rate: Term, source: str | None, sink: str | None, state: str, line: int, owner: str = ""
    ) -> None:
        where = f"the rate of '{state}'"
        role = "stoichiometry" if owner else "rate"
        wanted = None if self.measures.is_pure else self.measures.of(state).times(self.clock.unit, -1.0)
        typed = self.measures.typed(rate, wanted, where)
        if is_number(typed, 0):
            return
        whole = self._per_day(typed) if self.clock.converts else typed
        text = self.table.text(whole, None, owner or self.table.names[state], where, line, role)
        self.flows.append(Flow(text, source, sink))

    def _per_day(self, rate: Term) -> Term:
        if isinstance(rate, Operation) and rate.sign == "/":
            return over(times(Name(CONVERSION), rate.operands[0]), rate.operands[1])
        return times(Name(CONVERSION), rate)

    def _clock_state(self) -> None:
        name = self.table.names[TIME]
        rate: Term = Name(CONVERSION) if self.clock.converts else Number(1.0, PURE)
        text = self.table.text(rate, None, name, "the clock", 1)
        self.states[name] = State(
            self.measures.of(TIME).text, "the time of the file", "0", is_nonnegative=False
        )
        self.flows.append(Flow(text, sink=name))

    def _conversion(self) -> None:
        clock = self.clock
        about = f"the file counts time in {clock.word}"
        name = self.table.names[CONVERSION]
        self.table.declare(name, clock.per_day, clock.conversion_unit, about, BY_DEFINITION, kind="derived")

    # -- events and doses ---------------------------------------------------------------------

    def _events(self) -> None:
        for one in self.happened.located:
            name, where = self.table.names.fresh(one.name), f"event '{one.name}'"
            when = self.table.condition(one.when, name, where, one.line)
            resets = {
                self.table.names[state]: self.table.text(
                    term, self.measures.of(state), f"{name}_{self.table.names[state]}", where, one.line
                )
                for state, term in one.resets.items()
            }
            self.events.append(Event(name, when, resets, f"event '{one.name}' of the file"))

    def _dose(self, dose: FileDose) -> PlannedDose:
        into = self.table.names[dose.into]
        route, about = ROUTES[dose.duration > 0]
        unit = self._dose_unit(dose)
        key = (dose.of, dose.share)
        if key not in self.dosed:
            wanted = f"dose_into_{into}" if dose.of == dose.into else dose.of
            self.dosed[key] = self.table.names.fresh(wanted)
        name = self.dosed[key]
        amount = self.table.text(dose.share, None, f"{into}_dose", f"doses into '{dose.into}'", 1)
        routes = dict(self.agents[name].routes) if name in self.agents else {}
        routes[route] = Route(into, amount, about, infused=dose.duration > 0)
        mechanism = Mechanism(name, f"Doses that the file plans into '{into}'.")
        self.agents[name] = Agent(mechanism, unit.text, routes, dose_bases=("flat",))
        per_day = self.clock.per_day
        return PlannedDose(name, route, dose.time / per_day, dose.amount, dose.duration / per_day)

    def _dose_unit(self, dose: FileDose) -> Unit:
        """What doses are measured in: the state's unit over that of their share."""
        if self.measures.is_pure:
            return PURE
        share = self.measures.unit(dose.share, f"doses into '{dose.into}'") or PURE
        unit = self.measures.of(dose.into).times(share, -1.0)
        stated = self.happened.rates.get(dose.of)
        if stated is not None and not stated.times(self.clock.unit).is_same(unit):
            raise UnitClash(
                f"'{dose.of}' is in {stated.in_words}, and the rate of '{dose.into}' needs "
                f"{unit.times(self.clock.unit, -1.0).in_words}"
            )
        return unit

    # -- the end ------------------------------------------------------------------------------

    def _scales(self) -> None:
        """The size of a state that matters: the smallest start or dose in its unit."""
        sizes: dict[str, list[float]] = {}
        for name in self.values.states:
            start = abs(self.values.value(name))
            sizes.setdefault(self.measures.of(name).text, []).append(start)
        for dose in self.happened.doses:
            if dose.of == dose.into:
                sizes.setdefault(self.measures.of(dose.into).text, []).append(dose.amount)
        for unit in {state.unit: None for state in self.states.values()}:
            smallest = min((size for size in sizes.get(unit, []) if size > 0), default=1.0)
            if smallest != 1.0:
                self._scale(unit, smallest)

    def _scale(self, unit: str, size: float) -> None:
        plain = re.sub(r"\W+", "_", unit).strip("_")
        name = self.table.names.fresh(f"scale_{plain}" if plain else "scale")
        found = next(
            self.measures.of(one) for one in self.values.states if self.measures.of(one).text == unit
        )
        about = "below this size differences do not matter; the smallest start or dose in its unit"
        self.table.declare(name, size, found, about, f"{self.file.file}, chosen when it was imported")
        for own, state in self.states.items():
            if state.unit == unit:
                self.states[own] = State(unit, state.about, state.initial, scale=name, is_nonnegative=False)

    def _finished(self, doses: tuple[PlannedDose, ...]) -> StandaloneModel:
        file, table = self.file, self.table
        title = file.title or file.name or file.file
        mechanism = Mechanism(
            name=re.sub(r"\W+", "_", file.name or file.file).strip("_") or "imported",
            about=f"{title}, imported from {file.file}.",
            states=self.states,
            parameters=table.parameters,
            defines=tuple(table.defines),
            flows=tuple(self.flows),
            events=tuple(self.events),
            sources=("imported_file",),
        )
        notes = (*file.notes, *self.clock.notes, *self.happened.notes, *table.names.notes, *self._unread())
        return StandaloneModel(
            mechanism.name, title, mechanism.about, (mechanism, *self.agents.values()), table.records, doses,
            tuple(notes),
        )  # fmt: skip

    def _unread(self) -> list[str]:
        names = [
            symbol.words for name, symbol in self.table.constants.items() if self._is_unread(name, symbol)
        ]
        return [f"Not carried over, for nothing reads it: {', '.join(names)}."] if names else []

    def _is_unread(self, name: str, symbol: Symbol) -> bool:
        return self.table.names[name] not in self.table.parameters and symbol.kind != "point"
