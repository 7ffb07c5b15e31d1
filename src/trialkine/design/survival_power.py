"""Power of survival tests by simulation, under any two curves: delayed effects, crossing curves, cure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from trialkine.design.accrual import AccrualPlan
from trialkine.design.alpha_spending import check_error_rate
from trialkine.design.survival_tests import AbstractSurvivalTest
from trialkine.errors import InputError
from trialkine.randomness import exponential_quantiles, trial_purpose, uniforms
from trialkine.statistics.estimate import Estimate, FloatArray
from trialkine.statistics.proportions import exact_interval
from trialkine.statistics.survival_curves import AbstractSurvivalCurve

_FEWEST = 4  # patients


@final
@dataclass(frozen=True)
class SurvivalScenario:
    """Two true curves, and a trial of so many patients in them. Units: one time unit throughout.

    With `analysis_events` the analysis comes at that event of both arms together, however late, and patients
    who have not entered by then are left out; without it, or if so many never happen, it comes as planned.
    """

    control: AbstractSurvivalCurve
    treated: AbstractSurvivalCurve
    plan: AccrualPlan
    patients: int
    analysis_events: int | None = None

    def __post_init__(self) -> None:
        if self.analysis_events is not None and self.analysis_events < 1:
            raise InputError(f"An analysis at event {self.analysis_events} is impossible. Give 1 or more.")
        if self.patients < _FEWEST:
            raise InputError(f"{self.patients} patients are too few. Give {_FEWEST} or more.")
        if not 0 < self.treated_patients < self.patients:
            raise InputError(
                f"A treated share of {self.plan.treated_share} of {self.patients} patients "
                "leaves an arm empty. Give more patients or a share nearer 0.5."
            )

    @property
    def treated_patients(self) -> int:
        """Patients in the treated arm."""
        return round(self.patients * self.plan.treated_share)


@final
@dataclass(frozen=True)
class SimulatedTrial:
    """One trial as it is analysed: times from entry to event, dropout or the end. Shape: arrays "patient"."""

    treated: FloatArray
    treated_events: NDArray[np.bool_]
    control: FloatArray
    control_events: NDArray[np.bool_]


@final
@dataclass(frozen=True)
class SimulatedPower:
    """How often a test was significant, with the exact interval that the number of repetitions allows."""

    test: AbstractSurvivalTest
    power: Estimate
    repetitions: int


def simulated_trial(scenario: SurvivalScenario, seed: int, repetition: int) -> SimulatedTrial:
    """One trial of a scenario. The same repetition has the same patients whatever the curves."""
    plan = scenario.plan
    purpose = trial_purpose(repetition, "survival")
    luck = uniforms(seed, purpose, range(scenario.patients), 3)
    is_treated = np.arange(scenario.patients) < scenario.treated_patients
    times = np.where(is_treated, scenario.treated.times_at(luck[:, 0]), scenario.control.times_at(luck[:, 0]))
    entries = plan.accrual * (1.0 - luck[:, 1])
    dropouts = np.full(scenario.patients, np.inf)
    if plan.dropout_hazard > 0.0:
        dropouts = exponential_quantiles(luck[:, 2]) / plan.dropout_hazard
    end = _analysis_time(scenario, entries + np.where(times <= dropouts, times, np.inf))
    followed = np.minimum(end - entries, dropouts)
    events = times <= followed
    seen = np.minimum(times, followed)
    first, second = is_treated & (entries <= end), ~is_treated & (entries <= end)
    return SimulatedTrial(seen[first], events[first], seen[second], events[second])


def _analysis_time(scenario: SurvivalScenario, event_times: FloatArray) -> float:
    """The calendar time of the analysis; `event_times` are calendar times too."""
    planned = scenario.plan.accrual + scenario.plan.follow_up
    if scenario.analysis_events is None or scenario.analysis_events > scenario.patients:
        return planned
    wanted = float(np.partition(event_times, scenario.analysis_events - 1)[scenario.analysis_events - 1])
    # A hair later, so that rounding does not lose the event itself.
    return wanted * (1.0 + 1e-12) if math.isfinite(wanted) else planned


def simulated_power(
    scenario: SurvivalScenario,
    tests: Sequence[AbstractSurvivalTest],
    alpha: float,
    repetitions: int,
    seed: int,
) -> list[SimulatedPower]:
    """How often each test is significant at a one-sided alpha, in the same simulated trials.

    With two equal curves this is the type I error. A test without a value does not claim anything.
    Raises: InputError, when alpha or the repetitions are impossible.
    """
    check_error_rate(alpha)
    if repetitions < 1:
        raise InputError(f"{repetitions} repetitions are impossible. Give 1 or more.")
    claims = np.zeros(len(tests), dtype=np.int64)
    for repetition in range(repetitions):
        trial = simulated_trial(scenario, seed, repetition)
        data = (trial.treated, trial.treated_events, trial.control, trial.control_events)
        claims += [test.p_value(*data) <= alpha for test in tests]
    return [
        SimulatedPower(test, exact_interval(int(count), repetitions), repetitions)
        for test, count in zip(tests, claims, strict=True)
    ]


def patients_for_power(
    scenario: SurvivalScenario,
    test: AbstractSurvivalTest,
    alpha: float,
    power: float,
    repetitions: int,
    seed: int,
    most: int = 5000,
) -> int:
    """Patients with which the simulated power reaches `power`, by bisection; to about one part in fifty.

    The luck of the simulation moves it as the interval of `simulated_power` tells. The search begins at the
    scenario's own number of patients.
    Raises: InputError, when errors are impossible or `most` patients do not reach the power.
    """
    check_error_rate(power)

    def reaches(patients: int) -> bool:
        other = replace(scenario, patients=patients)
        found = simulated_power(other, [test], alpha, repetitions, seed)[0].power.estimate
        assert found is not None
        return found >= power

    high = scenario.patients
    low = _FEWEST
    while not reaches(high):
        low, high = high, 2 * high
        if high > most:
            raise InputError(f"{most} patients do not reach a power of {power:g}. Allow more, or relax it.")
    while high - low > max(1, math.ceil(high / 50)):
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high
