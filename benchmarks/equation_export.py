"""A composed model's equations written for other solvers, from the same scalar graph as trialkine's kernels.

Equal sub-expressions are named once, and what depends on parameters alone arrives computed (`columns`), so
that every solver is given the arithmetic that trialkine gives itself. Nothing is copied by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from typing import Any

import numpy as np

from trialkine.compiler.compiled import make_plan
from trialkine.compiler.evaluate_graph import evaluate_nodes
from trialkine.model.evaluate import initial_states, state_scales
from trialkine.model.model import Model

Array = np.ndarray[Any, np.dtype[Any]]
BINARY = {"add": "+", "sub": "-", "mul": "*"}


@dataclass(frozen=True, eq=False)
class Equations:
    """A model's rates as scalar nodes.

    `columns` are the nodes computed per patient, `inputs` the states that take infusions.
    """

    model: Model

    @cached_property
    def plan(self) -> Any:
        """The compiler's plan of the model."""
        return make_plan(self.model)

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.plan.flat.rates)

    @property
    def columns(self) -> tuple[int, ...]:
        """The nodes that depend on parameters alone and that the rates read."""
        return self.plan.columns

    @property
    def inputs(self) -> tuple[int, ...]:
        """The positions of the states that doses enter."""
        return self.plan.flat.dosed_states

    def column_values(self, parameters: Array) -> Array:
        """The columns of each patient. Shape: (patient, column)."""
        return evaluate_nodes(self.plan.flat.graph, self.columns, parameters)

    def start(self, parameters: Array) -> Array:
        """The states at the start. Shape: (patient, state)."""
        return initial_states(self.model, parameters)

    def scales(self, parameters: Array) -> Array:
        """The states' scales, which are the same for every patient here. Shape: (state,)."""
        return state_scales(self.model, parameters[:1])[0]

    def written(self, words: Words) -> Iterator[tuple[str | None, str]]:
        """Named sub-expressions in order, then the rates (whose name is None)."""
        graph, rates = self.plan.flat.graph, self.plan.flat.rates
        column_of = {node: number for number, node in enumerate(self.columns)}
        needed = graph.needed(rates, column_of)
        uses = Counter(child for node in needed if node not in column_of for child in graph.children(node))
        uses.update(rates)
        texts: dict[int, str] = {}
        named = 0
        for node in needed:
            operation, operands = graph.operations[node], graph.operands[node]
            if operation == "const":
                texts[node] = repr(float(operands[0]))
            elif node in column_of:
                texts[node] = words.column(column_of[node])
            elif operation == "state":
                texts[node] = words.state(int(operands[0]))
            elif operation == "input":
                texts[node] = words.input(int(operands[0]))
            else:
                text = words.operation(operation, [texts[int(operand)] for operand in operands])
                if uses[node] > 1:
                    texts[node] = words.shared(named)
                    yield texts[node], text
                    named += 1
                else:
                    texts[node] = text
        for rate in rates:
            yield None, texts[rate]


@dataclass(frozen=True)
class Words:
    """How one language writes states, columns, inputs, shared sub-expressions and powers.

    `power` writes a real power of a positive base: trialkine reads other bases as zero, and the neutral
    model has none.
    """

    state: Callable[[int], str]
    column: Callable[[int], str]
    input: Callable[[int], str]
    shared: Callable[[int], str]
    power: str

    def operation(self, operation: str, operands: list[str]) -> str:
        """One operation on written operands."""
        if operation in BINARY:
            return f"({operands[0]} {BINARY[operation]} {operands[1]})"
        if operation == "rcp":
            return f"(1.0 / {operands[0]})"
        if operation == "pow":
            return self.power.format(*operands)
        raise NotImplementedError(
            f"The exporter cannot write '{operation}'. Add it to `Words.operation`, for every language."
        )


def _array(name: str) -> Callable[[int], str]:
    return lambda number: f"{name}[{number}]"


def _numbered(name: str) -> Callable[[int], str]:
    return lambda number: f"{name}{number}"


def _lettered(name: str) -> Callable[[int], str]:
    """Names without digits, which DiffSL does not allow."""
    return lambda number: name + ascii_lowercase[number // 26] + ascii_lowercase[number % 26]


def python_source(equations: Equations) -> str:
    """`rates(y, k, u, dy)` in plain Python, which numba compiles as it stands."""
    words = Words(_array("y"), _array("k"), _array("u"), _numbered("s"), "({0} ** {1})")
    return "def rates(y, k, u, dy):\n" + "\n".join(_statements(equations, words, "    ", "")) + "\n"


def c_source(equations: Equations) -> str:
    """The body of a C function of the arrays y, k, u and dy."""
    words = Words(_array("y"), _array("k"), _array("u"), _numbered("s"), "pow({0}, {1})")
    return "\n".join(_statements(equations, words, "  ", ";", "const double ")) + "\n"


def _statements(
    equations: Equations, words: Words, margin: str, end: str, declare: str = ""
) -> Iterator[str]:
    number = 0
    for name, text in equations.written(words):
        if name is not None:
            yield f"{margin}{declare}{name} = {text}{end}"
        else:
            yield f"{margin}dy[{number}] = {text}{end}"
            number += 1


def antimony_text(equations: Equations) -> str:
    """An Antimony model with states y0.., columns k0.., inputs u0.. ."""
    words = Words(_numbered("y"), _numbered("k"), _numbered("u"), _numbered("s"), "pow({0}, {1})")
    lines = [f"  k{number} = 1.0;" for number in range(len(equations.columns))]
    lines += [f"  u{number} = 0.0;" for number in range(len(equations.inputs))]
    lines += [f"  y{number} = 0.0;" for number in range(equations.states)]
    number = 0
    for name, text in equations.written(words):
        if name is not None:
            lines.append(f"  {name} := {text};")
        else:
            lines.append(f"  y{number}' = {text};")
            number += 1
    return "\n".join(["model neutral", *lines, "end", ""])


def diffsl_text(equations: Equations) -> str:
    """A DiffSL model whose inputs are columns, infusion rates and starting states, in that order."""
    words = Words(_lettered("y"), _lettered("k"), _lettered("u"), _lettered("v"), "pow({0}, {1})")
    start = _lettered("z")
    names = [words.column(number) for number in range(len(equations.columns))]
    names += [words.input(number) for number in range(len(equations.inputs))]
    names += [start(number) for number in range(equations.states)]
    shared, rates = [], []
    for name, text in equations.written(words):
        if name is not None:
            shared.append(f"{name} {{ {text} }}")
        else:
            rates.append(f"  {text},")
    return "\n".join(
        [
            "in_i {", *(f"  {name} = 1.0," for name in names), "}",
            "u_i {", *(f"  {words.state(i)} = {start(i)}," for i in range(equations.states)), "}",
            *shared,
            "F_i {", *rates, "}", "",
        ]
    )  # fmt: skip
