"""How much arithmetic one step of each method takes on a model: counted, never timed."""

from __future__ import annotations

from collections.abc import Iterable

from trialkine.compiler import explicit_tableau, rodas5p
from trialkine.compiler.kernel_plan import KernelPlan

HEAVY = {"rcp": 5, "sqrt": 6, "exp": 20, "log": 25, "pow": 45}  # in additions, as vector instructions
STAGE_TERM = 1  # one multiply-add for each earlier stage and state


def explicit_work(plan: KernelPlan) -> int:
    """Operations of an explicit step, in additions."""
    moved = len(plan.moved)
    terms = sum(1 for row in explicit_tableau.A for weight in row if weight) + len(explicit_tableau.ERROR)
    return explicit_tableau.STAGES * _rates(plan) + STAGE_TERM * moved * terms


def implicit_work(plan: KernelPlan) -> int:
    """Operations of an implicit step, in additions."""
    moved, elimination = len(plan.moved), plan.elimination
    slopes = [node for _, node in (*plan.moved_slopes, *plan.driven_slopes)]
    first = _evaluation(plan, [*(plan.flat.rates[row] for row in plan.moved), *slopes])
    terms = sum(len(row) for row in rodas5p.A) + sum(len(row) for row in rodas5p.C)
    solves = rodas5p.STAGES * (len(elimination.forward) + len(elimination.backward))
    stages = (rodas5p.STAGES - 1) * _rates(plan) + STAGE_TERM * moved * terms
    return first + stages + solves + len(elimination.factor)


def _rates(plan: KernelPlan) -> int:
    return _evaluation(plan, [plan.flat.rates[row] for row in plan.moved])


def _evaluation(plan: KernelPlan, outputs: Iterable[int]) -> int:
    graph, fixed = plan.flat.graph, set(plan.columns)
    worked = [node for node in graph.needed(outputs, fixed) if node not in fixed and graph.children(node)]
    return sum(HEAVY.get(graph.operations[node], 1) for node in worked)
