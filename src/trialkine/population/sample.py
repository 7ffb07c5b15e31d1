"""Draw virtual patients until enough of them are eligible and plausible.

Candidates are numbered from 0; everything about a candidate is keyed by that number, so the patients
are the first n acceptable candidates whatever the size of the batches. A smaller sample is the beginning
of a larger one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialkine.errors import InputError
from trialkine.population import eligibility
from trialkine.population.clinic import EXPECTED_SURVIVAL, draw_clinic, expected_survival
from trialkine.population.correlation import Correlation
from trialkine.population.covariates import draw_age, draw_body
from trialkine.population.eligibility import (
    Eligibility,
    first_unmet_clinic_criterion,
    first_unmet_criterion,
)
from trialkine.population.fitness import Fitness, draw_fitness, fitness_of, performance_status
from trialkine.population.packaged import with_replacements
from trialkine.population.parameters import ParameterPopulation, Records, parameter_population
from trialkine.population.patients import Column, Patients
from trialkine.population.plausibility import Evaluate, PlausibilityRule, first_broken_rule
from trialkine.randomness import Floats, Integers
from trialkine.records import ParameterRecord

LARGEST_BATCH = 32_768
SMALLEST_BATCH = 256
FEWEST_DRAWN_BEFORE_GIVING_UP = 20_000
LEAST_ACCEPTED_SHARE = 1e-3
MOST_LOGGED = 20_000
DEATH_HAZARD, OTHER_DEATH_HAZARD = "disease_death_hazard", "background_death_rate"
EVERYONE = Eligibility()


@dataclass(frozen=True)
class Screening:
    """All that decides about a candidate, and the reasons for turning one away in their fixed order."""

    population: ParameterPopulation
    body: Mapping[str, ParameterRecord]
    fitness: Fitness
    criteria: Eligibility
    rules: tuple[PlausibilityRule, ...]
    evaluate: Evaluate | None
    seed: int
    replicate: int

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons for turning a candidate away."""
        return (
            *eligibility.REASONS, *self.criteria.clinic_reasons, *(rule.reason for rule in self.rules)
        )  # fmt: skip


def sample_patients(
    records: Records,
    correlations: Sequence[Correlation],
    n: int,
    seed: int,
    *,
    criteria: Eligibility = EVERYONE,
    plausibility: Sequence[PlausibilityRule] = (),
    evaluate: Evaluate | None = None,
    replicate: int = 0,
    covariates: Mapping[str, ParameterRecord] | None = None,
    keeps_log: bool = True,
) -> Patients:
    """The first `n` candidates who are eligible and plausible.

    `covariates` are a disease's own records of body and fitness, which replace the packaged ones. Without
    `keeps_log` the covariates of those turned away are not worked out.

    Raises: InputError, when a record is unusable, or when fewer than 1 in 1,000 candidates pass.
    """
    if n < 1:
        raise InputError(f"{n} patients cannot be drawn. Ask for 1 or more.")
    body = with_replacements(covariates)
    population = parameter_population(records, correlations)
    fitness = fitness_of(body, population)
    screening = Screening(population, body, fitness, criteria, tuple(plausibility), evaluate, seed, replicate)
    judged = Judged()
    verdicts = _draw_until_enough(screening, n, judged)
    accepted = np.flatnonzero(verdicts < 0)[:n].astype(np.int64)
    drawn = int(accepted[-1]) + 1
    return Patients(
        id=accepted,
        parameters=judged.values_of(accepted) or population.values(seed, replicate, accepted),
        covariates=_covariates(screening, accepted),
        drawn=drawn,
        rejections=_rejections(screening, verdicts[:drawn]),
        screened=_covariates(screening, np.arange(min(drawn, MOST_LOGGED), dtype=np.int64))
        if keeps_log
        else {},
    )


class Judged:
    """The parameters of candidates who were judged by them, so that nobody is drawn twice."""

    def __init__(self) -> None:
        self.candidates: list[Integers] = []
        self.columns: list[Mapping[str, Floats]] = []

    def add(self, candidates: Integers, columns: Mapping[str, Floats]) -> None:
        """Keep what was drawn for a batch."""
        self.candidates.append(candidates)
        self.columns.append(columns)

    def values_of(self, candidates: Integers) -> dict[str, Floats]:
        """The parameters of some of them, in their order; empty where none were judged."""
        if not self.candidates:
            return {}
        rows = np.searchsorted(np.concatenate(self.candidates), candidates)
        names = self.columns[0]
        return {name: np.concatenate([part[name] for part in self.columns])[rows] for name in names}


