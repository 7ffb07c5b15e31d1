"""Doses and routes as people write them: `600,000 IU/kg`, `intravenous over 15 min`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NoReturn

from trialkine.trial.words import GROUPED_TOKEN, Cursor, Token, WordError, number_text, suggestion

Basis = Literal["flat", "kg", "m2"]
CELLS = "cells"
DOSE_UNITS = ("IU", "kIU", "MIU", "ng", "ug", "mg", "g", CELLS)
_BASES: dict[str, Basis] = {"kg": "kg", "m2": "m2", "m^2": "m2", "m²": "m2"}
_UNIT_SPELLINGS = {"iu": "IU", "miu": "MIU", "kiu": "kIU", "mcg": "ug", "µg": "ug", "μg": "ug"}
_SHORT_ROUTES = {
    **dict.fromkeys(("iv", "ivi", "civ"), "intravenous over 15 min"),
    "ivb": "intravenous bolus",
    **dict.fromkeys(("sc", "sq", "subq", "subcut"), "subcutaneous"),
    **dict.fromkeys(("po", "os"), "oral"),
    **dict.fromkeys(("in", "nasal"), "intranasal"),
}
_ZEROS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_TIMES = ("day", "d", "dose", "h", "week")


@dataclass(frozen=True)
class Dose:
    """The amount of one dose; `basis` says whether it is multiplied by weight (kg) or surface (m2)."""

    amount: float
    unit: str
    basis: Basis

    def __str__(self) -> str:
        per = "" if self.basis == "flat" else f"/{self.basis}"
        return f"{self.amount_text} {self.unit}{per}"

    @property
    def amount_text(self) -> str:
        """The number as people write it: cells as 5e10, other amounts in full."""
        if self.unit != CELLS:
            return number_text(self.amount)
        return str(Decimal(repr(self.amount)).normalize()).replace("E+", "e").replace("E", "e")


@dataclass(frozen=True)
class DoseRoute:
    """How a dose enters the body.

    `infusion_days` is the infusion time, 0 for a bolus, and None where the protocol states none.

    Units: infusion_days [day].
    """

    name: str
    infusion_days: float | None
    text: str

    def __str__(self) -> str:
        return self.text


def parse_dose(text: object) -> Dose:
    """Read a dose: a number, a unit, and `/kg` or `/m2` where it is scaled to the patient.

    Raises: WordError, when it cannot be read.
    """
    if isinstance(text, Dose):
        return text
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        raise WordError(f"dose {text} has no unit. Write it as in '75 mg/m2'.")
    cursor = Cursor(text, "dose", "75 mg/m2", GROUPED_TOKEN)
    comma = cursor.tokens[min(1, len(cursor.tokens) - 1)]
    if comma.text == ",":
        cursor.fail("',' is not a decimal point", comma, "Write it as in '0.5 mg' or '600,000 IU/kg'.")
    amount = cursor.number("the amount")
    if cursor.here.kind == "number":
        cursor.fail("a number is followed by another", cursor.here, "Write thousands as 600000 or 600,000.")
    unit = _dose_unit(cursor)
    basis: Basis = "flat"
    if cursor.accept("/"):
        per = cursor.take()
        if per.text.lower() in _TIMES:
            _fail_on_time(cursor, per)
        if per.text.lower() not in _BASES:
            cursor.fail(f"{cursor.said(per)} is not what a dose is scaled to", per, "Write '/kg' or '/m2'.")
        basis = _BASES[per.text.lower()]
    if cursor.accept("/"):
        _fail_on_time(cursor, cursor.here)
    cursor.finish()
    return Dose(amount, unit, basis)


def _dose_unit(cursor: Cursor) -> str:
    token = cursor.take()
    unit = _UNIT_SPELLINGS.get(token.text.lower(), token.text)
    if unit not in DOSE_UNITS:
        if token.kind != "word":
            cursor.fail("the amount has no unit", token)
        if unit.lower().removesuffix("s") in _ZEROS:
            zeros = _ZEROS[unit.lower().removesuffix("s")]
            cursor.fail(f"'{token.text}' is not a number here", token, f"Write it as in '5e{zeros} {CELLS}'.")
        if unit.lower() in ("cell", CELLS):
            cursor.fail(f"'{token.text}' is not the spelling of this unit", token, f"Write '{CELLS}'.")
        cursor.fail(f"'{token.text}' is not a unit of dose", token, suggestion(token.text, DOSE_UNITS))
    return unit


def _fail_on_time(cursor: Cursor, token: Token) -> NoReturn:
    cursor.fail(f"'{token.text}' is a time", token, "Leave it out, and say in 'schedule' how often.")


def parse_route(text: object) -> DoseRoute:
    """Read a route: a name, and for infusions `bolus` or `over` a time.

    `continuous intravenous infusion over 5 days` is the same as `intravenous over 5 days`.

    Raises: WordError, when it cannot be read.
    """
    if isinstance(text, DoseRoute):
        return text
    cursor = Cursor(text, "route", "intravenous over 15 min")
    short = cursor.text.split()[0]
    if short.replace(".", "").lower() in _SHORT_ROUTES:
        written = _SHORT_ROUTES[short.replace(".", "").lower()]
        cursor.fail(f"'{short}' is an abbreviation", hint=f"Write '{written}'.")
    is_continuous = cursor.accept("continuous")
    name = cursor.take()
    if name.kind != "word" or name.text.lower() in ("over", "bolus", "infusion"):
        cursor.fail(f"{cursor.said(name)} stands where the name of the route should", name)
    is_infusion = cursor.accept("infusion") or is_continuous
    infusion_days: float | None = None
    if not is_infusion and cursor.accept("bolus"):
        infusion_days = 0.0
    elif cursor.accept("over"):
        infusion_days = cursor.duration("the infusion time").days
    elif is_infusion:
        cursor.fail("the infusion has no time", cursor.here)
    elif not cursor.is_done:
        hint = suggestion(cursor.here.text, ("over", "bolus", "infusion"))
        cursor.fail(f"{cursor.said(cursor.here)} is not a word of a route", cursor.here, hint)
    cursor.finish()
    return DoseRoute(name.text.lower(), infusion_days, " ".join(cursor.text.lower().split()))
