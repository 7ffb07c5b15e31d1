"""Who takes part in each virtual trial, and when they come.

A trial draws patients of one member of the pool without replacement. The trials of a member share out its
patients, each patient once, before anybody is drawn again in another order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.errors import InputError
from trialkine.randomness import exponential_quantiles, grouped_uniforms, trial_purpose

Array = np.ndarray[Any, np.dtype[Any]]


def members_of(trials: int, members: int) -> Array:
    """The member that each trial's patients come from: each in turn. Shape: returns (trial,)."""
    return np.arange(trials) % members


def drawn_patients(
    is_usable: Array, trials: int, size: int, seed: int, purpose: str, spare: int = 0
) -> Array:
    """The patients of each trial, in the order in which they come.

    So many as are to `spare` follow, where the pool has them: others of its member, whom a trial takes only
    when its own are not enough.
    Shape: is_usable (member, patient), returns (trial, size and up to spare).
    Raises: InputError, when a member has fewer usable patients than a trial needs.
    """
    members = len(is_usable)
    usable = int(is_usable.sum(axis=1).min())
    if size > usable:
        raise InputError(
            f"A trial needs {size} patients of an arm, and the pool has {usable} per set of parameters. "
            "Ask for a larger pool."
        )
    member, turn = members_of(trials, members), np.arange(trials) // members
    per_round = usable // size
    rounds = int(turn.max()) // per_round + 1
    orders = _orders(is_usable, rounds, seed, purpose)
    width = min(size + spare, usable)
    places = ((turn % per_round)[:, None] * size + np.arange(width)) % usable
    return np.asarray(orders[turn // per_round, member][np.arange(trials)[:, None], places])


def _orders(is_usable: Array, rounds: int, seed: int, purpose: str) -> Array:
    """A random order of each member's patients for each round, unusable ones last.

    Shape: returns (round, member, patient).
    """
    members, pool = is_usable.shape
    names = [
        f"round {number}, member {member}: {purpose}" for number in range(rounds) for member in range(members)
    ]
    groups = np.repeat(np.arange(len(names)), pool)
    luck = grouped_uniforms(seed, names, groups, np.tile(np.arange(pool), len(names)))
    luck = luck.reshape(rounds, members, pool)
    return np.argsort(np.where(is_usable, luck, np.inf), axis=2, kind="stable")


def arrival_days(trials: int, size: int, per_day: float, seed: int, purpose: str) -> Array:
    """When the patients of each trial come: a Poisson stream from the first patient on.

    Units: per_day [1/day], returns [day]. Shape: returns (trial, patient).
    """
    names = [trial_purpose(trial, purpose) for trial in range(trials)]
    groups = np.repeat(np.arange(trials), size)
    luck = grouped_uniforms(seed, names, groups, np.tile(np.arange(size), trials))
    days = np.cumsum(exponential_quantiles(luck.reshape(trials, size)), axis=1) / per_day
    return np.asarray(days - days[:, :1])
