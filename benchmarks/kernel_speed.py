"""Measures how much of the machine's floating-point peak the kernels reach, and what two cores gain.

python benchmarks/kernel_speed.py [--out DIR]

The peak is that of independent fused multiply-adds on vectors of the same width, measured in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from kernel_arithmetic import Arithmetic
from machine import describe_machine
from neutral_model import neutral_model
from trial_accuracy import melanoma_case
from trialkine.compiler.compiled import CompiledModel, compile_model
from trialkine.compiler.kernels_ir import kernel_source, workspace
from trialkine.compiler.target import chosen_target, load_object, make_object
from trialkine.model.evaluate import initial_states, state_scales
from trialkine.solver.call_kernel import call_kernel
from workloads import workload

Array = np.ndarray[Any, np.dtype[Any]]
HERE = Path(__file__).parent
KERNELS = (
    "moved_rates", "moved_slopes", "factor", "solve", "explicit_step", "implicit_step", "accept", "extremes",
)  # fmt: skip
ACCUMULATORS, ROUNDS = 12, 1000
CALLS, REPEATS = 300, 40
PARALLEL_SECONDS = 2.0


@dataclass(frozen=True)
class Speed:
    """One kernel: seconds a call, and operations a call in all lanes."""

    name: str
    seconds: float
    operations: int


@njit(nogil=True)
def call_often(address: int, arguments: tuple[int, ...], times: int) -> None:
    for _ in range(times):
        call_kernel(address, arguments)


def multiply_add_loop(width: int) -> str:
    """IR of a function that does nothing but independent fused multiply-adds."""
    real = f"<{width} x double>"
    factor = "<" + ", ".join(["double 0x3FEFFFFFFFFFFFFF"] * width) + ">"
    lines = [f"declare {real} @llvm.fma.v{width}f64({real}, {real}, {real})"]
    lines += [
        "define void @multiply_add(i64 %a) {",
        "  %p = inttoptr i64 %a to ptr",
        "  br label %again",
        "again:",
    ]
    lines.append("  %i = phi i64 [0, %0], [%j, %again]")
    for n in range(ACCUMULATORS):
        lines.append(f"  %x{n} = phi {real} [zeroinitializer, %0], [%y{n}, %again]")
    for n in range(ACCUMULATORS):
        lines.append(
            f"  %y{n} = call {real} @llvm.fma.v{width}f64({real} %x{n}, {real} {factor}, {real} {factor})"
        )
    lines += [
        "  %j = add i64 %i, 1",
        f"  %more = icmp ult i64 %j, {ROUNDS}",
        "  br i1 %more, label %again, label %end",
    ]
    lines.append("end:")
    total = "%y0"
    for n in range(1, ACCUMULATORS):
        lines.append(f"  %s{n} = fadd {real} {total}, %y{n}")
        total = f"%s{n}"
    lines += [f"  store {real} {total}, ptr %p, align 8", "  ret void", "}"]
    return "\n".join(lines)


def fastest(address: int, arguments: tuple[int, ...], calls: int = CALLS) -> float:
    """Seconds a call, the least of many batches: what the neighbours do not slow."""
    call_often(address, arguments, 10)
    best = np.inf
    for _ in range(REPEATS):
        begin = time.perf_counter()
        call_often(address, arguments, calls)
        best = min(best, (time.perf_counter() - begin) / calls)
    return best


def peak() -> float:
    """Operations a second of the loop of fused multiply-adds."""
    target = chosen_target()
    library, addresses = load_object(
        make_object(multiply_add_loop(target.width), target), target, ("multiply_add",)
    )
    out = np.zeros(target.width)
    seconds = fastest(addresses["multiply_add"], (out.ctypes.data,), 20)
    assert library is not None
    return 2.0 * ACCUMULATORS * ROUNDS * target.width / seconds


def aligned(vectors: int, width: int) -> Array:
    raw = np.zeros(vectors * width + 8)
    first = (-raw.ctypes.data % 64) // 8
    return raw[first : first + vectors * width]


class Buffers:
    """Everything the kernels read and write, for the first patients of a case."""

    def __init__(self, compiled: CompiledModel, parameters: Array) -> None:
        plan, self.width = compiled.plan, compiled.width
        order = list(plan.order)
        start = initial_states(compiled.model, parameters) + 0.1 * state_scales(compiled.model, parameters)
        sizes = {
            "y": plan.size, "z": plan.size, "k": plan.column_count + len(plan.flat.dosed_states), "h": 1,
            "a": plan.size, "t": 1, "w": workspace(plan), "e": 3, "m": max(1, len(plan.flat.margins)),
            "b": max(1, len(plan.flat.margins)), "f": plan.size, "j": len(plan.pattern), "d": plan.size,
            "l": len(plan.elimination.slots) + 1, "x": plan.size, "c": 1,
            "o": max(1, 4 * len(plan.flat.watched)),
        }  # fmt: skip
        self.arrays = {name: aligned(size, self.width) for name, size in sizes.items()}
        self.fill("y", start[:, order])
        self.fill("k", compiled.columns(parameters))
        self.fill("a", 1e-5 * state_scales(compiled.model, parameters)[:, order])
        for name, value in (("h", 0.01), ("t", 1e-3), ("c", 1.0)):
            self.arrays[name][:] = value
        self.arrays["d"][:] = 500.0

    def fill(self, name: str, rows: Array) -> None:
        """The first patients' numbers in their lanes; what is left stays zero."""
        width = self.width
        self.arrays[name][: rows.shape[1] * width] = rows[:width].T.ravel()

    def __getitem__(self, names: str) -> tuple[int, ...]:
        return tuple(int(self.arrays[name].ctypes.data) for name in names)


