"""Another value of a parameter, as people write it: `0.1`, or with its unit `0.1 1/day`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from trialkine.errors import InputError
from trialkine.trial.unit_words import LONGEST, UNIT
from trialkine.trial.words import WordError, number_text, shorten
from trialkine.units import dimension

_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_TEXT = re.compile(rf"\s*({_NUMBER})\s+({UNIT})\s*")


@dataclass(frozen=True)
class ParameterValue:
    """A number, in `unit` or, where that is None, in the unit the model uses."""

    value: float
    unit: str | None = None

    def __str__(self) -> str:
        return number_text(self.value) if self.unit is None else f"{number_text(self.value)} {self.unit}"

    def to_plain(self) -> float | str:
        """What a file would hold."""
        return self.value if self.unit is None else str(self)


def parse_parameter_value(value: object) -> ParameterValue:
    """Read a number, or text that is a number and its unit.

    Raises: WordError, when it is neither.
    """
    if isinstance(value, ParameterValue):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _finite(value, None)
    if not isinstance(value, str):
        kind = "a list" if isinstance(value, (list, tuple)) else "a group of keys"
        said = kind if isinstance(value, (list, tuple, dict)) else f"'{value}'"
        raise WordError(f"a parameter's value is {said}. Write a number, or text such as '0.1 1/day'.")
    match = _TEXT.fullmatch(value) if len(value) <= LONGEST else None
    if match is None:
        said = shorten(value, 40)
        raise WordError(f"'{said}' is not a number with its unit. Write it as in 0.1 or '0.1 1/day'.")
    unit = " ".join(match[2].split())
    try:
        dimension(unit)
    except InputError as error:
        raise WordError(f"'{shorten(unit, 40)}' is not a unit. Write it as in '0.1 1/day'.") from error
    return _finite(float(match[1]), unit)


def _finite(value: float, unit: str | None) -> ParameterValue:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise WordError("a parameter's value is not a finite number. Write it as in 0.1 or '0.1 1/day'.")
    return ParameterValue(number, unit)
