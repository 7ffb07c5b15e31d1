"""Which patients a figure of individuals shows: a fixed choice, stated beside the figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialkine.report.metrics import RESPONSES
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
    return _evenly_spaced(_first_trial(result, arm), at_most)


def pick_by_response(result: TrialResult, arm: str, at_most: int) -> pl.DataFrame:
    """At most `at_most` evaluable patients of an arm's first trial, each best response in its share.

    Every response that occurs is shown at least once, where there is room; within a response the choice
    is evenly spaced by patient number.
    """
    rows = _first_trial(result, arm)
    if rows.height <= at_most:
        return rows
    groups = [rows.filter(pl.col("best_response") == name) for name in RESPONSES]
    counts = _shares([group.height for group in groups], at_most)
    chosen = [_evenly_spaced(group, count) for group, count in zip(groups, counts, strict=True)]
    return pl.concat(chosen).sort("patient")


def _shares(sizes: Sequence[int], places: int) -> list[int]:
    """Places shared out in proportion to the sizes, one for every group that exists while they last."""
    counts = [0] * len(sizes)
    for _ in range(min(places, sum(sizes))):
        # The group furthest behind its share comes next; a group without a place comes first of all.
        open_groups = [place for place, size in enumerate(sizes) if counts[place] < size]
        behind = {
            place: (counts[place] == 0, sizes[place] / (2 * counts[place] + 1)) for place in open_groups
        }
        counts[max(open_groups, key=behind.__getitem__)] += 1
    return counts


def _first_trial(result: TrialResult, arm: str) -> pl.DataFrame:
    own = evaluable(result.patients).filter((pl.col("arm") == arm) & (pl.col("trial") == 0))
    return own.sort("patient")


def _evenly_spaced(rows: pl.DataFrame, at_most: int) -> pl.DataFrame:
    if rows.height <= at_most:
        return rows
    places = np.linspace(0, rows.height - 1, at_most).round().astype(int)
    chosen: pl.DataFrame = rows[places.tolist()]
    return chosen


def stated_choice(result: TrialResult, shown: int, of: int, chosen: str = "evenly spaced by number") -> str:
    """A sentence part that says how many patients a figure shows."""
    first = "" if result.replicates == 1 else f", first of {result.replicates} trials"
    if shown == of:
        return f"all {whole(of)} patients{first}"
    return f"{whole(shown)} of {whole(of)} patients, {chosen}{first}"
