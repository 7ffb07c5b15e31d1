"""Formulas of an SBML file as terms: functions put in place, and every unknown word refused by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

from trialkine.interchange.import_faults import Faults
from trialkine.interchange.import_rewriting import chosen, larger, power, quotient
from trialkine.interchange.import_terms import (
    ONE,
    TIME,
    TWO,
    ZERO,
    Comparison,
    Condition,
    Joined,
    Name,
    Number,
    Operation,
    Term,
    names_of,
    negated,
    operation,
    over,
    sum_of,
    times,
)
from trialkine.interchange.import_units import Unit

AVOGADRO = 6.02214179e23
"""The value that SBML Level 3 gives its constant."""
DEEPEST_CALL = 40
RELATIONS = {"GT": (0, 1, True), "GEQ": (0, 1, False), "LT": (1, 0, True), "LEQ": (1, 0, False)}
"""By relation: which side must be larger, and whether equality does not count."""
ANY = 10**6
OPERANDS = {
    "PLUS": (0, ANY), "TIMES": (0, ANY), "MIN": (1, ANY), "MAX": (1, ANY), "MINUS": (1, 2), "ROOT": (1, 2),
    "LOG": (1, 2), "DIVIDE": (2, 2), "POWER": (2, 2),
}  # fmt: skip
"""The least and the most values that an operation takes; the others take one."""
REFUSED = {
    "FUNCTION_DELAY": "a delay",
    "FUNCTION_RATE_OF": "the csymbol 'rateOf'",
    "FUNCTION_PIECEWISE": "a piecewise that is no max, min or positive part",
    "CSYMBOL_FUNCTION": "an unknown csymbol",
}


@dataclass(frozen=True)
class Place:
    """Where a formula stands, for messages."""

    words: str
    line: int


@dataclass
class MathReader:
    """Turns the formulas of one document into terms.

    `functions` are the file's function definitions by name; `unit_named` gives the unit of a number.
    """

    library: ModuleType
    functions: Mapping[str, Any]
    unit_named: Callable[[str], Unit | None]
    constants: frozenset[str]
    faults: Faults
    has_real_powers: bool = False

    def __post_init__(self) -> None:
        names = [name for name in dir(self.library) if name.startswith("AST_")]
        self.kinds = {getattr(self.library, name): name.removeprefix("AST_") for name in names}

    def term(self, node: Any, place: Place, known: Mapping[str, Term] | None = None) -> Term:
        """The term of a formula; `known` gives terms for names that are not the file's own."""
        if node is None:
            self.faults.add(f"{place.words} has no formula. Write one.", place.line)
            return ONE
        return _Formula(self, place, known or {}).term(node)

    def condition(self, node: Any, place: Place) -> Condition | None:
        """The condition of a trigger."""
        if node is None:
            self.faults.add(f"{place.words} has no formula. Write one.", place.line)
            return None
        return _Formula(self, place, {}).condition(node)


