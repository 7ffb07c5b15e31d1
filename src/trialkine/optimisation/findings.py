"""What a search found: every candidate with its uncertainty, the front, the choice and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trialkine.optimisation.sensitivity import Influence
from trialkine.trial.measure_words import Measure, RateLimit
from trialkine.trial.protocol import Protocol
from trialkine.validation.assumed_numbers import Assumptions

Fate = Literal["chosen", "not clearly worse", "clearly worse", "clearly breaks a limit"]


@dataclass(frozen=True)
class Rate:
    """A share of patients: mean over the members, and the middle 95 % of what it may be under them."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class CandidateFinding:
    """One candidate.

    `levels` fills the strategy's blanks; none for an arm of the protocol. `kept_share`, `best_share` and
    `front_share` are shares of what may be under the members: that it keeps all limits, is the best of those
    that do, or is beaten by no other in everything. `members` is how many it was simulated with.
    `same_as` names those that had the same outcome in every patient.
    """

    name: str
    is_arm: bool
    strategy: str
    levels: Mapping[str, str]
    objective: Rate
    limited: tuple[Rate, ...]
    keeps: tuple[bool, ...]
    kept_share: float
    best_share: float
    is_on_front: bool
    front_share: float
    members: int
    fate: Fate
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Optimisation:
    """A finished search.

    `none_share` is how often no candidate keeps the limits; `level_shares` how often the best has each level
    of a factor, or each strategy. `advantage` is the mean and the middle 95 % of the chosen one's objective
    less that of the next, which is the best that differs from it in any patient. `levels_without_difference`
    has, by factor, levels that may be exchanged without any simulated patient faring otherwise;
    `same_outcomes` names other candidates that did the same in all. `simulated` counts patients.
    """

    protocol: Protocol
    objective: Measure
    constraints: tuple[RateLimit, ...]
    candidates: tuple[CandidateFinding, ...]
    chosen: int
    next_best: int | None
    advantage: Rate | None
    none_share: float
    level_shares: Mapping[str, Mapping[str, float]]
    levels_without_difference: Mapping[str, tuple[tuple[str, ...], ...]]
    same_outcomes: tuple[tuple[str, ...], ...]
    influences: tuple[Influence, ...]
    assumptions: Assumptions
    members: int
    patients: int
    simulated: int
    rounds: int
    seed: int
    ensemble: str
    is_cut_short: bool = False

    @property
    def choice(self) -> CandidateFinding:
        """The candidate with the best objective of those that keep the limits."""
        return self.candidates[self.chosen]

    def _repr_html_(self) -> str:
        from trialkine.optimisation.page import findings_html

        return findings_html(self)

    def __repr__(self) -> str:
        return (
            f"Optimisation('{self.protocol.title}', {len(self.candidates)} candidates, '{self.choice.name}')"
        )
