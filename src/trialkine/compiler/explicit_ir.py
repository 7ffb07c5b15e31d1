"""Instructions of one explicit Runge-Kutta step, with exact kinetics at the stages."""

from __future__ import annotations

from collections.abc import Iterator

from trialkine.compiler import explicit_tableau as tableau
from trialkine.compiler.exact_kinetics_ir import KineticsBuffer, Quadrature
from trialkine.compiler.graph_ir import GraphWriter
from trialkine.compiler.kernel_plan import KernelPlan

RULE = Quadrature(tableau.TIMES, (*tableau.A[-1], 0.0))


def explicit_workspace(plan: KernelPlan) -> int:
    """Vectors of workspace: the stages' rates, a stage's states, and the exact kinetics."""
    return tableau.STAGES * len(plan.moved) + plan.size + KineticsBuffer.size(plan, RULE)


def explicit_kernels(writer: GraphWriter) -> list[str]:
    """The kernel `explicit_step`."""
    arguments = ("y", "k", "h", "a", "t", "w", "z", "e", "m", "b")
    return [writer.function("explicit_step", arguments, lambda: _step(writer))]


def _step(w: GraphWriter) -> None:
    plan, moved = w.plan, len(w.plan.moved)
    rates = [number * moved for number in range(tableau.STAGES)]
    states = tableau.STAGES * moved
    step = w.load("%h", 0)
    kinetics = KineticsBuffer(w, plan, RULE, states + plan.size)
    kinetics.fill(step)
    here = w.address("%w", states)
    w.call("moved_rates", "%y.address", "%k.address", w.address("%w", rates[0]))
    for number in range(1, tableau.STAGES):
        weights = [w.multiply(step, w.vector(a)) if a else "" for a in tableau.A[number]]

        def one_row(row: str, weights: list[str] = weights) -> None:
            total = w.load("%y", row)
            for earlier, weight in enumerate(weights):
                if weight:
                    total = w.fma(weight, w.load("%w", w.shifted(row, rates[earlier])), total)
            w.store(total, "%w", w.shifted(row, states))

        w.loop(moved, one_row)
        w.put_driving(kinetics, tableau.TIMES[number], states)
        w.call("moved_rates", here, "%k.address", w.address("%w", rates[number]))
    w.finish_step(_changes(w, step, rates, states), kinetics, step, tableau.ORDER)


def _changes(w: GraphWriter, step: str, rates: list[int], states: int) -> Iterator[tuple[str, str]]:
    """The new value and the error of every moved state."""
    for row in range(len(w.plan.moved)):
        seen = [w.load("%w", rates[number] + row) for number in range(tableau.STAGES)]
        difference = w.weighted_sum(tableau.ERROR, seen)
        assert difference is not None
        yield w.load("%w", states + row), w.absolute(w.multiply(step, difference))
