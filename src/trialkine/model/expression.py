"""Equation text, read once: what it names, over which indices it runs, and whether its units agree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from trialkine.errors import ExpressionError, UnitsError
from trialkine.units import DIMENSIONLESS, Dimension, describe

FUNCTIONS: Mapping[str, int] = {
    "exp": 1, "log": 1, "sqrt": 1, "positive": 1, "min": 2, "max": 2, "hill": 3,
}  # fmt: skip
LONGEST_TEXT = 5000
DEEPEST_TEXT = 100
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)


@dataclass(frozen=True)
class Expression:
    """One equation text with its syntax tree, and the place it was written for error messages."""

    text: str
    where: str
    tree: ast.expr = field(compare=False, repr=False)

    @property
    def names(self) -> frozenset[str]:
        """Every quantity the text reads."""
        return frozenset(_names(self.tree))

    def fault(self, message: str, node: ast.expr) -> ExpressionError:
        """An error pointing at one part of the text."""
        return ExpressionError(message, self.text, node.col_offset, node.end_col_offset or 0, self.where)


def parse(text: str, where: str) -> Expression:
    """Read an equation text.

    Raises: ExpressionError, when it uses anything but the language's few words.
    """
    flat = " ".join(text.split())
    if len(flat) > LONGEST_TEXT:
        raise ExpressionError(f"Text of {len(flat)} characters is too long", flat[:60], 0, 60, where)
    try:
        tree = ast.parse(flat, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        start = (getattr(error, "offset", None) or 1) - 1
        message = "Cannot be read as an equation"
        raise ExpressionError(message, flat, start, start + 1, where) from None
    expression = Expression(flat, where, tree)
    if _depth(tree) > DEEPEST_TEXT:
        message = f"More than {DEEPEST_TEXT} operations stand inside each other; define parts of it"
        raise ExpressionError(message, flat[:60], 0, 60, where)
    inner = tree.left if isinstance(tree, ast.Compare) else tree
    _check_words(expression, inner)
    if isinstance(tree, ast.Compare):
        if len(tree.ops) != 1 or not isinstance(tree.ops[0], (ast.Lt, ast.Gt)):
            raise expression.fault("A condition is one '<' or one '>'", tree)
        _check_words(expression, tree.comparators[0])
    return expression


def _depth(tree: ast.expr) -> int:
    """How many operations stand inside each other."""
    depth, layer = 0, [tree]
    while layer:
        depth += 1
        layer = [c for node in layer for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
    return depth


def condition_sides(expression: Expression) -> tuple[ast.expr, ast.expr]:
    """The two sides of a condition as (larger, smaller): it is true when the first exceeds the second."""
    tree = expression.tree
    if not isinstance(tree, ast.Compare):
        raise expression.fault("A condition needs '<' or '>'", tree)
    left, right = tree.left, tree.comparators[0]
    return (left, right) if isinstance(tree.ops[0], ast.Gt) else (right, left)


def is_sum(node: ast.expr) -> bool:
    """Whether this is the call `sum(expression, index, ...)`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum"


def call_name(node: ast.Call) -> str:
    """The name of a called function; the reader has made sure that it is one."""
    assert isinstance(node.func, ast.Name)
    return node.func.id


def summed_indices(node: ast.Call) -> list[str]:
    """The indices over which a `sum` runs."""
    return [argument.id for argument in node.args[1:] if isinstance(argument, ast.Name)]


def _check_words(expression: Expression, node: ast.expr) -> None:
    if isinstance(node, ast.Name):
        return
    if isinstance(node, ast.Constant):
        if node.value not in (0, 1, 2) or isinstance(node.value, (bool, str, bytes, complex)):
            raise expression.fault(
                f"The number {node.value!r} has no name; only 0, 1 and 2 may be written. Give it a parameter",
                node,
            )
        return
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _check_words(expression, node.operand)
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC):
        _check_words(expression, node.left)
        _check_words(expression, node.right)
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        _check_call(expression, node)
        return
    raise expression.fault("Only + - * / **, names, 0 1 2 and the language's functions are allowed", node)


