"""What a check found and what was claimed, in words."""

from __future__ import annotations

from trialkine.claims.measures import MEASURES
from trialkine.claims.record import Check, Reading
from trialkine.claims.rules import COMPARES, EQUALS, published
from trialkine.report.metrics import is_rate
from trialkine.report.words import Cell, count_cell, months_cell, percent_cell, signed
from trialkine.statistics.estimate import Estimate

PERCENT = 100.0
SHARES = "responders/"  # the part of an assay's summary that holds fractions


def style_of(reading: Reading) -> str:
    """How the reading's number is printed: fraction, months, days or number."""
    if reading.measure:
        return MEASURES[reading.measure].style
    if reading.path.startswith(SHARES):
        return "fraction"
    name = reading.metric or reading.path
    if name.endswith("_months"):
        return "months"
    is_fraction = is_rate(name) or name.startswith("biomarker_") or name.endswith(("share", "fraction"))
    return "fraction" if is_fraction or name.rpartition("/")[2] == "orr" else "number"


def found_words(found: Estimate, check: Check) -> str:
    """The estimate with its interval; of a comparison the difference."""
    style = style_of(check.reading)
    if check.rule in COMPARES:
        return _difference_words(found, style)
    return _cell(found, style).in_a_line + _unit(style)


def expected_words(check: Check) -> str:
    """What was claimed."""
    style = style_of(check.reading)
    if check.than is not None:
        what = f"{check.rule} {_named(check.than, check.reading)}"
        if check.within is not None:
            return f"{what}, to within {_plain(check.within, style)}"
        return f"{what}; less than {_plain(check.by, style)} would not matter" if check.by else what
    if check.rule == EQUALS:
        return str(check.value)
    if isinstance(check.value, (int, float)):
        return f"{check.rule} {_plain(check.value, style)}"
    low, high = published(check)
    count = f"{check.events} of {check.of}, " if check.events is not None else ""
    joined = " and " if check.rule == "between" else " to "
    return f"{check.rule} {count}{_plain(low, style)}{joined}{_plain(high, style)}"


def _named(reading: Reading, beside: Reading) -> str:
    """What tells a reading from the one it is compared with."""
    parts = []
    if reading.run != beside.run:
        parts.append(reading.run.replace("_", " "))
    if reading.arm and reading.arm != beside.arm:
        parts.append(reading.arm)
    if reading.line is not None and reading.line != beside.line:
        parts.append(f"line {reading.line}")
    differing = [name for name, value in reading.options.items() if beside.options.get(name) != value]
    parts += [f"{reading.options[name]} {name}" for name in differing]
    own, other = reading.path.split("/"), beside.path.split("/")
    parts += [part for part, twin in zip(own, other, strict=False) if part != twin]
    return ", ".join(parts)


def _cell(found: Estimate, style: str) -> Cell:
    if style == "fraction":
        return percent_cell(found)
    return months_cell(found) if style == "months" else count_cell(found)


def _unit(style: str) -> str:
    return {"months": " months", "days": " days"}.get(style, "")


def _plain(value: float, style: str) -> str:
    return f"{PERCENT * value:.3g} %" if style == "fraction" else f"{value:.4g}{_unit(style)}"


def _difference_words(found: Estimate, style: str) -> str:
    if found.estimate is None:
        return f"undefined: {found.why}" if found.why else "undefined"
    scale, unit = (PERCENT, " points") if style == "fraction" else (1.0, _unit(style))
    text = f"difference {signed(scale * found.estimate)}{unit}"
    if found.low is None or found.high is None:
        return text
    return f"{text} ({signed(scale * found.low)} to {signed(scale * found.high)})"
