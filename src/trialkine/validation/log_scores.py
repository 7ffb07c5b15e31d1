"""How likely a prediction made what was reported: logarithms of masses and densities.

Draws are smoothed before they are asked for the probability of a number that none of them hit, and one
further draw is added that may be anything at all. Without it a prediction of R draws could claim that what
none of them did is impossible; with it no score can fall without bound.
"""

from __future__ import annotations

import math

import numpy as np

from trialkine.validation.weighted_sample import Floats, WeightedSample

SCOTT_POWER = -0.2
"""Scott's rule in one dimension: the width of a kernel is the spread times (effective size) ** -1/5."""
LEAST_TIME_WIDTH = 0.05
"""Least width of a kernel for times, on the log scale: about how finely a time of two months is printed."""
ANY_TIME_MONTHS = 12.0
ANY_TIME_FACTOR = 10.0
"""The further draw of a time is lognormal: one year, within this factor in two of three cases."""
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)


def bound_log_score(sample: WeightedSample, bound: float) -> float:
    """Log of the share at or above a reported lower bound, half a further draw on either side of it."""
    size = sample.effective_size
    return math.log((size * sample.share_where(sample.values >= bound) + 0.5) / (size + 1.0))


def count_log_score(sample: WeightedSample, count: int, n: int) -> float:
    """Log of the probability of `count` of `n` patients, from draws of the fraction of such patients."""
    return math.log(count_masses(sample, n)[count])


def count_masses(sample: WeightedSample, n: int) -> Floats:
    """The smoothed probability of 0, 1, ... n patients, from draws of the fraction.

    Each draw is put on the nearest count k and spread to the others by a Gaussian kernel on the scale
    logit((k + 1/2) / (n + 1)), whose width is Scott's; what would fall outside 0 to n is put back. One
    further draw is spread evenly over all counts.

    Shape: returns (n + 1,).
    """
    at_count = np.zeros(n + 1)
    np.add.at(at_count, nearest_counts(sample.values, n), sample.weights)
    share = (np.arange(n + 1) + 0.5) / (n + 1)
    place = np.log(share / (1.0 - share))
    step = 1.0 / (share * (1.0 - share))
    width = kernel_width(place, at_count, sample.effective_size)
    if width > 0.0:
        kernels = np.exp(-0.5 * ((place[:, None] - place[None, :]) / width) ** 2) * step[:, None]
        at_count = kernels @ (at_count / kernels.sum(axis=0))
    masses: Floats = (sample.effective_size * at_count + 1.0 / (n + 1)) / (sample.effective_size + 1.0)
    return masses


def nearest_counts(fractions: Floats, n: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The number of patients of `n` that each fraction stands for."""
    return np.clip(np.rint(fractions * n), 0, n).astype(np.int64)


def time_log_score(sample: WeightedSample, months: float) -> float | None:
    """Log of the density of the logarithm of a time, None for a time of 0.

    A Gaussian kernel density of log(time) over the draws that are finite and above 0, which has their share
    of the whole, and one further draw that may be anything. Being of the logarithm, it is the same in any
    unit of time.
    """
    if months <= 0.0:
        return None
    size = sample.effective_size
    anything = _normal_density(math.log(months / ANY_TIME_MONTHS) / math.log(ANY_TIME_FACTOR))
    found = np.isfinite(sample.values) & (sample.values > 0.0)
    density = 0.0
    if found.any():
        logs, weights = np.log(sample.values[found]), sample.weights[found]
        width = max(kernel_width(logs, weights, size), LEAST_TIME_WIDTH)
        kernels = np.exp(-0.5 * ((math.log(months) - logs) / width) ** 2)
        density = float(weights @ kernels) / (_ROOT_TWO_PI * width)
    return math.log((size * density + anything / math.log(ANY_TIME_FACTOR)) / (size + 1.0))


def kernel_width(places: Floats, weights: Floats, size: float) -> float:
    """Scott's width of a kernel for weighted places; 0 where all places are the same."""
    shares = weights / weights.sum()
    centre = float(shares @ places)
    left = 1.0 - 1.0 / size
    variance = float(shares @ (places - centre) ** 2) / left if left > 0.0 else 0.0
    return math.sqrt(variance) * float(size**SCOTT_POWER)


def _normal_density(place: float) -> float:
    return math.exp(-0.5 * place**2) / _ROOT_TWO_PI
