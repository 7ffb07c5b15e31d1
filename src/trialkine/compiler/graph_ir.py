"""Instructions for graph nodes, and for what both steppers do at the end of a step."""

from __future__ import annotations

import math
from collections.abc import Iterable

from trialkine.compiler.exact_kinetics_ir import KineticsBuffer
from trialkine.compiler.graph import Graph
from trialkine.compiler.ir_writer import IrWriter
from trialkine.compiler.kernel_plan import KernelPlan

NEGLIGIBLE = 1e-100  # smaller values become zero: numbers near the smallest double are slow to compute with
FORGOTTEN = 1e-8  # of its absolute tolerance, below which a state of a block counts as gone
NEGATIVE_ERROR = 4.0  # what a state below its floor counts as: reject, and shorten by a third
SAFETY, LEAST_ERROR = 0.9, 1e-12  # of the next step's length; smaller errors count as this
DRIVEN = 5.0  # by how much more than a moved state's the error of what drives it may be


class GraphWriter(IrWriter):
    """A writer that knows a model's nodes."""

    def __init__(self, plan: KernelPlan, width: int, fused: bool) -> None:
        super().__init__(width, fused)
        self.plan = plan
        self.graph: Graph = plan.flat.graph
        self.column_of = {node: number for number, node in enumerate(plan.columns)}

    def nodes(self, outputs: Iterable[int]) -> dict[int, str]:
        """Write out the nodes below `outputs`, given states in %y and columns in %k."""
        graph, values = self.graph, dict[int, str]()
        for node in graph.needed(outputs, self.column_of):
            operation, operands = graph.operations[node], graph.operands[node]
            if operation == "const":
                values[node] = self.vector(operands[0])
            elif node in self.column_of:
                values[node] = self.load("%k", self.column_of[node])
            elif operation == "state":
                values[node] = self.load("%y", self.plan.place[int(operands[0])])
            elif operation == "input":
                values[node] = self.load("%k", self.plan.column_count + int(operands[0]))
            else:
                values[node] = self._operation(operation, [values[int(o)] for o in operands])
        return values

    def _operation(self, operation: str, values: list[str]) -> str:
        if operation in ("add", "sub", "mul"):
            return self.binary(f"f{operation}", *values)
        if operation == "rcp":
            return self.binary("fdiv", self.vector(1.0), values[0])
        if operation == "max":
            return self.larger(*values)
        if operation == "min":
            return self.smaller(*values)
        if operation == "above":
            test = self.fresh(f"fcmp ogt {self.real} {values[0]}, {values[1]}")
            return self.choose(test, values[2], values[3])
        if operation == "sqrt":
            inner = self.larger(values[0], self.vector(0.0))
            return self.fresh(f"call {self.real} @llvm.sqrt.v{self.width}f64({self.real} {inner})")
        arguments = ", ".join(f"{self.real} {value}" for value in values)
        return self.fresh(f"call {self.real} @vector_{operation}({arguments})")

    def evaluate(self, groups: Iterable[tuple[Iterable[int], str]]) -> dict[int, str]:
        """Store groups of nodes to buffers; returns the values of all of them."""
        known = [(tuple(nodes), pointer) for nodes, pointer in groups]
        values = self.nodes(node for nodes, _ in known for node in nodes)
        for nodes, pointer in known:
            for entry, node in enumerate(nodes):
                self.store(values[node], pointer, entry)
        return values

    def put_driving(self, kinetics: KineticsBuffer, time: float, states: int) -> None:
        """Put what drives the others at a stage's time among its states, which begin at `states` in %w."""
        for place in sorted(self.plan.driving):
            self.store(kinetics.load(kinetics.state_entry(time, place)), "%w", states + place)

    def finish_step(
        self, changes: Iterable[tuple[str, str]], kinetics: KineticsBuffer, step: str, order: int
    ) -> None:
        """Store the new states, not below their floors, the margins, and the verdict on the step.

        The verdict is the scaled error, by what the step may be multiplied for an estimate of this order,
        and how many located conditions are other than they were. `changes` are (new value, error) of the
        moved states; what of the integrals of their drivers the method does not see is an error as well.
        A state that would fall further below its floor than its absolute tolerance counts as an error, and
        the error is not a number where a change is none.
        """
        relative = self.load("%t", 0)
        errors, total = [], self.vector(0.0)
        for row, (new, error) in enumerate(changes):
            absolute = self.load("%a", row)
            allowed = self._allowed(row, new, absolute, relative)
            total = self.add(total, error)
            if self.plan.nonnegative[self.plan.order[row]]:
                deep = self.fresh(f"fcmp olt {self.real} {new}, {self.negative(absolute)}")
                error = self.choose(deep, self.multiply(allowed, self.vector(NEGATIVE_ERROR)), error)
            self._store_state(row, new)
            errors.append((error, allowed))
        for row in range(len(self.plan.moved), self.plan.size):
            new = kinetics.load(kinetics.state_entry(1.0, row))
            self._store_exact(row, new)
            total = self.add(total, self.multiply(new, self.vector(0.0)))
        much = self.multiply(step, self.vector(DRIVEN))
        for row in sorted(self.plan.driving):
            new = kinetics.load(kinetics.state_entry(1.0, row))
            allowed = self._allowed(row, new, self.load("%a", row), relative)
            errors.append((kinetics.load(kinetics.defect_entry(row)), self.multiply(allowed, much)))
        sound = self.fresh(f"fcmp olt {self.real} {total}, {self.vector(math.inf)}")
        ratio = self.vector(0.0)
        if errors:
            ratio = self.binary("fdiv", *self._largest_ratio(errors))
        error = self.choose(sound, ratio, self.vector(math.nan))
        self.store(error, "%e", 0)
        least = self.larger(error, self.vector(LEAST_ERROR))
        power = f"call {self.real} @vector_pow({self.real} {least}, {self.real} {self.vector(-1.0 / order)})"
        self.store(self.multiply(self.fresh(power), self.vector(SAFETY)), "%e", 1)
        self.call("conditions", "%z.address", "%k.address", "%m.address")
        self.store(self._changed_conditions(), "%e", 2)

    def _changed_conditions(self) -> str:
        """How many margins of events and milestones have another sign than the flags in %b say."""
        nothing, total = self.vector(0.0), self.vector(0.0)
        for number in range(len(self.plan.flat.events) + len(self.plan.flat.milestones)):
            holds = self.fresh(f"fcmp ogt {self.real} {self.load('%m', number)}, {nothing}")
            held = self.fresh(f"fcmp ogt {self.real} {self.load('%b', number)}, {nothing}")
            differs = self.fresh(f"xor {self.mask} {holds}, {held}")
            total = self.add(total, self.choose(differs, self.vector(1.0), nothing))
        return total

    def _allowed(self, row: int, new: str, absolute: str, relative: str) -> str:
        size = self.larger(self.absolute(self.load("%y", row)), self.absolute(new))
        return self.fma(relative, size, absolute)

    def _store_exact(self, row: int, new: str) -> None:
        """Store a state of a block; what is far below its absolute tolerance becomes zero."""
        has_floor = self.plan.nonnegative[self.plan.order[row]]
        least = new if has_floor else self.absolute(new)
        limit = self.multiply(self.load("%a", row), self.vector(FORGOTTEN))
        small = self.fresh(f"fcmp olt {self.real} {least}, {self.larger(limit, self.vector(NEGLIGIBLE))}")
        self.store(self.choose(small, self.vector(0.0), new), "%z", row)

    def _store_state(self, row: int, new: str) -> None:
        has_floor = self.plan.nonnegative[self.plan.order[row]]
        least = new if has_floor else self.absolute(new)
        small = self.fresh(f"fcmp olt {self.real} {least}, {self.vector(NEGLIGIBLE)}")
        self.store(self.choose(small, self.vector(0.0), new), "%z", row)

    def _largest_ratio(self, ratios: list[tuple[str, str]]) -> tuple[str, str]:
        """The largest of several ratios of positive numbers, compared in pairs without dividing."""
        while len(ratios) > 1:
            winners = []
            for (first, below_first), (second, below_second) in zip(ratios[::2], ratios[1::2], strict=False):
                left, right = self.multiply(first, below_second), self.multiply(second, below_first)
                test = self.fresh(f"fcmp ogt {self.real} {left}, {right}")
                pair = self.choose(test, first, second), self.choose(test, below_first, below_second)
                winners.append(pair)
            ratios = winners + ratios[len(ratios) - len(ratios) % 2 :]
        return ratios[0]
