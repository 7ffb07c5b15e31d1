"""The facts of pharmacology on which parameters rest: what was read, word for word, and where."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from io import StringIO

from trialkine.errors import Problem, ProblemsError

_FILE = "pharmacology.csv"
_LIMITS = ("low", "high")
_NEVER_EMPTY = ("id", "agent", "quantity", "value", "citation", "source_level")


@dataclass(frozen=True)
class Fact:
    """One fact with its witness, a row of `evidence/pharmacology.csv`.

    `value` is as printed: a plain number, several, or words. `low` and `high` are the printed or derived
    range, None where there is none. `unit` is empty where the value has none or says its own.
    `source_level` says what was read: abstract, label, table, or how the fact was derived from others.

    Units: low and high [unit].
    """

    id: str
    agent: str
    quantity: str
    value: str
    low: float | None
    high: float | None
    unit: str
    population: str
    citation: str
    url: str
    source_level: str

    @property
    def about(self) -> str:
        """What the fact is of: the agent, unless none was given, and the quantity."""
        return self.quantity if self.agent == "none" else f"{self.agent}, {self.quantity}"

    @property
    def summary(self) -> str:
        """The fact in one line."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.about}: {self.value}{unit}"


COLUMNS = tuple(field.name for field in fields(Fact))


@cache
def facts() -> Mapping[str, Fact]:
    """All facts by id, in the order of their table.

    Raises: ProblemsError, naming every fault of the table.
    """
    return parse_facts(files(__package__).joinpath(_FILE).read_text("utf-8"), _FILE)


def parse_facts(text: str, file: str) -> Mapping[str, Fact]:
    """The facts written in a table of comma-separated values whose first line names the columns.

    Raises: ProblemsError, naming every fault with its line.
    """
    reader = csv.DictReader(StringIO(text, newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ProblemsError([Problem(f"The columns are not {', '.join(COLUMNS)}. Name these.", file, 1)])
    found: dict[str, Fact] = {}
    problems: list[Problem] = []
    for row in reader:
        faults = [*_faults(row)]
        if not faults and row["id"] in found:
            faults = [f"The id '{row['id']}' stands twice. Remove one row, or rename it."]
        problems += [Problem(fault, file, reader.line_num) for fault in faults]
        if not faults:
            limits = {key: float(row[key]) if row[key] else None for key in _LIMITS}
            found[row["id"]] = Fact(**{**row, **limits})  # type: ignore[arg-type]
    if problems:
        raise ProblemsError(problems)
    return found


def _faults(row: Mapping[str | None, str | None]) -> Iterator[str]:
    name = f"The fact '{row['id']}'"
    if None in row or None in row.values():
        yield f"{name} has another number of cells than there are columns. Put texts with commas in quotes."
        return
    for key in _NEVER_EMPTY:
        if not (row[key] or "").strip():
            yield f"{name} has no '{key}'. Fill it in."
    numbers = []
    for key in _LIMITS:
        written = row[key]
        if not written:
            continue
        number = _number(written)
        if number is None:
            yield f"'{key}' of {name[0].lower()}{name[1:]} is '{written}'. Write a number, or leave it empty."
        else:
            numbers.append(number)
    if sorted(numbers) != numbers:
        yield f"{name} has a 'low' above its 'high'. Exchange them."


def _number(written: str) -> float | None:
    """A finite number, or None."""
    try:
        number = float(written)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
