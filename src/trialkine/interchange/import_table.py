"""The growing tables of an imported model: names, parameters with their records, and quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trialkine.interchange.import_facts import FileModel, Symbol
from trialkine.interchange.import_infusions import DOSE
from trialkine.interchange.import_measures import Measures
from trialkine.interchange.import_names import Names
from trialkine.interchange.import_terms import Comparison, Condition, Number, Operation, Term
from trialkine.interchange.import_text import Writer, margin
from trialkine.interchange.import_units import PURE, Unit
from trialkine.model.compose import DOSE as DOSE_WORD
from trialkine.model.declarations import Define, Parameter
from trialkine.records import Kind, ParameterRecord

SOURCE = "imported_file"
"""The source of every number that an imported file states."""


@dataclass
class Table:
    """What has been declared so far. `constants` are the symbols that become parameters when first read."""

    file: FileModel
    measures: Measures
    constants: Mapping[str, Symbol]
    names: Names = field(default_factory=Names)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    records: dict[str, ParameterRecord] = field(default_factory=dict)
    defines: list[Define] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    _numbers: dict[tuple[str, str, Number], str] = field(default_factory=dict)

    # -- declaring ----------------------------------------------------------------------------

    def declare(
        self, name: str, value: float, unit: Unit, about: str, where: str, kind: Kind = "assumed"
    ) -> str:
        """A new parameter with its record."""
        self.parameters[name] = Parameter(unit.text, about)
        self.records[name] = ParameterRecord(name, value, unit.text, kind, SOURCE, where)
        return name

    def define(self, name: str, term: Term, unit: Unit, about: str, line: int) -> None:
        """A new quantity."""
        text = self.text(term, unit, name, f"the formula of '{name}'", line, "value")
        self.defines.append(Define(name, unit.text, text, about))

    def place(self, line: int, what: str) -> str:
        """Where in the file something stands."""
        return f"{self.file.file}:{line}, {what}"

    # -- writing ------------------------------------------------------------------------------

    def text(
        self, term: Term, wanted: Unit | None, owner: str, where: str, line: int, role: str = "value"
    ) -> str:
        """The equation text of a term that belongs to `owner`, all of its numbers named.

        Raises: UnitClash, when its units do not agree.
        """
        return self._writer(owner, where, line).term(self.measures.typed(term, wanted, where), role)

    def condition(self, condition: Condition, owner: str, where: str, line: int) -> str:
        """The text of a trigger; joined conditions become the smallest or largest of their margins."""
        writer = self._writer(owner, where, line)
        if isinstance(condition, Comparison):
            return writer.condition(self._common(condition, where))
        one = margin(condition, lambda part: self._margin(part, where))
        return f"{writer.term(one, 'threshold')} > 0"

    def _common(self, one: Comparison, where: str) -> Comparison:
        both = Operation("-", (one.left, one.right))
        unit = self.measures.unit(both, where)
        return Comparison(
            self.measures.typed(one.left, unit, where), self.measures.typed(one.right, unit, where), True
        )

    def _margin(self, one: Comparison, where: str) -> Term:
        typed = self._common(one, where)
        difference = Operation("-", (typed.left, typed.right))
        unit = self.measures.unit(difference, where)
        return (
            difference if unit is None or not unit.powers else Operation("/", (difference, Number(1.0, unit)))
        )

    def _writer(self, owner: str, where: str, line: int) -> Writer:
        def number(one: Number, role: str) -> str:
            return self._number(one, owner, role, line)

        def part(term: Term, text: str) -> str:
            name = self.names.fresh(f"{owner}_part")
            unit = self.measures.unit(term, where) or PURE
            self.defines.append(Define(name, unit.text, text, f"part of {where}"))
            return name

        return Writer(self._read, number, part)

    def _read(self, identifier: str) -> str:
        if identifier == DOSE:
            return DOSE_WORD
        self.read.add(identifier)
        symbol = self.constants.get(identifier)
        name = self.names.add(identifier)
        if symbol is not None and name not in self.parameters and symbol.value is not None:
            about = symbol.about or f"{symbol.words} of the file"
            self.declare(
                name, symbol.value.value, self.measures.of(identifier), about,
                self.place(symbol.line, symbol.words),
            )  # fmt: skip
        return name

    def _number(self, one: Number, owner: str, role: str, line: int) -> str:
        key = (owner, role, one)
        if key not in self._numbers:
            name = self.names.fresh(f"{owner}_{role}")
            is_start = role == "start"
            about = f"'{owner}' at the start" if is_start else f"a number in the file, {role} in '{owner}'"
            where = self.place(line, f"the start of '{owner}'" if is_start else f"a number of '{owner}'")
            self._numbers[key] = self.declare(name, one.value, one.unit or PURE, about, where)
        return self._numbers[key]
