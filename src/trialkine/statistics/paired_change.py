"""How a positive measurement changed in the same patients: ratios after / before, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.estimate import (
    DEFAULT_LEVEL,
    Estimate,
    FloatArray,
    TestResult,
    check_level,
    undefined,
)

_EXACT_UP_TO = 50  # pairs; beyond this the signed-rank sum is as good as normal
_AVERAGES_UP_TO = 2000  # pairs; the pairwise averages grow with the square


@dataclass(frozen=True)
class PairedChange:
    """A ratio after / before (1 is no change), its interval, its test, and the pairs it rests on."""

    ratio: Estimate
    test: TestResult
    pairs: int


def mean_change(before: ArrayLike, after: ArrayLike, level: float = DEFAULT_LEVEL) -> PairedChange:
    """The geometric mean ratio, by the paired t-test on log ratios.

    Pairs with a missing side are left out. Raises: InputError, when a measurement is not positive.
    """
    check_level(level)
    logs = _log_ratios(before, after)
    interval, test = "paired t on log ratios", "paired t-test on log ratios"
    if logs.size < 2:
        why = f"{logs.size} complete pairs; at least 2 are needed"
        return PairedChange(undefined(why, interval, level), TestResult(None, None, test, why), logs.size)
    from scipy.special import stdtr, stdtrit

    mean, error = float(logs.mean()), float(logs.std(ddof=1) / math.sqrt(logs.size))
    reach = float(stdtrit(logs.size - 1, 0.5 + level / 2.0)) * error
    ratio = Estimate(math.exp(mean), math.exp(mean - reach), math.exp(mean + reach), level, interval)
    if error == 0.0:
        why = "every pair changed by the same ratio"
        return PairedChange(ratio, TestResult(None, None, test, why), logs.size)
    statistic = mean / error
    p_value = 2.0 * float(stdtr(logs.size - 1, -abs(statistic)))
    return PairedChange(ratio, TestResult(statistic, p_value, test), logs.size)


def signed_rank_change(before: ArrayLike, after: ArrayLike, level: float = DEFAULT_LEVEL) -> PairedChange:
    """The Hodges-Lehmann ratio, by the Wilcoxon signed-rank test on log ratios.

    The limits are the ratios that the test would not reject, exact up to 50 pairs.
    Raises: InputError, when a measurement is not positive.
    """
    check_level(level)
    logs = _log_ratios(before, after)
    interval, test = "Hodges-Lehmann, signed-rank limits", "Wilcoxon signed-rank on log ratios"
    if logs.size == 0:
        why = "no complete pairs"
        return PairedChange(undefined(why, interval, level), TestResult(None, None, test, why), 0)
    return PairedChange(_hodges_lehmann(logs, level, interval), _signed_rank(logs, test), logs.size)


def _signed_rank(logs: FloatArray, name: str) -> TestResult:
    if not logs.any():
        return TestResult(None, None, name, "no pair changed")
    from scipy.stats import wilcoxon

    changed = logs[logs != 0.0]
    is_exact = changed.size <= _EXACT_UP_TO and np.unique(np.abs(changed)).size == changed.size
    outcome = wilcoxon(changed, method="exact" if is_exact else "asymptotic", correction=not is_exact)
    return TestResult(float(outcome.statistic), float(outcome.pvalue), name)


def _hodges_lehmann(logs: FloatArray, level: float, method: str) -> Estimate:
    if logs.size > _AVERAGES_UP_TO:
        why = f"{logs.size} pairs; above {_AVERAGES_UP_TO} use the geometric mean ratio"
        return undefined(why, method, level)
    rows, columns = np.triu_indices(logs.size)
    averages = np.sort((logs[rows] + logs[columns]) / 2.0)
    middle = math.exp(float(np.median(averages)))
    skipped = _averages_outside(logs.size, level)
    if skipped == 0:
        why = f"{logs.size} pairs cannot exclude anything at this level"
        return Estimate(middle, None, None, level, method, why=why)
    low, high = float(averages[skipped - 1]), float(averages[-skipped])
    return Estimate(middle, math.exp(low), math.exp(high), level, method)


def _averages_outside(pairs: int, level: float) -> int:
    """Which pairwise average, counted from either end, is the limit; 0 when there is none.

    It is the largest k with P(signed-rank sum < k) <= (1 - level) / 2 under no change.
    """
    tail = (1.0 - level) / 2.0
    if pairs <= _EXACT_UP_TO:
        ways = np.ones(1)
        for rank in range(1, pairs + 1):
            ways = np.concatenate((ways, np.zeros(rank))) + np.concatenate((np.zeros(rank), ways))
        below = np.cumsum(ways) / 2.0**pairs
        return int(np.searchsorted(below, tail * (1.0 + 1e-12), "right"))
    from scipy.special import ndtri

    mean = pairs * (pairs + 1) / 4.0
    deviation = math.sqrt(pairs * (pairs + 1) * (2 * pairs + 1) / 24.0)
    return max(0, math.floor(mean + 0.5 + float(ndtri(tail)) * deviation))  # continuity corrected


def _log_ratios(before: ArrayLike, after: ArrayLike) -> FloatArray:
    first = np.asarray(before, dtype=np.float64).ravel()
    second = np.asarray(after, dtype=np.float64).ravel()
    if first.shape != second.shape:
        raise InputError(
            f"{first.size} measurements before but {second.size} after. "
            "Give one pair per patient, NaN where one was missed."
        )
    is_complete = ~(np.isnan(first) | np.isnan(second))
    first, second = first[is_complete], second[is_complete]
    if (first <= 0.0).any() or (second <= 0.0).any():
        raise InputError(
            "A measurement is zero or negative, which has no ratio. Write NaN where one was missed."
        )
    logs: FloatArray = np.log(second / first)
    return logs
