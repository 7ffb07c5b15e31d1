"""The catalogue of sources: every citation key that a parameter or a mechanism may name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from trialkine.errors import InputError, Problem, ProblemsError


@dataclass(frozen=True)
class Source:
    """One citation, at the level of detail that is known; `note` says what was read or what is doubtful."""

    key: str
    citation: str
    doi: str = ""
    pmid: str = ""
    url: str = ""
    note: str = ""


@cache
def sources() -> Mapping[str, Source]:
    """All sources by key.

    Raises: ProblemsError, naming every fault of the catalogue.
    """
    return parse_sources(files(__package__).joinpath("sources.toml").read_text("utf-8"), "sources.toml")


def parse_sources(text: str, file: str) -> Mapping[str, Source]:
    """The sources written in a TOML text, one table per key.

    Raises: ProblemsError, naming every fault.
    """
    known = {field.name for field in fields(Source)} - {"key"}
    found: dict[str, Source] = {}
    problems = []
    for key, table in tomllib.loads(text).items():
        strange = sorted(set(table) - known)
        if strange:
            problems.append(Problem(f"Source '{key}' has the unknown field '{strange[0]}'.", file))
        elif not str(table.get("citation", "")).strip():
            problems.append(
                Problem(f"Source '{key}' has no citation. Say what it is, as far as known.", file)
            )
        else:
            found[key] = Source(key, **{name: str(value) for name, value in table.items()})
    if problems:
        raise ProblemsError(problems)
    return found


def source(key: str) -> Source:
    """One source.

    Raises: InputError, when no source has that key.
    """
    known = sources()
    if key not in known:
        near = get_close_matches(key, known, 1)
        hint = f"Did you mean '{near[0]}'?" if near else "Add it to evidence/sources.toml."
        raise InputError(f"No source has the key '{key}'. {hint}")
    return known[key]
