"""Log-rank tests that weigh early or late events, one at a time or the best of several (MaxCombo).

Scores are positive when the first group has fewer events than expected. Not for arms that hold the same
patients twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray, TestResult
from trialkine.statistics.normal_box import box_probability
from trialkine.statistics.risk_table import RiskTable, risk_table


@final
@dataclass(frozen=True)
class FlemingHarrington:
    """The weight S^rho (1 - S)^gamma of an event, S being survival of both groups just before it.

    (0, 0) is the log-rank test, (1, 0) weighs early events most, (0, 1) late ones, (1, 1) those between.
    Source: fleming_harrington_1991.
    """

    rho: float
    gamma: float

    def __post_init__(self) -> None:
        if not (0.0 <= self.rho < np.inf and 0.0 <= self.gamma < np.inf):
            raise InputError(f"Weight G({self.rho}, {self.gamma}) is impossible. Give numbers of 0 or more.")

    @property
    def name(self) -> str:
        """The weight as it is usually written."""
        return f"G({self.rho:g}, {self.gamma:g})"

    def of(self, table: RiskTable) -> FloatArray:
        """The weight at each time of an event. Shape: "time"."""
        before = table.survival_before
        return np.asarray(before**self.rho * (1.0 - before) ** self.gamma, dtype=np.float64)


LOG_RANK = FlemingHarrington(0.0, 0.0)
MAX_COMBO = (LOG_RANK, FlemingHarrington(0.0, 1.0), FlemingHarrington(1.0, 0.0), FlemingHarrington(1.0, 1.0))


@final
@dataclass(frozen=True)
class LogrankScores:
    """Standardised scores of several weights and their correlation when the groups do not differ.

    Without a score, `why` says so, and the arrays are empty. Shape: z "weight", correlation "weight weight".
    """

    weights: tuple[FlemingHarrington, ...]
    z: FloatArray
    correlation: FloatArray
    why: str = ""


def logrank_scores(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    weights: Sequence[FlemingHarrington] = MAX_COMBO,
) -> LogrankScores:
    """The score of each weight, standardised by its hypergeometric variance.

    Units: any one time unit. Shape: days and flags of a group "patient".
    Raises: InputError, when there are no weights, or arrays or times are impossible.
    """
    if not weights:
        raise InputError("No weights. Give at least one, such as FlemingHarrington(0, 0).")
    table = risk_table(days_first, is_event_first, days_second, is_event_second)
    share = table.at_risk_first / table.at_risk
    others = np.maximum(table.at_risk - 1.0, 1.0)
    variance = table.events * share * (1.0 - share) * (table.at_risk - table.events) / others
    weighing = np.array([weight.of(table) for weight in weights])
    covariance = (weighing * variance) @ weighing.T
    deviations = np.sqrt(np.diag(covariance))
    if not (deviations > 0.0).all():
        nothing = np.empty(0)
        flat = weights[int(np.argmin(deviations))].name
        why = f"no event that {flat} weighs came while both groups were at risk"
        return LogrankScores(tuple(weights), nothing, nothing.reshape(0, 0), why)
    scores = weighing @ (table.events * share - table.events_first)
    correlation = covariance / np.outer(deviations, deviations)
    return LogrankScores(tuple(weights), scores / deviations, correlation)


def two_sided_p(scores: LogrankScores) -> float:
    """The chance, without a difference, that any score is as far from 0 as the farthest; 1 without scores.

    Accurate as `box_probability`; never outside what one score and all scores alone allow.
    """
    if not scores.z.size:
        return 1.0
    farthest = float(np.abs(scores.z).max())
    return _bounded(scores.correlation, -farthest, farthest, sides=2.0)


def one_sided_p(scores: LogrankScores) -> float:
    """The chance, without a difference, that any score is as large as the largest; 1 without scores.

    Small when the first group does better. Accurate as `two_sided_p`.
    """
    if not scores.z.size:
        return 1.0
    return _bounded(scores.correlation, -np.inf, float(scores.z.max()), sides=1.0)


def weighted_logrank(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    weight: FlemingHarrington,
) -> TestResult:
    """The two-sided test with one weight; the statistic is the standardised score.

    Raises: InputError, when arrays or times are impossible. Source: fleming_harrington_1991.
    """
    scores = logrank_scores(days_first, is_event_first, days_second, is_event_second, [weight])
    method = f"weighted log-rank {weight.name}"
    if scores.why:
        return TestResult(None, None, method, scores.why)
    return TestResult(float(scores.z[0]), two_sided_p(scores), method)


def max_combo(
    days_first: ArrayLike,
    is_event_first: ArrayLike,
    days_second: ArrayLike,
    is_event_second: ArrayLike,
    weights: Sequence[FlemingHarrington] = MAX_COMBO,
) -> TestResult:
    """The two-sided test by the score that is farthest from 0, which is the statistic.

    Its p-value allows for having looked at all of them. Raises: InputError, when there are no weights, or
    arrays or times are impossible. Source: karrison_2016, lin_2020.
    """
    scores = logrank_scores(days_first, is_event_first, days_second, is_event_second, weights)
    method = f"MaxCombo of {', '.join(weight.name for weight in weights)}"
    if scores.why:
        return TestResult(None, None, method, scores.why)
    farthest = int(np.abs(scores.z).argmax())
    return TestResult(float(scores.z[farthest]), two_sided_p(scores), method)


def _bounded(correlation: FloatArray, low: float, high: float, sides: float) -> float:
    """The chance outside a box, kept between that of one component and the sum of all."""
    from scipy.special import ndtr

    single = sides * float(ndtr(-high))
    size = len(correlation)
    if size == 1:
        return min(single, 1.0)
    outside = 1.0 - box_probability(np.full(size, low), np.full(size, high), correlation)
    return min(max(outside, single), size * single, 1.0)
