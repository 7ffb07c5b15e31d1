"""How likely the reported numbers are, given every unknown: patients, trial to trial, and a discrepancy.

The luck of a trial, its case mix and hazard, is shared by all its arms and is integrated over by
Gauss-Hermite quadrature. Counts are beta-binomial: binomial patients around a rate that differs from the
emulated one by a discrepancy of the log-odds, for criteria, readers and era, and by the emulator's error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit, log_ndtr, logsumexp

from trialkine.calibration.design import FARTHEST, MIX_CENTRE, MIX_SCALE
from trialkine.calibration.emulator import EmulatorError, Quadratic
from trialkine.calibration.overdispersion import correlation_of, log_beta_binomial
from trialkine.calibration.targets import Target
from trialkine.calibration.unknowns import CLASS_OFFSET, DISCREPANCY, MIX_FACTS, Unknowns, facts_matrix
from trialkine.ensemble_members import CASE_MIX, DEATH_RATE, HAZARD
from trialkine.population.ensemble import OF_DISEASE

Array = np.ndarray[Any, np.dtype[Any]]
MIX_NODES, HAZARD_NODES = 5, 7
LEAST_SHARE = 1e-5
LEAST_FALL = 1e-9
STEEPNESS = 50.0  # of the wall beyond the scores that were simulated


@dataclass(frozen=True)
class Evidence:
    """Targets with what stands in for their simulation, and the trials they belong to.

    `trials`, `diseases`, `facts` and `families` are by trial; `trial_of` and `classes` by target; `errors`
    are what the emulator misses, by kind of target.
    """

    targets: tuple[Target, ...]
    quadratics: tuple[Quadratic, ...]
    trial_of: Array
    classes: tuple[str, ...]
    trials: tuple[str, ...]
    families: tuple[str, ...]
    diseases: tuple[str, ...]
    facts: tuple[Mapping[str, float], ...]
    errors: tuple[EmulatorError, ...] = ()

    def reporting(self, targets: Sequence[Target]) -> Evidence:
        """The same trials where some of the targets have other counts, and the rest were not reported."""
        places = {target.key: place for place, target in enumerate(self.targets)}
        kept = [places[target.key] for target in targets]
        return replace(
            self,
            targets=tuple(targets),
            quadratics=tuple(self.quadratics[place] for place in kept),
            trial_of=self.trial_of[kept],
            classes=tuple(self.classes[place] for place in kept),
        )


class Likelihood:
    """The log-likelihood of the evidence at many draws of the unknowns at once."""

    def __init__(self, evidence: Evidence, unknowns: Unknowns) -> None:
        self.evidence, self.unknowns = evidence, unknowns
        scored = len(unknowns.quantities)
        self.mix, self.scored = scored, scored  # the case mix is the score after those of the quantities
        self.constant = np.array([one.constant for one in evidence.quadratics])
        self.linear = np.stack([one.linear for one in evidence.quadratics])
        self.square = np.stack([one.square for one in evidence.quadratics])
        names = [one.name for one in unknowns.quantities]
        self.hazard = np.array([names.index(f"{d}{OF_DISEASE}{DEATH_RATE}") for d in evidence.diseases])
        self.hazard_sd = np.array([unknowns.quantities[place].sd for place in self.hazard])
        self.mix_facts = facts_matrix(evidence.facts, MIX_FACTS)
        self.decades = np.array([facts.get("decades", 0.0) for facts in evidence.facts])
        self.count = np.array([target.count for target in evidence.targets])
        self.of = np.array([float(target.of) for target in evidence.targets])
        self.counted = np.array([target.sense == "count" for target in evidence.targets])
        self.halves = _halves(evidence.targets)
        errors = {one.group: one.spread for one in evidence.errors}
        self.error = np.array([errors.get(target.group, 0.0) for target in evidence.targets])
        nodes, weights = hermegauss(MIX_NODES)
        more, other = hermegauss(HAZARD_NODES)
        self.mix_luck = np.repeat(nodes, HAZARD_NODES)
        self.hazard_luck = np.tile(more, MIX_NODES)
        both = np.repeat(weights, HAZARD_NODES) * np.tile(other, MIX_NODES)
        self.log_weight = np.log(both / both.sum())

    def by_trial(self, scores: Array) -> Array:
        """The log-likelihood of every trial, its luck integrated over.

        Shapes: scores (draw, unknown), returns (draw, trial).
        """
        terms = self._terms(self._log_odds(scores), scores)
        total = np.zeros((len(scores), len(self.evidence.trials), len(self.log_weight)))
        for place, trial in enumerate(self.evidence.trial_of):
            total[:, trial] += terms[:, place]
        return np.asarray(logsumexp(total + self.log_weight, axis=2))

    def log_posterior(self, scores: Array, without: str | None = None) -> Array:
        """Log-likelihood plus log-prior, which keeps scores where there were simulations.

        `without` names a family of trials that is left out.

        Shapes: scores (draw, unknown), returns (draw,).
        """
        kept = np.array([family != without for family in self.evidence.families])
        total = self.by_trial(scores)[:, kept].sum(axis=1)
        far = np.maximum(np.abs(scores[:, : self.scored]) - FARTHEST, 0.0)
        return np.asarray(total - 0.5 * (scores**2).sum(axis=1) - STEEPNESS * (far**2).sum(axis=1))

    def luck(self, scores: Array) -> tuple[Array, Array]:
        """Scores of the case mix and shifts of the log hazard at every node. Shapes: (draw, trial, node)."""
        other, evidence = self.unknowns.other, self.evidence
        centre, shift = [], []
        for trial, disease in enumerate(evidence.diseases):
            centre.append(other(f"{disease}{OF_DISEASE}{CASE_MIX}.intercept", scores))
            shift.append(other(f"{disease}{OF_DISEASE}{HAZARD}.decades", scores) * self.decades[trial])
        slopes = np.stack([other(f"{CASE_MIX}.{fact}", scores) for fact in MIX_FACTS], axis=1)
        log_odds = np.stack(centre, axis=1) + slopes @ self.mix_facts.T
        spread = other(f"{CASE_MIX}.sd", scores)[:, None, None] * self.mix_luck
        mix = (log_odds[:, :, None] + spread - MIX_CENTRE) / MIX_SCALE
        hazard = np.stack(shift, axis=1)[:, :, None]
        hazard = hazard + other(f"{HAZARD}.sd", scores)[:, None, None] * self.hazard_luck
        return np.asarray(np.clip(mix, -FARTHEST, FARTHEST)), hazard

    def _log_odds(self, scores: Array) -> Array:
        """Log-odds of every target at every node. Shape: (draw, target, node)."""
        mix, hazard = self.luck(scores)
        own = scores[:, : self.scored]
        bent = np.einsum("di,tij->dtj", own, self.square[:, : self.scored], optimize=True)
        fixed = self.constant + own @ self.linear[:, : self.scored].T
        fixed = fixed + np.einsum("dtj,dj->dt", bent[:, :, : self.scored], own)
        trial = self.evidence.trial_of
        place, targets = self.hazard[trial], np.arange(len(trial))
        by_mix = self.linear[:, self.mix] + 2.0 * bent[:, :, self.mix]
        by_hazard = self.linear[targets, place] + 2.0 * bent[:, targets, place]
        q, h = mix[:, trial], hazard[:, trial] / self.hazard_sd[trial][:, None]
        square = self.square
        return np.asarray(
            fixed[:, :, None]
            + by_mix[:, :, None] * q
            + square[:, self.mix, self.mix][:, None] * q**2
            + by_hazard[:, :, None] * h
            + square[targets, place, place][:, None] * h**2
            + 2.0 * square[targets, self.mix, place][:, None] * q * h
        )

    def _terms(self, log_odds: Array, scores: Array) -> Array:
        """The log-likelihood of every target at every node. Shape: (draw, target, node)."""
        variance = np.tile(self.error**2, (len(scores), 1))
        for place, target in enumerate(self.evidence.targets):
            name = f"{DISCREPANCY}.{target.group}"
            if self.unknowns.has(name):
                variance[:, place] += self.unknowns.other(name, scores) ** 2
            offset = f"{CLASS_OFFSET}.{self.evidence.classes[place]}"
            if target.group == "response" and self.unknowns.has(offset):
                log_odds[:, place] += self.unknowns.other(offset, scores)[:, None]
        spread = np.sqrt(variance)[:, :, None]
        share = np.clip(expit(log_odds), LEAST_SHARE, 1.0 - LEAST_SHARE)
        found = np.empty_like(share)
        counted = self.counted
        found[:, counted] = log_beta_binomial(
            self.count[counted][:, None],
            self.of[counted][:, None],
            share[:, counted],
            correlation_of(share[:, counted], spread[:, counted]),
        )
        for places in self.halves:
            whole, z_before = np.ones_like(share[:, 0]), None
            for number, place in enumerate(places):
                whole = whole * share[:, place]
                z = _half_score(self.of[place], whole, spread[:, place])
                is_more = self.evidence.targets[place].sense == "more than half"
                found[:, place] = _half_term(z, is_more, z_before)
                z_before = z
                if not is_more:  # nor are there more later
                    found[:, list(places[number + 1 :])] = 0.0
                    break
        return np.asarray(found)


def _halves(targets: Sequence[Target]) -> tuple[tuple[int, ...], ...]:
    """The places of targets that say more or less than half, those of the same patients together, in turn."""
    found: dict[object, list[int]] = {}
    for place, target in enumerate(targets):
        if target.sense != "count":
            found.setdefault(target.curve, []).append(place)
    return tuple(tuple(sorted(own, key=lambda place: targets[place].day)) for own in found.values())


def _half_score(of: float, share: Array, spread: Array) -> Array:
    """How many standard errors more than half of the patients are expected."""
    correlation = correlation_of(share, spread)
    variance = share * (1.0 - share) * (1.0 + (of - 1.0) * correlation) / of
    return np.asarray((share - 0.5) / np.sqrt(variance))


def _half_term(z: Array, is_more: bool, z_before: Array | None) -> Array:
    """How likely it is that more than half are left, or fewer, given that more were at the time before.

    `z` are the standard errors by which more are expected, `z_before` those of the time before; None where
    this is the first. Shapes: all alike.
    """
    if z_before is None:
        return np.asarray(log_ndtr(z if is_more else -z))
    before = log_ndtr(z_before)
    if is_more:
        return np.asarray(np.minimum(log_ndtr(z) - before, 0.0))
    return np.asarray(_log_less(log_ndtr(-z), log_ndtr(-z_before)) - before)


def _log_less(minuend: Array, subtrahend: Array) -> Array:
    """The log of a difference of two probabilities that are given as logs, the first no smaller."""
    return np.asarray(minuend + np.log(-np.expm1(np.minimum(subtrahend - minuend, -LEAST_FALL))))
