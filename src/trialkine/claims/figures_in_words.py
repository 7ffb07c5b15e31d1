"""What a check found and what was claimed, in words."""

from __future__ import annotations

from trialkine.claims.record import Check, Reading
from trialkine.claims.rules import COMPARES, EQUALS, published
from trialkine.claims.styles import style_of
from trialkine.report.words import Cell, count_cell, months_cell, percent_cell, signed
from trialkine.statistics.estimate import Estimate

PERCENT = 100.0
WIDEST = 10.0  # of an interval of a relative change: beyond it the limits would only look like knowledge


def found_words(found: Estimate, check: Check) -> str:
    """The estimate with its interval; of a comparison the difference."""
    style = style_of(check.reading)
    if check.rule in COMPARES:
        return _difference_words(found, style)
    if style == "fold":
        return _fold_words(found)
    return _cell(found, style).in_a_line + _unit(style)


def expected_words(check: Check) -> str:
    """What was claimed."""
    style = style_of(check.reading)
    if check.than is not None:
        what = f"{check.rule} {_named(check.than, check.reading)}"
        if check.within is not None:
            return f"{what}, to within {_apart(check.within, style)}"
        return f"{what}; less than {_apart(check.by, style)} would not matter" if check.by else what
    if check.rule == EQUALS:
        return str(check.value)
    if isinstance(check.value, (int, float)):
        return f"{check.rule} {_plain(check.value, style)}{_narrow_enough(check, style)}"
    low, high = published(check)
    count = f"{check.events} of {check.of}, " if check.events is not None else ""
    joined = " and " if check.rule == "between" else " to "
    return f"{check.rule} {count}{_plain(low, style)}{joined}{_plain(high, style)}"


def _narrow_enough(check: Check, style: str) -> str:
    """How wide the interval of a prediction may be, where the check says so."""
    if check.apart is not None:
        return f", limits up to {_apart(check.apart, style)} apart"
    return "" if check.factor is None else f", limits up to {check.factor:g} fold apart"


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
    return {"months": " months", "days": " days", "fold": " times baseline"}.get(style, "")


def _plain(value: float, style: str) -> str:
    if style == "fraction":
        return f"{PERCENT * value:.3g} %"
    return f"{value:.4g} fold" if style == "fold" else f"{value:.4g}{_unit(style)}"


def _apart(value: float, style: str) -> str:
    """A distance between two numbers of a style."""
    if style == "fraction":
        return f"{PERCENT * value:.3g} points"
    return f"{value:.4g}{_unit(style)}"


def _fold_words(found: Estimate) -> str:
    """A value relative to baseline; limits that are too far apart to be of use are not printed."""
    if found.estimate is None:
        return f"undefined: {found.why}" if found.why else "undefined"
    text = f"{_fold(found.estimate)} fold"
    if found.low is None or found.high is None:
        return text
    if found.high > WIDEST * found.low:
        return f"{text}; its limits are more than {WIDEST:g} fold apart"
    return f"{text} ({_fold(found.low)} to {_fold(found.high)})"


def _fold(value: float) -> str:
    """A ratio: to two decimals near one, to one decimal above, whole from a hundred on."""
    decimals = 2 if abs(value) < 2.0 else 1 if abs(value) < PERCENT else 0
    return f"{value:,.{decimals}f}"


def _difference_words(found: Estimate, style: str) -> str:
    if found.estimate is None:
        return f"undefined: {found.why}" if found.why else "undefined"
    scale, unit = (PERCENT, " points") if style == "fraction" else (1.0, _unit(style))
    print_one = _signed_fold if style == "fold" else signed
    text = f"difference {print_one(scale * found.estimate)}{unit}"
    if found.low is None or found.high is None:
        return text
    return f"{text} ({print_one(scale * found.low)} to {print_one(scale * found.high)})"


def _signed_fold(value: float) -> str:
    """A difference of two ratios with its sign."""
    sign = "−" if value < 0.0 else "+"
    return f"{sign}{_fold(abs(value))}"
