"""What a foreign file states, as records: names as in the file, formulas as terms, lines for messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialkine.interchange.import_terms import Condition, Number, Term
from trialkine.interchange.import_units import Unit


@dataclass(frozen=True)
class Symbol:
    """Something with a value: a compartment's size, a species or a parameter.

    `unit` is that of the symbol in formulas, None where the file gives none; `value` is the start. A species
    has `compartment` where its symbol means a concentration in it, which reactions change by amount.
    """

    id: str
    words: str
    line: int
    value: Number | None
    unit: Unit | None
    kind: str
    about: str = ""
    is_constant: bool = False
    is_boundary: bool = False
    compartment: str | None = None
    start: Term | None = None
    factor: str | None = None


@dataclass(frozen=True)
class Rule:
    """A formula that sets a symbol: its value ('assignment'), its rate ('rate') or its start ('start')."""

    kind: str
    of: str
    term: Term
    line: int


@dataclass(frozen=True)
class Reaction:
    """A rate and by how much of it each species changes, in units of its amount."""

    id: str
    about: str
    line: int
    law: Term
    changes: Mapping[str, float]


@dataclass(frozen=True)
class Assignment:
    """A new value that an event gives."""

    of: str
    term: Term
    line: int


@dataclass(frozen=True)
class FileEvent:
    """An event; `fires_at_start` says whether a trigger that is true at the start sets it off."""

    id: str
    line: int
    trigger: Condition
    fires_at_start: bool
    reads_old_values: bool
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True)
class FileModel:
    """One model file. `time` is its unit of time, None where it states none.

    `unset` are symbols whose value hangs on something that was refused.
    """

    file: str
    name: str
    title: str
    symbols: Mapping[str, Symbol]
    rules: tuple[Rule, ...]
    reactions: tuple[Reaction, ...]
    events: tuple[FileEvent, ...]
    time: Unit | None
    has_units: bool
    unknown_units: Mapping[str, str]
    notes: tuple[str, ...] = ()
    unset: frozenset[str] = frozenset()

    def rule(self, kind: str, of: str) -> Rule | None:
        """The rule of a kind for a symbol."""
        return next((rule for rule in self.rules if rule.kind == kind and rule.of == of), None)