def _draw_until_enough(screening: Screening, n: int, judged: Judged) -> Integers:
    """The verdict on each candidate from number 0, until `n` are accepted: -1, or the reason's position."""
    verdicts = np.zeros(0, dtype=np.int64)
    wanted = max(2 * n, SMALLEST_BATCH)
    while True:
        first = verdicts.size
        batch = np.arange(first, first + min(wanted, LARGEST_BATCH), dtype=np.int64)
        verdicts = np.concatenate([verdicts, _verdicts(screening, batch, judged)])
        accepted = int(np.count_nonzero(verdicts < 0))
        if accepted >= n:
            return verdicts
        share = accepted / verdicts.size
        if verdicts.size >= FEWEST_DRAWN_BEFORE_GIVING_UP and share < LEAST_ACCEPTED_SHARE:
            raise InputError(_too_few(screening, verdicts, accepted))
        wanted = SMALLEST_BATCH + math.ceil((n - accepted) / max(share, LEAST_ACCEPTED_SHARE))


def _verdicts(screening: Screening, candidates: Integers, judged: Judged) -> Integers:
    """The position of the first reason to turn each candidate away, or -1; the cheap criteria come first."""
    seed, replicate = screening.seed, screening.replicate
    fitness = draw_fitness(screening.fitness, screening.population, seed, replicate, candidates)
    verdicts = first_unmet_criterion(
        screening.criteria,
        draw_age(screening.body, seed, replicate, candidates),
        performance_status(fitness, screening.fitness.status_shares),
        fitness,
    )
    eligible = np.flatnonzero(verdicts < 0)
    reasons = screening.criteria.clinic_reasons
    if reasons:
        clinic = _clinic(screening, candidates[eligible], fitness[eligible])
        unmet = first_unmet_clinic_criterion(screening.criteria, clinic, eligible.size)
        verdicts[eligible] = np.where(unmet < 0, -1, unmet + len(eligibility.REASONS))
        eligible = np.flatnonzero(verdicts < 0)
    if screening.rules:
        columns = screening.population.values(seed, replicate, candidates[eligible])
        judged.add(candidates[eligible], columns)
        broken = first_broken_rule(screening.rules, screening.evaluate, columns, eligible.size)
        verdicts[eligible] = np.where(broken < 0, -1, broken + len(eligibility.REASONS) + len(reasons))
    return verdicts


def _clinic(screening: Screening, patients: Integers, fitness: Floats) -> dict[str, Column]:
    """What the clinic records; the expected survival only where it decides."""
    seed, replicate = screening.seed, screening.replicate
    found = draw_clinic(screening.body, seed, replicate, patients, fitness)
    if screening.criteria.needs_survival:
        columns = screening.population.values(seed, replicate, patients)
        if screening.evaluate is None:
            raise InputError("An expected survival needs a model. Give 'evaluate', for its hazard.")
        hazard = screening.evaluate((DEATH_HAZARD,), columns)[DEATH_HAZARD] + columns[OTHER_DEATH_HAZARD]
        found[EXPECTED_SURVIVAL] = expected_survival(screening.body, seed, replicate, patients, hazard)
    return found


def _covariates(screening: Screening, patients: Integers) -> dict[str, Column]:
    """Every covariate of the given patients."""
    seed, replicate = screening.seed, screening.replicate
    fitness = draw_fitness(screening.fitness, screening.population, seed, replicate, patients)
    return {
        "age": draw_age(screening.body, seed, replicate, patients),
        **draw_body(screening.body, seed, replicate, patients),
        "performance_status": performance_status(fitness, screening.fitness.status_shares),
        "fitness": fitness,
        **_clinic(screening, patients, fitness),
    }


def _rejections(screening: Screening, verdicts: Integers) -> dict[str, int]:
    """How many candidates each reason turned away, in the order of the reasons, none left out."""
    counts: dict[str, int] = {}
    for position, reason in enumerate(screening.reasons):
        counts[reason] = counts.get(reason, 0) + int(np.count_nonzero(verdicts == position))
    return counts


def _too_few(screening: Screening, verdicts: Integers, accepted: int) -> str:
    """The sentence that says why hardly anybody passes."""
    rejections = _rejections(screening, verdicts)
    dominating = max(rejections, key=lambda reason: rejections[reason])
    return (
        f"Only {accepted:,} of {verdicts.size:,} virtual patients passed; "
        f"{rejections[dominating]:,} were turned away for '{dominating}'. "
        "Widen that criterion, or check the parameters it rests on."
    )
