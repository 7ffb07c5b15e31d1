"""Equation texts as formulas of SBML's infix notation, index by index, with a unit on every number.

The functions of the modelling language are written so that they mean exactly what they mean there: a power
whose base is not positive is zero, and so are the root and the Hill function of such a number.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import product

from trialkine.interchange.sbml_names import Names
from trialkine.interchange.sbml_units import PURE, UnitBook
from trialkine.model.compose import DOSE
from trialkine.model.declarations import Index
from trialkine.model.expression import (
    Expression,
    UnitChecker,
    call_name,
    free_indices,
    is_sum,
    summed_indices,
)
from trialkine.model.model import Model, flat_name
from trialkine.units import DIMENSIONLESS, Dimension, dimension

Binding = Mapping[str, str]


class Formulas:
    """Writes the equation texts of one model as formulas.

    `dose` is what the word for a dose's amount stands for, with its unit: `(30 mg)`.
    """

    def __init__(self, model: Model, names: Names, units: UnitBook) -> None:
        self.model = model
        self.names = names
        self.units = units
        self.checker = UnitChecker(self._unit_of)
        self.dose = ("", "")

    def whole(self, text: Expression, binding: Binding, unit: str | None = None) -> str:
        """A text for one index member; a lone zero is in `unit`."""
        return _Writer(self, text, binding).write(text.tree, None if unit is None else dimension(unit))

    def amount(self, text: Expression, dose: float, dose_unit: str, unit: str) -> str:
        """The amount of a dose that enters a state."""
        self.dose = (self.number(dose, dose_unit), dose_unit)
        return self.whole(text, {}, unit)

    def number(self, value: float, unit: str) -> str:
        """A number with its unit."""
        return f"({value!r} {self.units.of_text(unit)})"

    def condition(self, text: Expression, binding: Binding) -> str:
        """A condition for one index member."""
        tree = text.tree
        assert isinstance(tree, ast.Compare)  # the reader of conditions has made sure
        left, right = tree.left, tree.comparators[0]
        common = self.unit(text, left) or self.unit(text, right)
        writer = _Writer(self, text, binding)
        sign = ">" if isinstance(tree.ops[0], ast.Gt) else "<"
        return f"{writer.write(left, common)} {sign} {writer.write(right, common)}"

    def unit(self, text: Expression, node: ast.expr) -> Dimension | None:
        """The unit of a part of a text; None for the number 0."""
        return self.checker.unit_of_part(text, node)

    def index(self, name: str) -> tuple[Index, ...]:
        """The indices over which a state, parameter or quantity runs."""
        model = self.model
        if name in model.states:
            return model.states[name].index
        if name in model.parameters:
            return model.parameters[name].index
        return model.quantities[name].index or ()

    def event_axes(self, when: Expression) -> tuple[Index, ...]:
        """The indices for each member of which an event happens by itself."""
        known = frozenset(self.model.indices)
        free = free_indices(when.tree, lambda name: frozenset(a.name for a in self.index(name)), known, when)
        return tuple(self.model.indices[name] for name in sorted(free))

    def _unit_of(self, name: str) -> Dimension:
        if name == DOSE:
            return dimension(self.dose[1])
        for known in (self.model.states, self.model.parameters, self.model.quantities):
            if name in known:
                return dimension(known[name].unit)
        raise AssertionError(f"'{name}' is read by a composed model that does not have it")


class _Writer:
    """One text for one index member; `zero` is the unit that a zero has where it stands."""

    def __init__(self, formulas: Formulas, text: Expression, binding: Binding) -> None:
        self.formulas = formulas
        self.text = text
        self.binding = binding

    def write(self, node: ast.expr, zero: Dimension | None) -> str:
        """The formula of a part of the text."""
        if isinstance(node, ast.Name):
            return self._name(node.id)
        unit = self.formulas.unit(self.text, node)
        if unit is None and not isinstance(node, ast.Call):
            return self._zero(zero)  # a zero, or a product with one
        if isinstance(node, ast.Constant):
            return f"({float(str(node.value))!r} {PURE})"
        if isinstance(node, ast.UnaryOp):
            return f"(-{self.write(node.operand, zero)})"
        if isinstance(node, ast.BinOp):
            return self._binary(node, unit)
        assert isinstance(node, ast.Call)
        if is_sum(node):
            return self._sum(node, zero)
        return self._call(node, unit or zero)

    def _name(self, name: str) -> str:
        if name == DOSE:
            return self.formulas.dose[0]
        members = (self.binding[axis.name] for axis in self.formulas.index(name))
        return self.formulas.names[flat_name(name, members)]

    def _zero(self, unit: Dimension | None) -> str:
        return f"(0 {self.formulas.units.of_dimension(unit or DIMENSIONLESS)})"

    def _binary(self, node: ast.BinOp, unit: Dimension | None) -> str:
        if isinstance(node.op, ast.Pow):
            return self._power(self.write(node.left, None), node.right)
        signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
        common = unit if isinstance(node.op, (ast.Add, ast.Sub)) else None
        left, right = self.write(node.left, common), self.write(node.right, common)
        return f"({left} {signs[type(node.op)]} {right})"

    def _power(self, base: str, exponent: ast.expr) -> str:
        """A power; where the exponent is no plain number, a base that is not positive counts as zero."""
        power = self.write(exponent, None)
        if isinstance(exponent, ast.Constant):
            return f"({base} ^ {power})"
        return f"piecewise({base} ^ {power}, {base} > (0 {PURE}), (0 {PURE}))"

    def _sum(self, node: ast.Call, zero: Dimension | None) -> str:
        axes = [self.formulas.model.indices[name] for name in summed_indices(node)]
        terms = [
            _Writer(self.formulas, self.text, {**self.binding, **inner}).write(node.args[0], zero)
            for inner in bindings(axes)
        ]
        return f"({' + '.join(terms)})"

    def _call(self, node: ast.Call, zero: Dimension | None) -> str:
        name, arguments = call_name(node), node.args
        if name == "hill":
            common = self.formulas.unit(self.text, arguments[0]) or self.formulas.unit(
                self.text, arguments[1]
            )
            value, half = (self.write(argument, common) for argument in arguments[:2])
            ratio, one = f"({value} / {half})", f"(1.0 {PURE})"
            power = f"({ratio} ^ {self.write(arguments[2], None)})"
            if isinstance(arguments[2], ast.Constant):
                return f"({power} / ({one} + {power}))"
            return f"piecewise({power} / ({one} + {power}), {ratio} > (0 {PURE}), (0 {PURE}))"
        if name in ("min", "max"):
            return f"{name}({self.write(arguments[0], zero)}, {self.write(arguments[1], zero)})"
        if name in ("positive", "sqrt"):
            own = self.formulas.unit(self.text, arguments[0])
            kept = f"max({self.write(arguments[0], own)}, {self._zero(own)})"
            return kept if name == "positive" else f"sqrt({kept})"
        return f"{ {'exp': 'exp', 'log': 'ln'}[name] }({self.write(arguments[0], None)})"


def bindings(axes: list[Index] | tuple[Index, ...]) -> Iterator[dict[str, str]]:
    """Every combination of the members of some indices."""
    names = [axis.name for axis in axes]
    for members in product(*(axis.members for axis in axes)):
        yield dict(zip(names, members, strict=True))
