"""One estimate from several groups of patients that are compared only within themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, check_level, undefined


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
    value, variance = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if not value.size:
        nothing = undefined("no group of patients has both kinds of outcome", method, level)
        return Stratified(nothing, nothing, None, 0)
    from scipy.special import ndtri

    weight = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    mean = float(weight @ value)
    between = _between(value, variance, weight)
    error = float(weight**2 @ (variance + between))
    reach = float(ndtri(0.5 + level / 2.0))
    return Stratified(
        _interval(mean, reach * math.sqrt(error), level, method, limits),
        _interval(mean, reach * math.sqrt(error + between), level, method, limits),
        math.sqrt(between) if value.size > 1 else None,
        int(value.size),
    )


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
