"""Writing vector LLVM IR: instructions, loads and stores of lane-minor buffers, loops, functions.

Every buffer is lane-minor: entry i of lane l stands at `i * width + l`. Functions take addresses as 64-bit
integers, so that a caller compiled once for all models can call them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trialkine.compiler.elementary import splat

Entry = int | str


class IrWriter:
    """The instructions of one function after another, for vectors of `width` doubles."""

    def __init__(self, width: int, fused: bool) -> None:
        self.width = width
        self.real = f"<{width} x double>"
        self.mask = f"<{width} x i1>"
        self.fused = fused
        self.multiply_add = "@fused" if fused else "@unfused"
        self.lines: list[str] = []
        self.counter = 0

    def fresh(self, text: str) -> str:
        """Append an instruction and return the name of its value."""
        self.counter += 1
        name = f"%v{self.counter}"
        self.lines.append(f"  {name} = {text}")
        return name

    def vector(self, number: float) -> str:
        """A constant vector."""
        return splat(number, self.width)

    def at(self, pointer: str, entry: Entry) -> str:
        """The address of an entry of a lane-minor buffer."""
        return self.fresh(f"getelementptr {self.real}, ptr {pointer}, i64 {entry}")

    def load(self, pointer: str, entry: Entry) -> str:
        """Load one entry."""
        return self.fresh(f"load {self.real}, ptr {self.at(pointer, entry)}, align {self.width * 8}")

    def store(self, value: str, pointer: str, entry: Entry) -> None:
        """Store one entry."""
        place = self.at(pointer, entry)
        self.lines.append(f"  store {self.real} {value}, ptr {place}, align {self.width * 8}")

    def binary(self, operation: str, left: str, right: str) -> str:
        """An elementwise operation of two vectors."""
        contract = " contract" if self.fused and operation in ("fadd", "fsub", "fmul") else ""
        return self.fresh(f"{operation}{contract} {self.real} {left}, {right}")

    def add(self, left: str, right: str) -> str:
        """left + right."""
        return self.binary("fadd", left, right)

    def multiply(self, left: str, right: str) -> str:
        """left * right."""
        return self.binary("fmul", left, right)

    def fma(self, first: str, second: str, third: str) -> str:
        """first * second + third."""
        return self.fresh(
            f"call {self.real} {self.multiply_add}({self.real} {first}, {self.real} {second}, "
            f"{self.real} {third})"
        )

    def weighted_sum(self, weights: Sequence[float], values: Sequence[str]) -> str | None:
        """The sum of values with constant weights; None where every weight is zero."""
        total: str | None = None
        for weight, value in zip(weights, values, strict=True):
            if weight == 0.0:
                continue
            factor = self.vector(weight)
            total = self.multiply(factor, value) if total is None else self.fma(factor, value, total)
        return total

    def dot(self, pairs: Sequence[tuple[str, str]]) -> str:
        """The sum of products."""
        first, second = pairs[0]
        total = self.multiply(first, second)
        for first, second in pairs[1:]:
            total = self.fma(first, second, total)
        return total

    def negative(self, value: str) -> str:
        """-value."""
        return self.fresh(f"fneg {self.real} {value}")

    def absolute(self, value: str) -> str:
        """|value|."""
        return self.fresh(f"call {self.real} @llvm.fabs.v{self.width}f64({self.real} {value})")

    def larger(self, left: str, right: str) -> str:
        """The larger of two vectors, lane by lane; the second where either is not a number."""
        test = self.fresh(f"fcmp ogt {self.real} {left}, {right}")
        return self.choose(test, left, right)

    def smaller(self, left: str, right: str) -> str:
        """The smaller of two vectors, lane by lane; the second where either is not a number."""
        test = self.fresh(f"fcmp olt {self.real} {left}, {right}")
        return self.choose(test, left, right)

    def choose(self, test: str, then: str, otherwise: str) -> str:
        """Select lane by lane."""
        return self.fresh(f"select {self.mask} {test}, {self.real} {then}, {self.real} {otherwise}")

    def shifted(self, row: Entry, start: int) -> Entry:
        """A row number moved by a constant."""
        if isinstance(row, int):
            return row + start
        return self.fresh(f"add i64 {row}, {start}") if start else row

    def call(self, name: str, *pointers: str) -> None:
        """Call a kernel with addresses."""
        arguments = ", ".join(f"i64 {pointer}" for pointer in pointers)
        self.lines.append(f"  call void @{name}({arguments})")

    def address(self, pointer: str, entry: int) -> str:
        """The address of an entry as an integer."""
        return self.fresh(f"ptrtoint ptr {self.at(pointer, entry)} to i64")

    def loop(self, count: int, body: Callable[[str], None]) -> None:
        """Run `body` for row numbers 0 to count - 1; a loop, because straight code outgrows the cache."""
        if count == 0:
            return
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

    def function(self, name: str, arguments: Sequence[str], body: Callable[[], object]) -> str:
        """One function whose arguments are addresses."""
        self.lines, self.counter = [], 0
        for argument in arguments:
            self.lines.append(f"  %{argument} = inttoptr i64 %{argument}.address to ptr")
        body()
        signature = ", ".join(f"i64 %{argument}.address" for argument in arguments)
        return "\n".join(
            [f"define void @{name}({signature}) noinline nounwind {{", *self.lines, "  ret void", "}", ""]
        )
