"""Candidates that did the same in every simulated patient, and which levels therefore made no difference.

Such candidates cannot be told apart. Their rates are drawn once, so that rounding makes none of them better,
and they share how often they are the best.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from trialkine.optimisation.member_model import member_model
from trialkine.optimisation.shared_spread import among
from trialkine.trial.candidates import Candidate

Array = np.ndarray[Any, np.dtype[Any]]


def kinds_of(outcomes: Array) -> Array:
    """A number for every candidate, the same for those with the same outcome in every patient.

    Kinds are counted in the order of their first candidates.
    Shapes: outcomes (candidate, measure, member, patient), nan where not simulated; returns (candidate,).
    """
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(one.tobytes(), len(seen)) for one in np.ascontiguousarray(outcomes)])


def drawn_rates(outcomes: Array, alike: Array, kinds: Array, count: int, seed: int) -> tuple[Array, Array]:
    """Mean rates, and what they may be under every member; exactly the same for candidates of one kind.

    Shapes: outcomes (candidate, measure, member, patient), alike (part, candidate, candidate),
    kinds (candidate,); returns (candidate, measure) and (draw, candidate, measure).
    """
    first = np.unique(kinds, return_index=True)[1]
    model = member_model(outcomes[first], among(alike, first))
    shape = (len(first), outcomes.shape[1])
    return model.mean.reshape(shape)[kinds], model.draws(count, seed).reshape(-1, *shape)[:, kinds]


def levels_without_difference(
    candidates: Sequence[Candidate], kinds: Array
) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """For every factor the groups of its levels that may be exchanged without any patient faring otherwise.

    Two levels are in one group where all candidates that differ in nothing else are of one kind, and there
    are such. Factors without a group are left out. Shape: kinds (candidate,).
    """
    factors = dict.fromkeys(factor for one in candidates for factor in one.levels)
    found = {factor: _groups(factor, candidates, kinds) for factor in factors}
    return {factor: groups for factor, groups in found.items() if groups}


def kinds_of_several(
    candidates: Sequence[Candidate], kinds: Array, levels: Mapping[str, tuple[tuple[str, ...], ...]]
) -> tuple[tuple[str, ...], ...]:
    """The names of candidates of one kind that differ in more than levels without a difference.

    Shape: kinds (candidate,).
    """
    found = []
    for kind in dict.fromkeys(kinds.tolist()):
        same = [one for one, own in zip(candidates, kinds, strict=True) if own == kind]
        if len({_place(one, levels) for one in same}) > 1:
            found.append(tuple(one.name for one in same))
    return tuple(found)


def _groups(factor: str, candidates: Sequence[Candidate], kinds: Array) -> tuple[tuple[str, ...], ...]:
    levels = list(dict.fromkeys(one.levels[factor] for one in candidates if factor in one.levels))
    by_others: dict[object, dict[str, int]] = {}
    for one, kind in zip(candidates, kinds, strict=True):
        if factor in one.levels:
            others = (one.strategy, *((name, own) for name, own in one.levels.items() if name != factor))
            by_others.setdefault(others, {})[one.levels[factor]] = int(kind)
    groups: list[list[str]] = []
    for level in levels:
        home = next((group for group in groups if _are_alike(group[0], level, by_others.values())), None)
        if home is None:
            groups.append([level])
        else:
            home.append(level)
    return tuple(tuple(group) for group in groups if len(group) > 1)


def _are_alike(level: str, other: str, rows: Iterable[Mapping[str, int]]) -> bool:
    """Whether two levels made no difference wherever both were tried."""
    both = [row[level] == row[other] for row in rows if level in row and other in row]
    return bool(both) and all(both)


def _place(one: Candidate, levels: Mapping[str, tuple[tuple[str, ...], ...]]) -> tuple[object, ...]:
    """Strategy and levels, with one level in place of all that made no difference; an arm is itself."""
    return (
        one.strategy,
        one.name if not one.levels else "",
        *(
            (factor, next((group[0] for group in levels.get(factor, ()) if level in group), level))
            for factor, level in one.levels.items()
        ),
    )
