"""The pool: patients simulated once, under each set of parameters, from whom virtual trials are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.records import DAYS_PER_MONTH
from trialkine.study import run_protocol, variants_asked_for
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult
from trialkine.trial.words import Duration

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]

POOL_PATIENTS = 12_000
MOST_MEMBERS, FEWEST_MEMBERS = 200, 20
MANY = 100  # patients in an arm of one trial
ALL_AT_ONCE = 1e9  # patients a month
QUARTER = 3  # months, to which follow-up is rounded up, so that like designs can share a pool
LATE = 4.0  # standard deviations of the time that enrolment takes


@dataclass(frozen=True)
class PoolSize:
    """How many sets of parameters a pool has, and patients of each arm under each of them."""

    members: int
    patients: int


def pool_size(needed: int, arms: int, trials: int, wanted: int | None, most: int | None = None) -> PoolSize:
    """A pool of about `wanted` patients whose members can each supply a trial of `needed` patients per arm.

    Without `wanted`, each member has a hundred patients or more in every arm, and at least twice what a small
    trial needs; a pool for large trials is then larger. There are `most` members at most.
    Raises: InputError, when so many patients do not make two members.
    """
    total = POOL_PATIENTS if wanted is None else wanted
    patients = needed if needed > MANY else max(2 * needed, MANY)
    members = min(max(total // (patients * arms), FEWEST_MEMBERS), MOST_MEMBERS, trials)
    members = members if most is None else min(members, most)
    if wanted is None:
        return PoolSize(members, patients)
    members = min(members, wanted // (needed * arms))
    if members < min(2, trials):
        raise InputError(
            f"A pool of {wanted:,} patients is too small for trials of {needed} patients in each of {arms} "
            f"{'arms' if arms > 1 else 'arm'}. Write at least {2 * needed * arms:,}."
        )
    return PoolSize(members, wanted // (members * arms))


def followed_long_enough(protocol: Protocol, patients: int, ratio: float) -> Duration:
    """How long anybody may be followed: late enrolment of so many patients, and the follow-up after it."""
    if protocol.data_cut_off is not None:
        return protocol.data_cut_off
    gaps = patients - 1
    months = (gaps + LATE * math.sqrt(gaps)) / (protocol.enrolment.per_month * ratio)
    months += protocol.cut_off_days(0.0) / DAYS_PER_MONTH
    return Duration(float(math.ceil(months / QUARTER) * QUARTER), "month")


def pool_protocol(protocol: Protocol, arms: Sequence[str], follow_up: Duration) -> Protocol:
    """The protocol of some arms whose patients come all at once and are each followed equally long.

    What the design does not read is not measured.
    """
    chosen = [arm.model_copy(update={"ratio": None}) for arm in protocol.arms if arm.name in arms]
    plain = {"biomarkers": {}, "subgroups": (), "also_score": (), "scans_until": "progression"}
    return protocol.model_copy(
        update={
            "arms": tuple(chosen),
            "enrolment": protocol.enrolment.model_copy(update={"patients": 1, "per_month": ALL_AT_ONCE}),
            "assessments": protocol.assessments.model_copy(update=plain),
            "follow_up": follow_up,
            "data_cut_off": None,
        }
    )


def simulated_pool(
    protocol: Protocol,
    size: PoolSize,
    *,
    seed: int,
    jobs: int | None,
    progress: Progress,
    ensemble: ParameterEnsemble | None,
) -> TrialResult:
    """The patients of the pool, as the repetitions of a trial.

    Raises: SimulationError, when so many patients failed that the result would mislead.
    """
    members = None if ensemble is None else evenly_chosen(ensemble, size.members)
    return run_protocol(
        protocol,
        patients=size.patients,
        trials=size.members,
        seed=seed,
        jobs=jobs,
        progress=progress,
        ensemble=members,
    )


def distinct_sets(ensemble: ParameterEnsemble, protocol: Protocol) -> ParameterEnsemble:
    """The sets of parameters that a protocol can be simulated with: each once, with the variants it asks for.

    Rows that hold the same numbers are one set, with the weight of all of them.
    Raises: InputError, when no member has a variant that is asked for.
    """
    fitting = ensemble.with_variants(variants_asked_for(protocol))
    _, first, same = np.unique(fitting.values, axis=0, return_index=True, return_inverse=True)
    weights = np.bincount(same.ravel(), weights=fitting.weights)
    order = np.argsort(first)
    return replace(fitting, values=fitting.values[first[order]], weights=weights[order])


def evenly_chosen(ensemble: ParameterEnsemble, members: int) -> ParameterEnsemble:
    """So many members of an ensemble, spread evenly over its rows."""
    if members >= len(ensemble):
        return ensemble
    rows = np.linspace(0, len(ensemble) - 1, members).round().astype(np.int64)
    weights = ensemble.weights[rows]
    return replace(ensemble, values=ensemble.values[rows], weights=weights / weights.sum())
