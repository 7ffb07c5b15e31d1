"""Mean and median of a plain sample, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from trialkine.statistics.estimate import (
    DEFAULT_LEVEL,
    Estimate,
    FloatArray,
    check_level,
    finite_sample,
    undefined,
)


def mean_interval(values: Sequence[float] | FloatArray, level: float = DEFAULT_LEVEL) -> Estimate:
    """The mean with its t interval; missing values are left out."""
    check_level(level)
    sample = finite_sample(values)
    if sample.size == 0:
        return undefined("no values", "t", level)
    mean = float(sample.mean())
    if sample.size == 1:
        return Estimate(mean, None, None, level, "t", why="one value has no spread")
    from scipy.special import stdtrit

    error = float(sample.std(ddof=1)) / math.sqrt(sample.size)
    reach = float(stdtrit(sample.size - 1, 0.5 + level / 2.0)) * error
    return Estimate(mean, mean - reach, mean + reach, level, "t")


def median_interval(values: Sequence[float] | FloatArray, level: float = DEFAULT_LEVEL) -> Estimate:
    """The median with the exact interval of the sign test; missing values are left out.

    The limits are the k-th smallest and k-th largest value, with the largest k whose coverage is at
    least `level` whatever the distribution.
    """
    check_level(level)
    sample = np.sort(finite_sample(values))
    method = "sign test, order statistics"
    if sample.size == 0:
        return undefined("no values", method, level)
    from scipy.special import bdtr

    median = float(np.median(sample))
    counts = np.arange((sample.size + 1) // 2)
    rank = int((bdtr(counts, sample.size, 0.5) <= (1.0 - level) / 2.0).sum())
    if rank == 0:
        why = f"{sample.size} values cannot exclude anything at this level"
        return Estimate(median, None, None, level, method, why=why)
    return Estimate(median, float(sample[rank - 1]), float(sample[-rank]), level, method)
