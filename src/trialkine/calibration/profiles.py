"""Profiles of the posterior: how well the data can be met when one number is held and all others follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.calibration.likelihood import Likelihood
from trialkine.calibration.posterior import Posterior, best_point, conditional
from trialkine.calibration.structures import StructurePosterior

Array = np.ndarray[Any, np.dtype[Any]]
HELD = (-1.5, 1.5)  # scores
FLAT = 2.0  # natural logarithms of the likelihood


@dataclass(frozen=True)
class Profile:
    """By how much the log-likelihood falls from its best when one number is held low, or high.

    `name` is the number's, `structure` that of the equations. Other unknowns are fitted again each time, with
    their priors. Units: natural logarithms.
    """

    name: str
    structure: str
    low: float
    high: float

    @property
    def is_flat(self) -> bool:
        """Whether the data allow both."""
        return max(self.low, self.high) < FLAT


def profiles(
    structures: Mapping[str, StructurePosterior], places: Sequence[int], jobs: int
) -> tuple[Profile, ...]:
    """Profiles of the quantities at some places, in every structure that has them."""
    from joblib import Parallel, delayed

    work = [
        (structure, one, place)
        for structure, one in structures.items()
        for place in places
        if one.likelihood.unknowns.quantities[place].variant in (None, structure)
    ]
    found: list[tuple[float, float]] = Parallel(n_jobs=jobs)(
        delayed(_falls)(one.likelihood, one.posterior, place) for _, one, place in work
    )
    return tuple(
        Profile(one.likelihood.unknowns.names[place], structure, *falls)
        for (structure, one, place), falls in zip(work, found, strict=True)
    )


def _falls(likelihood: Likelihood, posterior: Posterior, place: int) -> tuple[float, float]:
    best = _log_likelihood(likelihood, posterior.best)
    low, high = (best - _held(likelihood, posterior, place, score) for score in HELD)
    return low, high


def _held(likelihood: Likelihood, posterior: Posterior, place: int, score: float) -> float:
    """The log-likelihood at the best point with one score held."""
    others = np.delete(np.arange(len(posterior.best)), place)

    def density(points: Array) -> Array:
        whole = np.empty((len(points), len(posterior.best)))
        whole[:, others], whole[:, place] = points, score
        return likelihood.log_posterior(whole)

    start = conditional(posterior.best, posterior.spread, place, score)[others]
    found = np.empty(len(posterior.best))
    found[others], found[place] = best_point(density, start), score
    return _log_likelihood(likelihood, found)


def _log_likelihood(likelihood: Likelihood, point: Array) -> float:
    return float(likelihood.by_trial(point[None]).sum())
