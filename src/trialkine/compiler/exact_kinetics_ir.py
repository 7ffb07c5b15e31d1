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

LARGEST_DIVISOR = 200
WELL_SEEN = 0.1  # of an exponent over a step: a method of order 5 misses less than 1e-10 of such a mode
DEEPEST = -600.0  # exponents beyond it, and above its opposite, count as that: their powers stay numbers


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


class BlockModes:
    """The modes of one block, from the states in `%y` over the step, with columns in `%k`."""

    def __init__(self, writer: IrWriter, plan: KernelPlan, number: int, step: str) -> None:
        self.writer = writer
        self.plan = plan
        self.block = plan.blocks[number]
        self.step = step
        before = plan.blocks[:number]
        self.start = len(plan.moved) + sum(block.size for block in before)
        self._read(len(plan.columns) + sum(block.numbers for block in before))

    @property
    def places(self) -> range:
        """The block's states in the kernels' order."""
        return range(self.start, self.start + self.block.size)

    @property
    def driving(self) -> list[int]:
        """Those of them that some moved state reads."""
        return [place for place in self.places if place in self.plan.driving]

    def _read(self, first: int) -> None:
        w, size = self.writer, self.block.size
        values, inverse, resting, inflow, forth = (first + part * size for part in range(5))
        back = forth + size * size
        amounts = [w.load("%y", place) for place in self.places]
        rates = {
            self.block.rows.index(state): w.load("%k", self.plan.column_count + number)
            for number, state in enumerate(self.plan.flat.dosed_states)
            if state in self.block.rows
        }
        self.modes = []
        for j in range(size):
            row = [w.load("%k", forth + j * size + i) for i in range(size)]
            inflows = w.load("%k", inflow + j)
            for i, rate in rates.items():
                inflows = w.fma(row[i], rate, inflows)
            value, reciprocal = w.load("%k", values + j), w.load("%k", inverse + j)
            constant = w.multiply(inflows, reciprocal)  # minus where the mode comes to rest
            growth = w.multiply(inflows, w.load("%k", resting + j))
            amplitude = w.add(w.dot(list(zip(row, amounts, strict=True))), constant)
            exponent = w.multiply(value, self.step)
            self.modes.append(_Mode(value, reciprocal, amplitude, constant, growth, exponent))
        self.back = [[w.load("%k", back + i * size + j) for j in range(size)] for i in range(size)]
        self.levels = self._each_state([mode.constant for mode in self.modes])
        self.growths = self._each_state([mode.growth for mode in self.modes])

    def _each_state(self, parts: Sequence[str]) -> list[str]:
        """From eigen-coordinates to states."""
        return [self.writer.dot(list(zip(row, parts, strict=True))) for row in self.back]

    def _one_state(self, place: int, parts: Sequence[str]) -> str:
        return self.writer.dot(list(zip(self.back[place - self.start], parts, strict=True)))

    def powers(self, times: Sequence[float]) -> list[dict[float, str]]:
        """exp(exponent * time) of every mode for every time, which is a share of the step."""
        return [self._powers(mode, times) for mode in self.modes]

    def _powers(self, mode: _Mode, times: Sequence[float]) -> dict[float, str]:
        w = self.writer
        bounded = w.smaller(w.larger(mode.exponent, w.vector(DEEPEST)), w.vector(-DEEPEST))
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

    def states(self, time: float, powers: Sequence[dict[float, str]], places: Iterable[int]) -> list[str]:
        """Some states at a share of the step."""
        w = self.writer
        passed = w.multiply(self.step, w.vector(time))
        decayed = [
            w.multiply(mode.amplitude, power[time]) for mode, power in zip(self.modes, powers, strict=True)
        ]
        found = []
        for place in places:
            around = w.binary("fsub", self._one_state(place, decayed), self.levels[place - self.start])
            found.append(w.fma(self.growths[place - self.start], passed, around))
        return found

    def speeds(self) -> dict[int, str]:
        """How fast each driving state may change at most, mode by mode [its unit/day]."""
        w, found = self.writer, {}
        parts = [w.fma(mode.amplitude, mode.value, mode.growth) for mode in self.modes]
        for place in self.driving:
            shares = self.back[place - self.start]
            sizes = [w.absolute(w.multiply(one, part)) for one, part in zip(shares, parts, strict=True)]
            total = sizes[0]
            for size in sizes[1:]:
                total = w.add(total, size)
            found[place] = total
        return found

    def slopes(self) -> list[str]:
        """The rates of change at the start of the step, of the driving states."""
        w = self.writer
        moving = [w.fma(mode.amplitude, mode.value, mode.growth) for mode in self.modes]
        return [self._one_state(place, moving) for place in self.driving]

    def defects(self, rule: Quadrature, powers: Sequence[dict[float, str]]) -> list[str]:
        """By how much the method's quadrature misses the integral over the step of each driving state.

        A method whose stages do not see what drives the other states cannot see its own error either.
        """
        w = self.writer
        misses = [self._missed(mode, power, rule) for mode, power in zip(self.modes, powers, strict=True)]
        return [w.absolute(self._one_state(place, misses)) for place in self.driving]

    def _missed(self, mode: _Mode, powers: dict[float, str], rule: Quadrature) -> str:
        """The integral of a mode over the step, less its quadrature."""
        w = self.writer
        values = [powers[time] if time else w.vector(1.0) for time in rule.times]
        total = w.weighted_sum([-weight for weight in rule.weights], values)
        assert total is not None
        if rule.by_slope:
            total = w.fma(w.vector(-rule.by_slope), mode.exponent, total)
        integral = w.binary("fsub", powers[1.0], w.vector(1.0))
        missed = w.fma(mode.exponent, total, integral)
        small = w.fresh(f"fcmp olt {w.real} {w.absolute(mode.exponent)}, {w.vector(WELL_SEEN)}")
        missed = w.choose(small, w.vector(0.0), missed)  # there the difference is rounding
        return w.multiply(w.multiply(mode.amplitude, mode.inverse), missed)


