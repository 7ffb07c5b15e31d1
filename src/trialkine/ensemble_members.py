"""What an ensemble's members set in each repetition of a trial: patients' numbers, case mix, hazard.

The case mix and the hazard of a trial follow from what its protocol says, by coefficients that differ
between members, and from luck that is the trial's own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit

from trialkine.diseases.disease import TRIAL_PARAMETERS, Disease, load_disease, shared_records
from trialkine.population.ensemble import SPREAD, Changes, ParameterEnsemble, as_changes
from trialkine.randomness import normals
from trialkine.records import ParameterRecord

CASE_MIX, HAZARD = "trial.case_mix", "trial.hazard"
EXCLUDED = "trial.excluded_fraction"
DEATH_RATE = "disease_death_rate"
LINEAR = "intercept"


def member_changes(
    ensemble: ParameterEnsemble | None,
    disease: Disease,
    facts: Mapping[str, float],
    trials: int,
    seed: int,
) -> tuple[Changes, ...]:
    """The changes of every repetition; none without an ensemble."""
    if ensemble is None:
        return ({},) * trials
    luck = normals(seed, "hazard of the trial", np.arange(trials))[:, 0]
    return tuple(
        _changes(numbers_in(ensemble, ensemble.member_of(replicate), disease), disease, facts, float(one))
        for replicate, one in enumerate(luck)
    )


def numbers_in(ensemble: ParameterEnsemble, member: int, disease: Disease) -> dict[str, float]:
    """What a member sets in a disease, by name.

    A number for all diseases, or for one this disease is based on, does not hold where the disease has
    a record of its own.
    """
    found = _kept(ensemble.numbers(member, None), shared_records(), disease)
    for name in reversed(disease.lineage):
        owner = disease if name == disease.name else load_disease(name)
        found |= _kept(ensemble.numbers(member, name), owner.records, disease)
    return found


def _kept(
    numbers: Mapping[str, float], owner: Mapping[str, ParameterRecord], disease: Disease
) -> dict[str, float]:
    """The numbers whose record the disease shares with their owner."""
    found = {}
    for key, number in numbers.items():
        name = key.removesuffix(SPREAD)
        if name not in owner or owner[name] == disease.records.get(name):
            found[key] = number
    return found


def _changes(
    numbers: Mapping[str, float], disease: Disease, facts: Mapping[str, float], luck: float
) -> Changes:
    changes = as_changes(numbers)
    mix = _case_mix(numbers, facts)
    has_usual_rule = disease.records.get(TRIAL_PARAMETERS[0]) == shared_records()[TRIAL_PARAMETERS[0]]
    if mix and has_usual_rule:
        changes[TRIAL_PARAMETERS[0]] = mix
    rate = numbers.get(
        DEATH_RATE, disease.records[DEATH_RATE].value if DEATH_RATE in disease.records else None
    )
    shift = linear(numbers, HAZARD, facts) + numbers.get(f"{HAZARD}{SPREAD}", 0.0) * luck
    if shift and isinstance(rate, float):
        changes[DEATH_RATE] = {**changes.get(DEATH_RATE, {}), "value": rate * float(np.exp(shift))}
    return changes


def _case_mix(numbers: Mapping[str, float], facts: Mapping[str, float]) -> dict[str, float]:
    """The rule of the trial's case mix: median and spread of the excluded fraction."""
    if EXCLUDED in numbers:
        return {"value": numbers[EXCLUDED], "sd": 0.0}
    if f"{CASE_MIX}.{LINEAR}" not in numbers:
        return {}
    return {
        "value": float(expit(linear(numbers, CASE_MIX, facts))),
        "sd": numbers.get(f"{CASE_MIX}{SPREAD}", 0.0),
    }


def linear(numbers: Mapping[str, float], of: str, facts: Mapping[str, float]) -> float:
    """The sum of a trial's facts by a member's coefficients, and the intercept."""
    total = numbers.get(f"{of}.{LINEAR}", 0.0)
    return total + sum(numbers.get(f"{of}.{fact}", 0.0) * value for fact, value in facts.items())
