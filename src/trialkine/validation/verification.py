"""What verifies the program: suites that vouch for it, and the last results that were written down."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

FILE = "verification.toml"


@dataclass(frozen=True)
class Suite:
    """A suite of the project's tests: what it checks, against what, and its file in the repository."""

    what: str
    against: str
    where: str


@dataclass(frozen=True)
class RecordedResult:
    """A result as it was written down, with the command that gives it and the page that records it."""

    what: str
    result: str
    date: date
    command: str
    recorded_in: str


@dataclass(frozen=True)
class Verification:
    """All suites and all recorded results."""

    suites: tuple[Suite, ...]
    results: tuple[RecordedResult, ...]


@cache
def verification() -> Verification:
    """The records of this version of the program."""
    tables = tomllib.loads((files(__package__) / FILE).read_text("utf-8"))
    return Verification(
        tuple(Suite(**table) for table in tables["suite"]),
        tuple(
            RecordedResult(**{**table, "result": " ".join(table["result"].split())})
            for table in tables["result"]
        ),
    )
