"""The ledger as plain data for other programs, in a layout with a version."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import asdict
from typing import Any

from trialkine.validation.baselines import SAME_CLASS, SAME_DISEASE
from trialkine.validation.coverage import Comparison, GroupSummary, MeanScores, summarise_rows
from trialkine.validation.ledger import LEVELS, Ledger, LedgerRow, Predictive
from trialkine.validation.misses import misses_of
from trialkine.validation.worst import Miss

SCHEMA = 1
ONLY_A_BOUND = "only a lower bound is reported"
NOT_REACHED = "a limit that is null is not reached within the follow-up"
NO_NUMBER = "the model gives no number"
NO_CRPS = "no CRPS: part of the distribution is not reached, and no horizon was given"
NO_LOG_SCORE = "no log score: it needs a median time, or a fraction of a known number of patients"
NO_PIT = "no probability integral transform"
NO_MEAN = "a score that is null is missing in every row, or a ratio to a score of 0"
NO_POOL = {
    SAME_CLASS: "no other trial of this class in this disease reports it",
    SAME_DISEASE: "no other trial in this disease reports it",
}


def ledger_text(ledger: Ledger) -> str:
    """The ledger as JSON text, always the same for the same ledger."""
    return json.dumps(ledger_record(ledger), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def ledger_record(ledger: Ledger) -> dict[str, Any]:
    """The ledger as plain data: rates in fractions, times in months, undefined values null with a why."""
    return {
        "schema": SCHEMA,
        "about": dict(ledger.about),
        "leave_out": ledger.leave_out,
        "trials_of": ledger.trials_of,
        "summary": [_group(found) for found in summarise_rows(ledger.rows)],
        "misses": [_miss(miss, why) for miss, why in misses_of(ledger.rows)],
        "trials": [_trial(rows) for rows in _runs(ledger.rows, lambda row: row.trial)],
        "left_out": [{"name": name, "why": why} for name, why in ledger.left_out],
    }


def _miss(miss: Miss, why: str) -> dict[str, Any]:
    row = miss.row
    return {
        "trial": row.trial,
        "arm": row.arm,
        "line": row.line,
        "metric": row.metric,
        "sentence": miss.sentence,
        "why": why,
    }


def _trial(rows: list[LedgerRow]) -> dict[str, Any]:
    first = rows[0]
    return {
        "trial": first.trial,
        "title": first.title,
        "family": first.family,
        "disease": first.disease,
        "use": first.use,
        "seen_by_ensemble": first.is_seen,
        "arms": [_arm(found) for found in _runs(rows, lambda row: (row.arm, row.line))],
    }


def _arm(rows: list[LedgerRow]) -> dict[str, Any]:
    first = rows[0]
    return {
        "arm": first.arm,
        "line": first.line,
        "agent_class": first.agent_class,
        "metrics": {row.metric: _metric(row) for row in rows},
    }


def _metric(row: LedgerRow) -> dict[str, Any]:
    found = row.predicted
    reasons = [row.why] if row.why else []
    if found is None:
        reasons = reasons or [NO_NUMBER]
    else:
        reasons += _reasons(found, row)
    return {
        "reported": _finite(row.reported),
        "reported_low": _finite(row.reported_low),
        "reported_high": _finite(row.reported_high),
        "n": row.n,
        "at_least": row.at_least,
        "predicted": None if found is None else _distribution(found),
        **_verdict(found, row),
        **_baseline("baseline", SAME_CLASS, row),
        **_baseline("baseline_disease", SAME_DISEASE, row),
        "scored": row.is_scored,
        "why": "; ".join(reasons),
    }


def _baseline(key: str, name: str, row: LedgerRow) -> dict[str, Any]:
    found = row.baselines.get(name)
    if found is None:
        return {key: None, f"{key}_why": NO_POOL[name]}
    record = {**_distribution(found), **_verdict(found, row)}
    reasons = [record["why"]] if "why" in record else []
    reasons += _reasons(found, row)
    return {key: {**record, "why": "; ".join(reasons)} if reasons else record}


def _distribution(found: Predictive) -> dict[str, Any]:
    """Median and limits, with a `why` where one is not reached."""
    record: dict[str, Any] = {"median": _finite(found.median)}
    for level in LEVELS:
        low, high = found.intervals[level]
        record |= {f"low_{_percent(level)}": _finite(low), f"high_{_percent(level)}": _finite(high)}
    return {**record, "why": NOT_REACHED} if None in record.values() else record


def _verdict(found: Predictive | None, row: LedgerRow) -> dict[str, Any]:
    """Whether the intervals hold what was reported, and the scores; all null without a distribution."""
    inside = {f"inside_{_percent(level)}": _is_inside(found, row, level) for level in LEVELS}
    scores = ("crps", "log_score", "pit")
    return inside | {name: None if found is None else _finite(getattr(found, name)) for name in scores}


def _is_inside(found: Predictive | None, row: LedgerRow, level: float) -> bool | None:
    return None if found is None or row.at_least else found.contains(row.reported, level)


def _reasons(found: Predictive, row: LedgerRow) -> list[str]:
    """Why scores of a distribution are missing."""
    if row.at_least:
        return [] if row.why == ONLY_A_BOUND else [ONLY_A_BOUND]
    missing = {NO_CRPS: found.crps, NO_LOG_SCORE: found.log_score, NO_PIT: found.pit}
    return [why for why, score in missing.items() if _finite(score) is None]


def _group(found: GroupSummary) -> dict[str, Any]:
    return {
        "group": found.group,
        "use": found.use,
        "rows": found.rows,
        "families": found.families,
        "coverage": [asdict(each) for each in found.coverage],
        "scores": [_means(each) for each in found.scores],
        "comparisons": [_means(each) for each in found.comparisons],
        "pit_counts": list(found.pit_counts),
    }


def _means(found: MeanScores | Comparison) -> dict[str, Any]:
    record = asdict(found)
    return {**record, "why": NO_MEAN} if None in record.values() else record


def _runs(rows: Iterable[LedgerRow], key: Callable[[LedgerRow], Hashable]) -> list[list[LedgerRow]]:
    """Rows with the same key together, in the order in which the keys first come."""
    found: dict[Hashable, list[LedgerRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(found.values())


def _percent(level: float) -> str:
    return f"{100.0 * level:.0f}"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
