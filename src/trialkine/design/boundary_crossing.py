"""The chance that a standardised statistic first crosses a boundary at each look.

The score of a trial moves as a Brownian motion with drift: between two looks by a normal amount whose
variance is the information gained, and whose mean is the drift times it. So the density of trials still
running is carried from look to look by one numerical integration each. Information is a fraction of the
largest; `drift` is the mean of the standardised statistic at fraction 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray

CLOSEST_LOOKS = 1e-3  # of the largest information; the nodes grow with the inverse root of it
_REACH = 8.5  # standard deviations beyond which a normal density is nothing in double precision
_NODES_PER_PANEL = 10
_ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Crossing:
    """The chance of the first crossing at each look, above and below.

    Shape: `above` and `below` "look".
    """

    above: FloatArray
    below: FloatArray


@dataclass(frozen=True)
class RunningTrials:
    """Trials that no look has stopped yet: probability mass at points of the score.

    The score has the variance of the information gathered, and mean drift times information.
    Shape: `scores` and `mass` "node".
    """

    information: float
    scores: FloatArray
    mass: FloatArray


def trials_at_the_start() -> RunningTrials:
    """All trials before the first look: no information, score nought."""
    return RunningTrials(0.0, np.zeros(1), np.ones(1))


def chance_above(running: RunningTrials, information: float, bound: float, drift: float) -> float:
    """The chance of running still and then standing at or above `bound` standard deviations."""
    return float(running.mass @ _upper_tail(running, information, bound, drift))


def chance_below(running: RunningTrials, information: float, bound: float, drift: float) -> float:
    """The chance of running still and then standing at or below `bound` standard deviations."""
    mirrored = RunningTrials(running.information, -running.scores, running.mass)
    return float(running.mass @ _upper_tail(mirrored, information, -bound, -drift))


def carried_on(
    running: RunningTrials, information: float, low: float, high: float, drift: float, gain_next: float
) -> RunningTrials:
    """The trials that stand strictly between `low` and `high` at the next look, and so go on.

    `gain_next` is the information from that look to the one after it; it sets how fine the nodes must be.
    """
    gain = information - running.information
    spread = math.sqrt(information)
    centre = drift * information
    bottom = max(low * spread, centre - _REACH * spread)
    top = min(high * spread, centre + _REACH * spread)
    if not bottom < top:
        return RunningTrials(information, np.zeros(1), np.zeros(1))
    scores, weights = _panels(bottom, top, math.sqrt(min(gain, gain_next)))
    starts = running.scores + drift * gain
    density = np.empty(scores.size)
    for first in range(0, scores.size, _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        steps = (scores[rows, np.newaxis] - starts) / math.sqrt(gain)
        density[rows] = np.exp(-0.5 * steps**2) @ running.mass
    return RunningTrials(information, scores, weights * density / math.sqrt(2.0 * math.pi * gain))


def crossing_probabilities(
    information: Sequence[float] | FloatArray,
    low: Sequence[float] | FloatArray,
    high: Sequence[float] | FloatArray,
    drift: float,
) -> Crossing:
    """The chance of the first crossing at each look, for any boundaries and any drift.

    Infinite bounds are never crossed. At the last look `low` may equal `high`: then every trial has stopped.

    Units: `information` [fraction of the largest], bounds and drift [standard deviations].
    Shape: information, low and high "look".
    Raises: InputError, when the information does not grow or a lower bound lies above its upper bound.
    Source: armitage_mcpherson_rowe_1969.
    """
    fractions = checked_information(information)
    lower, upper = (np.asarray(bounds, dtype=np.float64) for bounds in (low, high))
    _check_bounds(fractions, lower, upper)
    gains = np.diff(fractions, append=2.0 * fractions[-1])
    above, below = np.zeros(fractions.size), np.zeros(fractions.size)
    running = trials_at_the_start()
    for look, fraction in enumerate(fractions):
        above[look] = chance_above(running, fraction, upper[look], drift)
        below[look] = chance_below(running, fraction, lower[look], drift)
        if look + 1 < fractions.size:
            running = carried_on(running, fraction, lower[look], upper[look], drift, gains[look + 1])
    return Crossing(above, below)


def checked_information(information: Sequence[float] | FloatArray) -> FloatArray:
    """Information fractions as an array.

    Raises: InputError, when they do not rise from above 0 to at most 1, or two looks are too close.
    """
    fractions = np.asarray(information, dtype=np.float64).ravel()
    if fractions.size == 0 or not np.isfinite(fractions).all() or fractions[0] <= 0.0 or fractions[-1] > 1.0:
        raise InputError(
            f"Information fractions {fractions.tolist()} do not fit. "
            "Give one per look, above 0 and at most 1, such as 0.5, 1."
        )
    gains = np.diff(fractions, prepend=0.0)
    if (gains < CLOSEST_LOOKS).any():
        look = int(np.flatnonzero(gains < CLOSEST_LOOKS)[0])
        raise InputError(
            f"Look {look + 1} comes {gains[look]:g} of the information after the one before. "
            f"Let the fractions rise by at least {CLOSEST_LOOKS:g} each."
        )
    return fractions


def information_of_all_looks(information: Sequence[float] | FloatArray) -> FloatArray:
    """Information fractions of a whole design, the last of them 1.

    Raises: InputError, as `checked_information`, and when the last fraction is not 1.
    """
    fractions = checked_information(information)
    if fractions[-1] != 1.0:
        raise InputError(
            f"The last look comes at {fractions[-1]:g} of the information. Let the last fraction be 1."
        )
    return fractions


def _check_bounds(fractions: FloatArray, low: FloatArray, high: FloatArray) -> None:
    if not low.shape == high.shape == fractions.shape:
        raise InputError(
            f"{fractions.size} looks but {low.size} lower and {high.size} upper bounds. "
            "Give one of each per look."
        )
    if np.isnan(low).any() or np.isnan(high).any() or (low > high).any():
        raise InputError("A lower bound is not a number or lies above its upper bound. Write low <= high.")


def _upper_tail(running: RunningTrials, information: float, bound: float, drift: float) -> FloatArray:
    """The chance, from each node, of standing at or above a bound at the next look."""
    from scipy.special import ndtr

    gain = information - running.information
    distance = running.scores + drift * gain - bound * math.sqrt(information)
    return np.asarray(ndtr(distance / math.sqrt(gain)), dtype=np.float64)


def _panels(bottom: float, top: float, width: float) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss and Legendre's rule on panels no wider than `width`."""
    panels = max(1, math.ceil((top - bottom) / width))
    points, weights = np.polynomial.legendre.leggauss(_NODES_PER_PANEL)
    half = (top - bottom) / (2.0 * panels)
    centres = bottom + half * (2.0 * np.arange(panels) + 1.0)
    nodes = (centres[:, np.newaxis] + half * points).ravel()
    return nodes, np.tile(half * weights, panels)
