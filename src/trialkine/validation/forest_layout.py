"""Which rows stand together in a forest plot, under which headings, and where a long plot is cut."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from trialkine.statistics.proportions import exact_interval
from trialkine.trial.reported import RATES
from trialkine.validation.ledger import Interval, LedgerRow
from trialkine.validation.ledger_words import class_words, is_share
from trialkine.validation.nearest_pool import pool_of

MOST_ROWS = 16
"""Rows of one figure, so that its axis stays in sight of its first row."""
_HEADING = 0.6  # height of a heading in rows
_WIDE_LEVEL = 0.95
_POOL_LEVEL = 0.80
_TICKS_OF_MONTHS = (0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 96.0, 192.0)


@dataclass(frozen=True)
class ForestBlock:
    """The rows of one agent class in one disease; `is_continued` where an earlier figure began it."""

    disease: str
    agent_class: str
    rows: tuple[LedgerRow, ...]
    is_continued: bool = False

    @property
    def heading(self) -> str:
        """The agent class in words."""
        return f"{class_words(self.agent_class)}{' (continued)' if self.is_continued else ''}"

    @property
    def size(self) -> float:
        """Its height in rows, heading included."""
        return len(self.rows) + _HEADING


@dataclass(frozen=True)
class Axis:
    """The range of a forest's axis and its ticks. Units: as the rows' metrics (fraction or month)."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_logarithmic: bool = False

    def within(self, value: float) -> float:
        """A value moved to the nearest end of the axis, if it lies outside."""
        return min(max(value, self.low), self.high)


def forest_blocks(rows: Iterable[LedgerRow]) -> list[ForestBlock]:
    """The rows by disease and agent class, within them by trial and arm in the order of the ledger."""
    groups: dict[tuple[str, str], list[LedgerRow]] = {}
    for row in rows:
        groups.setdefault((row.disease, row.agent_class), []).append(row)
    return [
        ForestBlock(disease, agent_class, tuple(found))
        for (disease, agent_class), found in sorted(groups.items(), key=lambda entry: entry[0])
    ]


def split_blocks(blocks: Sequence[ForestBlock], most_rows: int = MOST_ROWS) -> list[list[ForestBlock]]:
    """The blocks of each figure; a block is cut only where it alone has more rows than a figure.

    The rows are spread over as few figures as they need, so that the last one is no remnant.
    """
    pieces = [piece for block in blocks for piece in _cut(block, most_rows)]
    total = sum(piece.size for piece in pieces)
    fair = total / max(1, math.ceil(total / most_rows))
    pages: list[list[ForestBlock]] = []
    filled = math.inf
    for piece in pieces:
        if filled + piece.size > most_rows + _HEADING or filled >= fair:
            pages.append([])
            filled = 0.0
        pages[-1].append(piece)
        filled += piece.size
    return pages


def _cut(block: ForestBlock, most_rows: int) -> list[ForestBlock]:
    parts = math.ceil(len(block.rows) / most_rows)
    ends = [round(len(block.rows) * part / parts) for part in range(parts + 1)]
    return [
        ForestBlock(block.disease, block.agent_class, block.rows[start:end], start > 0)
        for start, end in pairwise(ends)
    ]


def drawn_interval(row: LedgerRow) -> Interval | None:
    """The printed interval of a reported number, else the exact 95 % limits of a share of `n` patients.

    None for times and for landmarks of survival curves, whose limits do not follow from a count.
    """
    if row.reported_low is not None and row.reported_high is not None:
        return row.reported_low, row.reported_high
    if row.metric not in RATES or not row.n or row.at_least:
        return None
    found = exact_interval(round(row.reported * row.n), row.n)
    return (found.low, found.high) if found.low is not None and found.high is not None else None


def shared_axis(rows: Iterable[LedgerRow]) -> Axis:
    """One axis for all figures of an outcome: linear for shares and counts, logarithmic for months."""
    found = list(rows)
    numbers = [number for row in found for number in _numbers(row) if math.isfinite(number)]
    high = max(numbers, default=1.0)
    metric = found[0].metric if found else ""
    if is_share(metric):
        top = math.ceil(max(high, 0.1) * 10 - 1e-9) / 10
        return Axis(0.0, top, tuple(_steps(top, _round_step(top / 5))))
    if metric.endswith("_months"):
        low = min((number for number in numbers if number > 0), default=1.0)
        ticks = [tick for tick in _TICKS_OF_MONTHS if low / 2 <= tick <= high * 2]
        first, last = min(low, ticks[0]) * 0.92, max(high, ticks[0] * 2) * 1.08
        return Axis(first, last, tuple(tick for tick in ticks if first <= tick <= last), True)
    step = _round_step(high / 5)
    return Axis(0.0, high * 1.05, tuple(_steps(high, step)))


def _steps(top: float, step: float) -> list[float]:
    return [step * place for place in range(int(top / step + 1e-9) + 1)]


def _round_step(rough: float) -> float:
    """The next of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(max(rough, 1e-9)))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _numbers(row: LedgerRow) -> list[float]:
    found = [row.reported]
    found += drawn_interval(row) or ()
    if row.predicted is not None:
        found += [row.predicted.median, *row.predicted.intervals[_WIDE_LEVEL]]
    pool = pool_of(row)
    if pool is not None:
        found += pool[1].intervals[_POOL_LEVEL]
    return found
