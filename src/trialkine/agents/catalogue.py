"""Every agent of this room, found by looking at its files."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

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


@cache
def agent_records(name: str) -> Mapping[str, ParameterRecord]:
    """The numbers of one agent that hold in every disease.

    Raises: ProblemsError, naming every fault of the file.
    """
    return read_parameters(files(_ROOM).joinpath(f"{name}.toml")).records
