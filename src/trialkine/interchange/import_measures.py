"""What every name, number and formula of a foreign file measures, or the first disagreement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trialkine.errors import InputError, TrialkineError
from trialkine.interchange.import_terms import Name, Number, Operation, Term
from trialkine.interchange.import_units import PURE, Unit


class UnitClash(TrialkineError):
    """The units of a file do not agree; the message names what clashed."""


class Measures:
    """Works out units, or takes everything as pure numbers where `unit_of` is None."""

    def __init__(self, unit_of: Callable[[str], Unit] | None) -> None:
        self.unit_of = unit_of

    @property
    def is_pure(self) -> bool:
        """Whether all numbers are pure."""
        return self.unit_of is None

    def of(self, name: str) -> Unit:
        """The unit of a name."""
        return PURE if self.unit_of is None else self.unit_of(name)

    def typed(self, term: Term, wanted: Unit | None, where: str) -> Term:
        """The term with a unit on every number: that of what it stands next to.

        Raises: UnitClash, when two parts of a sum measure different things.
        """
        if isinstance(term, Name):
            return term
        if isinstance(term, Number):
            if self.is_pure:
                return Number(term.value, PURE)
            return term if term.unit is not None else Number(term.value, wanted or PURE)
        return Operation(term.sign, tuple(self._operands(term, wanted, where)))

    def _operands(self, term: Operation, wanted: Unit | None, where: str) -> Sequence[Term]:
        if self.is_pure:
            return [self.typed(operand, None, where) for operand in term.operands]
        needed: list[Unit | None] = [PURE] * len(term.operands)
        if term.sign in ("+", "-", "min", "max", "neg", "positive"):
            needed = [self.unit(term, where) or wanted] * len(term.operands)
        elif term.sign == "hill":
            needed[:2] = [self._common(term.operands[:2], where)] * 2
        elif term.sign == "sqrt":
            needed = [None if wanted is None else PURE.times(wanted, 2.0)]
        elif term.sign in "*/" and wanted is not None:
            needed = self._missing(term, wanted, where)
        elif term.sign in ("**", "*", "/"):
            needed[0] = None
        return [self.typed(one, unit, where) for one, unit in zip(term.operands, needed, strict=True)]

    def _missing(self, term: Operation, wanted: Unit, where: str) -> list[Unit | None]:
        """The units of factors; one plain number among them takes what the product lacks."""
        units = [self.unit(operand, where) for operand in term.operands]
        rest = PURE
        for place, unit in enumerate(units):
            if unit is not None:
                rest = rest.times(unit, -1.0 if term.sign == "/" and place == 1 else 1.0)
        lacking = wanted.times(rest, -1.0)
        needed = [unit or PURE for unit in units]
        free = [place for place, unit in enumerate(units) if unit is None]
        if free:
            is_below = term.sign == "/" and free[0] == 1
            needed[free[0]] = PURE.times(lacking, -1.0) if is_below else lacking
        return list(needed)

    def unit(self, term: Term, where: str) -> Unit | None:
        """The unit of a term; None for plain numbers, which fit every place.

        Raises: UnitClash, when two parts of a sum measure different things.
        """
        if self.is_pure:
            return PURE
        if isinstance(term, Number):
            return None if term.value == 0 else term.unit
        if isinstance(term, Name):
            return self.of(term.id)
        if term.sign in ("+", "-", "min", "max"):
            return self._common(term.operands, where)
        if term.sign in ("neg", "positive"):
            return self.unit(term.operands[0], where)
        if term.sign == "sqrt":
            inner = self.unit(term.operands[0], where)
            return None if inner is None else PURE.times(inner, 0.5)
        if term.sign in ("*", "/"):
            return self._product(term, where)
        if term.sign == "**":
            inner = self.unit(term.operands[0], where)
            exponent = term.operands[1]
            if inner is not None and isinstance(exponent, Number) and exponent.value == 2:
                return PURE.times(inner, 2.0)
            return PURE
        return PURE

    def _product(self, term: Operation, where: str) -> Unit | None:
        units = [self.unit(operand, where) for operand in term.operands]
        if all(unit is None for unit in units):
            return None
        total = units[0] or PURE
        for unit in units[1:]:
            total = total.times(unit or PURE, 1.0 if term.sign == "*" else -1.0)
        return total

    def _common(self, operands: Sequence[Term], where: str) -> Unit | None:
        first: Unit | None = None
        for operand in operands:
            unit = self.unit(operand, where)
            if first is None:
                first = unit
            elif unit is not None and not _agree(first, unit):
                raise UnitClash(f"{where} joins {first.in_words} and {unit.in_words}")
        return first


def _agree(first: Unit, second: Unit) -> bool:
    try:
        return first.is_same(second)
    except InputError as error:
        raise UnitClash(str(error)) from error
