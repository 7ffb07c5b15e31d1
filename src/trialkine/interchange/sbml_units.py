"""Units as SBML unit definitions, each built from the parts of its text: `cm**3/mg`, `IU/mL`, `1/day`.

SBML knows no unit of activity and none for cells: `IU` and `cell` are written as its `item`, and `fold` as
`dimensionless`. The definitions keep the text as their name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from trialkine.units import Dimension, dimension, registry

PURE = "dimensionless"
BASE_KINDS: Mapping[str, tuple[str, float]] = {
    "meter": ("metre", 1.0), "kilogram": ("gram", 1e3), "gram": ("gram", 1.0), "second": ("second", 1.0),
    "kelvin": ("kelvin", 1.0), "mole": ("mole", 1.0), "ampere": ("ampere", 1.0),
    "candela": ("candela", 1.0), "IU": ("item", 1.0), "cell": ("item", 1.0),
    "radian": (PURE, 1.0), "bit": (PURE, 1.0),
}  # fmt: skip
LITRES_PER_CUBIC_METRE = 1000.0
WHOLE = 1e-9
KINDS = frozenset(
    {
        "ampere", "avogadro", "becquerel", "candela", "coulomb", "dimensionless", "farad", "gram", "gray",
        "henry", "hertz", "item", "joule", "katal", "kelvin", "kilogram", "litre", "lumen", "lux", "metre",
        "mole", "newton", "ohm", "pascal", "radian", "second", "siemens", "sievert", "steradian", "tesla",
        "volt", "watt", "weber",
    }
)  # fmt: skip
"""Names that SBML keeps for its own units."""


@dataclass(frozen=True)
class UnitPart:
    """One factor of a unit: (`multiplier` * 10**`scale` * `kind`) ** `exponent`."""

    kind: str
    exponent: float
    scale: int
    multiplier: float


@dataclass(frozen=True)
class UnitEntry:
    """A unit under the name it has in the file."""

    id: str
    text: str
    parts: tuple[UnitPart, ...]
    dimension: Dimension


class UnitBook:
    """The unit definitions of one file, in the order in which they were first asked for."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self.taken = taken
        self.entries: dict[str, UnitEntry] = {}

    def of_text(self, text: str) -> str:
        """The identifier of a unit given as text."""
        found = dimension(text)
        if found.is_dimensionless and text.strip() in ("", "1", "fold"):
            return PURE
        if text not in self.entries:
            self.entries[text] = UnitEntry(self._identifier(text), text, unit_parts(text), found)
        return self.entries[text].id

    def rate_of(self, text: str) -> str:
        """The identifier of a unit per day."""
        return self.of_text("1/day" if dimension(text).is_dimensionless else f"({text})/day")

    def of_dimension(self, wanted: Dimension) -> str:
        """The identifier of a unit that was worked out: a known one of the same size, or a new one."""
        if wanted.is_dimensionless:
            return PURE
        for entry in self.entries.values():
            if entry.dimension.is_same(wanted):
                return entry.id
        text = f"unit {len(self.entries) + 1}"
        parts = _parts_of(wanted.exponents, wanted.factor)
        self.entries[text] = UnitEntry(self._identifier(text), text, parts, wanted)
        return self.entries[text].id

    def _identifier(self, text: str) -> str:
        """A legal name that reads like the unit: `cm3_per_day` for `cm**3/day`."""
        plain = text.replace("1/", "per_", 1) if text.startswith("1/") else text
        plain = plain.replace("**", "").replace("/", "_per_").replace("*", "_")
        plain = re.sub(r"[\W_]+", "_", plain).strip("_")
        if not plain or plain[0].isdigit():
            plain = f"unit_{plain}"
        used = {entry.id for entry in self.entries.values()} | self.taken | KINDS
        name, number = plain, 2
        while name in used:
            name, number = f"{plain}_{number}", number + 1
        return name


def unit_parts(text: str) -> tuple[UnitPart, ...]:
    """A unit's factors as its text names them: litres stay litres, and days are 86400 seconds."""
    quantity = registry().Quantity(1.0, text.replace("1/", "1 / "))
    parts: list[UnitPart] = []
    for name, exponent in quantity._units.items():
        base = registry().Quantity(1.0, name).to_base_units()
        exponents = tuple((str(key), float(power)) for key, power in base._units.items())
        own = _parts_of(exponents, float(base.magnitude), is_litre=str(name).endswith("liter"))
        parts += [UnitPart(part.kind, part.exponent * exponent, part.scale, part.multiplier) for part in own]
    magnitude = float(quantity.magnitude)
    if abs(magnitude - 1.0) > WHOLE:
        parts.insert(0, _part(PURE, 1.0, magnitude))
    return tuple(parts)


def _parts_of(
    exponents: tuple[tuple[str, float], ...], factor: float, is_litre: bool = False
) -> tuple[UnitPart, ...]:
    """Base units to their exponents, the first of which carries the factor."""
    if is_litre:
        return (_part("litre", 1.0, factor * LITRES_PER_CUBIC_METRE),)
    if not exponents:
        return (_part(PURE, 1.0, factor),)
    parts = []
    for name, exponent in exponents:
        kind, size = BASE_KINDS[name]
        parts.append(_part(kind, exponent, size * factor ** (1.0 / exponent)))
        factor = 1.0
    return tuple(parts)


def _part(kind: str, exponent: float, size: float) -> UnitPart:
    """A part of this size, as a power of ten where it is one."""
    power = math.log10(size)
    if abs(power - round(power)) < WHOLE:
        return UnitPart(kind, exponent, round(power), 1.0)
    return UnitPart(kind, exponent, 0, size)
