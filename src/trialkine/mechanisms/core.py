"""The mechanisms of this room, found by looking at its files.

Every file that holds a `Mechanism` is part of the core. Those in `on_demand/` join where a part of the model
names one of their quantities, those in `variants/` where a protocol asks for them.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from trialkine.errors import InputError
from trialkine.evidence.disease_records import DiseaseRecords, read_disease_records
from trialkine.mechanisms import on_demand, variants
from trialkine.model.declarations import Agent, Mechanism


def mechanisms_in(package: str, folder: list[str]) -> tuple[Mechanism, ...]:
    """Every mechanism declared in the modules of one folder, by name."""
    found: dict[str, Mechanism] = {}
    for module in pkgutil.iter_modules(folder):
        if module.ispkg or module.name == "core":
            continue
        for value in vars(importlib.import_module(f"{package}.{module.name}")).values():
            if isinstance(value, Mechanism):
                found[value.name] = value
    return tuple(found[name] for name in sorted(found))


def _core() -> tuple[Mechanism, ...]:
    package = importlib.import_module("trialkine.mechanisms")
    return mechanisms_in(package.__name__, list(package.__path__))


@cache
def variant_mechanisms() -> Mapping[str, Mechanism]:
    """The optional mechanisms by name."""
    return {
        mechanism.name: mechanism for mechanism in mechanisms_in(variants.__name__, list(variants.__path__))
    }


def variant(name: str) -> Mechanism:
    """One optional mechanism.

    Raises: InputError, when there is none of that name.
    """
    known = variant_mechanisms()
    if name not in known:
        near = get_close_matches(name, known, 1) or sorted(known)
        raise InputError(f"No variant is named '{name}'. Did you mean '{near[0]}'?")
    return known[name]


@cache
def variant_numbers(name: str) -> DiseaseRecords:
    """The numbers that hold only while a variant is on: its own, and those it changes of the model.

    Raises: ProblemsError, naming every fault of the variant's file.
    """
    file = files(variants).joinpath(f"{name}.toml")
    return read_disease_records(file) if file.is_file() else DiseaseRecords()


@cache
def on_demand_mechanisms() -> Mapping[str, Mechanism]:
    """The mechanisms that join where something acts on them, by name."""
    found = mechanisms_in(on_demand.__name__, list(on_demand.__path__))
    return {mechanism.name: mechanism for mechanism in found}


def mechanisms_for(
    parts: Iterable[Mechanism | Agent] = (), names: Iterable[str] = ()
) -> tuple[Mechanism, ...]:
    """The core, and the mechanisms on demand that agents or variants act on or read.

    `names` are quantities that must be there too, such as biomarkers. One
    mechanism on demand may bring another.
    """
    waiting: list[Mechanism | Agent | tuple[str, ...]] = [*parts, tuple(names)]
    found = dict[str, Mechanism]()
    while waiting:
        read = _named_by(waiting.pop())
        for name, mechanism in on_demand_mechanisms().items():
            if name not in found and read & _offered_by(mechanism):
                found[name] = mechanism
                waiting.append(mechanism)
    return (*CORE, *(found[name] for name in sorted(found)))


def _offered_by(mechanism: Mechanism) -> set[str]:
    """The names that others may act on or read."""
    defined = {define.name for define in mechanism.defines}
    return {*mechanism.states, *defined, *(total.name for total in mechanism.totals)}


def _named_by(part: object) -> set[str]:
    """Every name in the texts of a mechanism, an agent or a list of texts."""
    return set(re.findall(r"[A-Za-z_]\w*", " ".join(_texts(part))))


def _texts(part: object) -> Iterable[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        yield from _texts(tuple(part.values()))
    elif isinstance(part, (tuple, list)):
        for entry in part:
            yield from _texts(entry)
    elif is_dataclass(part):
        for field in fields(part):
            if field.name not in ("about", "title", "name", "unit", "sources", "toxicity"):
                yield from _texts(getattr(part, field.name))


CORE: tuple[Mechanism, ...] = _core()
"""The mechanisms of every disease model, sorted by name."""
