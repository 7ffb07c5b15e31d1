"""Times of measurement as names of metrics and as words: weeks where they are whole, else hours or days."""

from __future__ import annotations

from trialkine.records import DAYS_PER_WEEK

HOURS_PER_DAY = 24.0
LAST_IN_HOURS = 3.0
"""Times before this that are no whole days are told in hours. Units: [day]."""
SAME_TIME = 1e-3
"""Times this near to each other are the same. Units: [day]."""
SAME_WEEK = 0.5
"""From a month on, a time this near to a whole week is named by it, as three months are. Units: [day]."""
FIRST_ROUNDED_WEEK = 4


def time_name(days: float) -> str:
    """A time at the end of a metric's name: `4w`, `9d`, `1.08333d`."""
    weeks = days / DAYS_PER_WEEK
    return f"{weeks:.0f}w" if _is_a_week(days) else f"{days:.6g}d"


def named_days(name: str) -> float:
    """The time that `time_name` wrote. Units: [day]."""
    return float(name[:-1]) * (DAYS_PER_WEEK if name.endswith("w") else 1.0)


def time_words(days: float) -> str:
    """When a planned measurement was made, in running text."""
    weeks = days / DAYS_PER_WEEK
    if _is_a_week(days):
        return f"at week {weeks:.0f}"
    if days < LAST_IN_HOURS and not _is_whole(days):
        return f"after {_counted(days * HOURS_PER_DAY, 'hour')}"
    return f"after {_counted(days, 'day')}"


def whole_or_decimal(number: float) -> float:
    """The same number, as an integer where it is whole."""
    return round(number) if _is_whole(number) else number


def _counted(number: float, unit: str) -> str:
    text = f"{number:.3g}"
    return f"{text} {unit}{'' if text == '1' else 's'}"


def _is_a_week(days: float) -> bool:
    weeks = round(days / DAYS_PER_WEEK)
    apart = SAME_WEEK if weeks >= FIRST_ROUNDED_WEEK else SAME_TIME
    return weeks > 0 and abs(days - weeks * DAYS_PER_WEEK) <= apart


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < SAME_TIME / DAYS_PER_WEEK
