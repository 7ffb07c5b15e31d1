"""Every agent of this room, found by looking at its files."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from trialkine.errors import InputError
from trialkine.evidence.parameter_files import read_parameters
from trialkine.model.declarations import Agent
from trialkine.records import ParameterRecord

_ROOM = "trialkine.agents"


@cache
def catalogue() -> Mapping[str, Agent]:
    """All agents by name. A new agent is one file here and its numbers beside it."""
    folder = list(importlib.import_module(_ROOM).__path__)
    found: dict[str, Agent] = {}
    for module in pkgutil.iter_modules(folder):
        if module.name == "catalogue":
            continue
        for value in vars(importlib.import_module(f"{_ROOM}.{module.name}")).values():
            if isinstance(value, Agent):
                found[value.name] = value
    return dict(sorted(found.items()))


def find_agent(name: str) -> Agent:
    """One agent by name.

    Raises: InputError, when there is none of that name, with the nearest one.
    """
    known = catalogue()
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
        raise InputError(f"No agent is named '{name}'. {hint}")
    return known[name]


@cache
def agent_records(name: str) -> Mapping[str, ParameterRecord]:
    """The numbers of one agent that hold in every disease.

    Raises: ProblemsError, naming every fault of the file.
    """
    return read_parameters(files(_ROOM).joinpath(f"{name}.toml")).records
