"""The catalogue of sources: every citation key that a parameter or a mechanism may name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from trialkine.errors import InputError, Problem, ProblemsError


@dataclass(frozen=True)
class Source:
    """One citation, at the level of detail that is known; `note` says what was read or what is doubtful.

    A calibration names the `rows` of the table of evidence to which it was fitted, separated by commas.
    """

    key: str
    citation: str
    doi: str = ""
    pmid: str = ""
    url: str = ""
    note: str = ""
    rows: str = ""


@cache
def sources() -> Mapping[str, Source]:
    """All sources by key.

    Raises: ProblemsError, naming every fault of the catalogue.
    """
    texts = {
        file.name: file.read_text("utf-8")
        for file in files(__package__).joinpath("sources").iterdir()
        if file.name.endswith(".toml")
    }
    return merge_sources({name: parse_sources(texts[name], name) for name in sorted(texts)})


def merge_sources(found: Mapping[str, Mapping[str, Source]]) -> Mapping[str, Source]:
    """The sources of several files as one catalogue; `found` gives each file's own.

    Raises: ProblemsError, naming every key that two files give.
    """
    merged: dict[str, Source] = {}
    owner: dict[str, str] = {}
    problems = []
    for file, entries in found.items():
        for key, entry in entries.items():
            if key in owner:
                problems.append(
                    Problem(f"The source '{key}' is in {owner[key]} too. Keep one of the two.", file)
                )
            merged[key] = entry
            owner.setdefault(key, file)
    if problems:
        raise ProblemsError(problems)
    return merged


def parse_sources(text: str, file: str) -> Mapping[str, Source]:
    """The sources written in a TOML text, one table per key.

    Raises: ProblemsError, naming every fault.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProblemsError([Problem(f"This is not TOML: {error}.", file)]) from error
    return sources_of(tables, file)


def sources_of(tables: Mapping[str, Any], file: str) -> Mapping[str, Source]:
    """The sources in one table per key.

    Raises: ProblemsError, naming every fault.
    """
    known = {field.name for field in fields(Source)} - {"key"}
    found: dict[str, Source] = {}
    problems = []
    for key, table in tables.items():
        if not isinstance(table, Mapping):
            problems.append(Problem(f"'{key}' is no source. Write a table: [{key}].", file))
            continue
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
        hint = f"Did you mean '{near[0]}'?" if near else "Add it to a file of evidence/sources/."
        raise InputError(f"No source has the key '{key}'. {hint}")
    return known[key]
