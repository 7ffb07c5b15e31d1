"""Counts what the targets ask for among simulated patients, in every repetition of a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.calibration.targets import Target

if TYPE_CHECKING:
    import polars as pl

    from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]
ENDPOINT_COLUMNS = {"os": "os", "pfs": "pfs", "ttp": "ttp", "rfs": "pfs", "dor": "dor"}
LANDMARK_SLACK = 0.5  # days: follow-up that ends at a landmark reaches it


def count_patients(result: TrialResult, target: Target) -> tuple[Array, Array]:
    """How many patients met the target's event, and of how many, in every repetition.

    A patient whose follow-up ends before the target's day is in neither count, and neither is one whose
    follow-up was to end before it, since of such patients only the events would be seen, nor one who had the
    event before the target's patients are counted. The duration of a response is followed from the response.

    Shapes: (repetition,), (repetition,).
    """
    rows = patients_of(result, target.arm, target.line)
    happened, known = events_of(rows, target)
    trial = rows["trial"].to_numpy()[known]
    counts = np.bincount(trial, happened[known].astype(float), minlength=result.replicates)
    totals = np.bincount(trial, minlength=result.replicates)
    return counts, totals.astype(float)


def patients_of(result: TrialResult, arm: str, line: str | None) -> pl.DataFrame:
    """The rows of an arm's patients who were simulated to the end, for one line where it is named."""
    import polars as pl

    patients = result.patients.filter((pl.col("arm") == arm) & (pl.col("status") == "ok"))
    if line is None:
        return patients
    keys = ["arm", "trial", "patient"]
    lines = result.lines.filter((pl.col("arm") == arm) & (pl.col("agent") == line))
    planned = patients.select(*keys, "follow_up_days")
    joined = lines.join(planned, on=keys, how="inner", maintain_order="left")
    return joined.with_columns(
        pl.col("follow_up_days") - pl.col("start_day"), pl.col("response_day") - pl.col("start_day")
    )


def events_of(rows: pl.DataFrame, target: Target) -> tuple[Array, Array]:
    """Whether each patient met the target's event, and whether that is known and counts.

    Shapes: (row,), (row,).
    """
    best = rows["best_response"].to_numpy()
    responds = np.isin(best, ("CR", "PR"))
    everyone = np.ones(len(best), dtype=bool)
    if target.event == "responds":
        return responds, everyone
    if target.event == "complete":
        return best == "CR", responds
    if target.event == "progresses":
        return ~np.isin(best, ("CR", "PR", "SD")), ~responds
    column = ENDPOINT_COLUMNS[target.event]
    days = rows[f"{column}_days"].to_numpy().astype(float)
    ended = rows[f"{column}_event"].to_numpy().astype(bool) & (days <= target.day)
    is_free = days >= target.day - LANDMARK_SLACK
    known = np.isfinite(days) & (ended | is_free)
    followed = rows["follow_up_days"].to_numpy()
    if target.event == "dor":
        known &= responds
        followed = followed - np.where(responds, rows["response_day"].to_numpy().astype(float), 0.0)
    known &= ~(ended & (days <= target.after))
    return ~ended, known & (followed >= target.day - LANDMARK_SLACK)
