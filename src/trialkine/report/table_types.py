"""Gives columns without a single value their type, so that empty and failed trials read like others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

_TEXT = (
    "best_response",
    "progression_reason",
    "death_cause",
    "off_study_reason",
    "agent",
    "end_reason",
    "response",
    "status",
    "sex",
    "product_outcome",
)
_FLAGS = ("ttp_event", "pfs_event", "os_event", "dor_event")


def typed(result: TrialResult) -> TrialResult:
    """The same trial in which columns of nothing but null have the type of their name."""
    return replace(
        result,
        patients=_typed(result.patients),
        lines=_typed(result.lines),
        visits=_typed(result.visits),
        exposure=_typed(result.exposure),
    )


def _typed(table: pl.DataFrame) -> pl.DataFrame:
    untyped = [name for name, kind in table.schema.items() if kind == pl.Null]
    return table.with_columns(pl.col(name).cast(_type_of(name)) for name in untyped)


def _type_of(name: str) -> type[pl.DataType]:
    if name in _TEXT:
        return pl.String
    return pl.Boolean if name in _FLAGS else pl.Float64
