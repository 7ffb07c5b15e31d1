"""A composed model written out as plain Python, one line per quantity: for reading, and for the reference.

Nothing is shared, folded or differentiated here, and no array is involved, so that a mistake of the
compiler cannot repeat itself.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from trialkine.model.declarations import Index
from trialkine.model.expression import (
    Expression,
    call_name,
    condition_sides,
    free_indices,
    is_sum,
    summed_indices,
)
from trialkine.model.model import Model, Reset, flat_name

Binding = Mapping[str, str]
Values = Sequence[float]


@dataclass(frozen=True)
class WrittenOut:
    """A model as Python functions of the states `y` and the parameters `p`, in the model's flat order.

    `events` names every located event of every index member; `margins` and `resets` follow that order.
    A reset is a list of (state, new value).
    """

    source: str
    events: tuple[str, ...]
    rates: Callable[[Values, Values], list[float]]
    margins: Callable[[Values, Values], list[float]]
    resets: Callable[[Values, Values], list[list[tuple[int, float]]]]


def write_out(model: Model) -> WrittenOut:
    """Write a model out and read it back as functions."""
    writer = _Writer(model)
    source = writer.source()
    names: dict[str, Any] = dict(_WORDS)
    exec(compile(source, f"<{model!r}>", "exec"), names)
    events = tuple(flat_name(event.name, b.values()) for event, b in writer.events())
    return WrittenOut(source, events, names["rates"], names["margins"], names["resets"])


class _Writer:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.symbols: dict[str, str] = {}

    def source(self) -> str:
        """The whole text: one function each for rates, margins and resets."""
        known = [*self._unpacking(), *self._definitions()]
        parts = {"rates": self._rates(), "margins": self._margins(), "resets": self._resets()}
        return "\n".join(
            "\n".join(
                [f"def {name}(y, p):", *(f"    {line}" for line in (*known, *lines, "return result")), ""]
            )
            for name, lines in parts.items()
        )

    def events(self) -> Iterable[tuple[Reset, dict[str, str]]]:
        """Every event with each combination of the index members it runs over."""
        for event in self.model.events:
            known = frozenset(self.model.indices)
            labels = free_indices(event.when.tree, self._labels, known, event.when)
            for binding in _bindings(self.model.indices[label] for label in sorted(labels)):
                yield event, binding

    def _labels(self, name: str) -> frozenset[str]:
        return frozenset(axis.name for axis in self._index(name))

    def _unpacking(self) -> Iterable[str]:
        for vector, names in (("y", self.model.state_names), ("p", self.model.parameter_names)):
            symbols = [self._symbol(name) for name in names]
            yield f"{' = '.join(['(' + ', '.join(symbols) + ',)', vector])}" if symbols else "pass"

    def _definitions(self) -> Iterable[str]:
        for name, quantity in self.model.quantities.items():
            for binding in _bindings(quantity.index or ()):
                if quantity.expression is None:
                    body = " + ".join(self._text(t, binding) for t in quantity.terms) or "0.0"
                else:
                    body = " * ".join(self._text(text, binding) for text in quantity.texts)
                yield f"{self._symbol(flat_name(name, binding.values()))} = {body}"

    def _rates(self) -> Iterable[str]:
        yield "result = ["
        for name, state in self.model.states.items():
            for binding in _bindings(state.index):
                signs = {1: "+", -1: "-"}
                terms = (f"{signs[c.sign]} {self._text(c.rate, binding)}" for c in self.model.rates[name])
                yield f"    0.0 {' '.join(terms)},  # {flat_name(name, binding.values())}"
        yield "]"

    def _margins(self) -> Iterable[str]:
        yield "result = ["
        for event, binding in self.events():
            larger, smaller = (self._node(side, binding) for side in condition_sides(event.when))
            yield f"    {larger} - {smaller},  # {flat_name(event.name, binding.values())}"
        yield "]"

    def _resets(self) -> Iterable[str]:
        places = {name: place for place, name in enumerate(self.model.state_names)}
        yield "result = ["
        for event, binding in self.events():
            pairs = []
            for name, text in event.resets.items():
                index = self.model.states[name].index
                for inner in _bindings(axis for axis in index if axis.name not in binding):
                    both = {**binding, **inner}
                    place = places[flat_name(name, (both[axis.name] for axis in index))]
                    pairs.append(f"({place}, {self._text(text, both)})")
            yield f"    [{', '.join(pairs)}],  # {flat_name(event.name, binding.values())}"
        yield "]"

    def _index(self, name: str) -> tuple[Index, ...]:
        model = self.model
        if name in model.states:
            return model.states[name].index
        if name in model.parameters:
            return model.parameters[name].index
        return model.quantities[name].index or ()

    def _symbol(self, flat: str) -> str:
        """A Python name for `tumour[1,sensitive]`: the members follow two underscores."""
        if flat not in self.symbols:
            plain = "".join(c if c.isalnum() or c == "_" else "__" for c in flat.rstrip("]"))
            while plain in self.symbols.values():
                plain += "_"
            self.symbols[flat] = plain
        return self.symbols[flat]

    def _text(self, expression: Expression, binding: Binding) -> str:
        return self._node(expression.tree, binding)

    def _node(self, node: ast.expr, binding: Binding) -> str:
        if isinstance(node, ast.Name):
            members = (binding[axis.name] for axis in self._index(node.id))
            return self._symbol(flat_name(node.id, members))
        if isinstance(node, ast.Constant):
            return str(float(str(node.value)))
        if isinstance(node, ast.UnaryOp):
            return f"(-{self._node(node.operand, binding)})"
        if isinstance(node, ast.BinOp):
            left, right = self._node(node.left, binding), self._node(node.right, binding)
            if isinstance(node.op, ast.Pow) and not isinstance(node.right, ast.Constant):
                return f"power({left}, {right})"
            return f"({left} {_SIGNS[type(node.op)]} {right})"
        assert isinstance(node, ast.Call)
        if is_sum(node):
            axes = [self.model.indices[name] for name in summed_indices(node)]
            terms = (self._node(node.args[0], {**binding, **inner}) for inner in _bindings(axes))
            return f"({' + '.join(terms)})"
        return f"{call_name(node)}({', '.join(self._node(a, binding) for a in node.args)})"


_SIGNS: Mapping[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


def _bindings(index: Iterable[Index]) -> list[dict[str, str]]:
    axes = list(index)
    names = [axis.name for axis in axes]
    return [dict(zip(names, m, strict=True)) for m in product(*(axis.members for axis in axes))]


def _power(base: float, exponent: float) -> float:
    """A real power; a base that is not positive counts as zero."""
    return float(base**exponent) if base > 0 else 0.0


def _hill(value: float, half: float, exponent: float) -> float:
    ratio = _power(value / half, exponent)
    return ratio / (1 + ratio)


_WORDS: Mapping[str, Any] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": lambda value: math.sqrt(max(value, 0.0)),
    "positive": lambda value: max(value, 0.0),
    "min": min,
    "max": max,
    "power": _power,
    "hill": _hill,
}
