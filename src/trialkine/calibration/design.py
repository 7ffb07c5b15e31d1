"""Where the calibration simulates: points spread over the priors, each a population and a case mix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import expit, ndtri
from scipy.stats import qmc

from trialkine.calibration.quantities import Quantity
from trialkine.ensemble_members import EXCLUDED
from trialkine.population.ensemble import ParameterEnsemble

Array = np.ndarray[Any, np.dtype[Any]]
MIX_CENTRE, MIX_SCALE = -0.9, 1.3  # log-odds of the excluded fraction at a score of 0, and per unit of it
FARTHEST = 2.3  # scores beyond are simulated nowhere


def spread_scores(points: int, dimensions: int, seed: int) -> Array:
    """Standard normal scores that fill the space evenly, none beyond FARTHEST.

    Shape: returns (point, dimension).
    """
    sampler = qmc.Sobol(dimensions, rng=np.random.default_rng(seed))
    uniform = sampler.random_base2(int(np.ceil(np.log2(points))))[:points]
    return np.asarray(np.clip(ndtri(np.clip(uniform, 1e-6, 1.0 - 1e-6)), -FARTHEST, FARTHEST))


def excluded_fraction(score: Array) -> Array:
    """The excluded fraction of a trial at a score of its case mix. Units: [fraction]."""
    return np.asarray(expit(MIX_CENTRE + MIX_SCALE * score))


def as_ensemble(scores: Array, quantities: Sequence[Quantity]) -> ParameterEnsemble:
    """Points as an ensemble with which trials can be simulated; the last score is that of the case mix.

    Shape: scores (point, quantity + 1).
    """
    columns = [one.value(scores[:, place]) for place, one in enumerate(quantities)]
    columns.append(excluded_fraction(scores[:, -1]))
    names = (*(one.name for one in quantities), EXCLUDED)
    return ParameterEnsemble(names, np.column_stack(columns), np.full(len(scores), 1.0 / len(scores)))
