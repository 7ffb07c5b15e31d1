"""The full table: every number of every trial as text, trial by trial."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trialkine.report.words import listed
from trialkine.validation.ledger import LedgerRow
from trialkine.validation.ledger_words import (
    CALIBRATION,
    NOTHING,
    arm_words,
    class_words,
    crps_words,
    disease_words,
    in_order,
    limits,
    metric_words,
    reported_limits,
    shown,
    unit_of,
)
from trialkine.validation.nearest_pool import pool_of

SEEN, UNSEEN = "seen by the ensemble", "not seen by the ensemble"
INSIDE, OUTSIDE_80, OUTSIDE_95 = "inside 80 %", "outside 80 %", "outside 95 %"


@dataclass(frozen=True)
class ShownRow:
    """One number as the full table prints it."""

    outcome: str
    n: str
    reported: str
    reported_limits: str
    predicted: str
    inner: str
    outer: str
    verdict: str
    pit: str
    crps: str
    pool: str
    pool_inner: str
    pool_crps: str
    is_scored: bool
    remark: str


@dataclass(frozen=True)
class ShownArm:
    """The numbers of one arm, or of one line of treatment of it."""

    name: str
    agent_class: str
    rows: tuple[ShownRow, ...]


@dataclass(frozen=True)
class ShownTrial:
    """The arms of one trial; `anchor` is what links within the page name it."""

    trial: str
    anchor: str
    title: str
    about: str
    arms: tuple[ShownArm, ...]


def shown_trials(rows: Sequence[LedgerRow]) -> list[ShownTrial]:
    """Every trial in the order of the ledger, with all its rows."""
    found = []
    for trial in in_order([row.trial for row in rows]):
        mine = [row for row in rows if row.trial == trial]
        arms = [
            ShownArm(
                name,
                listed([class_words(each) for each in in_order([row.agent_class for row in own])]),
                tuple(map(shown_row, own)),
            )
            for name in in_order([arm_words(row) for row in mine])
            if (own := [row for row in mine if arm_words(row) == name])
        ]
        found.append(ShownTrial(trial, anchor(trial), mine[0].title, _about(mine), tuple(arms)))
    return found


def verdict(row: LedgerRow) -> str:
    """Where a reported number lies: inside 80 %, outside 80 % or outside 95 % of its prediction."""
    inside = row.is_inside
    if not inside or inside[0.80]:
        return INSIDE
    return OUTSIDE_80 if inside[0.95] else OUTSIDE_95


def anchor(trial: str) -> str:
    """The name of a trial's place in the page."""
    return f"trial-{re.sub(r'[^A-Za-z0-9_.-]+', '-', trial)}"


def shown_row(row: LedgerRow) -> ShownRow:
    """One row of the ledger as text."""
    found, pool = row.predicted, pool_of(row)
    return ShownRow(
        outcome=f"{metric_words(row.metric)}{_printed_unit(row.metric)}",
        n=NOTHING if row.n is None else f"{row.n:,}",
        reported=f"{'≥ ' if row.at_least else ''}{shown(row.metric, row.reported)}",
        reported_limits=reported_limits(row),
        predicted=NOTHING if found is None else shown(row.metric, found.median),
        inner="" if found is None else limits(row.metric, found.intervals[0.80]),
        outer=NOTHING if found is None else limits(row.metric, found.intervals[0.95]),
        verdict=verdict(row) if row.is_scored and found is not None else "",
        pit=NOTHING if found is None or found.pit is None else f"{found.pit:.2f}",
        crps=crps_words(row.metric, found),
        pool=NOTHING if pool is None else shown(row.metric, pool[1].median),
        pool_inner="" if pool is None else limits(row.metric, pool[1].intervals[0.80]),
        pool_crps=NOTHING if pool is None else crps_words(row.metric, pool[1]),
        is_scored=row.is_scored,
        remark=row.why if row.is_scored else f"Not scored: {row.why or 'no reason given'}.",
    )


def _printed_unit(metric: str) -> str:
    return {" %": ", %", " months": ", months"}.get(unit_of(metric), "")


def _about(rows: Sequence[LedgerRow]) -> str:
    uses = in_order([row.use for row in rows])
    words = ["used for calibration" if use == CALIBRATION else "never used for calibration" for use in uses]
    diseases = listed([disease_words(each) for each in in_order([row.disease for row in rows])])
    seen = SEEN if any(row.is_seen for row in rows) else UNSEEN
    families = listed(in_order([row.family for row in rows]))
    return f"{diseases} · family {families} · {listed(words)} · {seen}"
