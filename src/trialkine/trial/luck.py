"""Keyed chance in a trial: the same patient has the same luck in every arm."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.randomness import exponentials, normals, trial_purpose, uniforms

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
        return self._draw(uniforms, purpose, patients, count)

    def normals(self, purpose: str, patients: Array, count: int = 1) -> Array:
        """Standard normal numbers for some patients. Shape: returns (patient, count)."""
        return self._draw(normals, purpose, patients, count)

    def exponentials(self, purpose: str, patients: Array, count: int = 1) -> Array:
        """Exponential numbers of mean one for some patients. Shape: returns (patient, count)."""
        return self._draw(exponentials, purpose, patients, count)

    def _draw(self, kind: Any, purpose: str, patients: Array, count: int) -> Array:
        result = np.empty((len(patients), count))
        for replicate in np.unique(self.replicates[patients]):
            rows = np.flatnonzero(self.replicates[patients] == replicate)
            key = trial_purpose(int(replicate), purpose)
            result[rows] = kind(self.seed, key, self.ids[patients[rows]], count)
        return result
