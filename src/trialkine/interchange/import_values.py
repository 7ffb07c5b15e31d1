"""What of a foreign file changes, and the value of everything at the start."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property

from trialkine.interchange.import_facts import FileModel, Symbol
from trialkine.interchange.import_terms import TIME, ZERO, Term, evaluate, names_of, substitute


class Values:
    """The roles and starting values of a file's symbols."""

    def __init__(self, file: FileModel) -> None:
        self.file = file
        self.assigned = {rule.of: rule.term for rule in file.rules if rule.kind == "assignment"}
        self.starts = {rule.of: rule.term for rule in file.rules if rule.kind == "start"}
        self.laws = {reaction.id: reaction.law for reaction in file.reactions}
        self._known: dict[str, float] = {}
        self._fixed: dict[str, bool] = {TIME: False}

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The symbols that rates or events change, in the order of the file."""
        moved = {rule.of for rule in self.file.rules if rule.kind == "rate"}
        moved |= {one.of for event in self.file.events for one in event.assignments}
        free = (name for name, symbol in self.file.symbols.items() if is_free_species(symbol))
        moved |= {name for name in free if name not in self.assigned}
        return tuple(name for name in self.file.symbols if name in moved)

    def is_fixed(self, term: Term) -> bool:
        """Whether a term never changes."""
        return all(self._is_fixed(name) for name in names_of(term))

    def _is_fixed(self, name: str) -> bool:
        if name not in self._fixed:
            self._fixed[name] = False  # a circle is named when the model is composed
            formula = self.assigned.get(name, self.laws.get(name))
            is_state = name in self.states
            self._fixed[name] = not is_state and (formula is None or self.is_fixed(formula))
        return self._fixed[name]

    def moves(self, name: str) -> bool:
        """Whether a name changes while the model runs, and not only at events."""
        if name == TIME:
            return True
        formula = self.assigned.get(name, self.laws.get(name))
        if formula is not None:
            return any(self.moves(other) for other in names_of(formula) - {name})
        return name in self.flowing

    @cached_property
    def flowing(self) -> frozenset[str]:
        """The states that rates change."""
        moved = {rule.of for rule in self.file.rules if rule.kind == "rate"}
        return frozenset(moved | {one for r in self.file.reactions for one, by in r.changes.items() if by})

    def start_term(self, name: str) -> Term | None:
        """What a symbol starts as, as the file writes it; None where it says nothing."""
        if name in self.starts:
            return self.starts[name]
        symbol = self.file.symbols.get(name)
        return None if symbol is None else symbol.start or symbol.value

    def at_start(self, term: Term) -> Term:
        """A term as it stands at the start, in constants alone."""

        def replaced(name: str) -> Term | None:
            if name == TIME:
                return ZERO
            formula = self.assigned.get(name, self.laws.get(name))
            if formula is not None and not self._is_fixed(name):
                return self.at_start(formula)
            if name in self.states:
                start = self.start_term(name)
                return None if start is None else self.at_start(start)
            return None

        return substitute(term, replaced)

    def value(self, name: str) -> float:
        """The value of a name at the start; nan where the file gives none."""
        if name == TIME:
            return 0.0
        if name not in self._known:
            self._known[name] = math.nan
            term = self.assigned.get(name, self.laws.get(name)) or self.start_term(name)
            self._known[name] = math.nan if term is None else self.number(term)
        return self._known[name]

    def number(self, term: Term) -> float:
        """The value of a term at the start."""
        return evaluate(term, self.value)

    def readers_of(self, name: str) -> Iterator[str]:
        """Where a name is read, in words, once for each formula."""
        for rule in self.file.rules:
            if name in names_of(rule.term):
                yield f"{rule.kind} of {rule.of}"
        for reaction in self.file.reactions:
            if name in names_of(reaction.law):
                yield f"law of {reaction.id}"
        for event in self.file.events:
            if name in names_of(event.trigger):
                yield f"trigger of {event.id}"
            for one in event.assignments:
                if name in names_of(one.term) and one.of != name:
                    yield f"event {event.id}"


def is_free_species(symbol: Symbol) -> bool:
    """Whether reactions may change it."""
    return symbol.kind == "species" and not symbol.is_constant and not symbol.is_boundary
