"""Survival curves known in closed form: constant hazards by pieces, and patients of whom some are cured."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray


class AbstractSurvivalCurve(ABC):
    """A distribution of times to an event that some patients may never have."""

    @abstractmethod
    def survival(self, times: ArrayLike) -> FloatArray:
        """The fraction without the event at each time; shape as `times`."""

    @abstractmethod
    def times_at(self, survival: ArrayLike) -> FloatArray:
        """When survival falls to each fraction; infinite where it never does. Shape as `survival`.

        At uniform numbers these are random times.
        """

    def restricted_mean(self, until: float) -> float:
        """The mean time without the event up to `until`: the area under the curve.

        Raises: InputError, when `until` is not positive.
        """
        if not 0.0 < until < math.inf:
            raise InputError(f"A restricted mean up to {until} does not exist. Give a positive time.")
        from scipy.integrate import quad

        edges = [0.0, *(edge for edge in self.kinks() if edge < until), until]
        pieces = (quad(lambda time: float(self.survival(time)), *piece)[0] for piece in pairwise(edges))
        return math.fsum(pieces)

    def kinks(self) -> tuple[float, ...]:
        """The times at which the hazard jumps."""
        return ()


@final
@dataclass(frozen=True)
class PiecewiseExponential(AbstractSurvivalCurve):
    """A hazard that is constant between `edges`, the first of which is 0; the last piece has no end.

    A hazard of 0 means that nobody has the event in that piece; in the last piece, that the rest are cured.
    Units: edges [any time unit], hazards [events per that unit]. Shape: one hazard per edge.
    """

    edges: tuple[float, ...]
    hazards: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.hazards) or not self.edges or self.edges[0] != 0.0:
            raise InputError(
                f"{len(self.hazards)} hazards do not fit pieces that start at {list(self.edges)}. "
                "Give one hazard per piece; the first piece starts at 0."
            )
        if not (np.isfinite(self.edges).all() and (np.diff(self.edges) > 0.0).all()):
            raise InputError(f"Pieces start at {list(self.edges)}. Let each start after the one before.")
        if not all(0.0 <= hazard < math.inf for hazard in self.hazards):
            raise InputError(f"Hazards {list(self.hazards)} are impossible. Give numbers of 0 or more.")

    def survival(self, times: ArrayLike) -> FloatArray:
        """The fraction without the event at each time; shape as `times`."""
        moments = np.asarray(times, dtype=np.float64)
        piece = np.maximum(np.searchsorted(self.edges, moments, "right") - 1, 0)
        spent = self.hazard_spent()[piece]
        return np.asarray(
            np.exp(-spent - np.asarray(self.hazards)[piece] * (moments - np.asarray(self.edges)[piece])),
            dtype=np.float64,
        )

    def times_at(self, survival: ArrayLike) -> FloatArray:
        """When survival falls to each fraction; infinite where it never does. Shape as `survival`."""
        with np.errstate(divide="ignore"):
            needed = -np.log(np.asarray(survival, dtype=np.float64))
        spent = self.hazard_spent()
        # In a piece without hazard nothing is spent; the search from the left passes it by.
        piece = np.maximum(np.searchsorted(spent, needed, "left") - 1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            beyond = (needed - spent[piece]) / np.asarray(self.hazards)[piece]
        times = np.asarray(self.edges)[piece] + beyond
        return np.asarray(np.where(needed <= 0.0, 0.0, times), dtype=np.float64)

    def kinks(self) -> tuple[float, ...]:
        """The times at which the hazard jumps."""
        return self.edges[1:]

    def hazard_spent(self) -> FloatArray:
        """The cumulative hazard at the start of each piece; shape as `edges`."""
        return np.concatenate(([0.0], np.cumsum(np.diff(self.edges) * np.asarray(self.hazards[:-1]))))


@final
@dataclass(frozen=True)
class MixtureCure(AbstractSurvivalCurve):
    """A fraction is cured; the others have Weibull times of that shape and scale (shape 1: exponential).

    Units: scale [any time unit]. Source: boag_1949, farewell_1982.
    """

    cured: float
    scale: float
    shape: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.cured < 1.0:
            raise InputError(f"Cured fraction {self.cured} is impossible. Write 0.2 for 20 %.")
        if not (0.0 < self.scale < math.inf and 0.0 < self.shape < math.inf):
            raise InputError(
                f"Weibull scale {self.scale} and shape {self.shape} are impossible. Give positive numbers."
            )

    def survival(self, times: ArrayLike) -> FloatArray:
        """The fraction without the event at each time; shape as `times`."""
        moments = np.asarray(times, dtype=np.float64) / self.scale
        return np.asarray(self.cured + (1.0 - self.cured) * np.exp(-(moments**self.shape)), dtype=np.float64)

    def times_at(self, survival: ArrayLike) -> FloatArray:
        """When survival falls to each fraction; infinite where it never does. Shape as `survival`."""
        left = (np.asarray(survival, dtype=np.float64) - self.cured) / (1.0 - self.cured)
        with np.errstate(divide="ignore"):
            needed = -np.log(np.maximum(left, 0.0))
        return np.asarray(self.scale * needed ** (1.0 / self.shape), dtype=np.float64)


def exponential(median: float) -> PiecewiseExponential:
    """A constant hazard with that median. Units: median [any time unit].

    Raises: InputError, when the median is not positive.
    """
    if not 0.0 < median < math.inf:
        raise InputError(f"Median {median} is impossible. Give a positive time.")
    return PiecewiseExponential((0.0,), (math.log(2.0) / median,))


def with_hazard_ratio(curve: PiecewiseExponential, ratio: float) -> PiecewiseExponential:
    """The curve with all its hazards times `ratio`.

    Raises: InputError, when the ratio is negative.
    """
    return PiecewiseExponential(curve.edges, tuple(ratio * hazard for hazard in curve.hazards))


def with_delayed_effect(curve: PiecewiseExponential, ratio: float, delay: float) -> PiecewiseExponential:
    """The curve with its hazards times `ratio` from `delay` on, unchanged before.

    Raises: InputError, when the ratio is negative or the delay is not positive.
    """
    if not 0.0 < delay < math.inf:
        raise InputError(f"Delay {delay} is impossible. Give a positive time, or use a plain hazard ratio.")
    edges = tuple(sorted({*curve.edges, delay}))
    pieces = np.searchsorted(curve.edges, edges, "right") - 1
    hazards = (
        curve.hazards[piece] * (ratio if edge >= delay else 1.0)
        for piece, edge in zip(pieces, edges, strict=True)
    )
    return PiecewiseExponential(edges, tuple(hazards))
