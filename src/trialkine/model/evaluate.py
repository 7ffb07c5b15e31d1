"""Plain numpy evaluation of a composed model, straight from the equation texts.

This is the readable twin of the generated kernels, and it reads observables for whole populations.
Every array is (patient, one axis for each index of the model in sorted order), with length 1 where a
quantity does not run over an index, so that numpy's broadcasting does the indexing. Complex input gives
derivatives by the complex step.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from trialkine.model.declarations import Index
from trialkine.model.expression import Expression, call_name, condition_sides, is_sum, summed_indices
from trialkine.model.model import Model

Array = np.ndarray[Any, np.dtype[Any]]


class Evaluation:
    """A model's quantities at given states and parameters of many patients.

    Shape: states (patient, state), parameters (patient, parameter), in the model's flat order;
    inputs (patient, state) are rates of infusion into states [state's unit/day].
    """

    def __init__(self, model: Model, states: Array | None, parameters: Array) -> None:
        self.model = model
        self.axes = tuple(model.indices)
        self.patients = len(parameters)
        self.parameters = parameters
        self.states = states
        self.values: dict[str, Array] = {}

    def _column(self, flat: Array, start: int, index: tuple[Index, ...]) -> Array:
        """The columns of one state or parameter, at full rank."""
        shape = tuple(len(axis.members) for axis in index)
        block = flat[:, start : start + math.prod(shape)].reshape(self.patients, *shape)
        names = [axis.name for axis in index]
        order = [0, *(1 + names.index(axis) for axis in self.axes if axis in names)]
        lengths = [len(self.model.indices[axis].members) if axis in names else 1 for axis in self.axes]
        return block.transpose(order).reshape(self.patients, *lengths)

    def __getitem__(self, name: str) -> Array:
        if name not in self.values:
            self.values[name] = self._value(name)
        return self.values[name]

    def _value(self, name: str) -> Array:
        model = self.model
        if name in model.parameters:
            return self._column(self.parameters, model.parameter_places[name], model.parameters[name].index)
        if name in model.states:
            assert self.states is not None, f"'{name}' is a state and only parameters are known here"
            return self._column(self.states, model.state_places[name], model.states[name].index)
        quantity = model.quantities[name]
        if quantity.expression is None:
            value: Array = np.zeros((self.patients, *(1 for _ in self.axes)))
            for term in quantity.terms:
                value = value + self.text(term)
            return value
        value = self.text(quantity.expression)
        for factor in quantity.factors:
            value = value * self.text(factor)
        return value

    def text(self, expression: Expression) -> Array:
        """The value of one equation text."""
        return self._node(expression.tree)

    def margin(self, expression: Expression) -> Array:
        """By how much a condition is true: positive where it holds."""
        larger, smaller = condition_sides(expression)
        return self._node(larger) - self._node(smaller)

    def flat(self, value: Array, index: tuple[Index, ...]) -> Array:
        """A full-rank value as columns in the flat order of `index`. Shape: (patient, member)."""
        names = [axis.name for axis in index]
        lengths = [len(self.model.indices[axis].members) if axis in names else 1 for axis in self.axes]
        full = np.broadcast_to(value, (self.patients, *lengths))
        kept = [axis for axis in self.axes if axis in names]
        sizes = [len(self.model.indices[axis].members) for axis in kept]
        order = [0, *(1 + kept.index(name) for name in names)]
        ordered = full.reshape(self.patients, *sizes).transpose(order)
        return ordered.reshape(self.patients, math.prod(sizes))

    def _node(self, node: ast.expr) -> Array:
        if isinstance(node, ast.Name):
            return self[node.id]
        if isinstance(node, ast.Constant):
            return np.asarray(float(str(node.value)))
        if isinstance(node, ast.UnaryOp):
            return -self._node(node.operand)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        assert isinstance(node, ast.Call)
        if is_sum(node):
            axes = tuple(1 + self.axes.index(name) for name in summed_indices(node))
            value = self._node(node.args[0])
            return np.asarray(value.sum(axis=axes, keepdims=True))
        return np.asarray(_FUNCTIONS[call_name(node)](*(self._node(argument) for argument in node.args)))

    def _binary(self, node: ast.BinOp) -> Array:
        left, right = self._node(node.left), self._node(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
        if isinstance(node.right, ast.Constant):
            return np.asarray(left ** int(float(str(node.right.value))))
        return _power(left, right)


def _power(base: Array, exponent: Array) -> Array:
    """A real power; a base that is not positive counts as zero."""
    positive = np.real(base) > 0
    return np.where(positive, np.where(positive, base, 1.0) ** exponent, 0.0)


def _hill(value: Array, half: Array, exponent: Array) -> Array:
    ratio = _power(value / half, exponent)
    return np.asarray(ratio / (1 + ratio))


def _maximum(first: Array, second: Array) -> Array:
    return np.where(np.real(first) > np.real(second), first, second)


def _minimum(first: Array, second: Array) -> Array:
    return np.where(np.real(first) < np.real(second), first, second)


_FUNCTIONS: Mapping[str, Any] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": lambda value: np.sqrt(_maximum(value, np.zeros(()))),
    "positive": lambda value: _maximum(value, np.zeros(())),
    "max": _maximum,
    "min": _minimum,
    "hill": _hill,
}


def derivative(model: Model, states: Array, parameters: Array, inputs: Array | None = None) -> Array:
    """The rate of change of every state. Shape: (patient, state). Units: [state's unit/day]."""
    evaluation = Evaluation(model, states, parameters)
    columns = []
    for name, state in model.states.items():
        total: Array = np.zeros((evaluation.patients, *(1 for _ in evaluation.axes)))
        for contribution in model.rates[name]:
            total = total + contribution.sign * evaluation.text(contribution.rate)
        columns.append(evaluation.flat(total, state.index))
    rates = np.concatenate(columns, axis=1)
    return rates if inputs is None else rates + inputs


def jacobian(model: Model, states: Array, parameters: Array) -> Array:
    """The derivative of every rate by every state, by the complex step. Shape: (patient, rate, state)."""
    step = 1e-100
    result = np.empty((len(states), states.shape[1], states.shape[1]))
    for column in range(states.shape[1]):
        moved = states.astype(complex)
        moved[:, column] += 1j * step
        result[:, :, column] = derivative(model, moved, parameters).imag / step
    return result


def initial_states(model: Model, parameters: Array) -> Array:
    """Every state at the start. Shape: (patient, state)."""
    evaluation = _Start(model, parameters)
    columns = [evaluation.flat(evaluation[name], state.index) for name, state in model.states.items()]
    return np.concatenate(columns, axis=1)


def state_scales(model: Model, parameters: Array) -> Array:
    """The size of each state below which differences do not matter. Shape: (patient, state)."""
    evaluation = Evaluation(model, None, parameters)
    columns = [
        evaluation.flat(evaluation.text(model.scales[name]), state.index)
        for name, state in model.states.items()
    ]
    return np.concatenate(columns, axis=1)


class _Start(Evaluation):
    """The evaluation at time zero, where a state's value is its initial text."""

    def __init__(self, model: Model, parameters: Array) -> None:
        super().__init__(model, None, parameters)

    def __getitem__(self, name: str) -> Array:
        if name in self.model.states and name not in self.values:
            lengths = {axis.name for axis in self.model.states[name].index}
            shape = [len(self.model.indices[axis].members) if axis in lengths else 1 for axis in self.axes]
            value = self.text(self.model.initials[name])
            self.values[name] = np.broadcast_to(value, (self.patients, *shape))
        return super().__getitem__(name)


def start_values(model: Model, names: Iterable[str], parameters: Array) -> dict[str, Array]:
    """Named quantities at the start of every patient. Shape: (patient,) or (patient, member)."""
    evaluation = _Start(model, parameters)
    return {name: _read(evaluation, name) for name in names}


def observe(model: Model, names: Iterable[str], states: Array, parameters: Array) -> dict[str, Array]:
    """Named states or quantities of many patients. Shape: (patient,) or (patient, member)."""
    evaluation = Evaluation(model, states, parameters)
    return {name: _read(evaluation, name) for name in names}


def _read(evaluation: Evaluation, name: str) -> Array:
    model = evaluation.model
    index = model.states[name].index if name in model.states else model.quantities[name].index or ()
    value = np.real(evaluation.flat(evaluation[name], index))
    return value if index else value[:, 0]
