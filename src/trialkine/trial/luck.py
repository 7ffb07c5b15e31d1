"""Keyed chance in a trial: the same patient has the same luck in every arm."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.randomness import exponential_quantiles, grouped_uniforms, normal_quantiles, trial_purpose

Array = np.ndarray[Any, np.dtype[Any]]


class Luck:
    """Draws for patients of several repetitions of a trial.

    Shape: ids and replicates (patient,).
    """

    def __init__(self, seed: int, ids: Array, replicates: Array) -> None:
        self.seed = seed
        self.ids = ids
        self.replicates = replicates

    def uniforms(self, purpose: str, patients: Array, count: int = 1) -> Array:
        """Numbers in (0, 1) for some patients. Shape: returns (patient, count)."""
        replicates, groups = np.unique(self.replicates[patients], return_inverse=True)
        purposes = [trial_purpose(int(replicate), purpose) for replicate in replicates]
        if not purposes:
            return np.empty((0, count))
        return grouped_uniforms(self.seed, purposes, groups, self.ids[patients], count)

    def normals(self, purpose: str, patients: Array, count: int = 1) -> Array:
        """Standard normal numbers for some patients. Shape: returns (patient, count)."""
        return normal_quantiles(self.uniforms(purpose, patients, count))

    def exponentials(self, purpose: str, patients: Array, count: int = 1) -> Array:
        """Exponential numbers of mean one for some patients. Shape: returns (patient, count)."""
        return exponential_quantiles(self.uniforms(purpose, patients, count))
