"""What a small series tells that was reported because it was striking: the best of several.

If the best of k like series is reported, and the others are not, its count is the largest of k. So the
likelihood of a count s is the chance that none of k has more, less the chance that none has as many:
F(s)^k - F(s - 1)^k, summed over what is believed of k. One series (k = 1) is a fair sample. Series differ as
trials do: F holds that spread, drawn anew for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit
from scipy.stats import binom

from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.validation.member_rates import MemberRates

Array = np.ndarray[Any, np.dtype[Any]]
RATES, NODES = 15, 9
"""How many rates stand for a member's distribution of them, and how many shifts for a normal one."""
EDGE = 1e-9


@dataclass(frozen=True)
class RatePoints:
    """Rates that a fair series may have under each member, in log-odds, and how likely they are.

    `spread` is by how much series of the same rate differ. Shapes: log_odds, shares (member, point), where
    shares add up to 1 for each member; spread (member,), in log-odds.
    """

    log_odds: Array
    shares: Array
    spread: Array

    @property
    def rates(self) -> Array:
        """The rate at each point. Shape: (member, point)."""
        return np.asarray(expit(self.log_odds))


@dataclass(frozen=True)
class SeriesPosterior:
    """Members and points weighted by what a series told. Shape: points (member, point), which add up to 1."""

    points: Array

    @property
    def members(self) -> Array:
        """The weight of each member. Shape: (member,)."""
        return np.asarray(self.points.sum(axis=1))

    @property
    def effective(self) -> float:
        """How many equally weighted members the weights are worth."""
        return float(1.0 / np.sum(self.members**2))


@dataclass(frozen=True)
class Shift:
    """How far a number's mean moved, in standard deviations it had before; `noise` is what chance does."""

    name: str
    moved: float
    noise: float


def rate_points(rates: MemberRates, offset: Array, offset_spread: Array, spread: Array) -> RatePoints:
    """The rates that each member allows: its own distribution, shifted by a normal offset of the log-odds.

    Shapes: offset, offset_spread, spread (member,).
    """
    shares = (np.arange(RATES) + 0.5) / RATES
    own = logit(np.clip(rates.quantiles(shares), EDGE, 1.0 - EDGE))
    nodes, weights = _normal_nodes()
    shifts = offset[:, None] + offset_spread[:, None] * nodes
    log_odds = (own[:, :, None] + shifts[:, None, :]).reshape(len(own), -1)
    of_point = np.tile(weights / RATES, RATES)
    return RatePoints(log_odds, np.broadcast_to(of_point, log_odds.shape), spread)


def series_prior(most: int) -> Mapping[int, float]:
    """How many series may have been looked at: 1 to `most`, with chances that fall as 1 / k.

    Raises: InputError, when there is no series.
    """
    if most < 1:
        raise InputError(f"The best of {most} series does not exist. Give at least 1.")
    total = sum(1.0 / k for k in range(1, most + 1))
    return {k: 1.0 / k / total for k in range(1, most + 1)}


def best_of_series_likelihood(
    points: RatePoints, successes: int, patients: int, prior: Mapping[int, float]
) -> Array:
    """The chance at each point that the best series has just so many successes.

    Shape: returns (member, point).
    Raises: InputError, when the count is impossible.
    """
    return np.asarray(sum(_by_number(points, successes, patients, prior).values()))


def series_posterior_number(
    points: RatePoints, weights: Array, successes: int, patients: int, prior: Mapping[int, float]
) -> Mapping[int, float]:
    """How many series were looked at, given the count of the best. Shape: weights (member,)."""
    of_points = weights[:, None] * points.shares
    found = {
        k: float(np.sum(of_points * one)) for k, one in _by_number(points, successes, patients, prior).items()
    }
    total = sum(found.values())
    return {k: one / total for k, one in found.items()}


def weigh(points: RatePoints, weights: Array, likelihood: Array | None = None) -> SeriesPosterior:
    """Members and points as a series leaves them; without a likelihood as they were before.

    Shapes: weights (member,), likelihood (member, point).
    """
    found = weights[:, None] * points.shares * (1.0 if likelihood is None else likelihood)
    return SeriesPosterior(found / found.sum())


def chance_of_at_least_in_one(points: RatePoints, found: SeriesPosterior, successes: int, n: int) -> float:
    """The chance that one fair series of n patients has at least so many successes."""
    return float(np.sum(found.points * (1.0 - _cumulative(points, successes - 1, n))))


def chances_of_counts(points: RatePoints, found: SeriesPosterior, n: int) -> Array:
    """The chance of each count in one fair series of n patients. Shape: (n + 1,)."""
    up_to = [float(np.sum(found.points * _cumulative(points, count, n))) for count in range(n + 1)]
    return np.diff(up_to, prepend=0.0)


def shifts(ensemble: ParameterEnsemble, weights: Array) -> tuple[Shift, ...]:
    """How far each number of the members moves under other weights, the farthest first.

    The noise is the standard deviation of such a shift if the weights had nothing to do with the number.
    Shape: weights (member,).
    """
    before = ensemble.weights / ensemble.weights.sum()
    mean = before @ ensemble.values
    spread = np.sqrt(before @ (ensemble.values - mean) ** 2)
    noise = float(np.sqrt(np.sum((weights - before) ** 2)))
    moved = (weights - before) @ ensemble.values / np.where(spread > 0.0, spread, np.inf)
    order = np.argsort(-np.abs(moved), kind="stable")
    return tuple(Shift(ensemble.names[place], float(moved[place]), noise) for place in order)


def _by_number(
    points: RatePoints, successes: int, patients: int, prior: Mapping[int, float]
) -> dict[int, Array]:
    """The chance of each number of series and of the count of their best. Shape: (member, point)."""
    if not 0 <= successes <= patients:
        raise InputError(f"{successes} of {patients} is no count. Give 0 <= successes <= patients.")
    as_many = _cumulative(points, successes, patients)
    fewer = _cumulative(points, successes - 1, patients)
    return {k: share * (as_many**k - fewer**k) for k, share in prior.items()}


def _cumulative(points: RatePoints, successes: int, patients: int) -> Array:
    """The chance that a series has at most so many successes. Shape: (member, point)."""
    nodes, weights = _normal_nodes()
    total = np.zeros_like(points.log_odds)
    for node, weight in zip(nodes, weights, strict=True):
        rate = expit(points.log_odds + points.spread[:, None] * node)
        total += weight * binom.cdf(successes, patients, rate)
    return total


def _normal_nodes() -> tuple[Array, Array]:
    """Shifts and weights that stand for a standard normal number."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, weights / weights.sum()
