"""Sizes and powers of survival comparisons for `trialkine design survival`, by formula or by simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from trialkine.design.accrual import AccrualPlan, expected_events, logrank_sample_size, time_of_events
from trialkine.design.proportional_hazards import logrank_power, schoenfeld_events
from trialkine.design.survival_power import SurvivalScenario, patients_for_power, simulated_power
from trialkine.design.survival_tests import AbstractSurvivalTest
from trialkine.errors import InputError
from trialkine.statistics.survival_curves import (
    PiecewiseExponential,
    exponential,
    with_delayed_effect,
    with_hazard_ratio,
)

MOST_PATIENTS = 5000  # that a search by simulation tries
FEWEST_PATIENTS = 20  # that it begins with


@final
@dataclass(frozen=True)
class Comparison:
    """What is planned; `delay` is None when the effect begins at entry. Units: all times in one unit."""

    hazard_ratio: float
    median: float
    plan: AccrualPlan
    alpha: float
    power: float
    delay: float | None = None

    @property
    def control(self) -> PiecewiseExponential:
        """Survival of the control arm."""
        return exponential(self.median)

    @property
    def treated(self) -> PiecewiseExponential:
        """Survival of the treated arm."""
        if self.delay is None:
            return with_hazard_ratio(self.control, self.hazard_ratio)
        return with_delayed_effect(self.control, self.hazard_ratio, self.delay)

    @property
    def duration(self) -> float:
        """From the first entry to the analysis."""
        return self.plan.accrual + self.plan.follow_up

    @property
    def events_needed(self) -> float:
        """Events of the log-rank test under proportional hazards, not rounded."""
        return schoenfeld_events(self.hazard_ratio, self.alpha, self.power, self.plan.treated_share)

    def events_of(self, patients: int) -> float:
        """Events expected at the analysis."""
        return expected_events(self.control, self.treated, self.plan, patients)

    def time_of_needed_events(self, patients: int) -> float | None:
        """When the events needed are expected; None, when they never are."""
        try:
            return time_of_events(self.control, self.treated, self.plan, patients, self.events_needed)
        except InputError:
            return None

    def by_formula(self, patients: int | None) -> SizedTest:
        """The log-rank test under proportional hazards.

        Raises: InputError, when a number is impossible.
        """
        if patients is None:
            size = logrank_sample_size(self.control, self.hazard_ratio, self.plan, self.alpha, self.power)
            return self._sized("log-rank", size.patients, size.power)
        share = self.plan.treated_share
        reached = logrank_power(self.hazard_ratio, self.events_of(patients), self.alpha, share)
        return self._sized("log-rank", patients, reached)

    def by_simulation(
        self, tests: Sequence[AbstractSurvivalTest], patients: int | None, repetitions: int, seed: int
    ) -> list[SizedTest]:
        """Each test in simulated trials; a size is searched for in some and tried in others.

        Raises: InputError, when a number is impossible or no size up to 5000 reaches the power.
        """
        if patients is not None:
            found = simulated_power(self._scenario(patients), tests, self.alpha, repetitions, seed)
            return [
                self._sized(
                    each.test.name, patients, _known(each.power.estimate), each.power.low, each.power.high
                )
                for each in found
            ]
        begin = max(FEWEST_PATIENTS, min(self.by_formula(None).patients, MOST_PATIENTS))
        sized = []
        for test in tests:
            size = patients_for_power(
                self._scenario(begin), test, self.alpha, self.power, repetitions, seed, MOST_PATIENTS
            )
            sized += self.by_simulation([test], size, repetitions, seed + 1)
        return sized

    def _scenario(self, patients: int) -> SurvivalScenario:
        return SurvivalScenario(self.control, self.treated, self.plan, patients)

    def _sized(
        self, name: str, patients: int, power: float, low: float | None = None, high: float | None = None
    ) -> SizedTest:
        treated = self._scenario(patients).treated_patients
        return SizedTest(name, patients - treated, treated, self.events_of(patients), power, low, high)


@final
@dataclass(frozen=True)
class SizedTest:
    """A test with its patients, the events expected and its power; simulated power has 95 % limits."""

    test: str
    patients_control: int
    patients_treated: int
    expected_events: float
    power: float
    power_low: float | None
    power_high: float | None

    @property
    def patients(self) -> int:
        """Patients in both arms."""
        return self.patients_control + self.patients_treated


def _known(power: float | None) -> float:
    assert power is not None  # the exact interval of a share always has an estimate
    return power
