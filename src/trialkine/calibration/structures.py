"""The posterior of each structure, and how many members each gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.calibration.likelihood import Likelihood
from trialkine.calibration.posterior import Posterior

Array = np.ndarray[Any, np.dtype[Any]]
TELLS_APART = 10.0
"""Natural logarithms by which the evidence of structures must differ before one is left out: the error of the
emulator alone moves it by about half a unit per target."""


@dataclass(frozen=True)
class StructurePosterior:
    """One structure: what is likely in it, and draws of it."""

    likelihood: Likelihood
    posterior: Posterior

    def draws(self, count: int, seed: int) -> Array:
        """Some draws of the chains, evenly spread over them. Shape: (draw, unknown)."""
        everything = self.posterior.draws
        chosen = np.linspace(0, len(everything) - 1, count).astype(int)
        order = np.random.default_rng(seed).permutation(len(everything))
        return np.asarray(everything[order[chosen]])


def shares_of(structures: Mapping[str, StructurePosterior]) -> dict[str, float]:
    """The share of members of every structure: equal, unless the evidence leaves one far behind."""
    evidence = {name: one.posterior.log_evidence for name, one in structures.items()}
    best = max(evidence.values())
    stays = [name for name, one in evidence.items() if one > best - TELLS_APART]
    return {name: 1.0 / len(stays) if name in stays else 0.0 for name in structures}
