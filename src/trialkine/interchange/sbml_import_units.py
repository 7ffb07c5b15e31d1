"""Unit definitions of an SBML file as units that trialkine knows: `mg/L`, `nmol`, `1/hour`.

A definition that carries trialkine's own text as its name is read as that text, if it agrees. Otherwise the
parts are put together: `item`, SBML's unit of counting, is read as `cell`, the language's only counted thing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from trialkine.errors import InputError
from trialkine.interchange.import_units import PURE, Unit
from trialkine.units import dimension, registry

KINDS = {
    "litre": "L", "liter": "L", "metre": "m", "meter": "m", "gram": "g", "kilogram": "kg", "mole": "mol",
    "item": "cell", "dimensionless": "", "second": "second", "katal": "katal",
}  # fmt: skip
"""SBML's units under other names here; the others have the same name in both."""
PREFIXES = {
    -18: "a", -15: "f", -12: "p", -9: "n", -6: "u", -3: "m", -2: "c", -1: "d", 0: "", 3: "k", 6: "M", 9: "G",
}  # fmt: skip
TIMES = {1.0: "second", 60.0: "minute", 3600.0: "hour", 86400.0: "day", 604800.0: "week", 31557600.0: "year"}
COUNTED = ("cell", "IU")
"""What the files of trialkine itself write as `item`."""
PREFIXED = ("L", "m", "g", "mol", "s")
SAME = 1e-9


@dataclass
class UnitReader:
    """Finds the unit that an identifier of one model stands for, or says why it has none."""

    library: ModuleType
    definitions: Mapping[str, Any]
    unknown: dict[str, str] = field(default_factory=dict)

    def named(self, identifier: str) -> Unit | None:
        """The unit of an identifier; None, with a reason in `unknown`, where trialkine has none like it."""
        if identifier in self.definitions:
            return self._defined(identifier, self.definitions[identifier])
        try:
            return _part(identifier, 1.0, 1.0)
        except InputError as error:
            self.unknown.setdefault(identifier, str(error))
            return None

    def _defined(self, identifier: str, definition: Any) -> Unit | None:
        parts = [definition.getUnit(i) for i in range(definition.getNumUnits())]
        kind_of = self.library.UnitKind_toString
        pieces = [
            (
                str(kind_of(part.getKind())),
                float(part.getExponentAsDouble()),
                part.getMultiplier() * 10.0 ** part.getScale(),
            )
            for part in parts
        ]
        named = _own_text(definition.getName(), pieces)
        if named is not None:
            return named
        unit = PURE
        try:
            pieces, factor = _merged(pieces)
            for kind, exponent, size in pieces:
                unit = unit.times(_part(kind, exponent, size))
            if abs(factor - 1.0) > SAME:
                raise InputError(f"a pure number of size {factor:g}")
        except InputError as error:
            self.unknown.setdefault(identifier, str(error))
            return None
        return unit


def _merged(pieces: list[tuple[str, float, float]]) -> tuple[list[tuple[str, float, float]], float]:
    """The parts without pure numbers, whose size goes to a time among the parts if there is one."""
    factor = math.prod(size**exponent for kind, exponent, size in pieces if kind == "dimensionless")
    kept = [piece for piece in pieces if piece[0] != "dimensionless"]
    if abs(factor - 1.0) <= SAME:
        return kept, 1.0
    for place, (kind, exponent, size) in enumerate(kept):
        scaled = size * factor ** (1.0 / exponent)
        try:
            _part(kind, exponent, scaled)
        except InputError:
            continue
        kept[place] = (kind, exponent, scaled)
        return kept, 1.0
    return kept, factor


def _part(kind: str, exponent: float, size: float) -> Unit:
    """One part of a definition.

    Raises: InputError, when there is no unit of this size.
    """
    name = KINDS.get(kind, kind)
    if kind == "second":
        for seconds, word in TIMES.items():
            if math.isclose(size, seconds, rel_tol=SAME):
                return Unit(((word, exponent),))
        name = "s"
    if not math.isclose(size, 1.0, rel_tol=SAME):
        scale = round(math.log10(size)) if size > 0 else 0
        prefix = PREFIXES.get(scale)
        if prefix is None or name not in PREFIXED or not math.isclose(size, 10.0**scale, rel_tol=SAME):
            if name == "kg" and math.isclose(size, 1e-3, rel_tol=SAME):
                return Unit((("g", exponent),))
            raise InputError(f"{size:g} {kind} has no name")
        name = prefix + name
    if name:
        dimension(name)
    return Unit(((name, exponent),)) if name else PURE


def _own_text(name: str, pieces: list[tuple[str, float, float]]) -> Unit | None:
    """The unit that a definition has as its name, where that says the same as its parts."""
    try:
        wanted = dimension(name)
        named = registry().Quantity(1.0, name.replace("1/", "1 / "))
    except Exception:  # any words may stand there, and the parser of units has many ways to complain
        return None
    found, size = _measured(pieces)
    expected = {unit: power for unit, power in wanted.exponents if unit not in COUNTED}
    counted = sum(power for unit, power in wanted.exponents if unit in COUNTED)
    if abs(counted) > SAME:
        expected["cell"] = counted
    if not name or found != expected or not math.isclose(size, wanted.factor, rel_tol=SAME):
        return None
    return Unit(tuple((_short(unit), float(power)) for unit, power in named._units.items()))


def _measured(pieces: list[tuple[str, float, float]]) -> tuple[dict[str, float], float]:
    """The parts of a definition as powers of base units, and the size of the whole."""
    powers: dict[str, float] = {}
    size = 1.0
    for kind, exponent, factor in pieces:
        part = registry().Quantity(factor, KINDS.get(kind, kind) or "dimensionless").to_base_units()
        size *= float(part.magnitude) ** exponent
        for unit, power in part._units.items():
            powers[str(unit)] = powers.get(str(unit), 0.0) + float(power) * exponent
    return {unit: power for unit, power in powers.items() if abs(power) > SAME}, size


def _short(name: str) -> str:
    """How trialkine writes a unit: `mL`, `mg`, but `day` and `hour`."""
    if name in TIMES.values():
        return name
    symbol = str(registry().get_symbol(name))
    return symbol[:-1] + "L" if name.endswith("liter") else symbol
