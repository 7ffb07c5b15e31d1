"""The rate of an event under each member of an ensemble, from counts of few patients each.

A rate seen in few patients is the member's own and luck. Members' rates are taken as draws of one beta
distribution, whose mean and spread come from all of them, so that a member's rate given its own count is a
beta distribution, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit
from scipy.stats import beta

from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.randomness import generator_key

Array = np.ndarray[Any, np.dtype[Any]]
LEAST_CONCENTRATION, MOST_CONCENTRATION = 0.1, 1e4
"""How few patients, and how many, the other members may be worth beside a member's own."""


@dataclass(frozen=True)
class MemberRates:
    """Beta distributions of a rate, one for each member or repetition.

    Shapes: successes, failures (member,); both parameters hold what the other members say. Units: [patient].
    """

    successes: Array
    failures: Array

    @property
    def mean(self) -> Array:
        """The expected rate of each. Shape: (member,)."""
        return np.asarray(self.successes / (self.successes + self.failures))

    def quantiles(self, shares: Array) -> Array:
        """The rates at some shares of each distribution. Shapes: shares (share,), (member, share)."""
        found = beta.ppf(shares[None, :], self.successes[:, None], self.failures[:, None])
        return np.asarray(found)


def member_rates(successes: Array, patients: Array) -> MemberRates:
    """The rate of each member or repetition, from its count; one without patients is like the others.

    Shapes: successes, patients (member,).
    Raises: InputError, when nobody was counted, or more successes than patients.
    """
    counts, totals = np.asarray(successes, dtype=float), np.asarray(patients, dtype=float)
    if totals.sum() <= 0.0:
        raise InputError("No member has a patient to count. Simulate more patients.")
    if not ((counts >= 0.0) & (counts <= totals)).all():
        raise InputError("A member has more successes than patients. Give counts of the same patients.")
    mean = (counts.sum() + 0.5) / (totals.sum() + 1.0)
    size = _concentration(counts, totals, mean)
    return MemberRates(size * mean + counts, size * (1.0 - mean) + totals - counts)


def _concentration(counts: Array, totals: Array, mean: float) -> float:
    """How many patients the other members are worth: from the variance that luck of patients leaves over."""
    seen = totals > 0.0
    n, rates = totals[seen], counts[seen] / totals[seen]
    of_one = mean * (1.0 - mean)
    excess = float(np.sum(n * (rates - mean) ** 2)) - (len(n) - 1) * of_one
    more = float(np.sum(n - 1.0))
    variance = excess / more if more > 0.0 else 0.0
    if variance <= 0.0:
        return MOST_CONCENTRATION
    return float(np.clip(of_one / variance - 1.0, LEAST_CONCENTRATION, MOST_CONCENTRATION))


def count_draws(rates: MemberRates, n: int, spread: Array | float, key: str, seed: int) -> Array:
    """One count of `n` patients for each rate, whose log-odds lie off by as much as trials differ.

    Shapes: spread (member,) or one for all, in log-odds; returns (member,). Units: returns [patient].
    """
    random = np.random.Generator(np.random.Philox(key=generator_key(seed, f"counts of members: {key}")))
    rate = random.beta(rates.successes, rates.failures)
    edge = np.finfo(float).tiny
    off = np.asarray(spread) * random.standard_normal(len(rate))
    shifted = expit(logit(np.clip(rate, edge, 1.0 - np.finfo(float).eps)) + off)
    return np.asarray(random.binomial(n, shifted))


def numbers_named(ensemble: ParameterEnsemble, name: str, otherwise: float) -> Array:
    """What each member sets under a name, or one number for all where they set none. Shape: (member,)."""
    if name not in ensemble.names:
        return np.full(len(ensemble), otherwise)
    return np.asarray(ensemble.values[:, ensemble.names.index(name)])
