"""Turns a finished race into findings: rates, shares, front, choice and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trialkine.optimisation.alike_outcomes import (
    drawn_rates,
    kinds_of,
    kinds_of_several,
    levels_without_difference,
)
from trialkine.optimisation.findings import CandidateFinding, Fate, Optimisation, Rate
from trialkine.optimisation.member_model import rates_of
from trialkine.optimisation.pareto import on_front
from trialkine.optimisation.race import Limits, Standing
from trialkine.optimisation.sensitivity import Influence, influences
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.records import Kind
from trialkine.trial.candidates import Candidate
from trialkine.trial.protocol import Protocol
from trialkine.trial.search_parts import Search
from trialkine.validation.assumed_numbers import assumptions_of

Array = np.ndarray[Any, np.dtype[Any]]
DRAWS = 100
MIDDLE = (2.5, 97.5)
STRATEGY, AN_ARM = "strategy", "an arm of the protocol"


@dataclass(frozen=True)
class Raced:
    """A finished race, whose first `arms` candidates are the protocol's own arms.

    Shapes: outcomes (candidate, measure, member, patient), alike (part, candidate, candidate),
    numbers (member, name).
    """

    protocol: Protocol
    search: Search
    candidates: tuple[Candidate, ...]
    arms: int
    limits: Limits
    outcomes: Array
    alike: Array
    numbers: Array
    ensemble: ParameterEnsemble
    stands: Standing
    patients: int
    seed: int
    simulated: int
    rounds: int
    is_cut_short: bool
    kinds: Mapping[str, Kind]
    lineage: Iterable[str]


def judged(raced: Raced) -> Optimisation:
    """The findings of a race with a leader."""
    outcomes, limits = raced.outcomes, raced.limits
    candidates, measures, members, _ = outcomes.shape
    kinds = kinds_of(outcomes)
    mean, draws = drawn_rates(outcomes, raced.alike, kinds, DRAWS, raced.seed)
    without = levels_without_difference(raced.candidates, kinds)
    kept = limits.are_kept(draws[..., 1:])
    front = on_front(merits(mean, limits))
    fronts = np.mean(
        [on_front(merits(own, limits)).mean(axis=0) for own in np.array_split(draws, 50)], axis=0
    )
    best, none_share = best_shares(draws[..., 0], kept)
    rates = [[_rate(mean[c, q], draws[:, c, q]) for q in range(measures)] for c in range(candidates)]
    simulated = np.isfinite(rates_of(outcomes)[:, 0]).sum(axis=1)
    keeps = limits.excess(mean[:, 1:]) <= 0.0
    found = tuple(
        CandidateFinding(
            candidate.name,
            number < raced.arms,
            AN_ARM if number < raced.arms else raced.search.strategies[candidate.strategy].name,
            candidate.levels,
            rates[number][0],
            tuple(rates[number][1:]),
            tuple(bool(one) for one in keeps[number]),
            float(kept[:, number].mean()),
            float(best[number]),
            bool(front[number]),
            float(fronts[number]),
            int(simulated[number]),
            _fate(number, raced.stands),
            tuple(
                other.name
                for place, other in enumerate(raced.candidates)
                if place != number and kinds[place] == kinds[number]
            ),
        )
        for number, candidate in enumerate(raced.candidates)
    )
    assert raced.stands.leader is not None
    chosen = raced.stands.leader
    following = next_best(mean[:, 0], np.asarray(keeps.all(axis=1)), kinds == kinds[chosen])
    advantage: Rate | None = None
    influential: tuple[Influence, ...] = ()
    if following is not None:
        gap = draws[:, chosen, 0] - draws[:, following, 0]
        advantage = _rate(mean[chosen, 0] - mean[following, 0], gap)
        paired = rates_of(outcomes[:, 0])
        own = replace(raced.ensemble, values=raced.numbers, weights=np.full(members, 1.0 / members))
        influential = influences(paired[chosen] - paired[following], own, raced.lineage, raced.kinds)
    agents = (line.agent for arm in _arms(raced) for line in arm)
    return Optimisation(
        protocol=raced.protocol,
        objective=raced.search.objective,
        constraints=raced.search.constraints,
        candidates=found,
        chosen=chosen,
        next_best=following,
        advantage=advantage,
        none_share=none_share,
        level_shares=level_shares(found),
        levels_without_difference=without,
        same_outcomes=kinds_of_several(raced.candidates, kinds, without),
        influences=influential,
        assumptions=assumptions_of([raced.protocol.population], dict.fromkeys(agents), raced.ensemble),
        members=members,
        patients=raced.patients,
        simulated=raced.simulated,
        rounds=raced.rounds,
        seed=raced.seed,
        ensemble=raced.ensemble.words,
        is_cut_short=raced.is_cut_short,
    )


def merits(rates: Array, limits: Limits) -> Array:
    """Rates so that more is better: the objective, and the negative of what is limited from above.

    Shapes: rates (..., candidate, measure), the objective first.
    """
    return np.concatenate([rates[..., :1], -limits.signs * rates[..., 1:]], axis=-1)


def best_shares(objective: Array, kept: Array) -> tuple[Array, float]:
    """How often each candidate is the best that keeps the limits, and how often none keeps them.

    Candidates that are the best together share that draw.
    Shapes: objective and kept (draw, candidate), returns (candidate,).
    """
    is_any = kept.any(axis=1)
    eligible = np.where(kept, objective, -np.inf)[is_any]
    is_best = eligible == eligible.max(axis=1, keepdims=True)
    shares = (is_best / is_best.sum(axis=1, keepdims=True)).sum(axis=0) / len(objective)
    return np.asarray(shares), float(1.0 - is_any.mean())


def next_best(objective: Array, kept: Array, chosen: Array) -> int | None:
    """The best of the others that keep the limits on average; of all others, where none does.

    `chosen` are the choice and those that did the same in every patient. Shape: all (candidate,).
    """
    others = ~chosen
    pool = others & kept if (others & kept).any() else others
    return int(np.flatnonzero(pool)[np.argmax(objective[pool])]) if pool.any() else None


def level_shares(candidates: Iterable[CandidateFinding]) -> dict[str, dict[str, float]]:
    """How often the best candidate has each level of a factor; the strategy comes first."""
    found: dict[str, dict[str, float]] = {STRATEGY: {}}
    for one in candidates:
        for factor, level in ((STRATEGY, one.strategy), *one.levels.items()):
            own = found.setdefault(factor, {})
            own[level] = own.get(level, 0.0) + one.best_share
    return found


def _arms(raced: Raced) -> Iterable[Iterable[Any]]:
    from trialkine.trial.protocol_parts import Arm

    yield raced.protocol.background
    for candidate in raced.candidates:
        yield Arm.model_validate(dict(candidate.arm)).treatment


def _rate(mean: float, draws: Array) -> Rate:
    low, high = np.percentile(draws, MIDDLE)
    return Rate(float(mean), float(low), float(high))


def _fate(number: int, stands: Standing) -> Fate:
    if number == stands.leader:
        return "chosen"
    if stands.is_beyond[number]:
        return "clearly breaks a limit"
    return "clearly worse" if stands.is_worse[number] else "not clearly worse"
