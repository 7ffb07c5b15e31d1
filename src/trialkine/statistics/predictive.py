"""What the next trial would report, from the reports of many simulated ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialkine.statistics.estimate import Estimate, FloatArray, check_level

METHOD = "order statistics of replicates"
LEVELS = (0.50, 0.80, 0.95)


@dataclass(frozen=True)
class PredictiveSummary:
    """The median over replicates and one predictive interval per level.

    `replicates` is how many were used, `undefined` how many gave no number and were left out.
    """

    median: float | None
    intervals: tuple[Estimate, ...]
    replicates: int
    undefined: int
    why: str = ""

    def at(self, level: float) -> Estimate:
        """The interval of one of the levels asked for."""
        return next(interval for interval in self.intervals if math.isclose(interval.level, level))


def predict(
    estimates: Sequence[float | None] | FloatArray, levels: Sequence[float] = LEVELS
) -> PredictiveSummary:
    """Predictive intervals from one estimate per replicate of the trial.

    A replicate in which a time was not reached is given as infinity and counts as later than all
    others; None or NaN is undefined and left out. The limits are at ranks q (R + 1), so that a further
    replicate falls between them with the stated probability; too few replicates give None.
    """
    numbers = np.array([math.nan if value is None else float(value) for value in estimates], dtype=np.float64)
    kept = np.sort(numbers[~np.isnan(numbers)])
    for level in levels:
        check_level(level)
    if kept.size == 0:
        why = "no replicate gave a number"
        nothing = tuple(Estimate(None, None, None, level, METHOD, "predictive", why) for level in levels)
        return PredictiveSummary(None, nothing, 0, numbers.size, why)
    middle = _between_ranks(kept, (kept.size + 1) / 2.0)
    is_finite = math.isfinite(middle)
    return PredictiveSummary(
        median=middle if is_finite else None,
        intervals=tuple(_interval(kept, middle, level) for level in levels),
        replicates=kept.size,
        undefined=numbers.size - kept.size,
        why="" if is_finite else "not reached in half of the replicates",
    )


def widest_level(replicates: int, levels: Sequence[float] = LEVELS) -> float | None:
    """The highest of the levels for which this many replicates give limits; None if too few for any."""
    enough = [level for level in levels if _low_rank(level, replicates) >= 1.0 - 1e-9]
    return max(enough, default=None)


def _low_rank(level: float, replicates: int) -> float:
    return (1.0 - level) / 2.0 * (replicates + 1)


def _interval(ordered: FloatArray, middle: float, level: float) -> Estimate:
    estimate = middle if math.isfinite(middle) else None
    low_rank = _low_rank(level, ordered.size)
    if low_rank < 1.0 - 1e-9:
        needed = math.ceil(2.0 / (1.0 - level) - 1e-9) - 1
        why = f"{ordered.size} replicates; a {100 * level:g} % interval needs at least {needed}"
        return Estimate(estimate, None, None, level, METHOD, "predictive", why)
    low = _between_ranks(ordered, low_rank)
    high = _between_ranks(ordered, ordered.size + 1 - low_rank)
    why = "" if math.isfinite(high) else "the upper limit is not reached in enough replicates"
    return Estimate(
        estimate,
        low if math.isfinite(low) else None,
        high if math.isfinite(high) else None,
        level,
        METHOD,
        "predictive",
        why,
    )


def _between_ranks(ordered: FloatArray, rank: float) -> float:
    """The value at a rank counted from 1, interpolated; infinite where a neighbour needed is."""
    position = min(max(rank - 1.0, 0.0), ordered.size - 1.0)
    lower = math.floor(position + 1e-9)
    share = max(0.0, position - lower)
    if share < 1e-9:
        return float(ordered[lower])
    below, above = float(ordered[lower]), float(ordered[lower + 1])
    return above if math.isinf(above) else below + share * (above - below)
