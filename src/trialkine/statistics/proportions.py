"""Exact intervals for one proportion, and comparisons of two, in different or in the same patients."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.estimate import DEFAULT_LEVEL, Estimate, TestResult, check_level, undefined

CLOPPER_PEARSON = "Clopper-Pearson"
NEWCOMBE = "Newcombe, from two Wilson intervals"


def exact_interval(successes: int, trials: int, level: float = DEFAULT_LEVEL) -> Estimate:
    """A proportion with its exact interval.

    Source: clopper_pearson_1934. Raises: InputError, when the counts are impossible.
    """
    check_level(level)
    if not 0 <= successes <= trials:
        raise InputError(f"{successes} of {trials} is not a proportion. Give 0 <= successes <= trials.")
    if trials == 0:
        return undefined("no patients", CLOPPER_PEARSON, level)
    from scipy.stats import binomtest

    limits = binomtest(int(successes), int(trials)).proportion_ci(level, method="exact")
    return Estimate(successes / trials, float(limits.low), float(limits.high), level, CLOPPER_PEARSON)


def newcombe_difference(
    successes_first: int,
    trials_first: int,
    successes_second: int,
    trials_second: int,
    level: float = DEFAULT_LEVEL,
) -> Estimate:
    """The first proportion minus the second, of different patients, with limits from two Wilson intervals.

    Source: newcombe_1998 (method 10, without continuity correction).
    Raises: InputError, when the counts are impossible.
    """
    check_level(level)
    groups = ((successes_first, trials_first), (successes_second, trials_second))
    for successes, trials in groups:
        if not 0 <= successes <= trials:
            raise InputError(f"{successes} of {trials} is not a proportion. Give 0 <= successes <= trials.")
    if trials_first == 0 or trials_second == 0:
        return undefined("one group is empty", NEWCOMBE, level)
    (first, low_first, high_first), (second, low_second, high_second) = (
        _wilson(successes, trials, level) for successes, trials in groups
    )
    difference = first - second
    return Estimate(
        difference,
        difference - math.hypot(first - low_first, high_second - second),
        difference + math.hypot(high_first - first, second - low_second),
        level,
        NEWCOMBE,
    )


def _wilson(successes: int, trials: int, level: float) -> tuple[float, float, float]:
    """A proportion and its Wilson score limits."""
    from scipy.stats import binomtest

    limits = binomtest(int(successes), int(trials)).proportion_ci(level, method="wilson")
    return successes / trials, float(limits.low), float(limits.high)


def paired_difference(first: ArrayLike, second: ArrayLike, level: float = DEFAULT_LEVEL) -> Estimate:
    """Proportion in `first` minus proportion in `second`, one pair per patient.

    Source: bonett_price_2012 (Wald limits with one pseudo-count in each discordant cell).
    """
    check_level(level)
    only_first, only_second, pairs = _discordant(first, second)
    method = "Bonett-Price, paired"
    if pairs == 0:
        return undefined("no patients", method, level)
    from scipy.special import ndtri

    one, two = (only_first + 1) / (pairs + 2), (only_second + 1) / (pairs + 2)
    error = math.sqrt((one + two - (one - two) ** 2) / (pairs + 2))
    reach = float(ndtri(0.5 + level / 2.0)) * error
    middle = one - two
    return Estimate(
        (only_first - only_second) / pairs,
        max(-1.0, middle - reach),
        min(1.0, middle + reach),
        level,
        method,
    )


def mcnemar(first: ArrayLike, second: ArrayLike) -> TestResult:
    """The exact McNemar test; the statistic counts patients who succeed in `first` alone."""
    only_first, only_second, pairs = _discordant(first, second)
    method = "McNemar, exact"
    if pairs == 0:
        return TestResult(None, None, method, "no patients")
    if only_first + only_second == 0:
        return TestResult(0.0, 1.0, method, "no patient differs between the two")
    from scipy.stats import binomtest

    test = binomtest(only_first, only_first + only_second, 0.5)
    return TestResult(float(only_first), float(test.pvalue), method)


def _discordant(first: ArrayLike, second: ArrayLike) -> tuple[int, int, int]:
    """Successes in `first` alone, in `second` alone, and the number of pairs."""
    one, two = np.asarray(first, dtype=bool).ravel(), np.asarray(second, dtype=bool).ravel()
    if one.shape != two.shape:
        raise InputError(f"{one.size} outcomes against {two.size}. Pairs need the same patients in both.")
    return int((one & ~two).sum()), int((two & ~one).sum()), one.size
