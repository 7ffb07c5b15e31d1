"""Which patients a figure of individuals shows: a fixed choice, stated beside the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialkine.report.words import whole

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult


def evaluable(patients: pl.DataFrame) -> pl.DataFrame:
    """Patients whose simulation ended well; the others are counted, never averaged."""
    return patients.filter(pl.col("status") == "ok")


def pick_patients(result: TrialResult, arm: str, at_most: int) -> pl.DataFrame:
    """At most `at_most` evaluable patients of an arm's first trial, evenly spaced by patient number.

    Patient numbers carry no order of merit, so an even spacing is a fair sample, and the same one in
    every arm that shares its patients.
    """
    rows = evaluable(result.patients).filter((pl.col("arm") == arm) & (pl.col("trial") == 0)).sort("patient")
    if rows.height <= at_most:
        return rows
    places = np.linspace(0, rows.height - 1, at_most).round().astype(int)
    chosen: pl.DataFrame = rows[places.tolist()]
    return chosen


def stated_choice(result: TrialResult, shown: int, of: int) -> str:
    """A sentence part that says how many patients a figure shows."""
    first = "" if result.replicates == 1 else f", first of {result.replicates} trials"
    if shown == of:
        return f"all {whole(of)} patients{first}"
    return f"{whole(shown)} of {whole(of)} patients, evenly spaced by number{first}"
