"""The tables of an ensemble as they are read, each fault with its line or column."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.calibration.ensemble_names import name_fault
from trialkine.errors import InputError, Problem, ProblemsError
from trialkine.population.ensemble import OF_STRUCTURE
from trialkine.trial.sentences import choice_hint

Array = np.ndarray[Any, np.dtype[Any]]
FAMILY = "family"
"""The first column of a table that tells of every row whose it is."""
RESTORE = "Restore the file as it was written."


@dataclass(frozen=True)
class EnsembleTable:
    """Numbers under their names, the line of every row, and its family where the table tells it.

    Shapes: values (row, name), lines and families (row,); without families there is none.
    """

    file: Path
    names: tuple[str, ...]
    values: Array
    lines: tuple[int, ...]
    families: tuple[str, ...]

    def problem(self, message: str, row: int) -> Problem:
        """A fault in one row, with its line."""
        return Problem(message, str(self.file), self.lines[row])

    def column_problem(self, message: str, name: int) -> Problem:
        """A fault of one name, with its column, counted from 1 as the file has it."""
        column = name + 1 + bool(self.families)
        return Problem(message, f"{self.file}, column {column}")


def read_table(file: Path) -> EnsembleTable:
    """A table of finite numbers under different names.

    Raises: ProblemsError, with every fault; InputError, when it is no table at all.
    """
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        rows = [(reader.line_num, row) for row in reader]
    head = rows[0][1] if rows else []
    has_families = head[:1] == [FAMILY]
    if len(rows) < 2 and not has_families:
        raise InputError(f"{file} is no table with a row of names above. {RESTORE}")
    problems = list(_row_faults(file, head, rows[1:], int(has_families)))
    if problems:
        raise ProblemsError(problems)
    start = int(has_families)
    values = np.array([[float(cell) for cell in row[start:]] for _, row in rows[1:]])
    found = EnsembleTable(
        file,
        tuple(head[start:]),
        values.reshape(len(rows) - 1, len(head) - start),
        tuple(line for line, _ in rows[1:]),
        tuple(row[0] for _, row in rows[1:]) if has_families else (),
    )
    _stop_at([
        found.column_problem(
            f"'{name}' stands twice, first in column {found.names.index(name) + 1 + start}. {RESTORE}", place
        )
        for place, name in enumerate(found.names) if name in found.names[:place]
    ])  # fmt: skip
    return found


def check_members(table: EnsembleTable) -> None:
    """Raises: ProblemsError, when nothing reads a name, or a structure is neither on nor off."""
    named = [(place, name_fault(name)) for place, name in enumerate(table.names)]
    _stop_at([table.column_problem(fault, place) for place, fault in named if fault])
    check_structures(table)


def check_structures(table: EnsembleTable) -> None:
    """Raises: ProblemsError, when a number that says whether a variant is on is neither 1 nor 0."""
    problems = []
    for place, name in enumerate(table.names):
        if name.startswith(OF_STRUCTURE):
            for row in np.flatnonzero(~np.isin(table.values[:, place], (0.0, 1.0))):
                message = (
                    f"'{name}' is {table.values[row, place]:g}. Write 1 for a member with the variant, "
                    "and 0 for one without."
                )
                problems.append(table.problem(message, int(row)))
    _stop_at(problems)


def check_families(table: EnsembleTable, known: Sequence[str]) -> None:
    """Raises: ProblemsError, when a row is of a family that is none of those known."""
    _stop_at([
        table.problem(
            f"no column of the evidence is named '{family}', so it was never seen. "
            f"{choice_hint(family, known)}",
            table.families.index(family),
        )
        for family in dict.fromkeys(table.families) if family not in known
    ])  # fmt: skip


def _row_faults(
    file: Path, head: Sequence[str], rows: Sequence[tuple[int, list[str]]], start: int
) -> Iterator[Problem]:
    """Rows that are too short or too long, and cells that are no finite number."""
    for line, row in rows:
        if len(row) != len(head):
            message = f"{len(row)} values stand under {len(head)} names. {RESTORE}"
            yield Problem(message, str(file), line)
            continue
        for name, cell in zip(head[start:], row[start:], strict=True):
            if not _is_finite(cell):
                yield Problem(f"'{cell}' under '{name}' is no finite number. {RESTORE}", str(file), line)


def _is_finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _stop_at(problems: Sequence[Problem]) -> None:
    """Raises: ProblemsError, when there is a problem."""
    if problems:
        raise ProblemsError(problems)
