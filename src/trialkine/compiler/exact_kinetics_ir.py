"""Instructions that propagate linear kinetics exactly through a step and to its stages.

In eigen-coordinates every mode is `s * exp(lambda * time)` around a constant. The exponentials of all stages
are powers of one where the stages lie at multiples of a common fraction of the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from trialkine.compiler.ir_writer import IrWriter
from trialkine.compiler.kernel_plan import KernelPlan
from trialkine.compiler.linear_kinetics import LinearBlock

LARGEST_DIVISOR = 200
WELL_SEEN = 0.1  # of an exponent over a step: a method of order 5 misses less than 1e-10 of such a mode
DEEPEST = -600.0  # exponents below count as this: their powers stay normal numbers


@dataclass(frozen=True)
class _Mode:
    """One mode of a block, and its eigenvalue times the step.

    The mode is amplitude * exp(eigenvalue * time) - constant + growth * time; one of the last two is zero.
    """

    value: str
    inverse: str
    amplitude: str
    constant: str
    growth: str
    exponent: str


class ExactKinetics:
    """The blocks of a plan from the states in `%y` over the step `h`, with columns in `%k`."""

    def __init__(self, writer: IrWriter, plan: KernelPlan, step: str, times: Sequence[float]) -> None:
        self.writer = writer
        self.plan = plan
        self.modes: list[list[_Mode]] = []
        self.back: list[list[list[str]]] = []
        self.levels: list[list[str]] = []
        self.growths: list[list[str]] = []
        self.step = step
        first, start = len(plan.columns), len(plan.moved)
        for block in plan.blocks:
            self._begin(block, first, start, step)
            first += block.numbers
            start += block.size
        self.powers = [[self._powers(mode, times) for mode in modes] for modes in self.modes]

    def _begin(self, block: LinearBlock, first: int, start: int, step: str) -> None:
        w, size = self.writer, block.size
        values, inverse, resting, inflow, forth = (first + part * size for part in range(5))
        back = forth + size * size
        amounts = [w.load("%y", start + i) for i in range(size)]
        modes = []
        for j in range(size):
            row = [w.load("%k", forth + j * size + i) for i in range(size)]
            inflows = w.load("%k", inflow + j)
            for number, state in enumerate(self.plan.flat.dosed_states):
                if state in block.rows:
                    rate = w.load("%k", self.plan.column_count + number)
                    inflows = w.fma(row[block.rows.index(state)], rate, inflows)
            value = w.load("%k", values + j)
            reciprocal = w.load("%k", inverse + j)
            constant = w.multiply(inflows, reciprocal)  # minus where the mode comes to rest
            growth = w.multiply(inflows, w.load("%k", resting + j))
            amplitude = w.add(w.dot(list(zip(row, amounts, strict=True))), constant)
            exponent = w.multiply(value, step)
            modes.append(_Mode(value, reciprocal, amplitude, constant, growth, exponent))
        matrix = [[w.load("%k", back + i * size + j) for j in range(size)] for i in range(size)]
        self.modes.append(modes)
        self.back.append(matrix)
        constants, growths = [mode.constant for mode in modes], [mode.growth for mode in modes]
        self.levels.append([w.dot(list(zip(row, constants, strict=True))) for row in matrix])
        self.growths.append([w.dot(list(zip(row, growths, strict=True))) for row in matrix])

    def _powers(self, mode: _Mode, times: Sequence[float]) -> dict[float, str]:
        """exp(exponent * time) for every time, which is a share of the step."""
        w = self.writer
        bounded = w.larger(mode.exponent, w.vector(DEEPEST))
        divisor, whole = common_divisor(times)
        found = {1: self._exp(w.multiply(bounded, w.vector(1.0 / divisor)))} if whole else {}

        def power(number: int) -> str:
            if number not in found:
                half = power(number // 2)
                square = w.multiply(half, half)
                found[number] = square if number % 2 == 0 else w.multiply(square, found[1])
            return found[number]

        result = {time: power(number) for time, number in whole.items()}
        for time in times:
            if time not in result:
                result[time] = self._exp(w.multiply(bounded, w.vector(time)))
        return result

    def _exp(self, value: str) -> str:
        w = self.writer
        return w.fresh(f"call {w.real} @vector_exp({w.real} {value})")

    def states(self, time: float, among: Iterable[int] | None = None) -> dict[int, str]:
        """The states of the blocks at a share of the step, by the kernels' places (all, or some of them)."""
        w = self.writer
        wanted = None if among is None else set(among)
        found = {}
        place = len(self.plan.moved)
        for number, modes in enumerate(self.modes):
            decayed = None
            passed = w.multiply(self.step, w.vector(time))
            rows = zip(self.back[number], self.levels[number], self.growths[number], strict=True)
            for row, level, growth in rows:
                if wanted is None or place in wanted:
                    if decayed is None:
                        decayed = [
                            w.multiply(mode.amplitude, self.powers[number][j][time])
                            for j, mode in enumerate(modes)
                        ]
                    around = w.binary("fsub", w.dot(list(zip(row, decayed, strict=True))), level)
                    found[place] = w.fma(growth, passed, around)
                place += 1
        return found

    def speeds(self) -> dict[int, str]:
        """How fast each driving state may change at most, mode by mode [its unit/day]."""
        w = self.writer
        found = {}
        place = len(self.plan.moved)
        for number, modes in enumerate(self.modes):
            for row in self.back[number]:
                if place in self.plan.driving:
                    parts = [w.fma(mode.amplitude, mode.value, mode.growth) for mode in modes]
                    sizes = [
                        w.absolute(w.multiply(share, part)) for share, part in zip(row, parts, strict=True)
                    ]
                    total = sizes[0]
                    for size in sizes[1:]:
                        total = w.add(total, size)
                    found[place] = total
                place += 1
        return found

    def slopes(self, among: Iterable[int]) -> dict[int, str]:
        """The rates of change at the start of the step, of some states."""
        w, wanted = self.writer, set(among)
        found = {}
        place = len(self.plan.moved)
        for number, modes in enumerate(self.modes):
            for row in self.back[number]:
                if place in wanted:
                    moving = [w.fma(mode.amplitude, mode.value, mode.growth) for mode in modes]
                    found[place] = w.dot(list(zip(row, moving, strict=True)))
                place += 1
        return found

    def defects(self, weights: Sequence[tuple[float, float]], by_slope: float = 0.0) -> dict[int, str]:
        """By how much the method's quadrature misses the integral over the step of each driving state.

        `weights` are (time, weight of the value there); `by_slope` weighs step times slope at the start.
        A method whose stages do not see what drives the other states cannot see its own error either.
        """
        w = self.writer
        found = {}
        place = len(self.plan.moved)
        for number, modes in enumerate(self.modes):
            misses: list[str] = []
            for row in self.back[number]:
                if place in self.plan.driving:
                    misses = misses or [
                        self._missed(mode, self.powers[number][j], weights, by_slope)
                        for j, mode in enumerate(modes)
                    ]
                    found[place] = w.absolute(w.dot(list(zip(row, misses, strict=True))))
                place += 1
        return found

    def _missed(
        self, mode: _Mode, powers: dict[float, str], weights: Sequence[tuple[float, float]], by_slope: float
    ) -> str:
        """The integral of a mode over the step, less its quadrature."""
        w = self.writer
        values = [powers[time] if time else w.vector(1.0) for time, _ in weights]
        total = w.weighted_sum([-weight for _, weight in weights], values)
        assert total is not None
        if by_slope:
            total = w.fma(w.vector(-by_slope), mode.exponent, total)
        integral = w.binary("fsub", powers[1.0], w.vector(1.0))
        missed = w.fma(mode.exponent, total, integral)
        small = w.fresh(f"fcmp olt {w.real} {w.absolute(mode.exponent)}, {w.vector(WELL_SEEN)}")
        missed = w.choose(small, w.vector(0.0), missed)  # there the difference is rounding
        return w.multiply(w.multiply(mode.amplitude, mode.inverse), missed)


def common_divisor(times: Sequence[float]) -> tuple[int, dict[float, int]]:
    """A whole number of parts of the step, and at which of them the times lie, as far as they do."""
    near = {time: Fraction(time).limit_denominator(LARGEST_DIVISOR) for time in times}
    whole = {time: part for time, part in near.items() if abs(float(part) - time) < 1e-15}
    divisor = lcm(*(part.denominator for part in whole.values())) if whole else 1
    if divisor > LARGEST_DIVISOR:
        whole = {time: part for time, part in whole.items() if part == 1}
        divisor = 1
    return divisor, {time: int(part * divisor) for time, part in whole.items()}
