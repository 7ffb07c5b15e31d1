"""Units at the edge: strings in, dimensions and conversion factors out.

The registry is pint's, with the field's own units added: `IU` (international unit of one drug's
activity; never mixed between drugs), `cell`, and `fold` (relative to a stated reference).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from trialkine.errors import InputError


@cache
def registry() -> Any:
    """The one pint registry, built on first use because pint is slow to import."""
    import pint

    units: Any = pint.UnitRegistry(cache_folder=None)
    units.define("IU = [international_unit]")
    units.define("MIU = 1e6 * IU")
    units.define("cell = [cell]")
    units.define("fold = []")
    return units


@dataclass(frozen=True)
class Dimension:
    """What a unit is made of: base-unit exponents, and the factor to those base units."""

    exponents: tuple[tuple[str, float], ...]
    factor: float
    label: str = field(default="", compare=False)

    def times(self, other: Dimension, power: float = 1.0) -> Dimension:
        """This unit multiplied by `other` to a power."""
        total = dict(self.exponents)
        for name, exponent in other.exponents:
            total[name] = total.get(name, 0.0) + power * exponent
        kept = tuple(sorted((name, e) for name, e in total.items() if abs(e) > 1e-12))
        return Dimension(kept, self.factor * other.factor**power, _joined(self, other, power))

    def is_same(self, other: Dimension) -> bool:
        """Whether both are the same unit, size included."""
        return self.exponents == other.exponents and abs(self.factor / other.factor - 1.0) < 1e-9

    @property
    def is_dimensionless(self) -> bool:
        """Whether this is a pure number of size one."""
        return not self.exponents and abs(self.factor - 1.0) < 1e-9


DIMENSIONLESS = Dimension((), 1.0)


def _joined(unit: Dimension, other: Dimension, power: float) -> str:
    """How a product reads, as far as its parts have names."""
    if other.is_dimensionless:
        return unit.label
    right = other.label if other.label.isalnum() else f"({other.label})"
    raised = right if abs(power) == 1.0 else f"{right}**{abs(power):g}"
    left = "" if unit.is_dimensionless else unit.label
    if power < 0:
        return f"{left or '1'}/{raised}"
    return f"{left}*{raised}" if left else raised.strip("()")


@cache
def dimension(unit: str) -> Dimension:
    """The dimension of a unit string such as `IU/mL`, `1/day` or `` (a pure number).

    Raises: InputError, when the text is not a unit.
    """
    if unit.strip() in ("", "1", "fold"):
        return DIMENSIONLESS
    try:
        quantity = registry().Quantity(1.0, unit.replace("1/", "1 / ")).to_base_units()
    except Exception as error:
        raise InputError(
            f"'{unit}' is not a unit. Write it as in 'mg/L', 'IU/mL', 'cm**3', '1/day'."
        ) from error
    exponents = tuple(sorted((str(name), float(e)) for name, e in quantity._units.items()))
    return Dimension(exponents, float(quantity.magnitude), unit)


def conversion(found: str, wanted: str) -> float:
    """The number by which a value in `found` is multiplied to be in `wanted`.

    Raises: InputError, when the two measure different things.
    """
    source, target = dimension(found), dimension(wanted)
    if source.exponents != target.exponents:
        said, asked = (_in_words(unit) for unit in (found, wanted))
        raise InputError(f"{said} cannot be turned into {asked}: they measure different things.")
    return source.factor / target.factor


def _in_words(unit: str) -> str:
    return "a pure number" if dimension(unit) is DIMENSIONLESS else f"'{unit}'"


def describe(unit: Dimension) -> str:
    """A readable name for a dimension, for error messages."""
    if unit.is_dimensionless:
        return "a pure number"
    if unit.label:
        return f"'{unit.label}'"
    parts = registry().Quantity(unit.factor, registry().UnitsContainer(dict(unit.exponents)))
    return f"{parts:.4g~}" if unit.factor != 1.0 else f"{parts.units:~}"
