"""LLVM IR of a model's kernels: rates, slopes, conditions, resets, and one step by either method.

States stand in the kernels' order (`KernelPlan.order`): those that a stepper moves, then those of the exact
kinetics. Addresses are 64-bit integers.

- `rates(y, k, f)`, `slopes(y, k, f, j)`: all rates, and the Jacobian's non-zero entries, in the model's order
- `conditions(y, k, m)`: margins of events, milestones and holds; `resets(y, k, r)`: new values;
  `watch(y, k, o)`: the watched quantities
- `implicit_step`, `explicit_step` `(y, k, h, a, t, w, z, e, m, b)`: from y over h [day] with absolute
  tolerances a and relative tolerance t, workspace w, and flags b of the conditions that hold; the new states
  z, their margins m, and in e the scaled error, the factor for the next step, how many conditions changed
- `accept(c, z, y, m, n)`: where the flag c is set, y becomes z and n becomes m
- `extremes(y, k, c, x, o, r)`: where the flag c is set, the lowest and highest watched values and their days
  in o are widened by those at y on day x; `extremes_between` also by what lies between the last three such
  days, which it keeps in r (a flag above 1 begins anew)
- `restart(y, k, a, t, h)`: the longest first step h after a dose
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from trialkine.compiler.elementary import elementary_functions
from trialkine.compiler.exact_kinetics_ir import BlockModes
from trialkine.compiler.explicit_ir import explicit_kernels, explicit_workspace
from trialkine.compiler.extremes_ir import extremes_kernels
from trialkine.compiler.graph_ir import NEGLIGIBLE, GraphWriter
from trialkine.compiler.kernel_plan import KernelPlan
from trialkine.compiler.rosenbrock_ir import rosenbrock_kernels, rosenbrock_workspace

Evaluations = dict[str, tuple[tuple[str, ...], list[tuple[Iterable[int], str]]]]
RESTART = 1.0  # of a driving state's size, by which it may change in the first step after a dose
LONGEST_RESTART = 1.0  # [day]


def evaluation_source(plan: KernelPlan, width: int, fused: bool) -> str:
    """The IR text of `rates`, `slopes` and `watch`, by which the others are checked."""
    writer, flat = GraphWriter(plan, width, fused), plan.flat
    evaluations: Evaluations = {
        "rates": (("y", "k", "f"), [(flat.rates, "%f")]),
        "slopes": (("y", "k", "f", "j"), [(flat.rates, "%f"), (plan.slopes, "%j")]),
        "watch": (("y", "k", "o"), [(flat.watched, "%o")]),
    }
    return "\n".join([elementary_functions(width, fused), *_functions(writer, evaluations)])


def kernel_source(plan: KernelPlan, width: int, fused: bool) -> str:
    """The IR text of the kernels that the solver calls, for vectors of `width` doubles."""
    writer = GraphWriter(plan, width, fused)
    flat = plan.flat
    evaluations: Evaluations = {
        "conditions": (("y", "k", "m"), [(flat.margins, "%m")]),
        "resets": (("y", "k", "r"), [(flat.reset_values, "%r")]),
        "moved_rates": (("y", "k", "f"), [([flat.rates[row] for row in plan.moved], "%f")]),
    }
    functions = _functions(writer, evaluations)
    functions += rosenbrock_kernels(writer)
    functions += explicit_kernels(writer)
    functions.append(writer.function("accept", ("c", "z", "y", "m", "n"), lambda: _accept(writer)))
    functions += extremes_kernels(writer)
    functions.append(writer.function("restart", ("y", "k", "a", "t", "h"), lambda: _restart(writer)))
    return "\n".join([elementary_functions(width, fused), *functions])


def _functions(writer: GraphWriter, evaluations: Evaluations) -> list[str]:
    return [
        writer.function(name, arguments, _evaluation(writer, groups))
        for name, (arguments, groups) in evaluations.items()
    ]


def workspace(plan: KernelPlan) -> int:
    """Vectors of workspace that a step of either method needs."""
    return max(explicit_workspace(plan), rosenbrock_workspace(plan))


def _evaluation(writer: GraphWriter, groups: list[tuple[Iterable[int], str]]) -> Callable[[], object]:
    return lambda: writer.evaluate(groups)


def _accept(writer: GraphWriter) -> None:
    """Copy new states and margins to the lanes whose flag c is set."""
    accepted = writer.fresh(f"fcmp ogt {writer.real} {writer.load('%c', 0)}, {writer.vector(0.0)}")

    def copy(source: str, sink: str) -> Callable[[str], None]:
        def one_row(row: str) -> None:
            chosen = writer.choose(accepted, writer.load(source, row), writer.load(sink, row))
            writer.store(chosen, sink, row)

        return one_row

    writer.loop(writer.plan.size, copy("%z", "%y"))
    writer.loop(len(writer.plan.flat.margins), copy("%m", "%n"))


def _restart(writer: GraphWriter) -> None:
    """How long a first step may be after a dose, before what drives the others changes out of sight."""
    w = writer
    blocks = range(len(w.plan.blocks))
    speeds = {
        place: speed
        for number in blocks
        for place, speed in BlockModes(w, w.plan, number, w.vector(1.0)).speeds().items()
    }
    inverse = w.binary("fdiv", w.vector(1.0), w.load("%t", 0))
    longest = w.vector(LONGEST_RESTART)
    for place, speed in speeds.items():
        size = w.fma(inverse, w.load("%a", place), w.absolute(w.load("%y", place)))
        some = w.larger(speed, w.vector(NEGLIGIBLE))
        longest = w.smaller(w.multiply(w.vector(RESTART), w.binary("fdiv", size, some)), longest)
    w.store(longest, "%h", 0)