class _Formula:
    def __init__(self, reader: MathReader, place: Place, known: Mapping[str, Term], depth: int = 0) -> None:
        self.reader = reader
        self.depth = depth
        self.place = place
        self.known = known

    def refuse(self, what: str) -> Term:
        self.reader.faults.add(
            f"{self.place.words} uses {what}, which trialkine does not know.", self.place.line
        )
        return ONE

    def is_constant(self, term: Term) -> bool:
        """Whether nothing in a term changes; names of one reaction alone hold a dot."""
        return all(name in self.reader.constants or "." in name for name in names_of(term))

    def term(self, node: Any) -> Term:
        kind = self.reader.kinds.get(node.getType(), "UNKNOWN")
        if node.isNumber() or kind == "RATIONAL":
            return self.number(node)
        if kind == "NAME":
            name = node.getName()
            return self.known.get(name, Name(name))
        if kind in ("NAME_TIME", "NAME_AVOGADRO"):
            return Name(TIME) if kind == "NAME_TIME" else Number(AVOGADRO)
        if kind in ("CONSTANT_PI", "CONSTANT_E"):
            return Number(math.pi if kind == "CONSTANT_PI" else math.e)
        if kind == "FUNCTION":
            return self.call(node)
        if kind == "FUNCTION_PIECEWISE":
            return self.piecewise(node)
        word = kind.removeprefix("FUNCTION_")
        if kind.startswith(("RELATIONAL_", "LOGICAL_")):
            return self.refuse("a condition as a number")
        if word not in WORDS or kind in REFUSED:
            return self.refuse(REFUSED.get(kind) or f"'{_written(node, kind)}'")
        operands = [self.term(node.getChild(i)) for i in range(node.getNumChildren())]
        return self.apply(word, operands)

    def number(self, node: Any) -> Term:
        value = float(node.getValue())
        if not math.isfinite(value):
            return self.refuse(f"the number '{value}'")
        unit = node.getUnits()
        return Number(value, self.reader.unit_named(unit) if unit else None)

    def apply(self, word: str, operands: list[Term]) -> Term:
        least, most = OPERANDS.get(word, (1, 1))
        if not least <= len(operands) <= most:
            return self.refuse(f"'{word.lower()}' of {len(operands)} values")
        if word == "DIVIDE":
            return quotient(operands[0], operands[1], self.is_constant)
        found = WORDS[word](*operands)
        if isinstance(found, Operation) and found.sign == "**":
            self.reader.has_real_powers |= found.operands[1] != TWO
        return found

    def call(self, node: Any) -> Term:
        definition = self.definition(node)
        return ONE if definition is None else self.inside(node, definition).term(definition.getBody())

    def definition(self, node: Any) -> Any | None:
        """The definition of a function that is called, if it can be put in place."""
        found = self.reader.functions.get(node.getName())
        if found is None or found.getBody() is None:
            self.refuse(f"the function '{node.getName()}', which has no definition")
            return None
        if self.depth > DEEPEST_CALL:
            self.refuse(f"the function '{node.getName()}' inside itself")
            return None
        return found

    def inside(self, node: Any, definition: Any) -> _Formula:
        """The body of a function, with the values of one call."""
        names = [definition.getArgument(i).getName() for i in range(definition.getNumArguments())]
        values = [self.term(node.getChild(i)) for i in range(node.getNumChildren())]
        known = dict(zip(names, values, strict=False))
        return _Formula(self.reader, self.place, known, self.depth + 1)

    def piecewise(self, node: Any) -> Term:
        children = [node.getChild(i) for i in range(node.getNumChildren())]
        if len(children) == 1:
            return self.term(children[0])
        if len(children) != 3:
            return self.refuse(REFUSED["FUNCTION_PIECEWISE"])
        value, otherwise = self.term(children[0]), self.term(children[2])
        condition = self.condition(children[1])
        found = chosen(value, condition, otherwise) if condition is not None else None
        if found is None and condition is not None:
            return self.refuse(REFUSED["FUNCTION_PIECEWISE"])
        return found or ONE

    def condition(self, node: Any) -> Condition | None:
        kind = self.reader.kinds.get(node.getType(), "UNKNOWN")
        children = [node.getChild(i) for i in range(node.getNumChildren())]
        word = kind.partition("_")[2]
        least = {"RELATIONAL": 2, "LOGICAL": 1}.get(kind.partition("_")[0], 0)
        if len(children) < least:
            self.refuse(f"'{_written(node, kind)}' of {len(children)} values")
            return None
        if kind.startswith("RELATIONAL_") and word in RELATIONS:
            larger_side, smaller, is_strict = RELATIONS[word]
            terms = [self.term(child) for child in children]
            pairs = list(pairwise(terms))
            parts = tuple(Comparison(pair[larger_side], pair[smaller], is_strict) for pair in pairs)
            return parts[0] if len(parts) == 1 else Joined("and", parts)
        if kind in ("LOGICAL_AND", "LOGICAL_OR"):
            found = [self.condition(child) for child in children]
            known = tuple(part for part in found if part is not None)
            return Joined(word.lower(), known) if len(known) == len(found) > 0 else None
        if kind == "LOGICAL_NOT":
            inner = self.condition(children[0])
            return None if inner is None else negated(inner)
        if kind == "FUNCTION":
            definition = self.definition(node)
            if definition is None:
                return None
            return self.inside(node, definition).condition(definition.getBody())
        self.refuse(f"'{_written(node, kind)}' as a condition")
        return None


