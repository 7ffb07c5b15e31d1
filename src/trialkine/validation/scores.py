"""Scores of a predictive distribution against what was reported: intervals, CRPS, log score, PIT.

A distribution is a set of weighted draws of the *reported* number: fractions of the patients of trials of
the reported size, medians in months. So a score asks for the trial that was, luck of its patients included.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from trialkine.randomness import uniforms
from trialkine.trial.reported import MEDIANS, is_fraction
from trialkine.validation.ledger import LEVELS, Predictive
from trialkine.validation.log_scores import bound_log_score, count_log_score, nearest_counts, time_log_score
from trialkine.validation.weighted_sample import WeightedSample, central_interval, median, weighted_sample

PRINTED_MONTHS = 0.1
PRINTED_FRACTION = 0.01
"""In what steps medians are printed, and percentages whose number of patients is not known."""


def predictive(
    samples: ArrayLike,
    weights: ArrayLike | None,
    value: float,
    n: int | None,
    *,
    metric: str,
    at_least: bool = False,
    horizon: float | None = None,
    key: str = "",
    seed: int = 0,
) -> Predictive:
    """The predictive distribution of one reported number, with its scores.

    `samples` are draws of the metric, one per simulated trial. NaN among medians counts as not reached, later
    than all others; of other metrics such draws are left out. For the median duration of response leave
    out trials in which nobody responded. `n` is the number of patients behind the value; without it a
    fraction has no log score. Beyond `horizon` [month] times are not told apart in the CRPS (see `crps`);
    without one, a distribution that is partly infinite has no CRPS. Where the value is only a lower bound
    (`at_least`) there is a log score alone. `key` names the row for the random split of ties.

    Units: samples, value [fraction or month, as the metric], horizon [month].
    Raises: InputError, when no sample is left.
    """
    is_time = metric in MEDIANS
    sample = weighted_sample(samples, weights, missing=math.inf if is_time else None)
    step = reporting_step(metric, n)
    until = horizon if is_time else None
    return Predictive(
        median=median(sample),
        intervals={level: central_interval(sample, level) for level in LEVELS},
        crps=None if at_least else _finite(crps(sample, value, until)),
        log_score=log_score(sample, value, n, metric, at_least=at_least),
        pit=None if at_least else randomised_pit(sample, value, step, key, seed),
        tolerance=step / 2.0,
    )


def reporting_step(metric: str, n: int | None) -> float:
    """The step in which a metric is reported: one patient of n, a tenth of a month; 0 where not known."""
    if is_fraction(metric):
        return 1.0 / n if n else PRINTED_FRACTION
    return PRINTED_MONTHS if metric in MEDIANS else 0.0


def crps(sample: WeightedSample, value: float, horizon: float | None = None) -> float:
    """The continuous ranked probability score of weighted draws: 0 is best.

    The integral over x of (share up to x - [value <= x]) squared, exact for the draws, which equals
    E|X - value| - E|X - X'| / 2. With a `horizon` h the integral ends at h: draws and value beyond it count
    as h, which leaves the score proper. It is infinite where draws are and there is no horizon.

    Units: value, horizon, returns [as the draws].
    """
    until = math.inf if horizon is None else horizon
    draws, seen = np.minimum(sample.values, until), min(value, until)
    points = np.sort(np.append(draws, seen))
    if math.isinf(points[-1]):
        return math.inf
    places = np.searchsorted(draws, points[:-1], "right")
    below = np.concatenate(([0.0], sample.shares))[places]
    return float(np.diff(points) @ np.square(below - (points[:-1] >= seen)))


def log_score(
    sample: WeightedSample, value: float, n: int | None, metric: str, *, at_least: bool = False
) -> float | None:
    """The natural logarithm of the probability of what was reported: 0 is best for counts and bounds.

    Of a lower bound, the share at or above it; of a fraction of n patients, the probability of that count;
    of a median, the density of its logarithm. None for other metrics and for fractions without n. Only
    scores of the same row compare.
    """
    if at_least:
        return bound_log_score(sample, value - reporting_step(metric, n) / 2.0)
    if is_fraction(metric):
        return count_log_score(sample, int(nearest_counts(np.array([value]), n)[0]), n) if n else None
    return time_log_score(sample, value) if metric in MEDIANS else None


def randomised_pit(
    sample: WeightedSample, value: float, step: float = 0.0, key: str = "", seed: int = 0
) -> float:
    """The share of the distribution below the value, and a random part of the share that ties with it.

    Draws within half a `step` of the value are ties, since the value is reported in such steps. If reports
    are draws from their predictions, these numbers are uniform from 0 to 1.
    """
    distance = sample.values - value
    is_tie = np.abs(distance) <= step / 2.0
    part = float(uniforms(seed, f"ties of predictions: {key}", [0])[0, 0])
    below = sample.share_where((distance < 0.0) & ~is_tie)
    return min(1.0, below + part * sample.share_where(is_tie))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
