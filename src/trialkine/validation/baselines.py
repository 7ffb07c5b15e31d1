"""Predictions that know no mechanism: what other trials of the same treatment, or disease, suggest.

A pool takes the other trials' numbers as draws around a common mean, with a spread between trials beside
the luck of each trial's patients, and asks what the next trial of the target's size would report. Both
unknowns are averaged over their posterior, so that one or two trials give a wide prediction, not a sure one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from trialkine.errors import InputError
from trialkine.randomness import generator_key
from trialkine.trial.reported import MEDIANS, is_fraction
from trialkine.validation.weighted_sample import Floats

SAME_CLASS = "same class"
SAME_DISEASE = "same disease"
SAMPLES = 4000

RATE_SPREAD = 0.2
"""Scale of the half-normal prior of the spread of rates between trials, as a fraction of sqrt(m (1 - m)).

With a mean m of 20 % its middle half puts the standard deviation between trials at 2.5 to 9 %.
"""
TIME_SPREAD = 0.35
"""Scale of the half-normal prior of the spread of median times between trials, on the log scale.

Its middle half puts a typical trial a factor of 1.1 to 1.5 off the middle one.
"""
MEDIAN_ERROR = 1.0 / math.log(2.0)
"""Standard error of the log of the median of n exponential times, times the root of n: 1.44."""

_MEANS = 300
_SPREADS = 50
_LARGEST_RATE_SPREAD = 0.8
_LARGEST_TIME_SPREAD = 1.5


@dataclass(frozen=True)
class Observed:
    """One number that a trial reported, with the number of patients behind it.

    Units: value [fraction or month, as the metric].
    """

    family: str
    disease: str
    agent_class: str
    metric: str
    value: float
    n: int


@dataclass(frozen=True)
class Target:
    """The number to be predicted. Without `n` a trial as large as the middle one of the pool is predicted."""

    family: str
    disease: str
    agent_class: str
    metric: str
    n: int | None


def baseline_samples(
    observations: Sequence[Observed], target: Target, *, samples: int = SAMPLES, seed: int = 0
) -> Mapping[str, Floats]:
    """Draws of what the target would report, by pool: `same class` (of the disease) and `same disease`.

    The target's own family is left out; a pool without any other trial is absent, and so are both for
    metrics that are neither fractions nor medians. Give only numbers that may be learnt from: no lower
    bounds, no selected patients, no patients counted twice. The same arguments give the same draws.

    Units: draws [fraction or month, as the metric]. Shape: each (samples,).
    Raises: InputError, when an observation is no fraction, or has no patients.
    """
    found: dict[str, Floats] = {}
    for name in (SAME_CLASS, SAME_DISEASE):
        pool = comparable(observations, target, name)
        if not pool:
            continue
        n = target.n or int(np.median([entry.n for entry in pool]))
        purpose = f"baseline of the {name}: {target.family}, {target.agent_class}, {target.metric}"
        random = np.random.Generator(np.random.Philox(key=generator_key(seed, purpose)))
        values = np.array([entry.value for entry in pool])
        sizes = np.array([entry.n for entry in pool], dtype=np.float64)
        if is_fraction(target.metric):
            found[name] = fraction_pool(values, sizes).next_fractions(n, samples, random)
        else:
            found[name] = time_pool(values, sizes).next_medians(n, samples, random)
    return found


def comparable(observations: Sequence[Observed], target: Target, pool: str) -> tuple[Observed, ...]:
    """The numbers of other families that a pool rests on."""
    is_time = target.metric in MEDIANS
    if not (is_time or is_fraction(target.metric)):
        return ()
    return tuple(
        entry
        for entry in observations
        if entry.family != target.family
        and entry.metric == target.metric
        and entry.disease == target.disease
        and (pool == SAME_DISEASE or entry.agent_class == target.agent_class)
        and (entry.value > 0.0 or not is_time)
    )


@dataclass(frozen=True, eq=False)
class FractionPool:
    """Weights of a grid of beta distributions from which trials draw their rates.

    `means` are those of the betas; `spreads` their standard deviations over sqrt(mean (1 - mean)).

    Shape: means (m,), spreads (s,), weights (m, s), summing to 1.
    """

    means: Floats
    spreads: Floats
    weights: Floats

    @property
    def mean(self) -> float:
        """The expected rate of the next trial."""
        return float(self.weights.sum(axis=1) @ self.means)

    def next_fractions(self, n: int, samples: int, random: np.random.Generator) -> Floats:
        """Fractions of n patients that the next trials would report. Shape: returns (samples,)."""
        mean, spread = _draw_points(self.means, self.spreads, self.weights, samples, random)
        alpha, beta = _shapes(mean, spread)
        return random.binomial(n, random.beta(alpha, beta)) / n


def fraction_pool(values: Floats, sizes: Floats, spread_scale: float = RATE_SPREAD) -> FractionPool:
    """The beta-binomial model with random effects, given fractions of `sizes` patients.

    Its likelihood on a grid of means and spreads, times weak priors: Jeffreys' for a rate, Beta(1/2, 1/2),
    for the mean, and a half-normal of `spread_scale` for the spread.

    Shape: values, sizes (trials,).
    Raises: InputError, when a value is no fraction, or has no patients.
    """
    if ((values < 0.0) | (values > 1.0) | (sizes < 1.0)).any():
        raise InputError(
            f"Fractions {values.tolist()} of {sizes.tolist()} patients cannot be pooled. "
            "Give values from 0 to 1, and patients of 1 or more."
        )
    # Jeffreys' prior is even on the scale of the arcsine, so that midpoints there need no weights.
    means = np.square(np.sin(0.5 * math.pi * _midpoints(_MEANS)))
    spreads = _LARGEST_RATE_SPREAD * _midpoints(_SPREADS)
    alpha, beta = _shapes(means[:, None], spreads[None, :])
    total = alpha[0] + beta[0]  # of the spread alone
    nobody = gammaln(alpha) + gammaln(beta) - gammaln(total)
    log_weights = -values.size * nobody - 0.5 * np.square(spreads / spread_scale)
    for count, size in zip(np.rint(values * sizes), sizes, strict=True):
        log_weights += gammaln(count + alpha) + gammaln(size - count + beta) - gammaln(size + total)
    return FractionPool(means, spreads, _normalised(log_weights))


@dataclass(frozen=True, eq=False)
class TimePool:
    """Weights of a grid of spreads between trials; given each, the mean log time is normal.

    Units: log_means [log of month], spreads and errors [1]. Shape: all (spreads,).
    """

    spreads: Floats
    weights: Floats
    log_means: Floats
    errors: Floats

    def next_medians(self, n: int, samples: int, random: np.random.Generator) -> Floats:
        """Median times that the next trials of n patients would report, in months.

        Shape: returns (samples,).
        """
        point = _draw_indices(self.weights, samples, random)
        variance = self.errors[point] ** 2 + self.spreads[point] ** 2 + MEDIAN_ERROR**2 / n
        return np.exp(self.log_means[point] + np.sqrt(variance) * random.standard_normal(samples))


def time_pool(values: Floats, sizes: Floats, spread_scale: float = TIME_SPREAD) -> TimePool:
    """The lognormal model with random effects, given medians of the times of `sizes` patients.

    The log of each median has the variance MEDIAN_ERROR ** 2 / n of a median of exponential times, and the
    spread between trials on top. The restricted likelihood of the spread (which is what remains when the
    mean may be anything) on a grid, times a half-normal prior of `spread_scale`.

    Units: values [month]. Shape: values, sizes (trials,).
    Raises: InputError, when a time is not above 0, or has no patients.
    """
    if ((values <= 0.0) | (sizes < 1.0)).any():
        raise InputError(
            f"Medians {values.tolist()} of {sizes.tolist()} patients cannot be pooled. "
            "Give times above 0, and patients of 1 or more."
        )
    logs = np.log(values)
    spreads = _LARGEST_TIME_SPREAD * _midpoints(_SPREADS)
    precision = 1.0 / (MEDIAN_ERROR**2 / sizes[None, :] + np.square(spreads)[:, None])
    total = precision.sum(axis=1)
    centres = precision @ logs / total
    misfit = (precision * np.square(logs[None, :] - centres[:, None])).sum(axis=1)
    restricted = 0.5 * (np.log(precision).sum(axis=1) - np.log(total) - misfit)
    weights = _normalised(restricted - 0.5 * np.square(spreads / spread_scale))
    return TimePool(spreads, weights, centres, 1.0 / np.sqrt(total))


def _shapes(mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Both parameters of a beta distribution with this mean, and standard deviation over its largest."""
    total = 1.0 / np.square(spread) - 1.0
    return mean * total, (1.0 - mean) * total


def _midpoints(number: int) -> Floats:
    """The midpoints of equal steps of the unit interval."""
    return (np.arange(number) + 0.5) / number


def _normalised(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _draw_points(
    rows: Floats, columns: Floats, weights: Floats, samples: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Points of a grid, drawn by weight."""
    row, column = np.divmod(_draw_indices(weights.ravel(), samples, random), columns.size)
    return rows[row], columns[column]


def _draw_indices(
    weights: Floats, samples: int, random: np.random.Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Indices drawn by weight."""
    places = np.searchsorted(np.cumsum(weights), random.random(samples), "right")
    return np.minimum(places, weights.size - 1).astype(np.int64)
