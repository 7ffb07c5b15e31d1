"""The same visits scored by several criteria: outcomes of each patient, and the call at every visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import Response, response_names
from trialkine.endpoints.criteria import AbstractCriteria
from trialkine.endpoints.registry import find_criteria
from trialkine.trial.conduct import ArmRecord
from trialkine.trial.outcomes import line_outcomes, strategy_outcomes
from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]


def criteria_tables(records: Sequence[ArmRecord], protocol: Protocol) -> dict[str, pl.DataFrame]:
    """`scores` and `calls` of all arms under every scored criterion; nothing where there is only one.

    Treatment and, unless the protocol says otherwise, the end of scans follow the first criterion, so the
    others see no visit that it did not call for.
    """
    names = protocol.assessments.scored
    if len(names) < 2:
        return {}
    confirm = protocol.assessments.confirm_after
    days = None if confirm is None else confirm.days
    scores = [_scores(record, find_criteria(name), days) for record in records for name in names]
    calls = [_calls(record, find_criteria(name)) for record in records for name in names]
    return {"scores": pl.concat(scores), "calls": pl.concat(calls)}


def _scores(record: ArmRecord, criteria: AbstractCriteria, confirm: float | None) -> pl.DataFrame:
    """Best response and progression-free survival of the whole strategy under one criterion."""
    lines = [line_outcomes(record, number, criteria, confirm) for number in range(len(record.lines))]
    found = strategy_outcomes(record, lines)
    return pl.DataFrame(
        {
            **_keys(record, found.patients, criteria),
            "best_response": response_names(found.category),
            "pfs_days": pl.Series(found.progression_free.days).fill_nan(None),
            "pfs_event": found.progression_free.is_event,
        }
    )


def _calls(record: ArmRecord, criteria: AbstractCriteria) -> pl.DataFrame:
    """The response of every scan under one criterion, each line against its own baseline."""
    history = record.history
    response = np.full(history.day.shape, Response.NE, dtype=np.int8)
    for book in record.lines:
        who = np.flatnonzero(~np.isnan(book.start))
        if not len(who):
            continue
        judged = assess(history.scans(who, book.baseline_visit[who]), criteria).response
        for offset in range(judged.shape[1]):
            column = book.baseline_visit[who] + offset
            inside = column < history.day.shape[1]
            response[who[inside], column[inside]] = judged[inside, offset]
    is_scan = ~np.isnan(history.day) & ~np.isnan(history.diameters).all(axis=2)
    rows, columns = np.nonzero(is_scan)
    return pl.DataFrame(
        {
            **_keys(record, rows, criteria),
            "day": history.day[rows, columns],
            "response": response_names(response[rows, columns]),
        }
    )


def _keys(record: ArmRecord, who: Array, criteria: AbstractCriteria) -> dict[str, Any]:
    return {
        "arm": pl.Series([record.arm.name] * len(who), dtype=pl.String),
        "trial": record.enrolled.replicate[who],
        "patient": record.enrolled.ids[who],
        "criteria": pl.Series([criteria.name] * len(who), dtype=pl.String),
    }
