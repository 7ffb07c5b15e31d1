"""Where to simulate once something is known: around posteriors, or around the members of an ensemble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trialkine.calibration.design import FARTHEST, VARIANT, half_and_half, with_structures
from trialkine.calibration.quantities import USUAL, Quantity
from trialkine.calibration.structures import StructurePosterior
from trialkine.errors import InputError
from trialkine.population.ensemble import OF_STRUCTURE, ParameterEnsemble

Array = np.ndarray[Any, np.dtype[Any]]
WIDER = 1.5  # later designs reach this much farther than the posterior
MIX_SPREAD = 0.5  # beside the trials' own, in scores of the case mix


def design_from_posteriors(
    structures: Mapping[str, StructurePosterior], quantities: Sequence[Quantity], points: int, seed: int
) -> Array:
    """Points around the posterior of each structure, wider than it, with case mixes that the trials may have.

    Shape: returns (point, quantity + 2).
    """
    generator = np.random.default_rng(seed)
    structure = half_and_half(points, seed)
    found = np.empty((points, len(quantities) + 1))
    for name, one in structures.items():
        own = np.flatnonzero((structure > 0.0) == (name == VARIANT))
        draws = one.posterior.draws
        chosen = draws[generator.choice(len(draws), len(own))]
        mix, _ = one.likelihood.luck(chosen)
        trial = generator.integers(mix.shape[1], size=len(own))
        node = generator.integers(mix.shape[2], size=len(own))
        luck = mix[np.arange(len(own)), trial, node] + MIX_SPREAD * generator.standard_normal(len(own))
        scores = chosen[:, : len(quantities)]
        found[own] = np.column_stack([_wider(scores, draws[:, : len(quantities)].mean(axis=0)), luck])
    return with_structures(np.clip(found, -FARTHEST, FARTHEST), structure, quantities)


def design_around(
    ensemble: ParameterEnsemble, quantities: Sequence[Quantity], points: int, seed: int
) -> Array:
    """Points around the members of an ensemble, wider than they are, with case mixes from the prior.

    Shape: returns (point, quantity + 2).

    Raises: InputError, when the ensemble lacks a quantity that is calibrated now.
    """
    generator = np.random.default_rng(seed)
    structure = half_and_half(points, seed)
    names = ensemble.names
    missing = [one.name for one in quantities if one.name not in names]
    if missing:
        raise InputError(
            f"The ensemble to start from does not set {', '.join(missing)}. Calibrate without a start."
        )
    has_variant = np.zeros(len(ensemble), dtype=bool)
    if f"{OF_STRUCTURE}{VARIANT}" in names:
        has_variant = ensemble.values[:, names.index(f"{OF_STRUCTURE}{VARIANT}")] > 0.0
    found = np.empty((points, len(quantities) + 1))
    for name, is_own in ((USUAL, ~has_variant), (VARIANT, has_variant)):
        own = np.flatnonzero((structure > 0.0) == (name == VARIANT))
        members = np.flatnonzero(is_own) if is_own.any() else np.arange(len(ensemble))
        values = ensemble.values[members]
        scores = np.column_stack([one.score(values[:, names.index(one.name)], name) for one in quantities])
        chosen = scores[generator.choice(len(scores), len(own))]
        luck = generator.standard_normal(len(own))
        found[own] = np.column_stack([_wider(chosen, scores.mean(axis=0)), luck])
    return with_structures(np.clip(found, -FARTHEST, FARTHEST), structure, quantities)


def _wider(scores: Array, centre: Array) -> Array:
    return np.asarray(centre + WIDER * (scores - centre))