ARGUMENTS = {
    "moved_rates": "ykf", "moved_slopes": "ykxfjd", "factor": "jdl", "solve": "lf",
    "explicit_step": "ykhatwzemb", "implicit_step": "ykhatwzemb", "accept": "czymm", "extremes": "ykcto",
}  # fmt: skip


def speeds(compiled: CompiledModel, parameters: Array) -> list[Speed]:
    """Every kernel of a model."""
    target = compiled.target
    source = kernel_source(compiled.plan, target.width, target.fused)
    counted = Arithmetic(source)
    library, addresses = load_object(make_object(source, target), target, KERNELS)
    assert library is not None
    found = []
    for name in KERNELS:
        buffers = Buffers(compiled, parameters)
        seconds = fastest(addresses[name], buffers[ARGUMENTS[name]])
        found.append(Speed(name, seconds, counted.operations(name) * target.width))
    return found


def two_copies(what: str) -> float:
    """What two processes side by side do in the time of one: 2 on two idle cores."""
    alone = _rates(1, what)[0]
    return sum(_rates(2, what)) / alone


def _rates(copies: int, what: str) -> list[float]:
    command = [sys.executable, str(HERE / "kernel_speed.py"), "--worker", what]
    environment = os.environ | {"NUMBA_NUM_THREADS": "1"}
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(copies)]
    return [float(process.communicate()[0]) for process in started]


def work(what: str) -> None:
    """Print the calls a second of one worker, which waits until its sisters have had time to compile."""
    compiled = compile_model(neutral_model())
    target = compiled.target
    source = multiply_add_loop(target.width)
    library, addresses = load_object(make_object(source, target), target, ("multiply_add",))
    out = np.zeros(target.width)
    jobs = {
        "multiply_add": (addresses["multiply_add"], (out.ctypes.data,)),
        "explicit_step": (
            compiled.addresses["explicit_step"],
            Buffers(compiled, workload("A").parameters)["ykhatwzemb"],
        ),
    }
    address, arguments = jobs[what]
    call_often(address, arguments, 10)
    assert library is not None
    time.sleep(max(0.0, 3.0 - time.process_time()))
    begin, calls = time.perf_counter(), 0
    while time.perf_counter() - begin < PARALLEL_SECONDS:
        call_often(address, arguments, CALLS)
        calls += CALLS
    print(calls / (time.perf_counter() - begin))


def report(cases: Sequence[tuple[str, list[Speed]]], best: float, gains: dict[str, float]) -> str:
    lines = ["# Kernels", "", f"Peak of fused multiply-adds: {best / 1e9:.1f} Gflop/s on one core.", ""]
    lines += [
        "| model | kernel | ns a call | operations a call | Gflop/s | share of the peak |",
        "|---|---|---|---|---|---|",
    ]
    for name, found in cases:
        for one in found:
            rate = one.operations / one.seconds
            lines.append(
                f"| {name} | {one.name} | {one.seconds * 1e9:,.0f} | {one.operations:,} | {rate / 1e9:.1f} "
                f"| {rate / best:.0%} |"
            )
    lines += ["", "A call serves as many patients as a vector has lanes. Least of "
              f"{REPEATS} batches of {CALLS} calls.", ""]  # fmt: skip
    lines += [
        f"Two copies at once do {gain:.2f} times what one does: {name}." for name, gain in gains.items()
    ]
    lines += ["", *(f"- {key}: {value}" for key, value in describe_machine().items()), ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=HERE / "results")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(given.worker)
        return
    case = melanoma_case(8)
    first = peak()
    cases = [
        ("neutral", speeds(compile_model(neutral_model()), workload("A").parameters)),
        ("melanoma", speeds(case.compiled, case.parameters)),
    ]
    best = max(first, peak())
    gains = {what: two_copies(what) for what in ("multiply_add", "explicit_step")}
    text = report(cases, best, gains)
    given.out.mkdir(parents=True, exist_ok=True)
    records = [{"peak": best, "gains": gains}] + [
        {"model": name, **vars(one)} for name, found in cases for one in found
    ]
    (given.out / "kernels.jsonl").write_text("\n".join(map(json.dumps, records)) + "\n", encoding="utf-8")
    (given.out / "kernels.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
