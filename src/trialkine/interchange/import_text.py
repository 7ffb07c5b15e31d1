"""Terms as equation text: few brackets, a name for every number, and long formulas in parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trialkine.interchange.import_terms import Comparison, Condition, Name, Number, Operation, Term

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "neg": SIGN, "**": POWER}
ROLES = {
    "*": "factor", "/": "factor", "+": "offset", "-": "offset", "min": "bound", "max": "bound",
    "positive": "offset", "neg": "factor",
}  # fmt: skip
KEPT = ("start", "stoichiometry")
"""Roles that a number keeps inside an operation."""
LONGEST_PART = 1500
DEEPEST_PART = 40
WIDEST = 8


@dataclass(frozen=True)
class _Text:
    text: str
    level: int
    depth: int


class Writer:
    """Writes typed terms.

    `name_of` gives the name of an identifier, `number` the name of a parameter for a number in a role, and
    `part` the name of a defined quantity for a part of a long formula.
    """

    def __init__(
        self,
        name_of: Callable[[str], str],
        number: Callable[[Number, str], str],
        part: Callable[[Term, str], str],
    ) -> None:
        self.name_of = name_of
        self.number = number
        self.part = part

    def term(self, term: Term, role: str) -> str:
        """The text of a term; `role` names it if it is a number."""
        return self._write(term, role).text

    def condition(self, one: Comparison) -> str:
        """The text of a comparison."""
        return f"{self.term(one.left, 'threshold')} > {self.term(one.right, 'threshold')}"

    def _write(self, term: Term, role: str) -> _Text:
        if isinstance(term, Number):
            return self._number(term, role)
        if isinstance(term, Name):
            return _Text(self.name_of(term.id), ATOM, 1)
        if term.sign in ("+", "*") and len(term.operands) > WIDEST:
            middle = len(term.operands) // 2
            halves = (term.operands[:middle], term.operands[middle:])
            return self._write(Operation(term.sign, tuple(Operation(term.sign, h) for h in halves)), role)
        if term.sign == "+":
            return self._sum(term)
        roles = [role if role in KEPT else ROLES.get(term.sign, role)] * len(term.operands)
        if term.sign in ("**", "hill"):
            roles[-1] = "exponent"
        pieces = [self._piece(one, role) for one, role in zip(term.operands, roles, strict=True)]
        depth = 1 + max(piece.depth for piece in pieces)
        if term.sign == "*":
            written = " * ".join(_bracketed(p, PRODUCT if not i else SIGN) for i, p in enumerate(pieces))
            return _Text(written, PRODUCT, depth + len(pieces) - 2)
        if term.sign in ("-", "/"):
            level = LEVELS[term.sign]
            sides = _bracketed(pieces[0], level), _bracketed(pieces[1], level + 1)
            return _Text(f"{sides[0]} {term.sign} {sides[1]}", level, depth)
        if term.sign == "neg":
            return _Text(f"-{_bracketed(pieces[0], POWER)}", SIGN, depth)
        if term.sign == "**":
            return _Text(f"{_bracketed(pieces[0], ATOM)} ** {_bracketed(pieces[1], ATOM)}", POWER, depth)
        return _Text(f"{term.sign}({', '.join(piece.text for piece in pieces)})", ATOM, depth)

    def _sum(self, term: Operation) -> _Text:
        text, depth = "", 0
        for operand in term.operands:
            is_minus = isinstance(operand, Operation) and operand.sign == "neg"
            inner = operand.operands[0] if is_minus else operand  # type: ignore[union-attr]
            piece = self._piece(inner, "offset")
            if not text:
                text = f"-{_bracketed(piece, POWER)}" if is_minus else piece.text
            else:
                text += f" {'-' if is_minus else '+'} {_bracketed(piece, PRODUCT)}"
            depth = 1 + max(depth, piece.depth)
        return _Text(text, SUM, depth)

    def _piece(self, term: Term, role: str) -> _Text:
        """An operand, as a quantity of its own if it is very long."""
        written = self._write(term, role)
        if isinstance(term, Operation) and (len(written.text) > LONGEST_PART or written.depth > DEEPEST_PART):
            return _Text(self.part(term, written.text), ATOM, 1)
        return written

    def _number(self, number: Number, role: str) -> _Text:
        is_pure = number.unit is None or not number.unit.powers
        if number.value == 0 or (is_pure and number.value in (1, 2)):
            return _Text(str(int(number.value)), ATOM, 1)
        if number.value < 0:
            positive = self._number(Number(-number.value, number.unit), role)
            return _Text(f"-{positive.text}", SIGN, 2)
        return _Text(self.number(number, role), ATOM, 1)


def _bracketed(piece: _Text, level: int) -> str:
    return piece.text if piece.level >= level else f"({piece.text})"


def margin(condition: Condition, one_of: Callable[[Comparison], Term]) -> Term:
    """By how much a joined condition holds, as one term; `one_of` gives the margin of a comparison."""
    if isinstance(condition, Comparison):
        return one_of(condition)
    parts = [margin(part, one_of) for part in condition.parts]
    result = parts[0]
    for part in parts[1:]:
        result = Operation("min" if condition.word == "and" else "max", (result, part))
    return result
