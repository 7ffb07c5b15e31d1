"""Who goes on in a race of candidates, and who has been seen to lose.

A candidate rests once it is clearly worse than the leader, or clearly breaks a limit. *Clearly* is a t-test
of the paired differences between members, one-sided, whose level is shared out over every comparison that
the race may make (Bonferroni), so that the best candidate is ever put to rest by luck in at most one race
in twenty. Nothing is final: each round judges anew, and whoever is no longer clearly worse comes back and
is simulated under the members that were missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

from trialkine.optimisation.member_model import paired_means

Array = np.ndarray[Any, np.dtype[Any]]
ERROR = 0.05
FEWEST_MEMBERS = 8
"""With fewer members the spread between them is not known well enough to say anything."""


@dataclass(frozen=True)
class Limits:
    """What every candidate must keep; the sign is 1 where the share is the most, else -1.

    Shapes: signs and shares (limit,).
    """

    signs: Array
    shares: Array

    def excess(self, rates: Array) -> Array:
        """How far rates lie beyond the limits; at most 0 is within. Shape: rates (..., limit)."""
        return np.asarray(self.signs * (rates - self.shares))

    def are_kept(self, rates: Array) -> Array:
        """Whether all limits are kept. Shapes: rates (..., limit), returns (...)."""
        return np.asarray((self.excess(rates) <= 0.0).all(axis=-1))


@dataclass(frozen=True)
class Standing:
    """How a race stands: the leader, if anyone keeps the limits, and who is clearly beaten or beyond a limit.

    Shapes: is_worse and is_beyond (candidate,).
    """

    leader: int | None
    is_worse: Array
    is_beyond: Array

    @property
    def is_racing(self) -> Array:
        """Who goes on. Shape: (candidate,)."""
        return np.asarray(~(self.is_worse | self.is_beyond))


def standing(objective: Array, limited: Array, limits: Limits, kept: Array, rounds: int) -> Standing:
    """How a race of so many rounds stands; only a candidate that keeps the limits can lead it.

    Shapes: objective (candidate, member) and limited (candidate, limit, member), both nan where a candidate
    was not simulated; kept (candidate,).
    """
    candidates = len(objective)
    comparisons = rounds * (candidates - 1 + len(limits.shares))
    excess = limits.signs[:, None] * (limited - limits.shares[:, None])
    is_beyond = np.array(
        [any(is_clearly_positive(row, comparisons) for row in own) for own in excess], dtype=bool
    )
    merits = np.where(kept & ~is_beyond, paired_means(objective), -np.inf)
    if not np.isfinite(merits).any():
        return Standing(None, np.zeros(candidates, dtype=bool), is_beyond)
    leader = int(np.argmax(merits))
    is_worse = [is_clearly_positive(objective[leader] - own, comparisons) for own in objective]
    return Standing(leader, np.array(is_worse, dtype=bool), is_beyond)


def is_clearly_positive(differences: Array, comparisons: int) -> bool:
    """Whether the mean of some differences is above zero, at a level shared by so many comparisons.

    Shape: differences (member,), nan where there is none.
    """
    known = differences[np.isfinite(differences)]
    if len(known) < FEWEST_MEMBERS or known.mean() <= 0.0:
        return False
    error = known.std(ddof=1) / np.sqrt(len(known))
    if error == 0.0:
        return True
    return bool(student.sf(known.mean() / error, len(known) - 1) < ERROR / max(comparisons, 1))
