"""One estimate from several groups of patients that are compared only within themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, FloatArray, check_level, undefined


@final
@dataclass(frozen=True)
class Pool:
    """Several groups joined: normed weights, their mean, its variance within groups, and that between them.

    `between` is the variance of the groups' true values, `among` what it adds to the variance of the mean.
    Shape: weights (group,).
    """

    weights: FloatArray
    mean: float
    within: float
    between: float

    @property
    def among(self) -> float:
        """What the groups' true values add to the variance of the mean."""
        return self.between * float(self.weights @ self.weights)

    @property
    def spread(self) -> float | None:
        """The standard deviation between the groups' true values; None with one group."""
        return math.sqrt(self.between) if self.weights.size > 1 else None


@final
@dataclass(frozen=True)
class Stratified:
    """The weighted mean of the groups, and how far their true values lie apart.

    `mean` has the interval of the mean; `anywhere` is as wide as the value of one more group may lie; with
    one group they are the same. `spread` is the standard deviation between the groups' true values; None with
    one group.
    """

    mean: Estimate
    anywhere: Estimate
    spread: float | None
    groups: int


def stratified(
    values: Sequence[float],
    variances: Sequence[float],
    weights: Sequence[float],
    method: str,
    level: float = DEFAULT_LEVEL,
    limits: tuple[float, float] = (0.0, 1.0),
) -> Stratified:
    """Join the estimates of several groups with weights that do not depend on the estimates.

    The spread between groups is found by moments: what the groups differ by beyond their own variances.
    Intervals are normal ones, cut at `limits`.

    Raises: InputError, when the level is not a fraction.
    """
    check_level(level)
    if not len(values):
        return no_groups(method, level)
    from scipy.special import ndtri

    pool = pooled(values, variances, weights)
    error = pool.within + pool.among
    reach = float(ndtri(0.5 + level / 2.0))
    return Stratified(
        _interval(pool.mean, reach * math.sqrt(error), level, method, limits),
        _interval(pool.mean, reach * math.sqrt(error + pool.between), level, method, limits),
        pool.spread,
        len(values),
    )


def no_groups(method: str, level: float) -> Stratified:
    """The answer where no group tells anything."""
    nothing = undefined("no group of patients has both kinds of outcome", method, level)
    return Stratified(nothing, nothing, None, 0)


def pooled(values: Sequence[float], variances: Sequence[float], weights: Sequence[float]) -> Pool:
    """The weighted mean of one group or more, and where its variance comes from."""
    value, variance = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    weight = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    return Pool(weight, float(weight @ value), float(weight**2 @ variance), _between(value, variance, weight))


def _between(value: np.ndarray, variance: np.ndarray, weight: np.ndarray) -> float:
    """The variance between the groups' true values, by moments; 0 where they differ by no more than luck."""
    free = 1.0 - float(weight @ weight)
    if free <= 0.0:
        return 0.0
    seen = float(weight @ (value - weight @ value) ** 2)
    expected = float((weight * (1.0 - weight)) @ variance)
    return max(0.0, (seen - expected) / free)


def _interval(mean: float, reach: float, level: float, method: str, limits: tuple[float, float]) -> Estimate:
    low, high = limits
    return Estimate(mean, max(low, mean - reach), min(high, mean + reach), level, method)
