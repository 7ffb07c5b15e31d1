"""Where the variance of response comes from: the patient's own numbers, luck, and the parameter set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialkine.biomarker_study.cohort import ArmCohort
from trialkine.biomarker_study.readings import within_trials
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.variance_shares import first_order, variance_shares

METHOD = (
    "Both shares are read off the simulated patients. Sobol's design, as in scipy.stats.sobol_indices, "
    "needs independent inputs and an outcome without luck; patients who were enrolled are selected and "
    "correlated, and whether one responds is yes or no, and partly luck. The first share is what lies "
    "between slices of one number; the total is what a quadratic surface of all numbers loses without it, "
    "in patients it was not fitted to."
)


@dataclass(frozen=True)
class Source:
    """One number of a patient, and its shares of the variance of response."""

    name: str
    first: Estimate
    total: Estimate
    is_luck: bool


@dataclass(frozen=True)
class Sensitivity:
    """One arm's shares, the largest first.

    `together`: what all numbers explain. `between_members`: what lies between an ensemble's members; None
    without.
    """

    arm: str
    sources: tuple[Source, ...]
    together: Estimate
    between_members: float | None


def sensitivity(cohort: ArmCohort) -> Sensitivity:
    """The shares of every number that differs between patients, compared within repetitions."""
    names = [name for name, column in cohort.parameters.items() if column.std() > 0.0]
    table = np.stack([within_trials(_even(cohort, name), cohort.trial) for name in names], axis=1)
    outcome = cohort.responded.astype(np.float64)
    found = variance_shares(table, outcome)
    sources = [
        Source(name, first, total, name in cohort.lucky)
        for name, first, total in zip(names, found.first, found.total, strict=True)
    ]
    sources.sort(key=lambda one: -max(one.first.estimate or 0.0, one.total.estimate or 0.0))
    count = len(np.unique(cohort.trial))
    between = _between_members(cohort, count) if count > 1 else None
    return Sensitivity(cohort.arm, tuple(sources), found.together, between)


def _even(cohort: ArmCohort, name: str) -> np.ndarray:
    values = cohort.parameters[name]
    return np.log(values) if bool((values > 0.0).all()) else values


def _between_members(cohort: ArmCohort, count: int) -> float | None:
    """The share of the variance between repetitions, which are slices already."""
    return first_order(cohort.trial, cohort.responded, count).estimate
