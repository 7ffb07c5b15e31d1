"""How rates differ between members: all candidates together, those that share a level, or one by itself.

With many candidates and few members a covariance of everything with everything is mostly luck. So the spread
is put together from parts: what moves all candidates alike, those of one strategy, those of one level of a
factor, and each alone. How large each part is follows from least squares over all pairs of candidates
(variance components by moments), which average luck out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import nnls

Array = np.ndarray[Any, np.dtype[Any]]


def alike_matrices(labels: Iterable[Sequence[Hashable]], candidates: int) -> Array:
    """Which candidates move together in each part of the spread: all, those of one label, each alone.

    `labels` holds, for every factor, the level of each candidate; parts that are the same are kept once.

    Shape: returns (part, candidate, candidate), 1 where two move together and 0 elsewhere.
    """
    found: list[Array] = []
    for one in ([0] * candidates, *labels, range(candidates)):
        numbers = np.unique([str(level) for level in one], return_inverse=True)[1]
        found.append((numbers[:, None] == numbers).astype(float))
    return _each_once(found)


def among(alike: Array, some: Array) -> Array:
    """Which of some candidates move together; parts that are the same among these are kept once.

    Shapes: alike (part, candidate, candidate), some (chosen,) as places, returns (part, chosen, chosen).
    """
    return _each_once(alike[:, some[:, None], some])


def _each_once(parts: Iterable[Array]) -> Array:
    found: list[Array] = []
    for part in parts:
        if not any((part == other).all() for other in found):
            found.append(part)
    return np.stack(found)


def shared_spread(excess: Array, pairs: Array, alike: Array) -> Array:
    """The covariance between members that comes nearest to what luck leaves over.

    `excess` is the observed covariance less that of luck, `pairs` how many members two rates share.

    Shapes: excess and pairs (candidate, measure, candidate, measure), alike (part, candidate, candidate);
    returns as excess.
    """
    measures = excess.shape[1]
    sizes = np.zeros((len(alike), measures, measures))
    for one in range(measures):
        for other in range(one, measures):
            weight = np.sqrt(np.maximum(pairs[:, one, :, other] - 1.0, 0.0))
            parts = np.stack([(part * weight).ravel() for part in alike], axis=1)
            seen = (excess[:, one, :, other] + excess[:, one, :, other].T) / 2.0 * weight
            solved = nnls(parts, seen.ravel()) if one == other else np.linalg.lstsq(parts, seen.ravel())
            sizes[:, one, other] = sizes[:, other, one] = solved[0]
    most = np.sqrt(np.einsum("pa,pb->pab", *[np.diagonal(sizes, axis1=1, axis2=2)] * 2))
    roots = [root_of(size) for size in np.clip(sizes, -most, most)]  # no correlation beyond 1
    return np.asarray(
        sum(np.einsum("cd,ab->cadb", part, r @ r.T) for part, r in zip(alike, roots, strict=True))
    )


def root_of(covariance: Array) -> Array:
    """A root of the nearest covariance: negative directions, which luck makes, are left out."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2.0)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
