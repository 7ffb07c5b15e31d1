"""Weighted draws of one number, in order: their quantiles, central intervals and effective size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialkine.errors import InputError

Floats = NDArray[np.float64]
_SAME_SHARE = 1e-9
"""Sums of weights this close are equal: rounding must not decide between two neighbours."""


@dataclass(frozen=True, eq=False)
class WeightedSample:
    """Draws in ascending order and their weights, which are positive and sum to 1.

    A draw may be infinite: a time that was not reached. Made by `weighted_sample`.
    """

    values: Floats
    weights: Floats

    @cached_property
    def shares(self) -> Floats:
        """The share of the distribution up to and including each draw."""
        return np.cumsum(self.weights)

    @property
    def effective_size(self) -> float:
        """The number of equally weighted draws that say as much: 1 / (sum of squared weights)."""
        return float(1.0 / np.square(self.weights).sum())

    def share_where(self, chosen: NDArray[np.bool_]) -> float:
        """The weight of the draws chosen."""
        return float(self.weights[chosen].sum())


def weighted_sample(
    samples: ArrayLike, weights: ArrayLike | None = None, *, missing: float | None = None
) -> WeightedSample:
    """Draws with their weights, put in order; without weights all count alike.

    NaN stands for `missing`; where that is None such draws are left out, and the other weights are raised
    to sum to 1.
    Raises: InputError, when shapes differ, a weight is negative or not finite, or nothing is left.
    """
    values = np.array(samples, dtype=np.float64).ravel()
    given = np.ones(values.size) if weights is None else np.array(weights, dtype=np.float64).ravel()
    if given.size != values.size:
        raise InputError(f"{given.size} weights for {values.size} samples. Give one weight per sample.")
    if not (np.isfinite(given).all() and (given >= 0.0).all()):
        raise InputError("A weight of a sample is negative or not finite. Give weights of 0 or more.")
    if missing is not None:
        values[np.isnan(values)] = missing
    kept = (given > 0.0) & ~np.isnan(values)
    if not kept.any():
        raise InputError("No sample has both a number and a weight. Give at least one.")
    values, given = values[kept], given[kept]
    order = np.argsort(values, kind="stable")
    return WeightedSample(values[order], given[order] / given.sum())


def quantile_range(sample: WeightedSample, share: float) -> tuple[float, float]:
    """The lowest and highest number that can be called the quantile at `share`.

    A number x can when the share below x is at most `share`, and that up to and including x at least `share`.
    The two differ only where the distribution function has a step of exactly `share`.
    """
    last = sample.values.size - 1
    first = int(np.searchsorted(sample.shares, share - _SAME_SHARE, "left"))
    final = int(np.searchsorted(sample.shares, share + _SAME_SHARE, "right"))
    return float(sample.values[min(first, last)]), float(sample.values[min(final, last)])


def weighted_quantiles(sample: WeightedSample, shares: ArrayLike) -> Floats:
    """The quantiles at `shares`: the middle of each `quantile_range`, infinite where its upper end is.

    Shape: as `shares`, flat.
    """
    flat = np.asarray(shares, dtype=np.float64).ravel()
    ranges = [quantile_range(sample, float(share)) for share in flat]
    return np.array([low if low == high else (low + high) / 2.0 for low, high in ranges])


def median(sample: WeightedSample) -> float:
    """The weighted median, infinite where half of the distribution is."""
    return float(weighted_quantiles(sample, [0.5])[0])


def central_interval(sample: WeightedSample, level: float) -> tuple[float, float]:
    """The interval with at most (1 - level) / 2 of the distribution on either side, ends included.

    Its ends are draws, the outer ones of the two `quantile_range`: so it holds at least `level` of the draws,
    and a further draw of 40 or more equally weighted ones falls into it with a probability near `level`.
    The upper end may be infinite.
    """
    tail = (1.0 - level) / 2.0
    return quantile_range(sample, tail)[0], quantile_range(sample, 1.0 - tail)[1]
