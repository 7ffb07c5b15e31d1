"""The chance that correlated normal numbers all lie between their limits.

Numbers that are sums of the others (a singular correlation) are allowed: their limits then cut those of the
last number that they depend on. The points are fixed, so the answer is the same every time.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray

_GAUSS_POINTS = {1: 128, 2: 48, 3: 28}  # in each direction, by dimensions of the cube
_LATTICE_POINTS = 65537  # in more dimensions
_SINGULAR = 1e-9  # of a variance
_PRIMES = (2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0)
_SHARPEST = 1e-12  # a limit's dependence smaller than this is none


def box_probability(low: FloatArray, high: FloatArray, correlation: FloatArray) -> float:
    """The chance that standard normal numbers with this correlation lie between `low` and `high`.

    Conditioning on one number after the other leaves an integral over a unit cube of one dimension less than
    there are independent numbers: by Gauss and Legendre's rule up to three dimensions, else by a lattice of
    square roots of primes. Error about 1e-4 or less, 1e-5 up to two dimensions. Infinite limits are allowed.

    Shape: low and high "number", correlation "number number".
    Raises: InputError, when shapes differ, the matrix is no correlation, or there are more than 10 numbers.
    Source: genz_1992.
    """
    _check(low, high, correlation)
    factor, level = _factor(correlation)
    rank = int(level.max()) + 1
    points, weights = _points(rank - 1)
    normals = np.zeros((len(points), rank))
    chance = np.ones(len(points))
    from scipy.special import ndtr, ndtri

    for step in range(rank):
        bottom, top = _limits(low, high, factor, np.flatnonzero(level == step), step, normals)
        below, width = ndtr(bottom), np.maximum(ndtr(top) - ndtr(bottom), 0.0)
        chance *= width
        if step + 1 < rank:
            inside = np.clip(below + points[:, step] * width, 1e-300, 1.0 - 1e-16)
            normals[:, step] = ndtri(inside)
    return float(weights @ chance)


def _limits(
    low: FloatArray,
    high: FloatArray,
    factor: FloatArray,
    rows: NDArray[np.int64],
    step: int,
    normals: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Where the next independent number may lie at each point: within the limits of every row it decides."""
    bottom = np.full(len(normals), -np.inf)
    top = np.full(len(normals), np.inf)
    for row in rows:
        known = normals[:, :step] @ factor[row, :step]
        ends = np.stack((low[row] - known, high[row] - known)) / factor[row, step]
        bottom = np.maximum(bottom, ends.min(axis=0))
        top = np.minimum(top, ends.max(axis=0))
    return bottom, top


def _factor(correlation: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """The triangular factor, and for each row the last independent number that it depends on."""
    size = len(correlation)
    factor = np.zeros((size, size))
    makers: list[int] = []  # the row that brought each independent number in
    level = np.zeros(size, dtype=np.int64)
    for row in range(size):
        for number, maker in enumerate(makers):
            rest = correlation[row, maker] - factor[row, :number] @ factor[maker, :number]
            factor[row, number] = rest / factor[maker, number]
        left = 1.0 - float(factor[row] @ factor[row])
        if left > _SINGULAR:
            factor[row, len(makers)] = np.sqrt(left)
            makers.append(row)
        level[row] = np.flatnonzero(np.abs(factor[row]) > _SHARPEST)[-1]
    return factor, level


@cache
def _points(dimensions: int) -> tuple[FloatArray, FloatArray]:
    """Points of the unit cube, one row each, and their weights."""
    if dimensions == 0:
        return np.zeros((1, 0)), np.ones(1)
    if dimensions in _GAUSS_POINTS:
        return _grid(dimensions, _GAUSS_POINTS[dimensions])
    # A lattice, folded so that the integrand may be taken as periodic.
    count = np.arange(1, _LATTICE_POINTS + 1)[:, np.newaxis]
    fractions = np.mod(count * np.sqrt(np.asarray(_PRIMES[:dimensions])), 1.0)
    return np.abs(2.0 * fractions - 1.0), np.full(_LATTICE_POINTS, 1.0 / _LATTICE_POINTS)


def _grid(dimensions: int, count: int) -> tuple[FloatArray, FloatArray]:
    """Gauss and Legendre's points in every direction."""
    points, weights = np.polynomial.legendre.leggauss(count)
    axes = np.meshgrid(*[0.5 + points / 2.0] * dimensions, indexing="ij")
    shares = np.meshgrid(*[weights / 2.0] * dimensions, indexing="ij")
    rows = np.stack([axis.ravel() for axis in axes], axis=1)
    return rows, np.asarray(np.prod([share.ravel() for share in shares], axis=0), dtype=np.float64)


def _check(low: FloatArray, high: FloatArray, correlation: FloatArray) -> None:
    size = low.size
    if not (low.shape == high.shape == (size,) and correlation.shape == (size, size) and size):
        raise InputError(
            f"{low.size} lower and {high.size} upper limits do not fit a correlation of shape "
            f"{correlation.shape}. Give one of each per number."
        )
    if size > len(_PRIMES) + 1:
        raise InputError(f"{size} numbers are too many. Give at most {len(_PRIMES) + 1}.")
    if not (np.allclose(correlation, correlation.T) and np.allclose(np.diag(correlation), 1.0)):
        raise InputError("The matrix is no correlation. Give a symmetric one with ones on its diagonal.")
    if np.linalg.eigvalsh(correlation)[0] < -1e-8:
        raise InputError("The matrix is no correlation: it has a negative eigenvalue.")
