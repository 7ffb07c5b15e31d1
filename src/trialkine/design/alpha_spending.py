"""How much of an error rate may have been spent by the time some of the information is in."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.design.boundary_crossing import information_of_all_looks
from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray


class AbstractSpending(ABC):
    """A rule that spends an error rate as information comes in."""

    @abstractmethod
    def spent(self, information: FloatArray, total: float) -> FloatArray:
        """The error spent by each information fraction; all of `total` at 1.

        Units: all [fraction]. Shape: information and returns "look".
        """

    def increments(self, information: Sequence[float] | FloatArray, total: float) -> FloatArray:
        """The error that each look may spend; by the last all is spent.

        Shape: information and returns "look".
        Raises: InputError, when the information does not rise to 1 or `total` is no fraction.
        """
        check_error_rate(total)
        return np.diff(self.spent(information_of_all_looks(information), total), prepend=0.0)


@final
@dataclass(frozen=True)
class ObrienFlemingSpending(AbstractSpending):
    """Hardly anything early: close to O'Brien and Fleming's boundary. Source: lan_demets_1983."""

    def spent(self, information: FloatArray, total: float) -> FloatArray:
        """Twice the upper tail beyond the quantile of half the total over the root of the information."""
        from scipy.special import ndtr, ndtri

        return np.asarray(2.0 * ndtr(ndtri(total / 2.0) / np.sqrt(information)), dtype=np.float64)


@final
@dataclass(frozen=True)
class PocockSpending(AbstractSpending):
    """Nearly as much at every look: close to Pocock's boundary. Source: lan_demets_1983."""

    def spent(self, information: FloatArray, total: float) -> FloatArray:
        """The total times the logarithm of 1 + (e - 1) times the information."""
        return np.asarray(total * np.log1p((math.e - 1.0) * information), dtype=np.float64)


def check_error_rate(rate: float) -> None:
    """Refuse an error rate that is not a fraction.

    Raises: InputError, when it is not strictly between 0 and 1.
    """
    if not 0.0 < rate < 1.0:
        raise InputError(f"Error rate {rate} is not between 0 and 1. Write 0.025 for 2.5 %.")
