"""Floating-point operations of each kernel, counted in its instructions.

An addition, product or quotient is one, a fused multiply-add two, comparisons and selections none.
"""

from __future__ import annotations

import re
from functools import cache

ONE = re.compile(r"= (fadd|fsub|fmul|fdiv)\b")
CALL = re.compile(r"call (?:void|<[^>]*>) @([\w.]+)\(")
TWO = ("fused", "unfused")
LABEL = re.compile(r"^(loop\d+):")
MORE = re.compile(r"%(loop\d+)\.more = icmp ult i64 %loop\d+\.next, (\d+)")


class Arithmetic:
    """What is counted in one IR text."""

    def __init__(self, source: str) -> None:
        self.bodies = dict(re.findall(r"^define [^@]*@(\w+)\(.*?\{\n(.*?)^\}", source, re.M | re.S))
        self.operations = cache(self._operations)

    def _operations(self, name: str) -> int:
        """Operations of one call of a function, in each lane."""
        body = self.bodies[name].splitlines()
        trips = {label: int(count) for line in body for label, count in MORE.findall(line)}
        total, times = 0, 1
        for line in body:
            if label := LABEL.match(line):
                times = trips[label[1]]
            elif line.endswith(".after:"):
                times = 1
            total += times * self._line(line)
        return total

    def _line(self, line: str) -> int:
        if ONE.search(line):
            return 1
        called = CALL.search(line)
        if called is None:
            return 0
        if called[1] in TWO or "llvm.fma" in called[1]:
            return 2
        if called[1] in self.bodies:
            return int(self.operations(called[1]))
        return 1 if "sqrt" in called[1] else 0
