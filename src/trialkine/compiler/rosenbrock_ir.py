"""Instructions of one Rodas5P step: elimination, solution, stages, with exact kinetics at the stages."""

from __future__ import annotations

from collections.abc import Iterator

from trialkine.compiler import rodas5p
from trialkine.compiler.exact_kinetics_ir import KineticsBuffer, Quadrature
from trialkine.compiler.graph_ir import GraphWriter
from trialkine.compiler.kernel_plan import KernelPlan

PARALLEL_SUMS = 4  # sums that do not wait for one another


RULE = Quadrature(rodas5p.TIMES, rodas5p.WEIGHTS, rodas5p.WEIGHT_OF_SLOPE)


class _Places:
    """Where the parts of the workspace begin."""

    def __init__(self, plan: KernelPlan) -> None:
        moved = len(plan.moved)
        self.stages = [number * moved for number in range(rodas5p.STAGES)]
        self.argument = rodas5p.STAGES * moved
        self.coupling = self.argument + plan.size
        self.drift = self.coupling + moved
        self.diagonal = self.drift + moved
        self.jacobian = self.diagonal + 1
        self.factors = self.jacobian + len(plan.moved_slopes)
        self.soundness = self.factors + len(plan.elimination.slots)
        self.kinetics = self.soundness + 1
        self.end = self.kinetics + KineticsBuffer.size(plan, RULE)


def rosenbrock_workspace(plan: KernelPlan) -> int:
    """Vectors of workspace that a step needs."""
    return _Places(plan).end


def rosenbrock_kernels(writer: GraphWriter) -> list[str]:
    """The kernel `implicit_step` and those it calls."""
    w = writer
    return [
        w.function("coupled_rates", ("y", "k", "c", "f"), lambda: _coupled_rates(w)),
        w.function("moved_slopes", ("y", "k", "x", "f", "j", "d"), lambda: _moved_slopes(w)),
        w.function("factor", ("j", "d", "l"), lambda: _factor(w)),
        w.function("solve", ("l", "b"), lambda: _solve(w)),
        w.function("implicit_step", ("y", "k", "h", "a", "t", "w", "z", "e", "m", "b"), lambda: _step(w)),
    ]


def _coupled_rates(w: GraphWriter) -> None:
    """The right-hand side of a stage: rates plus what earlier stages contribute."""
    rates = [w.plan.flat.rates[row] for row in w.plan.moved]
    values = w.nodes(rates)
    for row, node in enumerate(rates):
        w.store(w.add(values[node], w.load("%c", row)), "%f", row)


def _moved_slopes(w: GraphWriter) -> None:
    """Rates f, Jacobian j and drift d of the moved states, given the slopes x of what drives them."""
    plan = w.plan
    rates = [plan.flat.rates[row] for row in plan.moved]
    slopes = [node for _, node in plan.moved_slopes]
    values = w.nodes([*rates, *slopes, *(node for _, node in plan.driven_slopes)])
    for nodes, pointer in ((rates, "%f"), (slopes, "%j")):
        for entry, node in enumerate(nodes):
            w.store(values[node], pointer, entry)
    moved = len(plan.moved)
    drifts: dict[int, str] = {}
    for (row, column), node in plan.driven_slopes:
        slope = w.load("%x", column - moved)
        drift = drifts.get(row)
        product = w.multiply(values[node], slope)
        drifts[row] = product if drift is None else w.fma(values[node], slope, drift)
    for row in range(moved):
        w.store(drifts.get(row, w.vector(0.0)), "%d", row)


def _factor(w: GraphWriter) -> None:
    """Eliminate the matrix d - J, with d the same on the whole diagonal."""
    plan = w.plan.elimination
    diagonal = w.load("%d", 0)
    entry_of = {plan.slots[place]: entry for entry, (place, _) in enumerate(w.plan.moved_slopes)}
    diagonals = {plan.slots[row, row] for row in range(len(w.plan.moved))}
    held: dict[int, str] = {}
    nothing = w.vector(0.0)
    sums = [nothing] * PARALLEL_SUMS  # of every slope times zero: not a number unless all are finite

    def value(slot: int) -> str:
        """An entry of the matrix, loaded when it is first needed."""
        if slot not in held:
            slope = w.load("%j", entry_of[slot]) if slot in entry_of else nothing
            sums[slot % PARALLEL_SUMS] = w.fma(slope, nothing, sums[slot % PARALLEL_SUMS])
            held[slot] = w.binary("fsub", diagonal, slope) if slot in diagonals else w.negative(slope)
        return held[slot]

    for operation, slot, first, second in plan.factor:
        if operation == "invert":
            held[slot] = w.binary("fdiv", w.vector(1.0), value(slot))
            w.store(held[slot], "%l", slot)
        elif operation == "scale":
            held[slot] = w.multiply(value(slot), held[first])
            w.store(held[slot], "%l", slot)
        else:
            held[slot] = w.fma(w.negative(held[first]), value(second), value(slot))
    for slot in sorted(plan.slots.values()):
        w.store(value(slot), "%l", slot)
    total = nothing
    for part in sums:
        total = w.add(total, part)
    w.store(total, "%l", len(plan.slots))


