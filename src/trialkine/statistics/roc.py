"""The area under the ROC curve by Mann-Whitney, its variance by DeLong, and the curve itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, FloatArray
from trialkine.statistics.stratified import Stratified, stratified

DELONG = "Mann-Whitney, DeLong"


@final
@dataclass(frozen=True)
class Area:
    """The area and its variance, with the numbers of cases and of others."""

    area: float
    variance: float
    cases: int
    others: int

    @property
    def weight(self) -> float:
        """The weight of a group of patients among several: half the harmonic mean of its two numbers."""
        return self.cases * self.others / (self.cases + self.others)


def area_under_curve(scores: ArrayLike, is_case: ArrayLike) -> Area | None:
    """The chance that a case scores higher than another patient, ties counting half; None without a variance.

    A variance needs two cases and two others. Shape: both (patient,).
    Source: delong_1988.
    Raises: InputError, when lengths differ or a score is missing.
    """
    score, case = checked(scores, is_case)
    cases, others = score[case], score[~case]
    if min(cases.size, others.size) < 2:
        return None
    ranks = _middle_ranks(score)
    of_cases = (ranks[case] - _middle_ranks(cases)) / others.size
    of_others = 1.0 - (ranks[~case] - _middle_ranks(others)) / cases.size
    variance = of_cases.var(ddof=1) / cases.size + of_others.var(ddof=1) / others.size
    return Area(float(of_cases.mean()), float(variance), cases.size, others.size)


def stratified_area(
    scores: ArrayLike, is_case: ArrayLike, groups: ArrayLike, level: float = DEFAULT_LEVEL
) -> Stratified:
    """The area where patients are compared only with those of their own group.

    Groups with fewer than two cases or others tell nothing of the variance and are left out.
    Raises: InputError, as `area_under_curve`.
    """
    score, case = checked(scores, is_case)
    group = np.asarray(groups)
    found = [area_under_curve(score[group == one], case[group == one]) for one in np.unique(group)]
    areas = [one for one in found if one is not None]
    return stratified(
        [one.area for one in areas],
        [one.variance for one in areas],
        [one.weight for one in areas],
        DELONG,
        level,
    )


def roc_curve(scores: ArrayLike, is_case: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The share of others and of cases at or above every cut, from the highest cut to the lowest.

    Both begin at 0 and end at 1. Raises: InputError, as `area_under_curve`, or without cases or others.
    """
    score, case = checked(scores, is_case)
    if case.all() or not case.any():
        raise InputError("A ROC curve needs cases and others. Simulate more patients.")
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0.0, True)
    true, false = np.cumsum(case[order])[last], np.cumsum(~case[order])[last]
    return np.append(0.0, false / (~case).sum()), np.append(0.0, true / case.sum())


def checked(scores: ArrayLike, is_case: ArrayLike) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Scores and flags of the same length, none missing.

    Raises: InputError, when they are not.
    """
    score, case = np.asarray(scores, dtype=np.float64), np.asarray(is_case, dtype=bool)
    if score.shape != case.shape or np.isnan(score).any():
        raise InputError(
            f"{score.size} scores against {case.size} outcomes, or some are missing. Give one score of each "
            "patient."
        )
    return score, case


def _middle_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, the same middle one for equal values."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values), dtype=np.float64)
