"""Harrell's C: how often the patient with the higher score dies first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL
from trialkine.statistics.roc import checked
from trialkine.statistics.stratified import Stratified, stratified

HARRELL = "Harrell's C, variance by influence"
_ROWS = 512  # at once, which bounds the memory


@final
@dataclass(frozen=True)
class Concordance:
    """The concordance, its variance, and the number of pairs that could be compared."""

    share: float
    variance: float
    pairs: float


def concordance(scores: ArrayLike, days: ArrayLike, is_event: ArrayLike) -> Concordance | None:
    """The share of comparable pairs in which the higher score dies first, equal scores counting half.

    A pair is comparable where the shorter time ended with the event. None where fewer than two are.
    Units: any one time unit. Shape: all (patient,). Source: harrell_1982.
    Raises: InputError, when lengths differ or something is missing.
    """
    score, event = checked(scores, is_event)
    time = np.asarray(days, dtype=np.float64)
    if time.shape != score.shape or np.isnan(time).any():
        raise InputError(f"{time.size} times against {score.size} scores. Give one time of each patient.")
    n = score.size
    agreeing, comparable = np.zeros(n), np.zeros(n)
    for first in range(0, n, _ROWS):
        rows = slice(first, first + _ROWS)
        earlier = event[rows, None] & (
            (time[rows, None] < time) | ((time[rows, None] == time) & ~event[None, :])
        )
        wins = np.where(score[rows, None] > score, 1.0, 0.5 * (score[rows, None] == score)) * earlier
        agreeing[rows] += wins.sum(axis=1)
        comparable[rows] += earlier.sum(axis=1)
        agreeing += wins.sum(axis=0)
        comparable += earlier.sum(axis=0)
    pairs = comparable.sum() / 2.0
    if pairs < 2.0:
        return None
    share = agreeing.sum() / comparable.sum()
    influence = (agreeing - share * comparable) / pairs
    return Concordance(float(share), float(influence @ influence), float(pairs))


def stratified_concordance(
    scores: ArrayLike,
    days: ArrayLike,
    is_event: ArrayLike,
    groups: ArrayLike,
    level: float = DEFAULT_LEVEL,
) -> Stratified:
    """The concordance where patients are compared only with those of their own group.

    Raises: InputError, as `concordance`.
    """
    score, event = checked(scores, is_event)
    time, group = np.asarray(days, dtype=np.float64), np.asarray(groups)
    sizes, found = [], []
    for one in np.unique(group):
        here = group == one
        answer = concordance(score[here], time[here], event[here])
        if answer is not None:
            found.append(answer)
            sizes.append(float(here.sum()))
    return stratified([one.share for one in found], [one.variance for one in found], sizes, HARRELL, level)
