"""What an ensemble's members set in each repetition of a trial: numbers, case mix, hazard, structure.

The case mix and the hazard of a trial follow from what its protocol says, by coefficients that differ
between members, and from luck that is the trial's own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit

from trialkine.diseases.disease import TRIAL_PARAMETERS, Disease, load_disease, shared_records
from trialkine.mechanisms.core import variant, variant_numbers
from trialkine.population.ensemble import (
    OF_STRUCTURE,
    SPREAD,
    Changes,
    ParameterEnsemble,
    as_changes,
)
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
    switched: tuple[str, ...] = (),
) -> tuple[Changes, ...]:
    """The changes of every repetition; none without an ensemble.

    `switched` are the variants that are part of the equations only because members differ in them.
    """
    if ensemble is None:
        return ({},) * trials
    luck = normals(seed, "hazard of the trial", np.arange(trials))[:, 0]
    found = []
    for replicate, one in enumerate(luck):
        numbers = numbers_in(ensemble, ensemble.member_of(replicate), disease)
        off = [name for name in switched if not numbers.get(f"{OF_STRUCTURE}{name}")]
        found.append(_changes(_without(off, numbers, disease), disease, facts, float(one)))
    return tuple(found)


def switched_variants(
    ensemble: ParameterEnsemble | None, disease: Disease, asked_for: tuple[str, ...]
) -> tuple[str, ...]:
    """The variants in which members differ and that the disease has numbers for; none that is asked for.

    They are part of everybody's equations, and members without one get numbers with which it does nothing.
    """
    if ensemble is None or disease.parts is not None:
        return ()
    known = {
        name: {*disease.records, *variant_numbers(name).records_in(disease.lineage)}
        for name in ensemble.variants
    }
    return tuple(
        name
        for name, numbers in known.items()
        if name not in asked_for and numbers >= set(variant(name).parameters)
    )


def _without(off: list[str], numbers: Mapping[str, float], disease: Disease) -> dict[str, float]:
    """A member's numbers, and those with which some variants do nothing."""
    found: dict[str, float] = {}
    for name in off:
        for key, record in variant_numbers(name).records_in(disease.lineage).items():
            usual = disease.records.get(key, record)
            if isinstance(usual.value, float):
                found[key] = usual.value
            if usual.variability is not None:
                found[f"{key}{SPREAD}"] = usual.variability.sd
    found |= numbers
    for name in off:
        found |= variant(name).neutral
    return found


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
