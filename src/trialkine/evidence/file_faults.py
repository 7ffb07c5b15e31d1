"""The faults of one TOML file, collected with their lines so that all of them can be told at once."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from trialkine.errors import Problem, ProblemsError


class FileFaults:
    """One file while its faults are collected."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.problems: list[Problem] = []

    def add(self, message: str, header: str = "", key: str = "", number: int = 0) -> None:
        """Note a fault of the table `header` (its occurrence `number`, from 0), at the line of its `key`."""
        self.problems.append(Problem(message, self.file, self.line(header, key, number)))

    def line(self, header: str, key: str = "", number: int = 0) -> int | None:
        """The line of a table's header, or of one of its keys; counted from 1."""
        if not header:
            return self._key_line(key, 0) if key else None
        starts = [place for place, text in enumerate(self.lines) if text.strip().startswith(header)]
        if number >= len(starts):
            return None
        found = self._key_line(key, starts[number] + 1) if key else None
        return starts[number] + 1 if found is None else found

    def _key_line(self, key: str, first: int) -> int | None:
        """The line of a key in the table that begins at line `first`, before the next table."""
        written = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""")
        for place, text in enumerate(self.lines[first:], first + 1):
            if text.lstrip().startswith("[") and first:
                return None
            if written.match(text):
                return place
        return None

    def keys(
        self,
        what: str,
        table: Mapping[str, Any],
        required: Iterable[str],
        optional: Iterable[str],
        header: str,
        number: int = 0,
    ) -> bool:
        """Note unknown and missing fields of a table; returns whether there were none."""
        before = len(self.problems)
        needed = tuple(required)
        known = (*needed, *optional)
        for key in table:
            if key not in known:
                self.add(f"{what} has the unknown field '{key}'.{near(key, known)}", header, key, number)
        for key in needed:
            if key not in table:
                self.add(f"{what} has no '{key}'.", header, "", number)
        return len(self.problems) == before

    def number(self, what: str, value: Any, header: str, key: str, place: int = 0) -> float | None:
        """A finite number, or None after noting that it is none."""
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            self.add(f"{what} is {value!r}. Write a finite number.", header, key, place)
            return None
        return float(value)

    def stop(self) -> None:
        """Raises: ProblemsError, naming every fault so far, in the order of their lines."""
        if self.problems:
            raise ProblemsError(sorted(self.problems, key=lambda problem: problem.line or 0))


def read_tables(text: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises: ProblemsError, when it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"\(at line (\d+), column \d+\)", str(error))
        message = str(error).replace(line.group(), "").strip() if line else str(error)
        place = int(line.group(1)) if line else None
        raise ProblemsError([Problem(f"This is not TOML: {message}.", file, place)]) from error


def near(name: str, known: Iterable[str]) -> str:
    """The nearest known name as a question, after a space; empty when none is near."""
    found = get_close_matches(name, list(known), 1)
    return f" Did you mean '{found[0]}'?" if found else ""
