"""The rates of all candidates under each member of the ensemble, from few patients each.

A member's rates in few patients are its own and luck, and the same patients make the luck of candidates
alike. Members' rates are taken as draws of one normal distribution over all candidates and measures; its
spread is what is left of the spread between members when the luck of patients, known from the patients
themselves, is taken away (empirical Bayes). What a candidate that rests would have done under a member
follows from how the others did there.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.optimisation.shared_spread import root_of, shared_spread
from trialkine.randomness import generator_key

Array = np.ndarray[Any, np.dtype[Any]]
RIDGE = 1e-9
"""Keeps candidates that did exactly alike from making a matrix singular."""


@dataclass(frozen=True)
class MemberModel:
    """Rates by member and how they are distributed.

    Shapes: rates (rate, member), nan where not simulated; mean (rate,); the others (rate, rate): spread is
    the covariance between members, luck that of one member's patients, error that of the mean.
    """

    rates: Array
    mean: Array
    spread: Array
    luck: Array
    error: Array

    def draws(self, count: int, seed: int) -> Array:
        """What the rates may be under every member, `count` times. Shape: (member, draw, rate)."""
        random = np.random.Generator(np.random.Philox(key=generator_key(seed, "rates under members")))
        width, members = self.rates.shape
        found = np.empty((members, count, width))
        means = self.mean + random.standard_normal((count, width)) @ root_of(self.error).T
        for seen, who in self._patterns():
            gain, left = self._given(seen)
            off = self.rates[np.ix_(seen, who)].T[:, None, :] - means[:, seen]
            normal = random.standard_normal((len(who), count, width))
            found[who] = means + off @ gain.T + normal @ left.T
        return np.clip(found, 0.0, 1.0)

    def _patterns(self) -> Iterator[tuple[Array, Array]]:
        """The rates that were simulated together, and under which members."""
        is_seen = np.isfinite(self.rates)
        kinds, of = np.unique(is_seen, axis=1, return_inverse=True)
        for number in range(kinds.shape[1]):
            yield np.flatnonzero(kinds[:, number]), np.flatnonzero(np.ravel(of) == number)

    def _given(self, seen: Array) -> tuple[Array, Array]:
        """How all rates follow from those that were seen, and a root of the covariance that is left."""
        total = self.spread[np.ix_(seen, seen)] + self.luck[np.ix_(seen, seen)] + RIDGE * np.eye(len(seen))
        gain = np.linalg.solve(total, self.spread[seen]).T
        return gain, root_of(self.spread - gain @ self.spread[seen])


def member_model(outcomes: Array, alike: Array) -> MemberModel:
    """Fit the distribution of rates to patients' outcomes.

    `alike` says which candidates may move together, as `alike_matrices` has it. Rates are numbered by
    candidate and then by measure.

    Shapes: outcomes (candidate, measure, member, patient), nan where unknown or not simulated.
    """
    candidates, measures, members, _ = outcomes.shape
    shape = (candidates, measures, candidates, measures)
    rates = rates_of(outcomes)
    mean = np.stack([paired_means(rates[:, one]) for one in range(measures)], axis=1).ravel()
    away = np.stack([_mean_square_of_differences(rates[:, one]) for one in range(measures)], axis=1).ravel()
    flat = rates.reshape(-1, members)
    root = root_of(_luck(outcomes.reshape(len(flat), members, -1), flat))
    luck = root @ root.T
    is_seen = np.isfinite(flat)
    off, shared = np.where(is_seen, flat - mean[:, None], 0.0), is_seen.astype(float)
    pairs = shared @ shared.T
    excess = off @ off.T / np.maximum(pairs - 1.0, 1.0) - luck
    spread = shared_spread(excess.reshape(shape), pairs.reshape(shape), alike).reshape(luck.shape)
    simulated = np.maximum(is_seen.sum(axis=1), 1)
    more = away * (1.0 / simulated - 1.0 / simulated.max())
    return MemberModel(flat, mean, spread, luck, (spread + luck) / simulated.max() + np.diag(more))


def rates_of(outcomes: Array) -> Array:
    """Rates among patients whose outcome is known. Shapes: outcomes (..., patient), returns (...)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of rates that nobody was simulated for
        return np.asarray(np.nanmean(outcomes, axis=-1))


def paired_means(rates: Array) -> Array:
    """Mean over all members; of what rests, through its differences from those that went on.

    Shapes: rates (rate, member), returns (rate,).
    """
    is_seen = np.isfinite(rates)
    most = is_seen.sum(axis=1).max()
    complete = rates[is_seen.sum(axis=1) == most].mean(axis=0)
    found = [np.mean(own[seen] - complete[seen]) for own, seen in zip(rates, is_seen, strict=True)]
    return np.asarray(np.array(found) + np.nanmean(complete))


def _mean_square_of_differences(rates: Array) -> Array:
    """How far each candidate's difference from those that went on varies. Shapes: rates (rate, member)."""
    is_seen = np.isfinite(rates)
    complete = rates[is_seen.sum(axis=1) == is_seen.sum(axis=1).max()].mean(axis=0)
    return np.array([np.var(own[seen] - complete[seen]) for own, seen in zip(rates, is_seen, strict=True)])


def _luck(outcomes: Array, rates: Array) -> Array:
    """The covariance of rates of one member through the luck of its patients.

    Half an event more, and half one fewer, keep rates of 0 and 1 from being taken as certain.
    """
    off = outcomes - rates[:, :, None]
    is_known = np.isfinite(off)
    flat = np.where(is_known, off, 0.0).reshape(len(off), -1)
    per_member = np.einsum("amp,bmp->abm", is_known, is_known, dtype=float)
    freedom = np.maximum(per_member - 1.0, 0.0).sum(axis=2)
    of_patients = flat @ flat.T / np.maximum(freedom, 1.0)
    members = np.maximum((per_member > 0.0).sum(axis=2), 1)
    patients = np.maximum(np.diag(per_member.sum(axis=2)), 1.0)
    least = 0.5 / (patients + 1.0) * (1.0 - 0.5 / (patients + 1.0))
    places = np.diag_indices_from(of_patients)
    of_patients[places] = np.maximum(of_patients[places], least)
    return np.asarray(of_patients / np.maximum(per_member.sum(axis=2) / members, 1.0))
