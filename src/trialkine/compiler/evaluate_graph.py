"""Graph nodes in plain numpy, for what is fixed per patient and as a second check of the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from trialkine.compiler.graph import Graph

Array = np.ndarray[Any, np.dtype[Any]]


def evaluate_nodes(
    graph: Graph,
    outputs: Sequence[int],
    parameters: Array,
    states: Array | None = None,
    inputs: Array | None = None,
) -> Array:
    """The values of nodes for many patients. Shape: (patient, node)."""
    return evaluate_in_order(graph, graph.needed(outputs), outputs, parameters, states, inputs)


def evaluate_in_order(
    graph: Graph,
    order: Sequence[int],
    outputs: Sequence[int],
    parameters: Array,
    states: Array | None = None,
    inputs: Array | None = None,
) -> Array:
    """As `evaluate_nodes`, for callers who keep the order of evaluation."""
    values: dict[int, Array] = {}
    with np.errstate(all="ignore"):
        for node in order:
            operation, operands = graph.operations[node], graph.operands[node]
            if operation == "const":
                values[node] = np.full(len(parameters), operands[0])
            elif operation == "param":
                values[node] = parameters[:, int(operands[0])]
            elif operation == "state":
                assert states is not None
                values[node] = states[:, int(operands[0])]
            elif operation == "input":
                values[node] = np.zeros(len(parameters)) if inputs is None else inputs[:, int(operands[0])]
            else:
                values[node] = _apply(operation, [values[int(operand)] for operand in operands])
    if not outputs:
        return np.zeros((len(parameters), 0))
    return np.ascontiguousarray(np.stack([values[node] for node in outputs], axis=1))


def _apply(operation: str, values: list[Array]) -> Array:
    if operation == "rcp":
        return 1.0 / values[0]
    if operation == "sqrt":
        return np.sqrt(np.maximum(values[0], 0.0))
    if operation == "pow":
        positive = values[0] > 0
        return np.where(positive, np.where(positive, values[0], 1.0) ** values[1], 0.0)
    if operation == "max":
        return np.where(values[0] > values[1], values[0], values[1])
    if operation == "min":
        return np.where(values[0] < values[1], values[0], values[1])
    if operation == "above":
        return np.where(values[0] > values[1], values[2], values[3])
    functions = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "exp": np.exp, "log": np.log}
    return np.asarray(functions[operation](*values))
