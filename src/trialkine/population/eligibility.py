"""Who may enter a trial."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError
from trialkine.population.fitness import share_less_fit
from trialkine.randomness import Floats, Integers

AGE, PERFORMANCE_STATUS, CASE_MIX = "age", "performance status", "case mix"
REASONS = (AGE, PERFORMANCE_STATUS, CASE_MIX)


@dataclass(frozen=True)
class Eligibility:
    """Entry criteria of a trial.

    `age` is the range of completed years, both ends included. `excluded_fraction` is the trial's
    case-mix: this share of the whole population, the least fit, does not get as far as the trial.

    Units: age [year].
    Raises: InputError, when a criterion lets nobody in.
    """

    performance_status: tuple[int, ...] = (0, 1, 2, 3, 4)
    age: tuple[float, float] = (0.0, math.inf)
    excluded_fraction: float = 0.0

    def __post_init__(self) -> None:
        if not self.performance_status:
            raise InputError("No performance status is eligible. List at least one of 0, 1, 2, 3 and 4.")
        if not self.age[0] <= self.age[1]:
            raise InputError(
                f"The age range {self.age[0]:g} to {self.age[1]:g} is empty. Write the lower first."
            )
        if not 0.0 <= self.excluded_fraction < 1.0:
            raise InputError(
                f"The excluded fraction is {self.excluded_fraction}. Write a number from 0 up to, but not, 1."
            )


def first_unmet_criterion(
    criteria: Eligibility, age: Floats, status: NDArray[np.int64], fitness: Floats
) -> Integers:
    """The position in `REASONS` of the first criterion each patient fails, or -1."""
    years = np.floor(age)
    fails = (
        (years < criteria.age[0]) | (years > criteria.age[1]),
        ~np.isin(status, criteria.performance_status),
        share_less_fit(fitness) < criteria.excluded_fraction,
    )
    unmet = np.full(age.size, -1, dtype=np.int64)
    for position in reversed(range(len(REASONS))):
        unmet[fails[position]] = position
    return unmet
