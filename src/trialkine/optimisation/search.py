"""The search: candidates filled in, raced over members of the ensemble, and judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from trialkine.arm_models import disease_of
from trialkine.errors import InputError
from trialkine.optimisation.alike_outcomes import drawn_rates, kinds_of
from trialkine.optimisation.bench import Bench, Progress, batches_of, facts_of
from trialkine.optimisation.findings import Optimisation
from trialkine.optimisation.infeasible import infeasible_words
from trialkine.optimisation.judgement import Raced, judged
from trialkine.optimisation.member_model import paired_means, rates_of
from trialkine.optimisation.race import Limits, Standing, standing
from trialkine.optimisation.shared_spread import alike_matrices
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.records import Kind
from trialkine.trial.candidates import Candidate, candidates_of
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm
from trialkine.trial.search_parts import Search

Array = np.ndarray[Any, np.dtype[Any]]
PATIENTS, MEMBERS = 40, 100
ROUNDS = 4
AN_ARM = -1  # in place of the number of a strategy
FEWEST_PER_ROUND = 2
CERTAINTY_DRAWS = 50


def optimise(
    protocol: str | Path | Protocol,
    *,
    patients: int = PATIENTS,
    members: int = MEMBERS,
    seed: int = 0,
    jobs: int | None = None,
    budget: int | None = None,
    ensemble: ParameterEnsemble | None = None,
    progress: Progress = lambda done, message: None,
) -> Optimisation:
    """Search for the best of the strategies that a protocol's `optimise` describes.

    Every candidate treats the same `patients` virtual patients under each of the same `members` of the
    calibrated ensemble, or of another. `budget` bounds the patients simulated in all: the race stops before
    the round that would exceed it. `jobs` never changes a result.

    Raises: InputError, when the protocol asks for no search, no candidate keeps the limits, or the budget
    does not last for one round; SimulationError, when too many patients failed.
    """
    from trialkine.calibration.ensemble_file import read_ensemble

    chosen = protocol if isinstance(protocol, Protocol) else Protocol.read(protocol)
    search = search_of(chosen)
    _check(patients=(patients, 1), members=(members, ROUNDS * FEWEST_PER_ROUND), seed=(seed, 0))
    race = _Race.of(
        chosen, search, ensemble or read_ensemble().members, patients, members, seed, jobs, budget
    )
    race.run(progress)
    return race.judged()


def search_of(protocol: Protocol) -> Search:
    """What a protocol asks to be searched.

    Raises: InputError, when it asks for nothing.
    """
    if protocol.optimise is None:
        raise InputError(
            f"The protocol '{protocol.title}' has no section 'optimise', so there is nothing to search. "
            "Add it with 'vary', 'strategies', 'objective' and 'constraints', or use 'trialkine run'."
        )
    return protocol.optimise


@dataclass
class _Race:
    """The state of a race: what was simulated, and how it stands.

    Shapes: outcomes (candidate, measure, member, patient), nan where not simulated; is_done (candidate,
    batch); `places` are the members of each batch.
    """

    protocol: Protocol
    search: Search
    candidates: tuple[Candidate, ...]
    bench: Bench
    members: ParameterEnsemble
    limits: Limits
    places: tuple[Array, ...]
    outcomes: Array
    is_done: Array
    budget: int | None
    simulated: int = 0
    rounds: int = 0
    is_cut_short: bool = False
    stands: Standing | None = None
    kinds: dict[str, Kind] = field(default_factory=dict)

    @staticmethod
    def of(
        protocol: Protocol,
        search: Search,
        ensemble: ParameterEnsemble,
        patients: int,
        members: int,
        seed: int,
        jobs: int | None,
        budget: int | None,
    ) -> _Race:
        candidates = (*_arms_as_candidates(protocol), *candidates_of(search))
        arms = tuple(Arm.model_validate(dict(one.arm)) for one in candidates)
        measures = (search.objective, *(one.measure for one in search.constraints))
        count = min(members, len(ensemble))
        rounds = ROUNDS if count >= ROUNDS * FEWEST_PER_ROUND else 1
        batches, numbers = batches_of(ensemble, count, rounds, facts_of(protocol, arms))
        order = np.concatenate(numbers)
        starts = np.cumsum([0, *(len(one) for one in numbers)])
        places = tuple(np.arange(first, last) for first, last in pairwise(starts))
        signs = np.array([1.0 if one.is_most else -1.0 for one in search.constraints])
        return _Race(
            protocol,
            search,
            candidates,
            Bench(protocol, arms, measures, batches, patients, seed, jobs),
            ParameterEnsemble(
                ensemble.names, ensemble.values[order], np.full(len(order), 1.0 / len(order)), ensemble.title,
                ensemble.hash,
            ),
            Limits(signs, np.array([one.share for one in search.constraints])),
            places,
            np.full((len(candidates), len(measures), len(order), patients), np.nan),
            np.zeros((len(candidates), rounds), dtype=bool),
            budget,
        )  # fmt: skip

    def run(self, progress: Progress) -> None:
        """Run round after round, until everybody who races has been simulated under every member.

        Raises: InputError, when the budget does not last for the first round.
        """
        batches = len(self.places)
        racing, upto = np.ones(len(self.candidates), dtype=bool), 1
        while True:
            missing = [(b, np.flatnonzero(racing & ~self.is_done[:, b])) for b in range(upto)]
            missing = [(batch, who) for batch, who in missing if len(who)]
            if not missing and upto == batches:
                return
            if not self._can_pay(missing):
                return
            for batch, who in missing:
                self._simulate(batch, who, racing, progress)
            if missing:
                self.rounds += 1
            self.stands = self._standing()
            racing = self.stands.is_racing
            upto = min(upto + 1, batches)
            if not racing.any():
                return

    def judged(self) -> Optimisation:
        """What was found.

        Raises: InputError, when no candidate keeps the limits.
        """
        seen = self._seen()
        rates = rates_of(self.outcomes[:, :, seen])
        stands = self.stands or self._standing()
        if stands.leader is None:
            names, search = [one.name for one in self.candidates], self.search
            together, each = self._kept_shares()
            raise InputError(
                infeasible_words(
                    names,
                    search.constraints,
                    self.limits,
                    _limited_means(rates),
                    together,
                    each,
                    search.certainty,
                )
            )
        raced = Raced(
            self.protocol, self.search, self.candidates, len(self.protocol.arms), self.limits,
            self.outcomes[:, :, seen], self._alike(), self.members.values[seen], self.members, stands,
            self.bench.patients, self.bench.seed, self.simulated, self.rounds, self.is_cut_short, self.kinds,
            disease_of(self.protocol).lineage,
        )  # fmt: skip
        return judged(raced)

    def _can_pay(self, missing: list[tuple[int, Array]]) -> bool:
        cost = sum(len(self.places[batch]) * len(who) for batch, who in missing) * self.bench.patients
        if self.budget is None or self.simulated + cost <= self.budget:
            return True
        if self.simulated == 0:
            raise InputError(
                f"A budget of {self.budget:,} patients does not last for the first round, which takes "
                f"{cost:,}. Raise it, or take fewer candidates, members or patients."
            )
        self.is_cut_short = True
        return False

    def _simulate(self, batch: int, who: Array, racing: Array, progress: Progress) -> None:
        planned = self.is_done.sum() + (racing[:, None] & ~self.is_done).sum()
        before, own = self.is_done.sum() / planned, len(who) / planned
        message = f"{racing.sum()} of {len(racing)} candidates racing"
        found, records = self.bench.run(
            batch, [int(one) for one in who], lambda done, _: progress(before + own * done, message)
        )
        self.outcomes[np.ix_(who, np.arange(found.shape[1]), self.places[batch])] = found
        self.is_done[who, batch] = True
        self.simulated += int(np.prod(found[:, 0].shape))
        self.kinds |= {record.name: record.kind for record in records}

    def _alike(self) -> Array:
        """Which candidates share a strategy or a level; an arm shares nothing but what moves all."""
        strategies = [(one.strategy, one.name if one.strategy == AN_ARM else "") for one in self.candidates]
        levels = [
            [one.levels.get(factor, (factor, one.name)) for one in self.candidates]
            for factor in self.search.vary
        ]
        return alike_matrices([strategies, *levels], len(self.candidates))

    def _seen(self) -> Array:
        """The members that anyone was simulated under."""
        return np.concatenate([place for n, place in enumerate(self.places) if self.is_done[:, n].any()])

    def _standing(self) -> Standing:
        rates = rates_of(self.outcomes[:, :, self._seen()])
        kept = self.limits.are_kept(_limited_means(rates))
        if self.search.certainty is not None:
            kept &= self._kept_shares()[0] >= self.search.certainty
        return standing(rates[:, 0], rates[:, 1:], self.limits, kept, len(self.places))

    def _kept_shares(self) -> tuple[Array, Array]:
        """How often each candidate keeps all limits, over the members, and how often each of them.

        Shapes: (candidate,), (candidate, limit).
        """
        seen = self.outcomes[:, :, self._seen()]
        _, draws = drawn_rates(seen[:, 1:], self._alike(), kinds_of(seen), CERTAINTY_DRAWS, self.bench.seed)
        each = np.asarray((self.limits.excess(draws) <= 0.0).mean(axis=0))
        return np.asarray(self.limits.are_kept(draws).mean(axis=0)), each


def _limited_means(rates: Array) -> Array:
    """Means of what is limited. Shapes: rates (candidate, measure, member), returns (candidate, limit)."""
    return np.stack([paired_means(rates[:, number]) for number in range(1, rates.shape[1])], axis=-1)


def _arms_as_candidates(protocol: Protocol) -> tuple[Candidate, ...]:
    """The protocol's own arms, which are candidates, too."""
    plain = protocol.model_dump(mode="json", by_alias=True, exclude_none=True)["arms"]
    return tuple(Candidate(arm.name, AN_ARM, data) for arm, data in zip(protocol.arms, plain, strict=True))


def _check(**numbers: tuple[int, int]) -> None:
    """Raises: InputError, when a number is no whole number or too small."""
    for name, (number, least) in numbers.items():
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < least:
            raise InputError(f"{name} = {number!r} is not possible. Give a whole number of at least {least}.")
