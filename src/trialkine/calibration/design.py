"""Where the calibration simulates: points spread over the priors, each with a case mix and a structure.

The columns of a design are the scores of the quantities in their order, then that of the case mix, then the
structure: -1 for the usual equations, +1 for the structural variant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import expit, ndtri
from scipy.stats import qmc

from trialkine.calibration.quantities import STRUCTURES, USUAL, Quantity
from trialkine.ensemble_members import EXCLUDED
from trialkine.population.ensemble import OF_STRUCTURE, ParameterEnsemble

Array = np.ndarray[Any, np.dtype[Any]]
MIX_CENTRE, MIX_SCALE = -0.9, 1.3  # log-odds of the excluded fraction at a score of 0, and per unit of it
FARTHEST = 2.3  # scores beyond are simulated nowhere
MIX, STRUCTURE = -2, -1  # the last columns of a design
VARIANT = STRUCTURES[1]


def spread_scores(points: int, dimensions: int, seed: int) -> Array:
    """Standard normal scores that fill the space evenly, none beyond FARTHEST.

    Shape: returns (point, dimension).
    """
    sampler = qmc.Sobol(dimensions, rng=np.random.default_rng(seed))
    uniform = sampler.random_base2(int(np.ceil(np.log2(points))))[:points]
    return np.asarray(np.clip(ndtri(np.clip(uniform, 1e-6, 1.0 - 1e-6)), -FARTHEST, FARTHEST))


def first_design(points: int, quantities: Sequence[Quantity], seed: int) -> Array:
    """Points over the whole priors, half of them with each structure. Shape: (point, quantity + 2)."""
    scores = spread_scores(points, len(quantities) + 1, seed)
    return with_structures(scores, half_and_half(points, seed), quantities)


def half_and_half(points: int, seed: int) -> Array:
    """-1 for one half of the points and +1 for the other, at random. Shape: (point,)."""
    return np.asarray(
        np.random.default_rng(seed).permutation(np.where(np.arange(points) % 2 == 0, -1.0, 1.0))
    )


def with_structures(scores: Array, structure: Array, quantities: Sequence[Quantity]) -> Array:
    """Points with their structure; the score of what belongs to a variant is 0 where it is off.

    Shapes: scores (point, quantity + 1), structure (point,), returns (point, quantity + 2).
    """
    found = np.column_stack([scores, structure])
    for place in variant_places(quantities):
        found[structure < 0.0, place] = 0.0
    return found


def variant_places(quantities: Sequence[Quantity]) -> list[int]:
    """The columns of quantities that only the structural variant has."""
    return [place for place, one in enumerate(quantities) if one.variant]


def excluded_fraction(score: Array) -> Array:
    """The excluded fraction of a trial at a score of its case mix. Units: [fraction]."""
    return np.asarray(expit(MIX_CENTRE + MIX_SCALE * score))


def as_ensemble(scores: Array, quantities: Sequence[Quantity]) -> ParameterEnsemble:
    """Points as an ensemble with which trials can be simulated.

    Shape: scores (point, quantity + 2).
    """
    is_on = scores[:, STRUCTURE] > 0.0
    columns = [
        np.where(is_on, one.value(scores[:, place], VARIANT), one.value(scores[:, place], USUAL))
        for place, one in enumerate(quantities)
    ]
    columns += [excluded_fraction(scores[:, MIX]), is_on.astype(float)]
    names = (*(one.name for one in quantities), EXCLUDED, f"{OF_STRUCTURE}{VARIANT}")
    return ParameterEnsemble(names, np.column_stack(columns), np.full(len(scores), 1.0 / len(scores)))
