"""Units of a foreign file as powers of named units, and what each number of a formula measures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from trialkine.units import Dimension, dimension


@dataclass(frozen=True)
class Unit:
    """Named units, each with its power, as in mg/L."""

    powers: tuple[tuple[str, float], ...] = ()

    def times(self, other: Unit, power: float = 1.0) -> Unit:
        """This unit multiplied by `other` to a power."""
        total = dict(self.powers)
        for name, exponent in other.powers:
            total[name] = total.get(name, 0.0) + power * exponent
        return Unit(tuple((name, exponent) for name, exponent in total.items() if abs(exponent) > 1e-12))

    @cached_property
    def text(self) -> str:
        """The unit as trialkine writes it; empty for a pure number."""
        top = _joined((name, power) for name, power in self.powers if power > 0)
        below = [(name, -power) for name, power in self.powers if power < 0]
        if not below:
            return top
        bottom = _joined(below)
        return f"{top or '1'}/({bottom})" if len(below) > 1 else f"{top or '1'}/{bottom}"

    @property
    def dimension(self) -> Dimension:
        """What the unit measures.

        Raises: InputError, when trialkine does not know one of its names.
        """
        return dimension(self.text)

    def is_same(self, other: Unit) -> bool:
        """Whether both measure the same in the same size."""
        return self.powers == other.powers or self.dimension.is_same(other.dimension)

    @property
    def in_words(self) -> str:
        """The unit for a message."""
        return f"'{self.text}'" if self.text else "a pure number"


def _joined(parts: Iterable[tuple[str, float]]) -> str:
    return "*".join(name if power == 1 else f"{name}**{power:g}" for name, power in parts)


PURE = Unit()


def unit_named(name: str) -> Unit:
    """The unit of one name."""
    return Unit(((name, 1.0),)) if name else PURE