def _written(node: Any, kind: str) -> str:
    """How the file calls an operation."""
    return str(node.getName() or kind.partition("_")[2].lower() or kind.lower())


def _tanh(value: Term) -> Term:
    """1 - 2 / (exp(2 x) + 1), which stays finite for every x whose exponential is."""
    return sum_of([(1, ONE), (-1, over(TWO, operation("+", _exp(times(TWO, value)), ONE)))])


def _exp(value: Term) -> Term:
    return operation("exp", value)


def _log(value: Term) -> Term:
    return operation("log", value)


def _minus(*operands: Term) -> Term:
    return operation("neg" if len(operands) == 1 else "-", *operands)


def _half_exponentials(value: Term, sign: int) -> Term:
    """(exp(x) + sign exp(-x)) / 2."""
    return over(sum_of([(1, _exp(value)), (sign, _exp(operation("neg", value)))]), TWO)


def _logarithm(*operands: Term) -> Term:
    base, value = operands if len(operands) == 2 else (Number(10.0), operands[0])
    return over(_log(value), _log(base))


def _root(*operands: Term) -> Term:
    degree, value = operands if len(operands) == 2 else (TWO, operands[0])
    if isinstance(degree, Number) and degree.value == 2:
        return operation("sqrt", value)
    return power(value, over(ONE, Number(degree.value) if isinstance(degree, Number) else degree))


def _folded(join: Callable[[Term, Term], Term], operands: Iterable[Term]) -> Term:
    first, *rest = operands
    for operand in rest:
        first = join(first, operand)
    return first


def _sum(*operands: Term) -> Term:
    return operation("+", *operands) if operands else ZERO


def _product(*operands: Term) -> Term:
    return operation("*", *operands) if operands else ONE


def _area_sine(value: Term, sign: int) -> Term:
    """log(x + sqrt(x**2 + sign))."""
    return _log(operation("+", value, operation("sqrt", sum_of([(1, power(value, TWO)), (sign, ONE)]))))


WORDS: Mapping[str, Callable[..., Term]] = {
    "PLUS": _sum,
    "TIMES": _product,
    "MINUS": _minus,
    "DIVIDE": over,
    "POWER": power,
    "ROOT": _root,
    "EXP": _exp,
    "LN": _log,
    "LOG": _logarithm,
    "ABS": lambda value: operation("max", value, operation("neg", value)),
    "MIN": lambda *operands: _folded(lambda a, b: operation("min", a, b), operands),
    "MAX": lambda *operands: _folded(larger, operands),
    "TANH": _tanh,
    "SINH": lambda value: _half_exponentials(value, -1),
    "COSH": lambda value: _half_exponentials(value, 1),
    "SECH": lambda value: over(ONE, _half_exponentials(value, 1)),
    "CSCH": lambda value: over(ONE, _half_exponentials(value, -1)),
    "COTH": lambda value: over(ONE, _tanh(value)),
    "ARCSINH": lambda value: _area_sine(value, 1),
    "ARCCOSH": lambda value: _area_sine(value, -1),
    "ARCTANH": lambda value: over(_log(over(operation("+", ONE, value), operation("-", ONE, value))), TWO),
}
"""What an operation of the file is in the language; anything else is refused."""
