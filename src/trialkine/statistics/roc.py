"""The area under the ROC curve by Mann-Whitney, its variance by DeLong, and the curve itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, FloatArray, check_level
from trialkine.statistics.stratified import Stratified, no_groups, pooled

DELONG = "Mann-Whitney, DeLong on the logit scale, no narrower than by Newcombe's variance"
_STEPS_FROM_THE_END = 4.0
"""An area of 0 or 1 is taken to lie one over this many times the number of cases inside."""
_AT_AN_END = 1e-12  # rounding of a weighted mean


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

    def usual_variance(self, area: float) -> float:
        """The variance of an area seen in as many patients, when the true one is `area`.

        By the size of the area alone, as in exponential distributions, with both groups treated alike.
        Source: hanley_mcneil_1982; newcombe_2006 (method 5).
        """
        size = (self.cases + self.others) / 2.0 - 1.0
        shape = 1.0 + size * ((1.0 - area) / (2.0 - area) + area / (1.0 + area))
        return area * (1.0 - area) * shape / (self.cases * self.others)


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

    Limits are normal ones of the logit. DeLong's variance is too small by chance where there are few cases,
    and 0 where they lie apart from all others; so the variance is never taken as smaller than what an area
    of this size has on average in as many patients. Source: perme_manevski_2018, newcombe_2006.
    Raises: InputError, as `area_under_curve`, or when the level is not a fraction.
    """
    check_level(level)
    score, case = checked(scores, is_case)
    group = np.asarray(groups)
    found = [area_under_curve(score[group == one], case[group == one]) for one in np.unique(group)]
    areas = [one for one in found if one is not None]
    if not areas:
        return no_groups(DELONG, level)
    pool = pooled([one.area for one in areas], [one.variance for one in areas], [one.weight for one in areas])
    inside = 1.0 / (_STEPS_FROM_THE_END * sum(min(one.cases, one.others) for one in areas))
    centre = min(max(pool.mean, inside), 1.0 - inside)
    usual = float(pool.weights**2 @ [one.usual_variance(centre) for one in areas])
    error = max(pool.within, usual) + pool.among
    return Stratified(
        _logit_interval(pool.mean, centre, error, level),
        _logit_interval(pool.mean, centre, error + pool.between, level),
        pool.spread,
        len(areas),
    )


def _logit_interval(area: float, centre: float, variance: float, level: float) -> Estimate:
    """Normal limits of the logit around `centre`, which is the area unless that lies at an end."""
    from scipy.special import expit, logit, ndtri

    reach = float(ndtri(0.5 + level / 2.0)) * math.sqrt(variance) / (centre * (1.0 - centre))
    low, high = (float(expit(float(logit(centre)) + off)) for off in (-reach, reach))
    return Estimate(
        area,
        0.0 if area < _AT_AN_END else min(low, area),
        1.0 if area > 1.0 - _AT_AN_END else max(high, area),
        level,
        DELONG,
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
