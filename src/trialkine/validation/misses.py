"""The misses as the page tells them: what was missed, by how much, and what history would have said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialkine.validation.coverage import scored_rows
from trialkine.validation.ledger import LedgerRow, Predictive
from trialkine.validation.ledger_rows import anchor, verdict
from trialkine.validation.ledger_words import (
    CALIBRATION,
    arm_words,
    disease_words,
    in_sentence,
    rounded,
)
from trialkine.validation.nearest_pool import pool_of
from trialkine.validation.why_missed import why_missed
from trialkine.validation.worst import Miss, worst_misses

INNER = 0.80


@dataclass(frozen=True)
class ShownMiss:
    """One miss: a heading, sentences, and the place of its trial in the page."""

    trial: str
    title: str
    anchor: str
    head: str
    words: str
    verdict: str


def shown_misses(rows: Sequence[LedgerRow], leave_out: bool) -> list[ShownMiss]:
    """Every scored row outside its 80 % interval, the worst first."""
    return [_shown(miss.row, f"{miss.sentence} {why}", leave_out) for miss, why in misses_of(rows)]


def misses_of(rows: Sequence[LedgerRow]) -> list[tuple[Miss, str]]:
    """Every scored row outside its 80 % interval, the worst first, with a word on why."""
    outside = [row for row in scored_rows(rows) if not row.is_inside[INNER]]
    return [(miss, why_missed(miss.row, rows)) for miss in worst_misses(outside)]


def _shown(row: LedgerRow, sentence: str, leave_out: bool) -> ShownMiss:
    calibrated = row.use == CALIBRATION and not leave_out
    parts = [sentence, _pool_sentence(row), "The model was calibrated on this trial." if calibrated else ""]
    return ShownMiss(
        trial=row.trial,
        title=row.title,
        anchor=anchor(row.trial),
        head=f"{arm_words(row)}, {in_sentence(disease_words(row.disease))}",
        words=" ".join(filter(None, parts)),
        verdict=verdict(row),
    )


def _pool_sentence(row: LedgerRow) -> str:
    found = pool_of(row)
    if found is None:
        return "There is no historical pool for it."
    name, pool = found
    said = f"The pool of the {name} said {rounded(row.metric, pool.median)}"
    return f"{said}{_closeness(row.predicted, pool)}."


def _closeness(own: Predictive | None, pool: Predictive) -> str:
    """Whether the pool was closer by CRPS, where both have one."""
    if own is None or own.crps is None or pool.crps is None:
        return ""
    return " and was closer" if pool.crps < own.crps else " and was no closer"
