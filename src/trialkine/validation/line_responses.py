"""Counts of responses to one line of treatment, in every repetition of a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trialkine.calibration.counts import patients_of
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]
KEYS = ["trial", "patient"]
RESPONSES = ["CR", "PR"]
ROUNDING = 1e-9


def response_counts(result: TrialResult, arm: str, line: str | None) -> tuple[Array, Array]:
    """Who responded to a line, and who reached it; without a line, to the whole strategy.

    Shapes: (repetition,), (repetition,).
    """
    rows = patients_of(result, arm, line)
    responders = rows.filter(pl.col("best_response").is_in(RESPONSES))
    return _by_trial(responders, result.replicates), _by_trial(rows, result.replicates)


def deep_counts(result: TrialResult, arm: str, line: str, fall: float) -> tuple[Array, Array]:
    """Whose measured lesions once shrank by a share of what they were before a line, and who reached it.

    It stands for a complete or nearly complete response as a clinic sees it: no second scan confirms it, and
    new lesions do not count. Patients without a lesion to measure before the line do not count as shrunk.

    Shapes: (repetition,), (repetition,). Units: fall [fraction].
    Raises: InputError, when the fall is no share.
    """
    if not 0.0 < fall <= 1.0:
        raise InputError(f"Lesions cannot shrink by {fall:g}. Give a share from 0 to 1.")
    rows = patients_of(result, arm, line)
    starts = rows.select(*KEYS, "start_day")
    sums = result.visits.filter(pl.col("arm") == arm).select(*KEYS, "day", "sld_mm").drop_nulls()
    sums = sums.join(starts, on=KEYS).sort("day")
    is_before = pl.col("day") <= pl.col("start_day")
    before = sums.filter(is_before).group_by(KEYS).agg(pl.col("sld_mm").last().alias("before"))
    lowest = sums.filter(~is_before).group_by(KEYS).agg(pl.col("sld_mm").min().alias("lowest"))
    both = before.join(lowest, on=KEYS).filter(pl.col("before") > 0.0)
    deep = both.filter(1.0 - pl.col("lowest") / pl.col("before") >= fall - ROUNDING)
    return _by_trial(deep, result.replicates), _by_trial(rows, result.replicates)


def _by_trial(rows: pl.DataFrame, replicates: int) -> Array:
    return np.bincount(rows["trial"].to_numpy(), minlength=replicates)
