"""Who may enter a trial."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trialkine.errors import InputError
from trialkine.population.clinic import BLOOD_VALUES, EXPECTED_SURVIVAL, NUMBER_OF_SITES, PRIOR_LINES, SITES
from trialkine.population.fitness import share_less_fit
from trialkine.population.patients import Column
from trialkine.randomness import Floats, Integers

AGE, PERFORMANCE_STATUS, CASE_MIX = "age", "performance status", "case mix"
REASONS = (AGE, PERFORMANCE_STATUS, CASE_MIX)
EARLIER_LINES, METASTATIC_SITES, SHORT_SURVIVAL = "prior lines", "metastatic sites", "expected survival"


@dataclass(frozen=True)
class Eligibility:
    """Entry criteria of a trial.

    `age` is the range of completed years, both ends included. `excluded_fraction` is the trial's
    case-mix: this share of the whole population, the least fit, does not get as far as the trial.
    `blood` bounds blood values, both ends included, by name. `expected_survival` is the least that a
    physician must expect. None and empty criteria exclude nobody.

    Units: age [year], blood [as in `clinic.BLOOD_VALUES`], expected_survival [day].
    Raises: InputError, when a criterion lets nobody in.
    """

    performance_status: tuple[int, ...] = (0, 1, 2, 3, 4)
    age: tuple[float, float] = (0.0, math.inf)
    excluded_fraction: float = 0.0
    blood: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    prior_lines: tuple[int, ...] | None = None
    excluded_sites: tuple[str, ...] = ()
    most_sites: int | None = None
    expected_survival: float = 0.0

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
        for name in self.blood:
            if name not in BLOOD_VALUES:
                raise InputError(f"There is no blood value '{name}'. Write one of {', '.join(BLOOD_VALUES)}.")
        for site in self.excluded_sites:
            if site not in SITES:
                raise InputError(f"There is no site '{site}'. Write one of {', '.join(SITES)}.")

    @property
    def clinic_reasons(self) -> tuple[str, ...]:
        """The reasons that the criteria of the clinic can give, in their fixed order."""
        return tuple(_clinic_criteria(self))

    @property
    def needs_survival(self) -> bool:
        """Whether the expected survival decides."""
        return self.expected_survival > 0.0


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


def first_unmet_clinic_criterion(criteria: Eligibility, clinic: Mapping[str, Column], size: int) -> Integers:
    """The position in `clinic_reasons` of the first criterion each patient fails, or -1."""
    unmet = np.full(size, -1, dtype=np.int64)
    for position, fails in reversed(list(enumerate(_clinic_criteria(criteria).values()))):
        unmet[fails(clinic)] = position
    return unmet


Fails = Callable[[Mapping[str, Column]], NDArray[np.bool_]]


def _clinic_criteria(criteria: Eligibility) -> dict[str, Fails]:
    """What each criterion of the clinic that is stated turns away, by its reason."""
    found: dict[str, Fails] = {}
    for name, bounds in sorted(criteria.blood.items()):
        found[name] = _outside(name, *bounds)
    if criteria.prior_lines is not None:
        allowed = criteria.prior_lines
        found[EARLIER_LINES] = lambda clinic: ~np.isin(clinic[PRIOR_LINES], allowed)
    if criteria.excluded_sites or criteria.most_sites is not None:
        found[METASTATIC_SITES] = lambda clinic: _wrong_sites(criteria, clinic)
    if criteria.needs_survival:
        found[SHORT_SURVIVAL] = _outside(EXPECTED_SURVIVAL, criteria.expected_survival, math.inf)
    return found


def _outside(name: str, low: float, high: float) -> Fails:
    return lambda clinic: np.asarray((clinic[name] < low) | (clinic[name] > high))


def _wrong_sites(criteria: Eligibility, clinic: Mapping[str, Column]) -> NDArray[np.bool_]:
    """Who has an excluded site, or too many."""
    most = math.inf if criteria.most_sites is None else criteria.most_sites
    wrong = np.asarray(clinic[NUMBER_OF_SITES] > most)
    for site in criteria.excluded_sites:
        wrong = wrong | np.asarray(clinic[SITES[site]], dtype=bool)
    return wrong
