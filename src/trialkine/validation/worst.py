"""The rows that the model missed most, the worst first, with a sentence each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from trialkine.validation.ledger import LedgerRow, Predictive
from trialkine.validation.ledger_words import NOT_REACHED, is_share, metric_words, unit_of

WIDEST, STANDARD = 0.95, 0.80
NORMAL_80 = NormalDist().inv_cdf(0.5 + STANDARD / 2.0)
"""Half of a normal distribution's central 80 % interval, in standard deviations."""
TEN_PERCENT = 10.0


@dataclass(frozen=True)
class Miss:
    """One row and how far off the prediction was.

    `tail` is the probability of a number at least as far out on either side, by the model; `distance` counts
    standard deviations from the median, judged from the 80 % interval on the side of the reported number,
    positive where more was reported than predicted.
    """

    row: LedgerRow
    is_outside: bool
    tail: float
    distance: float
    sentence: str


def worst_misses(rows: Sequence[LedgerRow], most: int | None = None) -> tuple[Miss, ...]:
    """The predicted rows, the worst first: scored before others, then outside the 95 % interval before
    inside, then by tail probability, then by distance.

    `most` is how many to give; absent: all. Rows that are only lower bounds are left out where they were met.
    """
    found = [miss for row in rows if (miss := _miss(row)) is not None]
    found.sort(key=lambda miss: (not miss.row.is_scored, not miss.is_outside, miss.tail, -abs(miss.distance)))
    return tuple(found[:most])


def sentence(row: LedgerRow) -> str:
    """Direction and size, as in 'Response rate predicted too low: reported 29 %, predicted 12 % (5 to 21).'

    The interval is that of 95 %; inside it 'too' is not said. A row without a prediction says why.
    """
    name, found = metric_words(row.metric), row.predicted
    reported = f"reported {'at least ' if row.at_least else ''}{_with_unit(row.metric, row.reported)}"
    if found is None:
        return f"{name} not predicted{f' ({row.why})' if row.why else ''}: {reported}."
    limits = " to ".join(_number(row.metric, limit) for limit in found.intervals[WIDEST])
    predicted = f"predicted {_with_unit(row.metric, found.median)} ({limits})"
    return f"{name} predicted {_direction(row, found)}: {reported}, {predicted}."


def distance(value: float, found: Predictive) -> float:
    """How far a number is from the median, in standard deviations of the side it lies on.

    The part of the 80 % interval on that side stands for NORMAL_80 standard deviations, and is at least the
    tolerance. 0 where that side has no end; infinite where it has no width.
    """
    low, high = found.intervals[STANDARD]
    away = value - found.median
    if abs(away) <= found.tolerance:
        return 0.0
    side = found.median - low if away < 0.0 else high - found.median
    deviation = max(side, found.tolerance) / NORMAL_80
    if math.isinf(found.median):
        return 0.0 if found.contains(value, WIDEST) else -math.inf
    return away / deviation if deviation > 0.0 else math.copysign(math.inf, away)


def _miss(row: LedgerRow) -> Miss | None:
    found = row.predicted
    if found is None:
        return None
    is_outside = not found.contains(row.reported, WIDEST)
    if row.at_least and not (is_outside and row.reported > found.median):
        return None
    return Miss(row, is_outside, _tail(row, found), distance(row.reported, found), sentence(row))


def _tail(row: LedgerRow, found: Predictive) -> float:
    """The two-sided tail probability; of a lower bound, the probability of reaching it; 1 if not known."""
    if row.at_least:
        return 1.0 if found.log_score is None else math.exp(found.log_score)
    return 1.0 if found.pit is None else 2.0 * min(found.pit, 1.0 - found.pit)


def _direction(row: LedgerRow, found: Predictive) -> str:
    away = row.reported - found.median
    if abs(away) <= found.tolerance or (row.at_least and away < 0.0):
        return "right"
    side = "low" if away > 0.0 else "high"
    return side if found.contains(row.reported, WIDEST) else f"too {side}"


def _with_unit(metric: str, value: float) -> str:
    return NOT_REACHED if math.isinf(value) else f"{_number(metric, value)}{unit_of(metric)}"


def _number(metric: str, value: float) -> str:
    """Percent in whole numbers, below ten to one decimal where it matters; other numbers to one decimal."""
    if math.isinf(value):
        return NOT_REACHED
    if not is_share(metric):
        return f"{value:.1f}"
    percent = 100.0 * value
    return f"{percent:.0f}" if abs(percent) >= TEN_PERCENT else f"{percent:.1f}".removesuffix(".0")