def _check_call(expression: Expression, node: ast.Call) -> None:
    name = call_name(node)
    if name == "sum":
        if len(node.args) < 2 or not all(isinstance(argument, ast.Name) for argument in node.args[1:]):
            raise expression.fault("Write 'sum(expression, index)' with one index or more", node)
        _check_words(expression, node.args[0])
        return
    if name not in FUNCTIONS:
        near = get_close_matches(name, [*FUNCTIONS, "sum"], 1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise expression.fault(f"No function '{name}'.{hint} Known: {', '.join(FUNCTIONS)}, sum", node)
    if len(node.args) != FUNCTIONS[name]:
        raise expression.fault(f"'{name}' takes {FUNCTIONS[name]} argument(s), found {len(node.args)}", node)
    for argument in node.args:
        _check_words(expression, argument)


def _names(node: ast.expr) -> Iterable[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.BinOp):
        yield from _names(node.left)
        yield from _names(node.right)
    elif isinstance(node, ast.UnaryOp):
        yield from _names(node.operand)
    elif isinstance(node, ast.Compare):
        yield from _names(node.left)
        yield from _names(node.comparators[0])
    elif isinstance(node, ast.Call):
        for argument in node.args[:1] if is_sum(node) else node.args:
            yield from _names(argument)


def free_indices(
    node: ast.expr, index_of: Callable[[str], frozenset[str]], known: frozenset[str], expression: Expression
) -> frozenset[str]:
    """The indices an expression runs over, once its sums are done.

    Raises: ExpressionError, when a sum names an index that its argument does not have.
    """
    if isinstance(node, ast.Name):
        return index_of(node.id)
    if isinstance(node, ast.BinOp):
        return free_indices(node.left, index_of, known, expression) | free_indices(
            node.right, index_of, known, expression
        )
    if isinstance(node, ast.UnaryOp):
        return free_indices(node.operand, index_of, known, expression)
    if isinstance(node, ast.Compare):
        return free_indices(node.left, index_of, known, expression) | free_indices(
            node.comparators[0], index_of, known, expression
        )
    if isinstance(node, ast.Call) and is_sum(node):
        inner = free_indices(node.args[0], index_of, known, expression)
        for name in summed_indices(node):
            if name not in known:
                raise expression.fault(f"'{name}' is not an index of this model", node)
            if name not in inner:
                raise expression.fault(f"Nothing in this sum runs over '{name}'", node)
            inner = inner - {name}
        return inner
    if isinstance(node, ast.Call):
        return frozenset().union(
            *(free_indices(argument, index_of, known, expression) for argument in node.args)
        )
    return frozenset()


@dataclass(frozen=True)
class UnitChecker:
    """Works out the unit of an expression and points at the part where two units clash."""

    unit_of: Callable[[str], Dimension]

    def check(self, expression: Expression, expected: Dimension) -> None:
        """Make sure the whole expression has the expected unit.

        Raises: UnitsError, with a caret under the fault, the expected and the found unit.
        """
        found = self._unit(expression, expression.tree)
        if found is not None and not found.is_same(expected):
            raise self._clash(expression, expression.tree, expected, found)

    def unit_of_part(self, expression: Expression, node: ast.expr) -> Dimension | None:
        """The unit of a part of an expression; None for the number 0, which fits every unit."""
        return self._unit(expression, node)

    def check_condition(self, expression: Expression) -> None:
        """Make sure both sides of a condition have the same unit."""
        larger, smaller = condition_sides(expression)
        self._common(expression, larger, smaller)

    def _clash(
        self, expression: Expression, node: ast.expr, expected: Dimension, found: Dimension
    ) -> UnitsError:
        message = f"Expected {describe(expected)}, found {describe(found)}"
        return UnitsError(
            message, expression.text, node.col_offset, node.end_col_offset or 0, expression.where
        )

    def _unit(self, expression: Expression, node: ast.expr) -> Dimension | None:
        """The unit of a node; None for the number 0, which fits every unit."""
        if isinstance(node, ast.Constant):
            return None if node.value == 0 else DIMENSIONLESS
        if isinstance(node, ast.Name):
            return self.unit_of(node.id)
        if isinstance(node, ast.UnaryOp):
            return self._unit(expression, node.operand)
        if isinstance(node, ast.BinOp):
            return self._binary(expression, node)
        assert isinstance(node, ast.Call)
        return self._call(expression, node)

    def _binary(self, expression: Expression, node: ast.BinOp) -> Dimension | None:
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return self._common(expression, node.left, node.right)
        left = self._unit(expression, node.left)
        if isinstance(node.op, ast.Pow):
            self._require_pure(expression, node.right)
            if isinstance(node.right, ast.Constant) and left is not None:
                return DIMENSIONLESS.times(left, float(str(node.right.value)))
            self._require_pure(expression, node.left)
            return DIMENSIONLESS
        right = self._unit(expression, node.right)
        if left is None:
            return None
        if right is None:
            return None if isinstance(node.op, ast.Mult) else left
        return left.times(right, 1.0 if isinstance(node.op, ast.Mult) else -1.0)

    def _call(self, expression: Expression, node: ast.Call) -> Dimension | None:
        name = call_name(node)
        if name in ("sum", "positive"):
            return self._unit(expression, node.args[0])
        if name in ("min", "max"):
            return self._common(expression, node.args[0], node.args[1])
        if name == "sqrt":
            inner = self._unit(expression, node.args[0])
            return None if inner is None else DIMENSIONLESS.times(inner, 0.5)
        if name == "hill":
            self._common(expression, node.args[0], node.args[1])
            self._require_pure(expression, node.args[2])
            return DIMENSIONLESS
        self._require_pure(expression, node.args[0])
        return DIMENSIONLESS

    def _require_pure(self, expression: Expression, node: ast.expr) -> None:
        found = self._unit(expression, node)
        if found is not None and not found.is_dimensionless:
            raise self._clash(expression, node, DIMENSIONLESS, found)

    def _common(self, expression: Expression, left: ast.expr, right: ast.expr) -> Dimension | None:
        first, second = self._unit(expression, left), self._unit(expression, right)
        if first is None or second is None:
            return first or second
        if not first.is_same(second):
            raise self._clash(expression, right, first, second)
        return first
