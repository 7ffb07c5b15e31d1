"""The toxicities that are followed, read from the data files beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal

from trialkine.errors import InputError
from trialkine.evidence.parameter_files import read_parameters
from trialkine.records import ParameterRecord

GRADES = (1, 2, 3, 4)
SEVERE = 3
FATAL = 5


@dataclass(frozen=True)
class Term:
    """One toxicity: the quantity that shows it, which way is worse, and where each grade begins.

    `limits` holds the limits of grades 1, 2, ... as far as the toxicity has them. `drivers` are the
    totals through which agents cause it. `counts_as_severe` says whether it belongs to "any severe toxicity".

    Units: limits [`unit`].
    """

    name: str
    title: str
    term: str
    about: str
    quantity: str
    unit: str
    worse: Literal["high", "low"]
    drivers: tuple[str, ...]
    limits: tuple[float, ...]
    counts_as_severe: bool = True
    is_cause_of_death: bool = False


@cache
def grade_records() -> Mapping[str, ParameterRecord]:
    """Where each grade begins, each number with its source."""
    return read_parameters(files(__package__).joinpath("grades.toml")).records


@cache
def terms() -> Mapping[str, Term]:
    """All toxicities by name, in the order of the file."""
    tables = tomllib.loads(files(__package__).joinpath("terms.toml").read_text("utf-8"))
    return {name: _term(name, table) for name, table in tables.items()}


def find_term(name: str) -> Term:
    """One toxicity.

    Raises: InputError, when there is none of that name, with the nearest one.
    """
    known = terms()
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
        raise InputError(f"No toxicity is named '{name}'. {hint}")
    return known[name]


def _term(name: str, table: Mapping[str, object]) -> Term:
    records = grade_records()
    limits = []
    for number in GRADES:
        key = f"{name}_grade_{number}"
        if key in records:
            value = records[key].value
            assert isinstance(value, float)
            limits.append(value)
    drivers = table["drivers"]
    assert isinstance(drivers, list)
    rest = {key: value for key, value in table.items() if key != "drivers"}
    return Term(name=name, drivers=tuple(drivers), limits=tuple(limits), **rest)  # type: ignore[arg-type]
