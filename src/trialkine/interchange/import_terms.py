"""Formulas of a foreign file as plain trees, before they become equation text.

A term is a number, a name of the file, or an operation on terms. Sums and products take any number of
operands. Conditions are comparisons joined by 'and' and 'or'.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from trialkine.interchange.import_units import Unit

TIME = "the file's time"
"""The name that stands for time in a term; no identifier of a file holds a blank."""


@dataclass(frozen=True)
class Number:
    """A number written in the file; `unit` is None until its place says what it measures."""

    value: float
    unit: Unit | None = None


@dataclass(frozen=True)
class Name:
    """Something that the file declares, or `TIME`."""

    id: str


@dataclass(frozen=True)
class Operation:
    """`+ - * / ** neg` or a function of the language, on terms; `-`, `/` and `**` have two operands."""

    sign: str
    operands: tuple[Term, ...]


Term = Number | Name | Operation
ZERO, ONE, TWO = Number(0.0), Number(1.0), Number(2.0)


@dataclass(frozen=True)
class Comparison:
    """`left > right`; `is_strict` says whether equality does not count."""

    left: Term
    right: Term
    is_strict: bool


@dataclass(frozen=True)
class Joined:
    """Conditions of which all must hold ('and') or any ('or')."""

    word: str
    parts: tuple[Condition, ...]


Condition = Comparison | Joined


def negated(condition: Condition) -> Condition:
    """What holds where the condition does not."""
    if isinstance(condition, Comparison):
        return Comparison(condition.right, condition.left, not condition.is_strict)
    word = "or" if condition.word == "and" else "and"
    return Joined(word, tuple(negated(part) for part in condition.parts))


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison of a condition."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)


def map_condition(condition: Condition, change: Callable[[Term], Term]) -> Condition:
    """The condition with every side changed."""
    if isinstance(condition, Comparison):
        return replace(condition, left=change(condition.left), right=change(condition.right))
    return Joined(condition.word, tuple(map_condition(part, change) for part in condition.parts))


# -- building --------------------------------------------------------------------------------------


def operation(sign: str, *operands: Term) -> Term:
    """An operation; what consists of plain numbers alone is computed at once."""
    if sign == "neg" and isinstance(operands[0], Number):
        return Number(-operands[0].value, operands[0].unit)
    if sign in "+*":
        operands = tuple(_flat(sign, operands))
        if len(operands) == 1:
            return operands[0]
    if all(isinstance(operand, Number) and operand.unit is None for operand in operands):
        value = _computed(sign, [operand.value for operand in operands if isinstance(operand, Number)])
        if value is not None:
            return Number(value)
    return Operation(sign, operands)


def is_number(term: Term, value: float) -> bool:
    """Whether a term is this number: zero in any unit, another without one."""
    if not isinstance(term, Number) or term.value != value:
        return False
    return value == 0 or term.unit is None or not term.unit.powers


def times(*operands: Term) -> Term:
    """The product of terms, without ones."""
    kept = [operand for operand in operands if not is_number(operand, 1)]
    return operation("*", *kept) if kept else ONE


def over(top: Term, bottom: Term) -> Term:
    """A quotient."""
    return top if is_number(bottom, 1) else operation("/", top, bottom)


def negative(term: Term) -> Term:
    """The same with the other sign."""
    if isinstance(term, Operation) and term.sign == "neg":
        return term.operands[0]
    return operation("neg", term)


def sum_of(parts: Iterable[tuple[int, Term]]) -> Term:
    """The sum of signed terms."""
    kept = [part if sign > 0 else negative(part) for sign, part in parts if not is_number(part, 0)]
    return operation("+", *kept) if kept else ZERO


def _flat(sign: str, operands: tuple[Term, ...]) -> Iterator[Term]:
    for operand in operands:
        if isinstance(operand, Operation) and operand.sign == sign:
            yield from operand.operands
        else:
            yield operand


def _computed(sign: str, values: list[float]) -> float | None:
    try:
        value = COMPUTE[sign](*values)
    except (ArithmeticError, ValueError):
        return None
    return value if isinstance(value, float) and math.isfinite(value) else None


# -- reading ---------------------------------------------------------------------------------------


def names_of(term: Term | Condition) -> frozenset[str]:
    """Every name that a term or condition reads."""
    if isinstance(term, Number):
        return frozenset()
    if isinstance(term, Name):
        return frozenset({term.id})
    if isinstance(term, Comparison):
        return names_of(term.left) | names_of(term.right)
    parts = term.parts if isinstance(term, Joined) else term.operands
    return frozenset().union(*(names_of(part) for part in parts))


def substitute(term: Term, values: Callable[[str], Term | None]) -> Term:
    """The term with names replaced by what `values` gives for them; None leaves a name."""
    if isinstance(term, Name):
        found = values(term.id)
        return term if found is None else found
    if isinstance(term, Operation):
        return operation(term.sign, *(substitute(operand, values) for operand in term.operands))
    return term


def factors(term: Term) -> tuple[list[Term], list[Term]]:
    """A product or quotient as what is multiplied and what is divided by."""
    if isinstance(term, Operation) and term.sign == "*":
        top, bottom = [], []
        for operand in term.operands:
            above, below = factors(operand)
            top += above
            bottom += below
        return top, bottom
    if isinstance(term, Operation) and term.sign == "/":
        above, below = factors(term.operands[0])
        upper, lower = factors(term.operands[1])
        return above + lower, below + upper
    return [term], []


def summands(term: Term) -> list[tuple[int, Term]]:
    """A sum as its terms, each with its sign."""
    if isinstance(term, Operation) and term.sign == "+":
        return [part for operand in term.operands for part in summands(operand)]
    if isinstance(term, Operation) and term.sign == "-":
        left, right = term.operands
        return summands(left) + [(-sign, part) for sign, part in summands(right)]
    if isinstance(term, Operation) and term.sign == "neg":
        return [(-sign, part) for sign, part in summands(term.operands[0])]
    return [(1, term)]


# -- computing -------------------------------------------------------------------------------------


def _power(base: float, exponent: float) -> float:
    """A real power in the language: a base that is not positive counts as zero."""
    if exponent == int(exponent) and abs(exponent) <= 2:
        return float(base**exponent)
    return float(base**exponent) if base > 0 else 0.0


COMPUTE: Mapping[str, Callable[..., float]] = {
    "+": lambda *values: math.fsum(values),
    "*": lambda *values: float(math.prod(values)),
    "-": lambda left, right: left - right,
    "/": lambda left, right: left / right,
    "**": _power,
    "neg": lambda value: -value,
    "exp": math.exp,
    "log": math.log,
    "sqrt": lambda value: math.sqrt(max(value, 0.0)),
    "positive": lambda value: max(value, 0.0),
    "min": min,
    "max": max,
    "hill": lambda value, half, exponent: (p := _power(value / half, exponent)) / (1.0 + p),
}


def evaluate(term: Term, value_of: Callable[[str], float]) -> float:
    """The number that a term comes to; nan where it has none."""
    if isinstance(term, Number):
        return term.value
    if isinstance(term, Name):
        return value_of(term.id)
    try:
        return COMPUTE[term.sign](*(evaluate(operand, value_of) for operand in term.operands))
    except (ArithmeticError, ValueError):
        return math.nan


def margin_at(condition: Condition, value_of: Callable[[str], float]) -> float:
    """By how much a condition holds: positive where it does, zero where its sides are equal."""
    if isinstance(condition, Comparison):
        return evaluate(condition.left, value_of) - evaluate(condition.right, value_of)
    choose = min if condition.word == "and" else max
    return choose(margin_at(part, value_of) for part in condition.parts)
