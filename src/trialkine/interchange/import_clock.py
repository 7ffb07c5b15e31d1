"""The file's unit of time, and the number that turns its rates into rates per day."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from trialkine.errors import InputError
from trialkine.interchange.import_units import PURE, Unit, unit_named
from trialkine.units import dimension

CONVERSION = "units of time per day"
"""The name that stands in terms for the number of the file's units of time in a day."""
DAY = unit_named("day")
COMMON = ("day", "hour", "minute", "second", "week", "year")


@dataclass(frozen=True)
class Clock:
    """How the file counts time: `per_day` of its `unit` are a day.

    Where everything is a pure number, `unit` is one too and the conversion alone has the unit 1/day.
    """

    word: str
    per_day: float
    unit: Unit
    notes: tuple[str, ...]

    @property
    def converts(self) -> bool:
        """Whether rates are multiplied by the conversion."""
        return self.unit != DAY

    @property
    def conversion_unit(self) -> Unit:
        """The unit of the conversion."""
        return self.unit.times(DAY, -1.0)

    @property
    def conversion_name(self) -> str:
        """What the conversion is called in the model."""
        return "per_day" if self.per_day == 1 else f"{self.word}_per_day"


def make_clock(unit: Unit | None, is_pure: bool, notes: tuple[str, ...]) -> Clock:
    """The clock of a file whose time is counted in `unit` (days if None)."""
    found = unit or DAY
    per_day = dimension("day").factor / found.dimension.factor
    return Clock(in_plural(found), per_day, PURE if is_pure else found, notes)


def in_plural(unit: Unit) -> str:
    """How one counts in a unit of time: `hours`, but `ms`."""
    return f"{unit.text}s" if unit.text in COMMON else unit.text


def time_unit_named(word: str) -> Unit:
    """The unit of time of a word, such as 'hour' or 'hours'.

    Raises: InputError, when it is none.
    """
    plain = word.strip().lower()
    for name in (plain, plain.removesuffix("s")):
        if name in COMMON:
            return unit_named(name)
    near = get_close_matches(plain, COMMON, 1)
    hint = f"Did you mean '{near[0]}'?" if near else f"Write one of: {', '.join(COMMON)}."
    raise InputError(f"'{word}' is not a unit of time. {hint}")
