"""Instructions of one ROS34PW2 step whose matrix is the diagonal of the Jacobian.

States that relax fast towards what the others set are damped by their own slope; that needs no elimination. Slopes
between states act through the stages' rates alone, which costs accuracy only where they are stiff as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialkine.compiler import ros34pw2
from trialkine.compiler.exact_kinetics_ir import ExactKinetics
from trialkine.compiler.graph_ir import GraphWriter


class _Places:
    """Where the parts of the workspace begin."""

    def __init__(self, states: int, moved: int) -> None:
        self.stages = [number * moved for number in range(ros34pw2.STAGES)]
        self.argument = ros34pw2.STAGES * moved
        self.coupling = self.argument + states
        self.slopes = self.coupling + moved
        self.damping = self.slopes + moved
        self.end = self.damping + moved


def damped_workspace(states: int, moved: int) -> int:
    """Vectors of workspace that a step needs."""
    return _Places(states, moved).end


def damped_kernels(writer: GraphWriter) -> list[str]:
    """The kernel `damped_step` and those it calls."""
    w = writer
    return [
        w.function("first_stage", ("y", "k", "h", "f", "s", "d"), lambda: _first_stage(w)),
        w.function("damped_rates", ("y", "k", "c", "d", "f"), lambda: _damped_rates(w)),
        w.function("damped_step", ("y", "k", "h", "a", "t", "w", "z", "e", "m", "b"), lambda: _step(w)),
    ]


def _first_stage(w: GraphWriter) -> None:
    """The first stage f; s is the step times each state's own slope, d what damps its stages."""
    plan = w.plan
    slope_of = dict(zip(plan.pattern, plan.slopes, strict=True))
    rates = [plan.flat.rates[row] for row in plan.moved]
    own = [slope_of.get((row, row), w.graph.zero) for row in plan.moved]
    values = w.nodes([*rates, *own])
    step, one, nothing = w.load("%h", 0), w.vector(1.0), w.vector(0.0)
    for row, (rate, slope) in enumerate(zip(rates, own, strict=True)):
        if slope == w.graph.zero:
            damping, scaled = one, nothing
        else:
            scaled = w.multiply(step, w.smaller(values[slope], nothing))
            damping = w.binary("fdiv", one, w.fma(w.vector(-ros34pw2.GAMMA), scaled, one))
        w.store(scaled, "%s", row)
        w.store(damping, "%d", row)
        w.store(w.multiply(values[rate], damping), "%f", row)


def _damped_rates(w: GraphWriter) -> None:
    rates = [w.plan.flat.rates[row] for row in w.plan.moved]
    values = w.nodes(rates)
    for row, node in enumerate(rates):
        total = w.add(values[node], w.load("%c", row))
        w.store(w.multiply(total, w.load("%d", row)), "%f", row)


def _step(w: GraphWriter) -> None:
    plan, moved = w.plan, len(w.plan.moved)
    places = _Places(plan.size, moved)
    step = w.load("%h", 0)
    times = sorted(set(ros34pw2.TIMES) - {0.0})
    kinetics = ExactKinetics(w, plan, step, times)
    at = {time: kinetics.states(time, None if time == 1.0 else plan.driving) for time in times}
    argument, coupling = w.address("%w", places.argument), w.address("%w", places.coupling)
    damping = w.address("%w", places.damping)
    first, slopes = w.address("%w", places.stages[0]), w.address("%w", places.slopes)
    w.call("first_stage", "%y.address", "%k.address", "%h.address", first, slopes, damping)
    for number in range(1, ros34pw2.STAGES):
        _stage_argument(w, number, places, step)
        for place, value in at[ros34pw2.TIMES[number]].items():
            if place in plan.driving:
                w.store(value, "%w", places.argument + place)
        here = w.address("%w", places.stages[number])
        w.call("damped_rates", argument, "%k.address", coupling, damping, here)
    weights = list(zip(ros34pw2.TIMES, ros34pw2.WEIGHTS, strict=True))
    w.finish_step(_changes(w, places, step), at[1.0], kinetics.defects(weights), step, ros34pw2.ORDER)


def _stage_argument(w: GraphWriter, number: int, places: _Places, step: str) -> None:
    weights = [w.multiply(step, w.vector(a)) if a else "" for a in ros34pw2.ALPHA[number]]

    def one_row(row: str) -> None:
        stages = [w.load("%w", w.shifted(row, places.stages[earlier])) for earlier in range(number)]
        total = w.load("%y", row)
        for weight, stage in zip(weights, stages, strict=True):
            if weight:
                total = w.fma(weight, stage, total)
        coupled = w.weighted_sum(ros34pw2.GAMMAS[number], stages)
        assert coupled is not None
        w.store(total, "%w", w.shifted(row, places.argument))
        slope = w.load("%w", w.shifted(row, places.slopes))
        w.store(w.multiply(coupled, slope), "%w", w.shifted(row, places.coupling))

    w.loop(len(w.plan.moved), one_row)


def _changes(w: GraphWriter, places: _Places, step: str) -> Iterator[tuple[str, str]]:
    """The new value and the error of every moved state."""
    for row in range(len(w.plan.moved)):
        stages = [w.load("%w", start + row) for start in places.stages]
        change, difference = (w.weighted_sum(x, stages) for x in (ros34pw2.WEIGHTS, ros34pw2.ERROR))
        assert change is not None and difference is not None
        yield w.fma(step, change, w.load("%y", row)), w.absolute(w.multiply(step, difference))