@dataclass(frozen=True)
class Quadrature:
    """Where a method's stages stand, as shares of the step, and what they weigh in the new value.

    `by_slope` weighs the square of the step times the slope at its start.
    """

    times: tuple[float, ...]
    weights: tuple[float, ...]
    by_slope: float = 0.0

    @property
    def later(self) -> tuple[float, ...]:
        """The times after the start, each once."""
        return tuple(sorted(set(self.times) - {0.0}))


class KineticsBuffer:
    """What the blocks do in one step, in the workspace `%w` from entry `first` on.

    A block in which nothing is and nothing comes costs no more than finding that out.
    """

    def __init__(self, writer: IrWriter, plan: KernelPlan, rule: Quadrature, first: int) -> None:
        self.writer = writer
        self.plan = plan
        self.rule = rule
        self.first = first
        self.exact = plan.size - len(plan.moved)

    @staticmethod
    def size(plan: KernelPlan, rule: Quadrature) -> int:
        """Vectors of workspace: the states at each time, slopes at the start, and defects."""
        return (len(rule.later) + 2) * (plan.size - len(plan.moved))

    def _entry(self, row: int, place: int) -> int:
        return self.first + row * self.exact + place - len(self.plan.moved)

    def state_entry(self, time: float, place: int) -> int:
        """Where a state at a share of the step stands."""
        return self._entry(self.rule.later.index(time), place)

    def slope_entry(self, place: int) -> int:
        """Where the slope of a driving state at the start stands."""
        return self._entry(len(self.rule.later), place)

    def defect_entry(self, place: int) -> int:
        """Where the defect of a driving state stands."""
        return self._entry(len(self.rule.later) + 1, place)

    def fill(self, step: str) -> None:
        """Compute all of it."""
        for number in range(len(self.plan.blocks)):
            self._fill_block(number, step)

    def _fill_block(self, number: int, step: str) -> None:
        w = self.writer
        w.counter += 1
        label = f"block{w.counter}"
        there = w.fresh(f"fcmp une {w.real} {self._content(number)}, {w.vector(0.0)}")
        some = w.fresh(f"call i1 @llvm.vector.reduce.or.v{w.width}i1({w.mask} {there})")
        w.lines += [f"  br i1 {some}, label %{label}.there, label %{label}.empty", f"{label}.there:"]
        self._store_block(BlockModes(w, self.plan, number, step))
        w.lines += [f"  br label %{label}.after", f"{label}.empty:"]
        for entry in self._entries(number):
            w.store(w.vector(0.0), "%w", entry)
        w.lines += [f"  br label %{label}.after", f"{label}.after:"]

    def _content(self, number: int) -> str:
        """A sum of sizes that is zero where a block is empty and nothing flows in."""
        w, plan, block = self.writer, self.plan, self.plan.blocks[number]
        start = len(plan.moved) + sum(other.size for other in plan.blocks[:number])
        inflow = len(plan.columns) + sum(other.numbers for other in plan.blocks[:number]) + 3 * block.size
        parts = [w.load("%y", start + i) for i in range(block.size)]
        parts += [w.load("%k", inflow + i) for i in range(block.size)]
        parts += [
            w.load("%k", plan.column_count + place)
            for place, state in enumerate(plan.flat.dosed_states)
            if state in block.rows
        ]
        total = w.absolute(parts[0])
        for part in parts[1:]:
            total = w.add(total, w.absolute(part))
        return total

    def _places(self, number: int) -> tuple[range, list[int]]:
        start = len(self.plan.moved) + sum(block.size for block in self.plan.blocks[:number])
        places = range(start, start + self.plan.blocks[number].size)
        return places, [place for place in places if place in self.plan.driving]

    def _entries(self, number: int) -> list[int]:
        """Every entry that a block fills."""
        places, driving = self._places(number)
        found = [
            self.state_entry(time, place)
            for time in self.rule.later
            for place in (places if time == 1.0 else driving)
        ]
        return [*found, *map(self.slope_entry, driving), *map(self.defect_entry, driving)]

    def _store_block(self, modes: BlockModes) -> None:
        w = self.writer
        powers = modes.powers(self.rule.later)
        values: list[str] = []
        for time in self.rule.later:
            values += modes.states(time, powers, modes.places if time == 1.0 else modes.driving)
        values += [*modes.slopes(), *modes.defects(self.rule, powers)]
        number = self.plan.blocks.index(modes.block)
        for entry, value in zip(self._entries(number), values, strict=True):
            w.store(value, "%w", entry)

    def load(self, entry: int) -> str:
        """A value that was stored."""
        return self.writer.load("%w", entry)


def common_divisor(times: Sequence[float]) -> tuple[int, dict[float, int]]:
    """A whole number of parts of the step, and at which of them the times lie, as far as they do."""
    near = {time: Fraction(time).limit_denominator(LARGEST_DIVISOR) for time in times}
    whole = {time: part for time, part in near.items() if abs(float(part) - time) < 1e-15}
    divisor = lcm(*(part.denominator for part in whole.values())) if whole else 1
    if divisor > LARGEST_DIVISOR:
        whole = {time: part for time, part in whole.items() if part == 1}
        divisor = 1
    return divisor, {time: int(part * divisor) for time, part in whole.items()}
