"""Every error that trialkine raises on purpose.

TrialkineError
├── InputError            the reader's file or argument is wrong (exit code 2)
│   ├── ProblemsError     several faults of one file, each with its line
│   └── UsedUpError       a virtual trial needs more patients than its pool has
├── ModelError            a model does not compose
│   ├── ExpressionError   an equation cannot be read; shows a caret
│   ├── UnitsError        an equation mixes units; shows a caret
│   └── CompositionError  names missing, defined twice or unused
└── SimulationError       too many patients failed for the result to mean anything
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class TrialkineError(Exception):
    """Base of all errors raised on purpose."""


class InputError(TrialkineError):
    """Something the reader wrote or chose is wrong; the message says what to write instead."""


class ModelError(TrialkineError):
    """A model does not compose."""


class SimulationError(TrialkineError):
    """A simulation ran but its result would be misleading."""


@dataclass(frozen=True)
class Problem:
    """One fault of an input file."""

    message: str
    file: str = ""
    line: int | None = None
    severity: str = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}" if place else self.message


class ProblemsError(InputError):
    """All the faults of one input file at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsedUpError(InputError):
    """A virtual trial needs more patients than the `drawn` there are; `helps` says whether more would do."""

    def __init__(self, message: str, drawn: int, *, helps: bool) -> None:
        super().__init__(message)
        self.drawn, self.helps = drawn, helps


def point_at(text: str, start: int, end: int) -> str:
    """The expression with a caret line under characters `start` to `end`."""
    return f"    {text}\n    {' ' * start}{'^' * max(1, end - start)}"


class ExpressionError(ModelError):
    """An equation text cannot be read."""

    def __init__(self, message: str, text: str, start: int, end: int, where: str) -> None:
        super().__init__(f"{message} in {where}.\n{point_at(text, start, end)}")


class UnitsError(ModelError):
    """An equation mixes units."""

    def __init__(self, message: str, text: str, start: int, end: int, where: str) -> None:
        super().__init__(f"{message} in {where}.\n{point_at(text, start, end)}")


class CompositionError(ModelError):
    """Names are missing, owned twice or unused in a composed model."""