def _solve(w: GraphWriter) -> None:
    plan = w.plan.elimination
    held = {row: w.load("%b", row) for row in range(len(w.plan.moved))}
    for row, entry, column in (*plan.forward, *plan.backward):
        value = w.load("%l", entry)
        if column < 0:
            held[row] = w.multiply(held[row], value)
        else:
            held[row] = w.fma(w.negative(value), held[column], held[row])
    for row, value in held.items():
        w.store(value, "%b", row)


def _step(w: GraphWriter) -> None:
    plan, places = w.plan, _Places(w.plan)
    step = w.load("%h", 0)
    kinetics = KineticsBuffer(w, plan, RULE, places.kinetics)
    kinetics.fill(step)
    inverse = w.binary("fdiv", w.vector(1.0), step)
    w.store(w.multiply(inverse, w.vector(1.0 / rodas5p.GAMMA)), "%w", places.diagonal)
    first, drift = w.address("%w", places.stages[0]), w.address("%w", places.drift)
    jacobian, factors = w.address("%w", places.jacobian), w.address("%w", places.factors)
    driving = w.address("%w", kinetics.slope_entry(len(plan.moved)))
    argument = w.address("%w", places.argument)
    coupling = w.address("%w", places.coupling)
    w.call("moved_slopes", "%y.address", "%k.address", driving, first, jacobian, drift)
    w.call("factor", jacobian, w.address("%w", places.diagonal), factors)
    _add_drift(w, places, places.stages[0], w.multiply(step, w.vector(rodas5p.SLOPES[0])))
    w.call("solve", factors, first)
    for number in range(1, rodas5p.STAGES):
        _stage_argument(w, number, places, step, inverse)
        w.put_driving(kinetics, rodas5p.TIMES[number], places.argument)
        here = w.address("%w", places.stages[number])
        w.call("coupled_rates", argument, "%k.address", coupling, here)
        w.call("solve", factors, here)
    w.finish_step(_changes(w, places), kinetics, step, rodas5p.ORDER)


def _add_drift(w: GraphWriter, places: _Places, target: int, factor: str) -> None:
    """Add the part of a stage's right-hand side that comes from what drives the states."""
    for row in sorted({row for (row, _), _ in w.plan.driven_slopes}):
        drift = w.load("%w", places.drift + row)
        w.store(w.fma(factor, drift, w.load("%w", target + row)), "%w", target + row)


def _stage_argument(w: GraphWriter, number: int, places: _Places, step: str, inverse: str) -> None:
    """The states of a stage, and what earlier stages contribute to its right-hand side."""
    row_above = (*rodas5p.A[number - 1], 1.0)
    is_next = number > 1 and rodas5p.A[number] == row_above  # the last argument, moved by the last stage

    def one_row(row: str) -> None:
        stages = [w.load("%w", w.shifted(row, places.stages[earlier])) for earlier in range(number)]
        if is_next:
            total = w.add(w.load("%w", w.shifted(row, places.argument)), stages[-1])
        else:
            total = w.load("%y", row)
            for factor, stage in zip(rodas5p.A[number], stages, strict=True):
                total = w.fma(w.vector(factor), stage, total)
        coupled = w.weighted_sum(rodas5p.C[number], stages)
        assert coupled is not None
        w.store(total, "%w", w.shifted(row, places.argument))
        w.store(w.multiply(coupled, inverse), "%w", w.shifted(row, places.coupling))

    w.loop(len(w.plan.moved), one_row)
    if rodas5p.SLOPES[number]:
        _add_drift(w, places, places.coupling, w.multiply(step, w.vector(rodas5p.SLOPES[number])))


def _changes(w: GraphWriter, places: _Places) -> Iterator[tuple[str, str]]:
    """The new value and the error of every moved state."""
    sound = w.load("%w", places.soundness)
    for row in range(len(w.plan.moved)):
        change = w.load("%w", places.stages[-1] + row)
        new = w.add(w.load("%w", places.argument + row), change)
        error = w.absolute(change)
        yield new, w.add(error, sound) if row == 0 else error
