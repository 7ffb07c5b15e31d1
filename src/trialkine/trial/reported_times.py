"""Reported times, and rates at times, that cannot be, or hardly so: alone, and beside each other.

Who is free of progression or relapse is alive, and who is alive was alive before. So survival lasts no less
long than what is free of an event, and no curve rises. Times to progression are another matter, since deaths
are censored there. Papers print such numbers all the same, of other patients or by other methods, so numbers
that disagree are told and kept; only a number that cannot be by itself is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from trialkine.records import DAYS_PER_MONTH, DAYS_PER_WEEK
from trialkine.trial.reported import LANDMARK, MEDIANS, ReportedArm
from trialkine.trial.words import LONGEST_YEARS

MONTHS_PER_YEAR = 12.0
LONGEST_MONTHS = LONGEST_YEARS * MONTHS_PER_YEAR
LONG_MONTHS, SHORT_MONTHS = 240.0, 0.25
"""Beyond twenty years, or within a week, a median or a rate deserves a second look."""
ROUNDING_RATE, ROUNDING_MONTHS, ROUNDING_DAYS = 0.006, 0.5, 4.0
"""Rates are printed in whole per cent, times in whole months, and half a year is 26 weeks."""
SURVIVAL = "os"
WITHIN_SURVIVAL = ("pfs", "rfs")
"""Endpoints that death ends, too."""
MEDIAN = "_median_months"


@dataclass(frozen=True)
class StatedNumber:
    """A reported number as far as it can be read. Units: value, low and high [fraction or month]."""

    value: float
    low: float | None = None
    high: float | None = None
    at_least: bool = False


@dataclass(frozen=True)
class TimeFinding:
    """What is wrong with a number, or hardly right where it is possible."""

    metric: str
    message: str
    is_possible: bool = False


@dataclass(frozen=True)
class _Point:
    """A rate at a time. Units: day [day], stated [fraction]."""

    metric: str
    event: str
    day: float
    stated: StatedNumber


def time_warnings(entries: Sequence[ReportedArm]) -> Iterator[str]:
    """One sentence for each number of some arms that is possible and hardly so."""
    for entry in entries:
        stated = {
            name: StatedNumber(one.value, one.low, one.high, one.at_least)
            for name, one in entry.metrics.items()
        }
        of = f"arm '{entry.arm}'" + (f", line of {entry.line}" if entry.line else "")
        yield from (f"{of}: {found.message}" for found in time_findings(stated) if found.is_possible)


def time_findings(stated: Mapping[str, StatedNumber]) -> Iterator[TimeFinding]:
    """What is wrong with the times of one arm, and the rates at times, by the name of the number."""
    for metric, number in stated.items():
        if metric in MEDIANS:
            yield from _of_a_median(metric, number)
    points = _points(stated)
    for point in points:
        if point.day > LONG_MONTHS * DAYS_PER_MONTH:
            years = point.day / DAYS_PER_MONTH / MONTHS_PER_YEAR
            yield TimeFinding(
                point.metric, f"'{point.metric}' is of {years:.0f} years. Check the unit.", True
            )
    yield from _medians_beside_survival(stated)
    yield from _rates_beside_each_other(points)


def _of_a_median(metric: str, number: StatedNumber) -> Iterator[TimeFinding]:
    """A median that is 0, longer than a life, or far from usual."""
    if number.value <= 0.0:
        yield TimeFinding(metric, f"'{metric}' is 0, and no time is. Write months, or leave it out.")
        return
    for months in (number.value, number.low, number.high):
        if months is not None and months > LONGEST_MONTHS:
            yield TimeFinding(
                metric,
                f"'{metric}' has {months:g} months, more than {LONGEST_YEARS:g} years. If these are days, "
                f"write {months / DAYS_PER_MONTH:.3g}.",
            )
            return
    if number.value > LONG_MONTHS:
        years = number.value / MONTHS_PER_YEAR
        yield TimeFinding(metric, f"'{metric}' is {years:.0f} years. Check that it is in months.", True)
    elif number.value < SHORT_MONTHS:
        days = number.value * DAYS_PER_MONTH
        yield TimeFinding(metric, f"'{metric}' is {days:.1f} days. Check that it is in months.", True)


def _medians_beside_survival(stated: Mapping[str, StatedNumber]) -> Iterator[TimeFinding]:
    """Medians that are longer than median survival."""
    alive = stated.get(f"{SURVIVAL}{MEDIAN}")
    if alive is None or alive.at_least:
        return
    for event in (*WITHIN_SURVIVAL, "ttp"):
        metric = f"{event}{MEDIAN}"
        own = stated.get(metric)
        if own is None or own.value <= alive.value + ROUNDING_MONTHS:
            continue
        said = f"'{metric}' is {own.value:g}, longer than 'os_median_months', {alive.value:g}"
        yield TimeFinding(metric, f"{said}: {_why(event)}. Check both.", True)


def _rates_beside_each_other(points: Sequence[_Point]) -> Iterator[TimeFinding]:
    """Rates that are higher than another that bounds them: of survival, or of the same at an earlier time."""
    for first, second in combinations(sorted(points, key=lambda point: point.day), 2):
        pairs = [(first, second)]
        if abs(first.day - second.day) <= ROUNDING_DAYS:
            pairs.append((second, first))
        for early, late in pairs:
            is_same = early.event == late.event and early.day < late.day
            is_bounded = early.event == SURVIVAL and late.event in WITHIN_SURVIVAL
            if not (is_same or is_bounded) or early.stated.at_least:
                continue
            if late.stated.value <= early.stated.value + ROUNDING_RATE:
                continue
            said = f"'{late.metric}' is {late.stated.value:g}, higher than '{early.metric}', "
            why = "no such rate rises with time" if is_same else _why(late.event)
            yield TimeFinding(late.metric, f"{said}{early.stated.value:g}: {why}. Check both.", True)


def _why(event: str) -> str:
    """Why a number should be no larger than that of survival."""
    if event not in WITHIN_SURVIVAL:
        return "that asks for many deaths before progression"
    free = "progression" if event == "pfs" else "relapse"
    return f"who is free of {free} is alive"


def _points(stated: Mapping[str, StatedNumber]) -> list[_Point]:
    """The rates at times, those above 1 apart, which are told elsewhere."""
    found = []
    for metric, number in stated.items():
        landmark = LANDMARK.fullmatch(metric)
        if landmark is not None and number.value <= 1.0:
            by_week, weeks, by_month, months = landmark.groups()
            day = float(weeks) * DAYS_PER_WEEK if by_week else float(months) * DAYS_PER_MONTH
            found.append(_Point(metric, by_week or by_month, day, number))
    return found
