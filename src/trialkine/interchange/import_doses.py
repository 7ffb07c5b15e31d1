"""The events of a foreign file as planned doses, infusions and located events.

`x = x + amount` at a time is a dose. A parameter that only timed events change, and that does nothing but
add to the rate of one state, is an infusion while it is above zero. Whatever else happens becomes a
located event.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from trialkine.interchange.import_facts import Assignment, FileEvent, FileModel
from trialkine.interchange.import_faults import Faults
from trialkine.interchange.import_infusions import DOSE, FileDose, find_infusion
from trialkine.interchange.import_terms import (
    TIME,
    Comparison,
    Condition,
    Name,
    Number,
    Term,
    comparisons,
    factors,
    margin_at,
    names_of,
    over,
    sum_of,
    summands,
)
from trialkine.interchange.import_timing import Timed, trigger_time
from trialkine.interchange.import_units import Unit
from trialkine.interchange.import_values import Values


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
    starts: dict[str, Term] = field(default_factory=dict)
    """What events at the very start set, in terms of what stood there before."""


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
            if not event.assignments:
                self.found.notes.append(f"Event '{event.id}' changes nothing; it was left out.")
            elif time is None:
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
        if time == 0:
            self.found.starts = {name: self.values.at_start(term) for name, term in resets.items()}
            self.found.notes.append(f"Event '{first.id}' happens at the start: it sets starting values.")
            return
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
            infusion = None if name in others else find_infusion(self.file, name, mine)
            if infusion is not None:
                self.found.doses += infusion.doses
                self.found.rates[name] = self.file.symbols[name].unit
                self.file = infusion.rest
                self.values = Values(self.file)
                timed = [one for one in timed if one.what.of != name]
        self.found.file = self.file
        return timed

    # -- located events -----------------------------------------------------------------------

    def _located(self, free: list[FileEvent]) -> None:
        groups: dict[Condition, list[FileEvent]] = {}
        for event in free:
            groups.setdefault(event.trigger, []).append(event)
        for trigger, group in groups.items():
            for event in group:
                self._check_start(event)
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
