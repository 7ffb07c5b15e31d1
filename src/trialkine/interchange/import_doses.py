"""The events of a foreign file as planned doses, infusions and located events.

`x = x + amount` at a time is a dose. A parameter that only timed events change, and that does nothing but
add to the rate of one state, is an infusion while it is above zero. Whatever else happens becomes a
located event.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from trialkine.interchange.import_facts import Assignment, FileEvent, FileModel, Reaction, Rule
from trialkine.interchange.import_faults import Faults
from trialkine.interchange.import_terms import (
    TIME,
    ZERO,
    Comparison,
    Condition,
    Name,
    Number,
    Term,
    comparisons,
    factors,
    is_number,
    margin_at,
    names_of,
    over,
    substitute,
    sum_of,
    summands,
    times,
)
from trialkine.interchange.import_timing import Timed, trigger_time
from trialkine.interchange.import_units import Unit
from trialkine.interchange.import_values import Values

DOSE = "the dose"
"""The name that stands for the amount of a dose in a term."""


@dataclass(frozen=True)
class FileDose:
    """A planned dose; `share` is what enters the state, in terms of `DOSE`.

    `of` names what the amount is measured as: the state itself, or the rate of infusion.
    Units: time, duration [the file's].
    """

    into: str
    of: str
    share: Term
    time: float
    amount: float
    duration: float = 0.0


@dataclass(frozen=True)
class LocatedEvent:
    """An event that is found while the model runs."""

    name: str
    line: int
    when: Condition
    resets: Mapping[str, Term]


@dataclass
class Happenings:
    """What a file's events come to; `file` is the file without its infusions."""

    file: FileModel
    doses: list[FileDose] = field(default_factory=list)
    located: list[LocatedEvent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rates: dict[str, Unit | None] = field(default_factory=dict)
    """The stated units of the rates of infusion, which are no longer in the file."""


def happenings(file: FileModel, faults: Faults) -> Happenings:
    """Sort the events of a file into doses, infusions and located events; refusals go to `faults`."""
    return _Sorting(file, faults).sort()


class _Sorting:
    def __init__(self, file: FileModel, faults: Faults) -> None:
        self.file = file
        self.faults = faults
        self.values = Values(file)
        self.found = Happenings(file)

    def sort(self) -> Happenings:
        timed: list[Timed] = []
        free: list[FileEvent] = []
        for event in self.file.events:
            time = trigger_time(event, self.values)
            if time is None:
                free.append(event)
            elif math.isfinite(time):
                timed += [Timed(time, event, one) for one in event.assignments]
            else:
                self.found.notes.append(
                    f"Event '{event.id}' never happens: its trigger does not become true after the start."
                )
        self._check_moments(timed)
        timed = self._take_infusions(timed, free)
        for time in sorted({one.time for one in timed}):
            self._moment(time, [one for one in timed if one.time == time])
        self._located(free)
        self.found.doses.sort(key=lambda dose: dose.time)
        return self.found

    def _check_moments(self, timed: list[Timed]) -> None:
        """Refuse events of one moment that change the same thing, unless their amounts add up."""
        groups: dict[tuple[float, str], list[Timed]] = {}
        for one in timed:
            groups.setdefault((one.time, one.what.of), []).append(one)
        for (time, name), group in groups.items():
            adds = all(
                self._amount(one.what, is_signed=True) and not one.event.reads_old_values for one in group
            )
            if len(group) > 1 and not adds:
                events = " and ".join(f"'{one.event.id}'" for one in group)
                self.faults.add(
                    f"Events {events} change '{name}' at the same time, {time:g}, in an order left open. "
                    "Write one event, or amounts that are added with useValuesFromTriggerTime='false'.",
                    group[-1].what.line,
                )

    # -- doses at once ------------------------------------------------------------------------

    def _moment(self, time: float, group: list[Timed]) -> None:
        amounts = [self._amount(one.what) for one in group]
        doses = [amount for amount in amounts if amount is not None]
        if len(doses) == len(group):
            self.found.doses += [replace(dose, time=time) for dose in doses]
            return
        first = group[0].event
        resets = self._joined([(one.event, one.what) for one in group])
        when = Comparison(Name(TIME), Number(time), False)
        self.found.located.append(LocatedEvent(first.id, first.line, when, resets))

    def _amount(self, what: Assignment, is_signed: bool = False) -> FileDose | None:
        """What an assignment adds to its state, if that is a constant amount."""
        parts = summands(what.term)
        rest = [part for part in parts if part != (1, Name(what.of))]
        if len(rest) != len(parts) - 1:
            return None
        added = sum_of(rest)
        if not self.values.is_fixed(added):
            return None
        share, amount = self._share(what.of, rest, self.values.number(added))
        return FileDose(what.of, what.of, share, 0.0, amount) if is_signed or amount >= 0 else None

    def _share(self, into: str, rest: list[tuple[int, Term]], added: float) -> tuple[Term, float]:
        """An added amount over the size of the state's compartment stays an amount."""
        home = self.file.symbols[into].compartment
        if home is not None and len(rest) == 1 and Name(home) in factors(rest[0][1])[1]:
            return over(Name(DOSE), Name(home)), added * self.values.value(home)
        return Name(DOSE), added

    # -- infusions ----------------------------------------------------------------------------

    def _take_infusions(self, timed: list[Timed], free: list[FileEvent]) -> list[Timed]:
        """Plan the infusions; what is left is returned."""
        others = {one.of for event in free for one in event.assignments}
        for name in dict.fromkeys(one.what.of for one in timed):
            mine = [one for one in timed if one.what.of == name]
            if name in others or any(rule.of == name for rule in self.file.rules):
                continue
            doses = self._infusions(name, mine)
            if doses is not None:
                self.found.doses += doses
                timed = [one for one in timed if one.what.of != name]
        self.found.file = self.file
        return timed

    def _infusions(self, name: str, mine: list[Timed]) -> list[FileDose] | None:
        pieces = self._pieces(name, mine)
        readers = list(self.values.readers_of(name))
        if pieces is None or len(readers) != 1:
            return None
        entry = self._entry(name)
        if entry is None:
            return None
        into, share, changed = entry
        self.found.rates[name] = self.file.symbols[name].unit
        self.file = changed
        self.values = Values(changed)
        return [
            FileDose(into, name, share, begin, rate * (end - begin), end - begin)
            for begin, end, rate in pieces
            if rate > 0
        ]

    def _pieces(self, name: str, mine: list[Timed]) -> list[tuple[float, float, float]] | None:
        """From when until when a rate has which value; None if it is no infusion."""
        now = self.values.value(name)
        steps = [(0.0, now)]
        for one in sorted(mine, key=lambda one: one.time):
            if not self.values.is_fixed(_without(one.what.term, name)):
                return None
            here = {name: Number(now)}
            now = self.values.number(substitute(one.what.term, here.get))
            steps.append((one.time, now))
        largest = max(abs(rate) for _, rate in steps)
        steps = [(time, 0.0 if abs(rate) <= 1e-12 * largest else rate) for time, rate in steps]
        if not all(math.isfinite(rate) and rate >= 0 for _, rate in steps) or steps[-1][1] != 0:
            return None
        times_of = [time for time, _ in steps]
        return [
            (begin, end, rate) for (begin, rate), end in zip(steps, times_of[1:], strict=False) if end > begin
        ]

    def _entry(self, name: str) -> tuple[str, Term, FileModel] | None:
        """The state that a rate flows into, what enters of a dose, and the file without it."""
        for rule in self.file.rules:
            if rule.kind == "rate" and name in names_of(rule.term):
                found = self._taken(rule.term, name)
                if found is None:
                    return None
                rest = tuple(
                    Rule(one.kind, one.of, found[1], one.line) if one is rule else one
                    for one in self.file.rules
                )
                return rule.of, found[0], replace(self._without_symbol(name), rules=rest)
        for reaction in self.file.reactions:
            if name in names_of(reaction.law):
                return self._entry_of(reaction, name)
        return None

    def _entry_of(self, reaction: Reaction, name: str) -> tuple[str, Term, FileModel] | None:
        found = self._taken(reaction.law, name)
        moved = [one for one, change in reaction.changes.items() if change and one in self.values.states]
        if found is None or len(moved) != 1 or list(self.values.readers_of(reaction.id)):
            return None
        symbol, change = self.file.symbols[moved[0]], reaction.changes[moved[0]]
        if change < 0:
            return None
        extra: list[Term] = [Number(change), *([Name(symbol.factor)] if symbol.factor else [])]
        share = times(found[0], *extra)
        if symbol.compartment:
            share = over(share, Name(symbol.compartment))
        kept = [
            replace(one, law=found[1]) if one is reaction else one
            for one in self.file.reactions
            if one is not reaction or not is_number(found[1], 0)
        ]
        return moved[0], share, replace(self._without_symbol(name), reactions=tuple(kept))

    def _without_symbol(self, name: str) -> FileModel:
        symbols = {key: symbol for key, symbol in self.file.symbols.items() if key != name}
        events = tuple(
            replace(event, assignments=tuple(one for one in event.assignments if one.of != name))
            for event in self.file.events
        )
        return replace(self.file, symbols=symbols, events=events)

    def _taken(self, term: Term, name: str) -> tuple[Term, Term] | None:
        """A sum's one part that has a name as its factor, as a share of a dose, and the rest of the sum."""
        parts = summands(term)
        mine = [(sign, part) for sign, part in parts if name in names_of(part)]
        if len(mine) != 1 or mine[0][0] < 0:
            return None
        top, bottom = factors(mine[0][1])
        others: list[Term] = [factor for factor in top if factor != Name(name)]
        if len(others) != len(top) - 1 or not all(self.values.is_fixed(one) for one in (*others, *bottom)):
            return None
        share = times(Name(DOSE), *others)
        for divisor in bottom:
            share = over(share, divisor)
        return share, sum_of(part for part in parts if part != mine[0])

    # -- located events -----------------------------------------------------------------------

    def _located(self, free: list[FileEvent]) -> None:
        groups: dict[Condition, list[FileEvent]] = {}
        for event in free:
            groups.setdefault(event.trigger, []).append(event)
        for trigger, group in groups.items():
            for event in group:
                self._check_start(event)
            if all(event.assignments for event in group):
                resets = self._joined([(event, one) for event in group for one in event.assignments])
                self.found.located.append(LocatedEvent(group[0].id, group[0].line, trigger, resets))

    def _check_start(self, event: FileEvent) -> None:
        """Refuse a trigger that is true at the start and does not fire there, or that hangs on equality."""
        margin = margin_at(event.trigger, self.values.value)
        if margin > 0 and not event.fires_at_start:
            self.faults.add(
                f"The trigger of event '{event.id}' is true at the start and initialValue is true: it would "
                "have to become false first, which trialkine does not wait for. Write initialValue='false', "
                "or a trigger that is false at the start.",
                event.line,
            )
        for one in comparisons(event.trigger):
            if not one.is_strict and self._hangs_on_equality(one, event.fires_at_start):
                self.faults.add(
                    f"The trigger of event '{event.id}' can hold by equality alone, at the start or between "
                    "events, which trialkine does not see. Write '>' or '<' and a threshold in between.",
                    event.line,
                )

    def _hangs_on_equality(self, one: Comparison, fires_at_start: bool) -> bool:
        """Whether the sides of 'at least' may be equal for longer than a moment, or are so at the start."""
        if not any(self.values.moves(name) for name in names_of(one)):
            return True
        waits_for_time = one.left == Name(TIME) and fires_at_start
        return margin_at(one, self.values.value) == 0 and not waits_for_time

    def _joined(self, group: list[tuple[FileEvent, Assignment]]) -> dict[str, Term]:
        """The assignments of events that happen together."""
        resets: dict[str, Term] = {}
        for event, one in group:
            if one.of in resets:
                self.faults.add(
                    f"'{one.of}' is set by event '{event.id}' and by another one at the same moment. "
                    "Write one event.",
                    one.line,
                )
            resets[one.of] = one.term
        for event, one in group:
            own = {other.of for other in event.assignments}
            if not event.reads_old_values and names_of(one.term) & (set(resets) - own):
                self.faults.add(
                    f"Event '{event.id}' reads what another event sets at the same moment. "
                    "Write useValuesFromTriggerTime='true'.",
                    one.line,
                )
        return resets


def _without(term: Term, name: str) -> Term:
    """A term with a name replaced by nothing, to see what else it reads."""
    return substitute(term, lambda other: ZERO if other == name else None)
