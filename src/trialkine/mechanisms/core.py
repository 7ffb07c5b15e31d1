"""The mechanisms of this room, found by looking at its files.

Every file that holds a `Mechanism` is part of the core; those in `variants/` are composed on request.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from trialkine.errors import InputError
from trialkine.mechanisms import variants
from trialkine.model.declarations import Mechanism


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


CORE: tuple[Mechanism, ...] = _core()
"""The mechanisms of every disease model, sorted by name."""
