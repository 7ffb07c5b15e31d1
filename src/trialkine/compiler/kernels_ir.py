"""LLVM IR of a model's kernels: rates, slopes, elimination, one Rodas5P step, conditions and resets.

Every buffer is lane-minor: entry i of lane l stands at `i * width + l`. Functions take addresses as 64-bit
integers, so that a caller compiled once for all models can call them.

- `rates(y, k, f)`; `coupled_rates(y, k, c, f)` adds c; `slopes(y, k, f, j)` also gives the Jacobian's
  non-zero entries in pattern order
- `conditions(y, k, m)`: margins of events, milestones and holds; `resets(y, k, r)`: new values;
  `watch(y, k, o)`: the watched quantities
- `step(y, k, h, a, t, w, z, e, m)`: from y over h [day] with absolute tolerances a and relative
  tolerance t, workspace w; the new states z, the largest scaled error e and the margins m there
- `accept(c, z, y, m, n)`: where the flag c is set, y becomes z and n becomes m
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from trialkine.compiler import rodas5p
from trialkine.compiler.elementary import elementary_functions, splat
from trialkine.compiler.flatten import FlatModel
from trialkine.compiler.graph import Graph
from trialkine.compiler.sparse_lu import Elimination

NEGLIGIBLE = 1e-100  # smaller values become zero: numbers near the smallest double are slow to compute with
PARALLEL_SUMS = 4  # sums that do not wait for one another
NEGATIVE_ERROR = 4.0  # what a state below its floor counts as: reject, and shorten by a third


@dataclass(frozen=True)
class KernelPlan:
    """Everything the kernels are written from.

    `columns` are the fixed nodes each kernel loads per patient; the rates of infusion follow them.
    `pattern` lists the Jacobian's non-zero entries (row, column) and `slopes` their nodes.
    """

    flat: FlatModel
    columns: tuple[int, ...]
    pattern: tuple[tuple[int, int], ...]
    slopes: tuple[int, ...]
    elimination: Elimination
    nonnegative: tuple[bool, ...]

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.flat.rates)

    @property
    def workspace(self) -> int:
        """Vectors of workspace that a step needs."""
        stages = rodas5p.STAGES * self.size
        return stages + 3 * self.size + len(self.pattern) + len(self.elimination.slots) + 2


def kernel_source(plan: KernelPlan, width: int, fused: bool) -> str:
    """The IR text of all kernels for vectors of `width` doubles."""
    emitter = _Emitter(plan, width, fused)
    return "\n".join([elementary_functions(width, fused), *emitter.functions()])


class _Emitter:
    def __init__(self, plan: KernelPlan, width: int, fused: bool) -> None:
        self.plan = plan
        self.graph: Graph = plan.flat.graph
        self.width = width
        self.real = f"<{width} x double>"
        self.mask = f"<{width} x i1>"
        self.fused = fused
        self.multiply_add = "@fused" if fused else "@unfused"
        self.column_of = {node: number for number, node in enumerate(plan.columns)}
        self.lines: list[str] = []
        self.counter = 0

    # -- writing instructions --------------------------------------------------------------------

    def fresh(self, text: str) -> str:
        """Append an instruction and return the name of its value."""
        self.counter += 1
        name = f"%v{self.counter}"
        self.lines.append(f"  {name} = {text}")
        return name

    def vector(self, number: float) -> str:
        """A constant vector."""
        return splat(number, self.width)

    def at(self, pointer: str, entry: int | str) -> str:
        """The address of an entry of a lane-minor buffer."""
        return self.fresh(f"getelementptr {self.real}, ptr {pointer}, i64 {entry}")

    def load(self, pointer: str, entry: int | str) -> str:
        """Load one entry."""
        return self.fresh(f"load {self.real}, ptr {self.at(pointer, entry)}, align {self.width * 8}")

    def store(self, value: str, pointer: str, entry: int | str) -> None:
        """Store one entry."""
        place = self.at(pointer, entry)
        self.lines.append(f"  store {self.real} {value}, ptr {place}, align {self.width * 8}")

    def binary(self, operation: str, left: str, right: str) -> str:
        """An elementwise operation of two vectors."""
        contract = " contract" if self.fused and operation in ("fadd", "fsub", "fmul") else ""
        return self.fresh(f"{operation}{contract} {self.real} {left}, {right}")

    def fma(self, first: str, second: str, third: str) -> str:
        """first * second + third."""
        return self.fresh(
            f"call {self.real} {self.multiply_add}({self.real} {first}, {self.real} {second}, "
            f"{self.real} {third})"
        )

    def larger(self, left: str, right: str) -> str:
        """The larger of two vectors, lane by lane; the second where either is not a number."""
        test = self.fresh(f"fcmp ogt {self.real} {left}, {right}")
        return self.choose(test, left, right)

    def choose(self, test: str, then: str, otherwise: str) -> str:
        """Select lane by lane."""
        return self.fresh(f"select {self.mask} {test}, {self.real} {then}, {self.real} {otherwise}")

    def shifted(self, row: str, start: int) -> str:
        """A running row number moved by a constant."""
        return self.fresh(f"add i64 {row}, {start}")

    def loop(self, count: int, body: Callable[[str], None]) -> None:
        """Run `body` for row numbers 0 to count - 1; a loop, because straight code outgrows the cache."""
        self.counter += 1
        label = f"loop{self.counter}"
        self.lines += [f"  br label %{label}.before", f"{label}.before:", f"  br label %{label}", f"{label}:"]
        self.lines.append(f"  %{label}.row = phi i64 [ 0, %{label}.before ], [ %{label}.next, %{label} ]")
        body(f"%{label}.row")
        self.lines += [
            f"  %{label}.next = add i64 %{label}.row, 1",
            f"  %{label}.more = icmp ult i64 %{label}.next, {count}",
            f"  br i1 %{label}.more, label %{label}, label %{label}.after",
            f"{label}.after:",
        ]

    def function(self, name: str, arguments: Sequence[str], body: Callable[[], None]) -> str:
        """One function whose arguments are addresses."""
        self.lines, self.counter = [], 0
        for argument in arguments:
            self.lines.append(f"  %{argument} = inttoptr i64 %{argument}.address to ptr")
        body()
        signature = ", ".join(f"i64 %{argument}.address" for argument in arguments)
        return "\n".join(
            [f"define void @{name}({signature}) noinline nounwind {{", *self.lines, "  ret void", "}", ""]
        )

    # -- graph nodes -------------------------------------------------------------------------------

    def nodes(self, outputs: Iterable[int]) -> dict[int, str]:
        """Write out the nodes below `outputs`, given states in %y and columns in %k."""
        graph = self.graph
        values: dict[int, str] = {}
        wanted = list(outputs)
        for node in self._needed(wanted):
            operation, operands = graph.operations[node], graph.operands[node]
            if operation == "const":
                values[node] = self.vector(operands[0])
            elif node in self.column_of:
                values[node] = self.load("%k", self.column_of[node])
            elif operation == "state":
                values[node] = self.load("%y", int(operands[0]))
            elif operation == "input":
                values[node] = self.load("%k", len(self.plan.columns) + int(operands[0]))
            else:
                values[node] = self._operation(operation, [values[int(o)] for o in operands])
        return values

    def _needed(self, outputs: list[int]) -> list[int]:
        seen: set[int] = set()
        stack = list(outputs)
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                if node not in self.column_of:
                    stack.extend(self.graph.children(node))
        return sorted(seen)

    def _operation(self, operation: str, values: list[str]) -> str:
        if operation in ("add", "sub", "mul"):
            return self.binary(f"f{operation}", *values)
        if operation == "rcp":
            return self.binary("fdiv", self.vector(1.0), values[0])
        if operation == "max":
            return self.larger(*values)
        if operation == "min":
            test = self.fresh(f"fcmp olt {self.real} {values[0]}, {values[1]}")
            return self.choose(test, *values)
        if operation == "above":
            test = self.fresh(f"fcmp ogt {self.real} {values[0]}, {values[1]}")
            return self.choose(test, values[2], values[3])
        if operation == "sqrt":
            inner = self.larger(values[0], self.vector(0.0))
            return self.fresh(f"call {self.real} @llvm.sqrt.v{self.width}f64({self.real} {inner})")
        arguments = ", ".join(f"{self.real} {value}" for value in values)
        return self.fresh(f"call {self.real} @vector_{operation}({arguments})")

    # -- the functions -----------------------------------------------------------------------------

    def functions(self) -> list[str]:
        """All kernels."""
        plan = self.plan
        return [
            self.function("rates", ("y", "k", "f"), lambda: self._evaluate([(plan.flat.rates, "%f")])),
            self.function("coupled_rates", ("y", "k", "c", "f"), self._coupled_rates),
            self.function(
                "slopes",
                ("y", "k", "f", "j"),
                lambda: self._evaluate([(plan.flat.rates, "%f"), (plan.slopes, "%j")]),
            ),
            self.function("conditions", ("y", "k", "m"), lambda: self._evaluate([(plan.flat.margins, "%m")])),
            self.function(
                "resets", ("y", "k", "r"), lambda: self._evaluate([(plan.flat.reset_values, "%r")])
            ),
            self.function("watch", ("y", "k", "o"), lambda: self._evaluate([(plan.flat.watched, "%o")])),
            self.function("factor", ("j", "d", "l"), self._factor),
            self.function("solve", ("l", "b"), self._solve),
            self.function("step", ("y", "k", "h", "a", "t", "w", "z", "e", "m"), self._step),
            self.function("accept", ("c", "z", "y", "m", "n"), self._accept),
        ]

    def _evaluate(self, groups: list[tuple[tuple[int, ...], str]]) -> None:
        values = self.nodes(node for nodes, _ in groups for node in nodes)
        for nodes, pointer in groups:
            for entry, node in enumerate(nodes):
                self.store(values[node], pointer, entry)

    def _coupled_rates(self) -> None:
        """The right-hand side of a stage: rates plus what earlier stages contribute."""
        values = self.nodes(self.plan.flat.rates)
        for row, node in enumerate(self.plan.flat.rates):
            self.store(self.binary("fadd", values[node], self.load("%c", row)), "%f", row)

    def _factor(self) -> None:
        """Eliminate the matrix d - J, with d the same on the whole diagonal."""
        plan = self.plan.elimination
        diagonal = self.load("%d", 0)
        entry_of = {plan.slots[place]: entry for entry, place in enumerate(self.plan.pattern)}
        diagonals = {plan.slots[row, row] for row in range(self.plan.size)}
        held: dict[int, str] = {}
        nothing = self.vector(0.0)
        sums = [nothing] * PARALLEL_SUMS  # of every slope times zero: not a number unless all are finite

        def value(slot: int) -> str:
            """An entry of the matrix, loaded when it is first needed."""
            if slot not in held:
                slope = self.load("%j", entry_of[slot]) if slot in entry_of else nothing
                sums[slot % PARALLEL_SUMS] = self.fma(slope, nothing, sums[slot % PARALLEL_SUMS])
                if slot in diagonals:
                    held[slot] = self.binary("fsub", diagonal, slope)
                else:
                    held[slot] = self.fresh(f"fneg {self.real} {slope}")
            return held[slot]

        for operation, slot, first, second in plan.factor:
            if operation == "invert":
                held[slot] = self.binary("fdiv", self.vector(1.0), value(slot))
                self.store(held[slot], "%l", slot)
            elif operation == "scale":
                held[slot] = self.binary("fmul", value(slot), held[first])
                self.store(held[slot], "%l", slot)
            else:
                minus = self.fresh(f"fneg {self.real} {held[first]}")
                held[slot] = self.fma(minus, value(second), value(slot))
        for slot in sorted(plan.slots.values()):
            self.store(value(slot), "%l", slot)
        total = nothing
        for part in sums:
            total = self.binary("fadd", total, part)
        self.store(total, "%l", len(plan.slots))

    def _solve(self) -> None:
        plan = self.plan.elimination
        held = {row: self.load("%b", row) for row in range(self.plan.size)}
        for row, entry, column in (*plan.forward, *plan.backward):
            value = self.load("%l", entry)
            if column < 0:
                held[row] = self.binary("fmul", held[row], value)
            else:
                minus = self.fresh(f"fneg {self.real} {value}")
                held[row] = self.fma(minus, held[column], held[row])
        for row, value in held.items():
            self.store(value, "%b", row)

    def _call(self, name: str, *pointers: str) -> None:
        arguments = ", ".join(f"i64 {pointer}" for pointer in pointers)
        self.lines.append(f"  call void @{name}({arguments})")

    def _address(self, pointer: str, entry: int) -> str:
        return self.fresh(f"ptrtoint ptr {self.at(pointer, entry)} to i64")

    def _step(self) -> None:
        size, plan = self.plan.size, self.plan
        stage = [s * size for s in range(rodas5p.STAGES)]  # places of u_1 .. u_8 in the workspace
        argument = rodas5p.STAGES * size
        coupling = argument + size
        diagonal = coupling + size
        jacobian = diagonal + 1
        factors = jacobian + len(plan.pattern)
        places = {
            "argument": argument,
            "coupling": coupling,
            "diagonal": diagonal,
            "jacobian": jacobian,
            "factors": factors,
        }
        at = {name: self._address("%w", entry) for name, entry in places.items()}
        step = self.load("%h", 0)
        inverse = self.binary("fdiv", self.vector(1.0), step)
        self.store(self.binary("fmul", inverse, self.vector(1.0 / rodas5p.GAMMA)), "%w", diagonal)
        first = self._address("%w", stage[0])
        self._call("slopes", "%y.address", "%k.address", first, at["jacobian"])
        self._call("factor", at["jacobian"], at["diagonal"], at["factors"])
        self._call("solve", at["factors"], first)
        for number in range(1, rodas5p.STAGES):
            self._stage_argument(number, stage, argument, coupling, inverse)
            here = self._address("%w", stage[number])
            self._call("coupled_rates", at["argument"], "%k.address", at["coupling"], here)
            self._call("solve", at["factors"], here)
        self._finish_step(argument, stage[-1], factors + len(plan.elimination.slots))

    def _stage_argument(
        self, number: int, stage: list[int], argument: int, coupling: int, inverse: str
    ) -> None:
        def one_row(row: str) -> None:
            total = self.load("%y", row)
            coupled = None
            for earlier in range(number):
                u = self.load("%w", self.shifted(row, stage[earlier]))
                total = self.fma(self.vector(rodas5p.A[number][earlier]), u, total)
                factor = self.vector(rodas5p.C[number][earlier])
                coupled = self.binary("fmul", factor, u) if coupled is None else self.fma(factor, u, coupled)
            assert coupled is not None
            self.store(total, "%w", self.shifted(row, argument))
            self.store(self.binary("fmul", coupled, inverse), "%w", self.shifted(row, coupling))

        self.loop(self.plan.size, one_row)

    def _finish_step(self, argument: int, last: int, soundness: int) -> None:
        """The new states, not below their floors, and the largest error in units of what is allowed.

        A state that would fall further below its floor than its absolute tolerance counts as an error, and
        the error is not a number where a slope or a change is none (`soundness` is the slopes' own check).
        """
        relative, nothing = self.load("%t", 0), self.vector(0.0)
        errors = []
        for row, has_floor in enumerate(self.plan.nonnegative):
            change = self.load("%w", last + row)
            new = self.binary("fadd", self.load("%w", argument + row), change)
            sizes = [self._absolute(self.load("%y", row)), self._absolute(new)]
            absolute = self.load("%a", row)
            allowed = self.fma(relative, self.larger(*sizes), absolute)
            error = self._absolute(change)
            least = self._absolute(new)
            if has_floor:
                minus = self.fresh(f"fneg {self.real} {absolute}")
                deep = self.fresh(f"fcmp olt {self.real} {new}, {minus}")
                error = self.choose(deep, self.binary("fmul", allowed, self.vector(NEGATIVE_ERROR)), error)
                least = new
            small = self.fresh(f"fcmp olt {self.real} {least}, {self.vector(NEGLIGIBLE)}")
            self.store(self.choose(small, nothing, new), "%z", row)
            errors.append((error, allowed))
        total = self.load("%w", soundness)
        for error, _ in errors:
            total = self.binary("fadd", total, error)
        worst, allowed = self._largest_ratio(errors)
        sound = self.fresh(f"fcmp olt {self.real} {total}, {self.vector(math.inf)}")
        ratio = self.binary("fdiv", worst, allowed)
        self.store(self.choose(sound, ratio, self.vector(math.nan)), "%e", 0)
        self._call("conditions", "%z.address", "%k.address", "%m.address")

    def _largest_ratio(self, ratios: list[tuple[str, str]]) -> tuple[str, str]:
        """The largest of several ratios of positive numbers, compared in pairs without dividing."""
        while len(ratios) > 1:
            winners = []
            for (first, below_first), (second, below_second) in zip(ratios[::2], ratios[1::2], strict=False):
                left, right = (
                    self.binary("fmul", first, below_second),
                    self.binary("fmul", second, below_first),
                )
                test = self.fresh(f"fcmp ogt {self.real} {left}, {right}")
                pair = self.choose(test, first, second), self.choose(test, below_first, below_second)
                winners.append(pair)
            ratios = winners + ratios[len(ratios) - len(ratios) % 2 :]
        return ratios[0]

    def _accept(self) -> None:
        """Copy new states and margins to the lanes whose flag c is set."""
        accepted = self.fresh(f"fcmp ogt {self.real} {self.load('%c', 0)}, {self.vector(0.0)}")

        def copy(source: str, sink: str) -> Callable[[str], None]:
            def one_row(row: str) -> None:
                self.store(self.choose(accepted, self.load(source, row), self.load(sink, row)), sink, row)

            return one_row

        self.loop(self.plan.size, copy("%z", "%y"))
        if self.plan.flat.margins:
            self.loop(len(self.plan.flat.margins), copy("%m", "%n"))

    def _absolute(self, value: str) -> str:
        return self.fresh(f"call {self.real} @llvm.fabs.v{self.width}f64({self.real} {value})")
