"""How many events a trial will have seen, when patients come evenly and hazards are constant by pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from trialkine.design.proportional_hazards import drift_of_events, schoenfeld_events
from trialkine.errors import InputError
from trialkine.statistics.estimate import FloatArray
from trialkine.statistics.survival_curves import PiecewiseExponential, with_hazard_ratio


@final
@dataclass(frozen=True)
class AccrualPlan:
    """Patients enter evenly over `accrual`; the analysis comes `follow_up` after the last.

    `dropout_hazard` is the same in both arms. Units: all in the time unit of the survival curves.
    """

    accrual: float
    follow_up: float
    dropout_hazard: float = 0.0
    treated_share: float = 0.5

    def __post_init__(self) -> None:
        if not (0.0 < self.accrual < math.inf and 0.0 <= self.follow_up < math.inf):
            raise InputError(
                f"Accrual over {self.accrual} and follow-up of {self.follow_up} are impossible. "
                "Give a positive accrual, and a follow-up of 0 or more."
            )
        if not 0.0 <= self.dropout_hazard < math.inf:
            raise InputError(f"Dropout hazard {self.dropout_hazard} is impossible. Give 0 or more.")
        if not 0.0 < self.treated_share < 1.0:
            raise InputError(f"Treated share {self.treated_share} is not between 0 and 1. Write 0.5 for 1:1.")


@final
@dataclass(frozen=True)
class SurvivalTrialSize:
    """A trial for a log-rank test: whole patients in all, and what they give on average.

    `events` are those that the test needs, not rounded; `power` is that of the whole patients.
    """

    patients: int
    events: float
    expected_events: float
    power: float


def event_probability(curve: PiecewiseExponential, plan: AccrualPlan, calendar: float | None = None) -> float:
    """The chance that a patient of the plan has had the event, seen, by a calendar time.

    Without a time, at the end of the plan; before the end of accrual, among patients who have come by then.
    Raises: InputError, when the calendar time is not positive.
    Source: lachin_foulkes_1986 for one constant hazard; here for any number of pieces.
    """
    end = plan.accrual + plan.follow_up if calendar is None else calendar
    if not 0.0 < end < math.inf:
        raise InputError(f"Calendar time {end} is impossible. Give a positive time.")
    shortest = max(0.0, end - plan.accrual)
    return (_seen_integral(curve, plan, end) - _seen_integral(curve, plan, shortest)) / (end - shortest)


def expected_events(
    control: PiecewiseExponential,
    treated: PiecewiseExponential,
    plan: AccrualPlan,
    patients: float,
    calendar: float | None = None,
) -> float:
    """Events in both arms by a calendar time, on average; without a time, at the end of the plan.

    Raises: InputError, when the calendar time or the number of patients is not positive.
    """
    if not 0.0 < patients < math.inf:
        raise InputError(f"{patients} patients are impossible. Give a positive number.")
    end = plan.accrual + plan.follow_up if calendar is None else calendar
    entered = patients * min(1.0, end / plan.accrual)
    chances = [event_probability(curve, plan, end) for curve in (control, treated)]
    return entered * ((1.0 - plan.treated_share) * chances[0] + plan.treated_share * chances[1])


def time_of_events(
    control: PiecewiseExponential,
    treated: PiecewiseExponential,
    plan: AccrualPlan,
    patients: float,
    events: float,
) -> float:
    """The calendar time by which so many events are expected; the follow-up of the plan does not matter.

    Raises: InputError, when so many events will never come.
    """
    if not events > 0.0:
        raise InputError(f"{events} events are impossible. Give a positive number.")

    def missing(time: float) -> float:
        return expected_events(control, treated, plan, patients, time) - events

    late = plan.accrual
    while missing(late) < 0.0:
        late *= 2.0
        if late > 1e6 * plan.accrual:
            raise InputError(f"{events:g} events never come in {patients:g} patients. Enrol more.")
    from scipy.optimize import brentq

    return float(brentq(missing, 1e-9 * plan.accrual, late, xtol=1e-9 * plan.accrual))


def logrank_sample_size(
    control: PiecewiseExponential, hazard_ratio: float, plan: AccrualPlan, alpha: float, power: float
) -> SurvivalTrialSize:
    """The fewest patients whose expected events give a one-sided log-rank test its power.

    Raises: InputError, when a number is impossible or no patient can have an event.
    Source: schoenfeld_1983.
    """
    events = schoenfeld_events(hazard_ratio, alpha, power, plan.treated_share)
    treated = with_hazard_ratio(control, hazard_ratio)
    per_patient = expected_events(control, treated, plan, 1.0)
    if per_patient <= 0.0:
        raise InputError("No patient can have an event by the end. Follow longer, or raise the hazards.")
    patients = math.ceil(events / per_patient)
    seen = patients * per_patient
    from scipy.special import ndtr, ndtri

    drift = abs(drift_of_events(hazard_ratio, seen, plan.treated_share))
    return SurvivalTrialSize(patients, events, seen, float(ndtr(drift + ndtri(alpha))))


def _seen_integral(curve: PiecewiseExponential, plan: AccrualPlan, follow_up: float) -> float:
    """The integral, over follow-up from 0 to `follow_up`, of the chance of a seen event."""
    starts = np.asarray(curve.edges)
    hazards = np.asarray(curve.hazards)
    lengths = np.clip(np.append(starts[1:], np.inf), None, follow_up) - np.minimum(starts, follow_up)
    rates = hazards + plan.dropout_hazard
    at_risk = np.exp(-curve.hazard_spent() - plan.dropout_hazard * starts)
    gone = hazards * at_risk * _saturated(rates, lengths)  # seen within each piece
    before = np.concatenate(([0.0], np.cumsum(gone)[:-1]))
    within = hazards * at_risk * _saturated_twice(rates, lengths)
    return float((before * lengths + within).sum())


def _saturated(rates: FloatArray, lengths: FloatArray) -> FloatArray:
    """The integral of exp(-rate t) over each length."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rates > 0.0, -np.expm1(-rates * lengths) / rates, lengths)


def _saturated_twice(rates: FloatArray, lengths: FloatArray) -> FloatArray:
    """The integral over each length of the integral of exp(-rate t)."""
    reach = rates * lengths
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = (reach + np.expm1(-reach)) / rates**2
    series = lengths**2 * (0.5 - reach / 6.0 + reach**2 / 24.0 - reach**3 / 120.0)
    return np.where(reach > 1e-3, exact, series)
