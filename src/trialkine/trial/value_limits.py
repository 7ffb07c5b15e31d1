"""What a parameter can be at all: numbers that its records and its meaning rule out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trialkine.records import ParameterRecord

WORDS_OF_SHARES = ("bioavailability", "failure", "fraction", "probability", "share")
"""Last words of the names of what lies between nothing and all of something."""
WORDS_OF_BODIES = ("clearance", "density", "tolerance", "volume")
"""Last words of the names of what every body has some of, where patients differ by a factor."""


@dataclass(frozen=True)
class ValueLimits:
    """Bounds of a parameter's value, both included, or both excluded where `is_open`.

    `has_zero`: zero is allowed, and then holds for everybody.
    """

    lowest: float = -math.inf
    highest: float = math.inf
    has_zero: bool = True
    is_open: bool = False

    def fault(self, name: str, value: float) -> str:
        """Why the parameter cannot have a value, and what to write; empty where it can."""
        if self.is_open and not self.lowest < value < self.highest:
            return (
                f"'{name}' cannot be {value:g}: it differs between patients as the logit of a share. Write a "
                f"number between {self.lowest:g} and {self.highest:g}, neither included."
            )
        if value == 0.0 and not self.has_zero:
            return (
                f"'{name}' cannot be 0: every patient has some. Write a number above 0; a very small one has "
                "the effect of none."
            )
        if value < self.lowest and math.isinf(self.highest):
            return f"'{name}' cannot be negative, as {value:g} is. Write a number from 0 up."
        if not self.lowest <= value <= self.highest:
            return f"'{name}' cannot be {value:g}: it is a share. Write a number from 0 to 1."
        return ""


def limits_of(name: str, unit: str, records: Iterable[ParameterRecord]) -> ValueLimits:
    """The limits of a parameter, from every record of it; none where there is no record.

    Zero switches off what a parameter drives; it is refused only where every body has some.
    """
    known = list(records)
    spreads = {record.variability.distribution for record in known if record.variability is not None}
    if "logitnormal" in spreads:
        return ValueLimits(0.0, 1.0, is_open=True)
    values = [value for record in known for value in _values(record)]
    lows = [record.low for record in known if record.low is not None]
    highs = [record.high for record in known if record.high is not None]
    if not values or min((*values, *lows)) < 0.0 or "normal" in spreads:
        return ValueLimits()
    is_share = not unit and name.rsplit("_", 1)[-1] in WORDS_OF_SHARES and max((*values, *highs)) <= 1.0
    has_zero = "lognormal" not in spreads or name.rsplit("_", 1)[-1] not in WORDS_OF_BODIES
    return ValueLimits(0.0, 1.0 if is_share else math.inf, has_zero)


def _values(record: ParameterRecord) -> list[float]:
    value = record.value
    return list(value.values()) if isinstance(value, Mapping) else [float(value)]
