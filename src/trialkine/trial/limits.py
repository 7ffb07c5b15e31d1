"""Limits of blood values: 'at most 1.5 mg/dL', 'at most 2 times normal', 'at least 100 /nL'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from trialkine.errors import InputError
from trialkine.trial.unit_words import is_unit_text
from trialkine.trial.words import GROUPED_TOKEN, Cursor, number_text
from trialkine.units import conversion

TIMES_NORMAL = "times normal"


@dataclass(frozen=True)
class Limit:
    """The most or the least that a blood value may be; `unit` may be `times normal`.

    Units: amount [unit].
    """

    is_most: bool
    amount: float
    unit: str

    @property
    def is_relative(self) -> bool:
        """Whether the amount counts upper limits of normal."""
        return self.unit == TIMES_NORMAL

    def __str__(self) -> str:
        sign = "at most" if self.is_most else "at least"
        unit = self.unit.removeprefix("1") if self.unit.startswith("1/") else self.unit
        return f"{sign} {number_text(self.amount)} {unit}"


def parse_limit(text: object, unit: str, has_normal: bool) -> Limit:
    """Read a limit of a blood value that is kept in `unit`.

    Raises: WordError, when the phrase cannot be read; InputError, when its unit measures something else.
    """
    if isinstance(text, Limit):
        return text
    example = f"at most 1.5 {TIMES_NORMAL}" if has_normal else f"at least 100 {unit.removeprefix('1')}"
    cursor = Cursor(text, "limit", example, GROUPED_TOKEN)
    cursor.expect("at")
    is_most = cursor.expect("most", "least") == "most"
    amount = cursor.number("the limit")
    if cursor.accept("times", "normal"):
        if not has_normal:
            cursor.fail("there is no upper limit of normal to count in", cursor.tokens[-1])
        cursor.finish()
        return Limit(is_most, amount, TIMES_NORMAL)
    if cursor.is_done:
        cursor.fail("the limit has no unit", cursor.here)
    written = cursor.text[cursor.here.start :].strip()
    stated = f"1{written}" if written.startswith("/") else written
    try:
        if not is_unit_text(stated):
            raise InputError(f"'{stated}' is not the text of a unit.")
        conversion(stated, unit)
    except InputError:
        cursor.fail(f"'{written}' is not a unit of this value, which is counted in '{unit}'", cursor.here)
    return Limit(is_most, amount, stated)


_AS_TEXT = PlainSerializer(str, return_type=str)
SerumLimit = Annotated[
    Limit,
    PlainValidator(lambda text: parse_limit(text, "mg/dL", has_normal=True)),
    _AS_TEXT,
    WithJsonSchema({"type": "string", "examples": ["at most 1.5 mg/dL", "at most 2 times normal"]}),
]
CountLimit = Annotated[
    Limit,
    PlainValidator(lambda text: parse_limit(text, "1/nL", has_normal=False)),
    _AS_TEXT,
    WithJsonSchema({"type": "string", "examples": ["at least 1.5 /nL", "at least 100000 /uL"]}),
]
