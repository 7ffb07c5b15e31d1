"""What a search weighs, patient by patient: 1 where it came to pass, 0 where not, nan where not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trialkine.trial.measure_words import ANY_TOXICITY, Measure

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

Array = np.ndarray[Any, np.dtype[Any]]
KEYS = ["arm", "trial", "patient"]
COMPLETE, RESPONSES = ("CR",), ("CR", "PR")
TREATMENT = "treatment"
LANDMARK_SLACK = 0.5  # days: follow-up that ends at a landmark reaches it


def measured(result: TrialResult, measures: Sequence[Measure]) -> Array:
    """Every measure in every patient of counterfactual arms, the same patient at the same place in each arm.

    A patient who could not be solved is nan, and so is, for survival, one who was not to be followed that
    long.

    Shape: returns (arm, measure, repetition, patient).
    """
    shape = (len(result.arms), result.replicates, -1)
    rows = result.patients
    is_solved = (rows["status"] == "ok").to_numpy()
    found = [np.where(is_solved, _measured(result, rows, one), np.nan).reshape(shape) for one in measures]
    return np.stack(found, axis=1)


def _measured(result: TrialResult, rows: pl.DataFrame, measure: Measure) -> Array:
    if measure.event == "response":
        return rows["best_response"].is_in(RESPONSES).to_numpy().astype(float)
    if measure.event == "complete response":
        return rows["best_response"].is_in(COMPLETE).to_numpy().astype(float)
    if measure.event == "death":
        return _died_of_treatment(rows).astype(float)
    if measure.event == "toxicity":
        return _had_toxicity(result, rows, measure).astype(float)
    return _is_free(rows, "os" if measure.event == "survival" else "pfs", measure)


def _died_of_treatment(rows: pl.DataFrame) -> Array:
    return np.asarray((rows["death_cause"] == TREATMENT).fill_null(False).to_numpy())


def _had_toxicity(result: TrialResult, rows: pl.DataFrame, measure: Measure) -> Array:
    if measure.toxicity == ANY_TOXICITY:
        worst = rows["worst_grade"].fill_null(0).to_numpy()
        return np.asarray((worst >= measure.grade) | _died_of_treatment(rows))
    events = result.adverse_events.filter(
        (pl.col("toxicity") == measure.toxicity) & (pl.col("grade") >= measure.grade)
    )
    events = events.select(KEYS).unique().with_columns(pl.lit(True).alias("had_it"))
    joined = rows.select(KEYS).join(events, on=KEYS, how="left", maintain_order="left")
    return np.asarray(joined["had_it"].fill_null(False).to_numpy())


def _is_free(rows: pl.DataFrame, column: str, measure: Measure) -> Array:
    day = measure.at.days if measure.at is not None else 0.0
    days = rows[f"{column}_days"].to_numpy().astype(float)
    ended = rows[f"{column}_event"].to_numpy().astype(bool) & (days <= day)
    is_known = np.isfinite(days) & (ended | (days >= day - LANDMARK_SLACK))
    is_known &= rows["follow_up_days"].to_numpy() >= day - LANDMARK_SLACK
    return np.where(is_known, (~ended).astype(float), np.nan)
