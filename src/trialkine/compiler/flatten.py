"""From a composed model to scalar nodes: derivatives, conditions and resets, index by index."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from trialkine.compiler.graph import Graph
from trialkine.model.declarations import Index
from trialkine.model.expression import (
    Expression,
    call_name,
    condition_sides,
    free_indices,
    is_sum,
    summed_indices,
)
from trialkine.model.model import Model, flat_name

Binding = Mapping[str, str]


@dataclass(frozen=True)
class FlatEvent:
    """One located event of one index member, with the states it resets and their new values."""

    name: str
    margin: int
    resets: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class FlatModel:
    """The scalar nodes of a model.

    `margins` are positive where a condition holds, in the order events, milestones, holds; `watched` are the
    quantities whose extremes are recorded, in the model's order.
    """

    graph: Graph
    rates: tuple[int, ...]
    events: tuple[FlatEvent, ...]
    milestones: tuple[tuple[str, int], ...]
    holds: tuple[tuple[str, int], ...]
    dosed_states: tuple[int, ...]
    watched: tuple[int, ...] = ()

    @property
    def margins(self) -> tuple[int, ...]:
        """Every condition of the model."""
        return (
            *(event.margin for event in self.events),
            *(margin for _, margin in self.milestones),
            *(margin for _, margin in self.holds),
        )

    @property
    def reset_values(self) -> tuple[int, ...]:
        """The new values of every reset of every event, in order."""
        return tuple(value for event in self.events for _, value in event.resets)


def flatten(model: Model) -> FlatModel:
    """Write a model out as scalar nodes."""
    return _Flattener(model).flatten()


class _Flattener:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.graph = Graph()
        self.state_at = {name: position for position, name in enumerate(model.state_names)}
        self.parameter_at = {name: position for position, name in enumerate(model.parameter_names)}
        self.done: dict[tuple[str, tuple[str, ...]], int] = {}

    def flatten(self) -> FlatModel:
        model, graph = self.model, self.graph
        targets = sorted({route.into for route in model.routes.values()})
        dosed = tuple(self.state_at[flat_name(t, m)] for t in targets for m in self._members(t))
        inputs = {state: graph.infusion(number) for number, state in enumerate(dosed)}
        rates: list[int] = []
        for name, state in model.states.items():
            for binding in _bindings(state.index):
                total = graph.zero
                for contribution in model.rates[name]:
                    rate = self._text(contribution.rate, binding)
                    total = graph.add(total, rate) if contribution.sign > 0 else graph.subtract(total, rate)
                position = len(rates)
                if position in inputs:
                    total = graph.add(total, inputs[position])
                rates.append(total)
        return FlatModel(
            graph,
            tuple(rates),
            tuple(self._events()),
            tuple((m.name, self._margin(m.when, {})) for m in model.milestones),
            tuple((h.name, self._margin(h.when, {})) for h in model.holds),
            dosed,
            tuple(self._name(name, {}) for name in model.watched),
        )

    def _members(self, state: str) -> list[tuple[str, ...]]:
        return [tuple(b.values()) for b in _bindings(self.model.states[state].index)]

    def _events(self) -> list[FlatEvent]:
        flat = []
        for event in self.model.events:
            axes = tuple(self.model.indices[name] for name in sorted(self._indices(event.when)))
            for binding in _bindings(axes):
                resets = []
                for name, text in event.resets.items():
                    index = self.model.states[name].index
                    for inner in _bindings(tuple(axis for axis in index if axis.name not in binding)):
                        both = {**binding, **inner}
                        state = self.state_at[flat_name(name, (both[axis.name] for axis in index))]
                        resets.append((state, self._text(text, both)))
                label = flat_name(event.name, binding.values())
                flat.append(FlatEvent(label, self._margin(event.when, binding), tuple(resets)))
        return flat

    def _indices(self, expression: Expression) -> frozenset[str]:
        return free_indices(expression.tree, self._indices_of, frozenset(self.model.indices), expression)

    def _indices_of(self, name: str) -> frozenset[str]:
        return frozenset(axis.name for axis in self._index(name))

    def _index(self, name: str) -> tuple[Index, ...]:
        model = self.model
        if name in model.states:
            return model.states[name].index
        if name in model.parameters:
            return model.parameters[name].index
        return model.quantities[name].index or ()

    def _margin(self, expression: Expression, binding: Binding) -> int:
        larger, smaller = condition_sides(expression)
        return self.graph.subtract(self._node(larger, binding), self._node(smaller, binding))

    def _text(self, expression: Expression, binding: Binding) -> int:
        return self._node(expression.tree, binding)

    def _name(self, name: str, binding: Binding) -> int:
        members = tuple(binding[axis.name] for axis in self._index(name))
        key = (name, members)
        if key not in self.done:
            self.done[key] = self._resolve(name, members, binding)
        return self.done[key]

    def _resolve(self, name: str, members: tuple[str, ...], binding: Binding) -> int:
        graph = self.graph
        if name in self.model.states:
            return graph.state(self.state_at[flat_name(name, members)])
        if name in self.model.parameters:
            return graph.parameter(self.parameter_at[flat_name(name, members)])
        quantity = self.model.quantities[name]
        if quantity.expression is None:
            total = graph.zero
            for term in quantity.terms:
                total = graph.add(total, self._text(term, binding))
            return total
        value = self._text(quantity.expression, binding)
        for factor in quantity.factors:
            value = graph.multiply(value, self._text(factor, binding))
        return value

    def _node(self, node: ast.expr, binding: Binding) -> int:
        graph = self.graph
        if isinstance(node, ast.Name):
            return self._name(node.id, binding)
        if isinstance(node, ast.Constant):
            return graph.constant(float(str(node.value)))
        if isinstance(node, ast.UnaryOp):
            return graph.subtract(graph.zero, self._node(node.operand, binding))
        if isinstance(node, ast.BinOp):
            left, right = self._node(node.left, binding), self._node(node.right, binding)
            if isinstance(node.op, ast.Add):
                return graph.add(left, right)
            if isinstance(node.op, ast.Sub):
                return graph.subtract(left, right)
            if isinstance(node.op, ast.Mult):
                return graph.multiply(left, right)
            return graph.divide(left, right) if isinstance(node.op, ast.Div) else graph.power(left, right)
        assert isinstance(node, ast.Call)
        if is_sum(node):
            axes = tuple(self.model.indices[name] for name in summed_indices(node))
            total = graph.zero
            for inner in _bindings(axes):
                total = graph.add(total, self._node(node.args[0], {**binding, **inner}))
            return total
        return self._call(call_name(node), [self._node(argument, binding) for argument in node.args])

    def _call(self, name: str, values: list[int]) -> int:
        graph = self.graph
        if name == "positive":
            return graph.apply("max", values[0], graph.zero)
        if name == "hill":
            ratio = graph.power(graph.divide(values[0], values[1]), values[2])
            return graph.divide(ratio, graph.add(graph.one, ratio))
        return graph.apply(name, *values)


def _bindings(index: tuple[Index, ...]) -> list[dict[str, str]]:
    names = [axis.name for axis in index]
    return [dict(zip(names, members, strict=True)) for members in product(*(axis.members for axis in index))]
