"""Concentrations as a file writes them: a number and a unit, or a series of these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from trialkine.errors import InputError
from trialkine.trial.words import WordError, number_text, shorten
from trialkine.units import dimension

MOST_IN_A_SERIES = 24
_FORM = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*([^\s\d].*?)\s*")
_SHORT_UNITS = {"nM": "nmol/L", "uM": "umol/L", "pM": "pmol/L", "mM": "mmol/L"}


@dataclass(frozen=True)
class Concentration:
    """A concentration as written, such as 10 ug/mL."""

    value: float
    unit: str

    @property
    def plain_unit(self) -> str:
        """The unit in the words of the unit registry."""
        return _SHORT_UNITS.get(self.unit, self.unit)

    def __str__(self) -> str:
        return f"{number_text(self.value)} {self.unit}"


def parse_concentration(text: object) -> Concentration:
    """Read '10 ug/mL' or '62.5 nM'.

    Raises: WordError, when it is something else.
    """
    if isinstance(text, Concentration):
        return text
    form = _FORM.fullmatch(text) if isinstance(text, str) and len(text) < 80 else None
    if form is None:
        raise WordError(
            f"concentration '{shorten(str(text), 40)}' is no number with a unit. Write it as in '10 ug/mL'."
        )
    found = Concentration(float(form[1]), form[2])
    try:
        dimension(found.plain_unit)
    except InputError:
        raise WordError(
            f"'{shorten(found.unit, 30)}' is not a unit of concentration. "
            "Write it as in '10 ug/mL' or '60 nM'."
        ) from None
    if not 0.0 < found.value < 1e9:
        raise WordError(f"concentration '{shorten(str(text), 40)}' must be above zero, and sensible.")
    return found


def parse_concentrations(value: Any) -> tuple[Concentration, ...]:
    """Read one concentration or a series of them.

    Raises: WordError, when one cannot be read, or the series is empty, long or repeats itself.
    """
    items = list(value) if isinstance(value, (list, tuple)) else [value]
    if not 1 <= len(items) <= MOST_IN_A_SERIES:
        raise WordError(
            f"a series of {len(items)} concentrations cannot be run. Give 1 to {MOST_IN_A_SERIES}."
        )
    series = tuple(parse_concentration(item) for item in items)
    if len(set(map(str, series))) < len(series):
        raise WordError("a concentration stands twice in its series. Give each once.")
    return series


def _as_written(series: tuple[Concentration, ...]) -> str | list[str]:
    return str(series[0]) if len(series) == 1 else [str(item) for item in series]


ConcentrationsText = Annotated[
    tuple[Concentration, ...],
    PlainValidator(parse_concentrations),
    PlainSerializer(_as_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["10 ug/mL", "60 nM"]},
                {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_IN_A_SERIES},
            ]
        }
    ),
]
