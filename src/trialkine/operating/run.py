"""A protocol's design under the model: a pool is simulated, and virtual trials are drawn from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialkine.errors import InputError, UsedUpError
from trialkine.operating.courses import Characteristics
from trialkine.operating.dose_escalation import (
    dose_finding_characteristics,
    limiting_toxicities,
    patients_needed,
)
from trialkine.operating.kept_pools import Outcomes, SimulatedPool, pool_key, read_pool, write_pool
from trialkine.operating.plans import (
    RandomisedPlan,
    SingleArmPlan,
    dose_rule,
    randomised_plan,
    single_arm_plan,
)
from trialkine.operating.pool import (
    PoolSize,
    distinct_sets,
    followed_long_enough,
    pool_protocol,
    pool_size,
    simulated_pool,
)
from trialkine.operating.pool_outcomes import ArmOutcomes, DoseOutcomes, arm_outcomes, dose_outcomes
from trialkine.operating.randomised import randomised_characteristics, two_arms
from trialkine.operating.single_arm import single_arm_characteristics
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.trial.design_parts import Design, DoseFinding
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult
from trialkine.trial.words import Duration

Progress = Callable[[float, str], None]
FEWEST_TRIALS = 100


@dataclass(frozen=True)
class OperatingCharacteristics:
    """What a protocol's design does under the model, and what that was found with.

    `ensemble` names the parameter sets; empty where all have the usual one and differ in their case mix.
    Units: seconds [s].
    """

    title: str
    rule_name: str
    rule_words: str
    found: tuple[Characteristics, ...]
    trials: int
    size: PoolSize
    pool_patients: int
    seed: int
    ensemble: str
    pool_seconds: float
    trial_seconds: float


def operating_characteristics(
    protocol: Protocol,
    *,
    trials: int = 2000,
    pool: int | None = None,
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress = lambda done, message: None,
    ensemble: ParameterEnsemble | None = None,
    keep: Path | None = None,
) -> OperatingCharacteristics:
    """Carry a protocol's design out in virtual trials.

    `pool` is the number of patients simulated, from whom the trials are drawn. With an `ensemble` a trial's
    patients are all of one set of parameters, of those that have the variants the protocol asks for; the sets
    take turns. In the folder `keep` pools are kept and found.

    Where an escalation replaces so many patients that it uses up those of its set, the pool is simulated
    again with more in each.

    Raises: InputError, when the protocol has no design or the numbers do not fit; SimulationError, when so
    many patients failed that the result would mislead.
    """
    design = stated_design(protocol)
    if trials < FEWEST_TRIALS:
        raise InputError(f"{trials} virtual trials are too few. Ask for {FEWEST_TRIALS} or more.")
    started = time.monotonic()
    asked = asked_of(protocol, design)
    pooled = pool_protocol(protocol, asked.arms, asked.follow_up)
    sets = None if ensemble is None else distinct_sets(ensemble, pooled)
    most = None if sets is None else len(sets)
    needed, characteristics = asked.patients, None
    while characteristics is None:
        size = pool_size(needed, len(asked.arms), trials, pool, most)
        found = _pool(pooled, asked, size, seed, jobs, progress, sets, keep)
        drawn = time.monotonic()
        try:
            characteristics = asked.carried_out(found.arms, trials, seed)
        except UsedUpError as few:
            if not few.helps:
                raise
            needed = 2 * few.drawn
    return OperatingCharacteristics(
        title=protocol.title,
        rule_name=asked.name,
        rule_words=asked.words,
        found=characteristics,
        trials=trials,
        size=size,
        pool_patients=found.patients,
        seed=seed,
        ensemble=found.ensemble,
        pool_seconds=drawn - started,
        trial_seconds=time.monotonic() - drawn,
    )


def _pool(
    pooled: Protocol,
    asked: Asked,
    size: PoolSize,
    seed: int,
    jobs: int | None,
    progress: Progress,
    ensemble: ParameterEnsemble | None,
    keep: Path | None,
) -> SimulatedPool:
    """The pool that was kept, or one simulated now."""
    key = "" if keep is None else pool_key(pooled, size, seed, ensemble, asked.reads)
    found = None if keep is None else read_pool(keep, key)
    if found is None:
        simulated = simulated_pool(pooled, size, seed=seed, jobs=jobs, progress=progress, ensemble=ensemble)
        found = SimulatedPool(asked.outcomes(simulated), simulated.patients.height, simulated.ensemble)
        if keep is not None:
            write_pool(keep, key, found)
    return found


@dataclass(frozen=True)
class Asked:
    """What a design asks of a pool: which arms, how many of each in one trial, how long to follow them.

    `outcomes` reads each arm's patients off the pool, `reads` says what; `carried_out` takes them, the number
    of trials and the seed.
    """

    name: str
    words: str
    arms: tuple[str, ...]
    patients: int
    follow_up: Duration
    outcomes: Callable[[TrialResult], tuple[Outcomes, ...]]
    carried_out: Callable[[tuple[Any, ...], int, int], tuple[Characteristics, ...]]
    reads: str = "outcomes"


def asked_of(protocol: Protocol, design: Design) -> Asked:
    """What a protocol's design asks of a pool, and how it is carried out in one.

    Raises: InputError, when no rule answers what the design asks for.
    """
    plan = single_arm_plan(design)
    if plan is not None:
        return _of_single_arms(protocol, plan)
    if design.randomised is not None:
        return _of_two_arms(protocol, randomised_plan(design.randomised))
    assert design.dose_finding is not None  # the protocol checks that exactly one rule is given
    return _of_doses(protocol, design.dose_finding)


def stated_design(protocol: Protocol) -> Design:
    """The protocol's design.

    Raises: InputError, when it has none.
    """
    if protocol.design is None:
        raise InputError(
            f"The protocol '{protocol.title}' has no design to carry out in virtual trials. "
            "Add one, such as 'design: {simon: {p0: 0.10, p1: 0.30, alpha: 0.05, power: 0.80}}'."
        )
    return protocol.design


def _of_single_arms(protocol: Protocol, plan: SingleArmPlan) -> Asked:
    treated = {arm.name: arm.ratio or 1.0 for arm in protocol.arms if arm.treatment}

    def carried_out(pools: tuple[ArmOutcomes, ...], trials: int, seed: int) -> tuple[Characteristics, ...]:
        return tuple(
            single_arm_characteristics(protocol, plan, name, own, ratio=ratio, trials=trials, seed=seed)
            for (name, ratio), own in zip(treated.items(), pools, strict=True)
        )

    names = tuple(treated)
    follow_up = followed_long_enough(protocol, plan.patients, min(treated.values()))
    return Asked(plan.name, plan.words, names, plan.patients, follow_up, _outcomes_of(names), carried_out)


def _outcomes_of(names: tuple[str, ...]) -> Callable[[TrialResult], tuple[Outcomes, ...]]:
    return lambda simulated: tuple(arm_outcomes(simulated, name) for name in names)


def _of_two_arms(protocol: Protocol, plan: RandomisedPlan) -> Asked:
    arms = two_arms(protocol, plan)
    names = arms.experimental.name, arms.control.name

    def carried_out(pools: tuple[ArmOutcomes, ...], trials: int, seed: int) -> tuple[Characteristics, ...]:
        both = pools[0], pools[1]
        return (randomised_characteristics(protocol, plan, both, trials=trials, seed=seed),)

    rates = sum(arm.ratio or 1.0 for arm in (arms.experimental, arms.control))
    follow_up = followed_long_enough(protocol, arms.total, rates)
    outcomes = _outcomes_of(names)
    return Asked(plan.name, plan.words, names, max(arms.patients), follow_up, outcomes, carried_out)


def _of_doses(protocol: Protocol, asked: DoseFinding) -> Asked:
    rule, limiting = dose_rule(asked), asked.dose_limiting
    counted = limiting_toxicities(limiting)

    def outcomes(simulated: TrialResult) -> tuple[Outcomes, ...]:
        return tuple(dose_outcomes(simulated, name, limiting.grade, counted) for name in asked.doses)

    def carried_out(pools: tuple[DoseOutcomes, ...], trials: int, seed: int) -> tuple[Characteristics, ...]:
        return (dose_finding_characteristics(protocol, asked, rule, pools, trials=trials, seed=seed),)

    name = f"its dose escalation by {asked.rule}"
    words = f"{len(asked.doses)} doses, dose-limiting: grade {limiting.grade} or worse in {limiting.within}"
    reads = f"toxicity of grade {limiting.grade}: {', '.join(sorted(counted))}"
    most = patients_needed(asked)
    return Asked(name, words, asked.doses, most, limiting.within, outcomes, carried_out, reads)
