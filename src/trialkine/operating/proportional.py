"""The textbook of a comparison: its looks under constant hazards, held as a trial holds them.

How many events there are by the data cut-off is luck: looks whose events have not come by then are left out,
but for the last, which is held there with the bound it was planned with. So the chances are those of every
set of looks that may be held, weighed by how likely it is. Given its events, the log-rank statistic is normal
(Schoenfeld's approximation, whatever the test).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.design.accrual import AccrualPlan, event_probability, expected_events, time_of_events
from trialkine.design.binomial import binomial
from trialkine.design.group_sequential import GroupSequentialDesign, look_probabilities
from trialkine.design.proportional_hazards import drift_of_events
from trialkine.operating.courses import Textbook
from trialkine.records import DAYS_PER_MONTH
from trialkine.statistics.survival_curves import PiecewiseExponential

if TYPE_CHECKING:
    from trialkine.operating.plans import RandomisedPlan
    from trialkine.operating.randomised import TwoArms
    from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
NEGLIGIBLE = 1e-6  # chance of a set of looks
CLOSEST = 2e-3  # of the last look's events, by which it is later than the look before it


@dataclass(frozen=True)
class ConstantHazards:
    """Two arms under constant hazards, and their trial's calendar. Units: hazards [1/month], months."""

    control: PiecewiseExponential
    treated: PiecewiseExponential
    calendar: AccrualPlan
    patients: tuple[int, int]
    ratio: float

    @property
    def total(self) -> int:
        """Patients of both arms."""
        return sum(self.patients)

    @property
    def cut_off(self) -> float:
        """The month of the data cut-off."""
        return self.calendar.accrual + self.calendar.follow_up

    def drift(self, events: float) -> float:
        """The mean of the log-rank statistic at so many events. Units: returns [standard deviation]."""
        return 0.0 if self.ratio == 1.0 else drift_of_events(self.ratio, events, self.calendar.treated_share)

    def events_at_cut_off(self) -> float:
        """Events of both arms by the data cut-off, on average."""
        return expected_events(self.control, self.treated, self.calendar, self.total)

    def chances_at_cut_off(self) -> Array:
        """The chance of each number of events by the data cut-off. Shape: returns (events from 0 on,)."""
        curves = zip(self.patients, (self.treated, self.control), strict=True)
        first, second = (binomial(size, event_probability(curve, self.calendar)) for size, curve in curves)
        return np.convolve(first, second)

    def month_of(self, events: float) -> float:
        """The month by which so many events are expected, the cut-off at the latest."""
        if events >= self.events_at_cut_off():
            return self.cut_off
        return time_of_events(self.control, self.treated, self.calendar, self.total, events)


@dataclass(frozen=True)
class HeldLooks:
    """Looks that are held together: their numbers in the plan, their events, and how likely that is."""

    numbers: tuple[int, ...]
    events: tuple[float, ...]
    is_at_cut_off: bool
    chance: float


def proportional_textbook(plan: RandomisedPlan, trial: ConstantHazards, words: str) -> Textbook:
    """The design's chances of its ends, size and duration under constant hazards."""
    success = early = patients = months = 0.0
    month_of = cache(trial.month_of)
    for looks in held_looks(plan, trial):
        found = look_probabilities(_bounds_of(plan, looks), trial.drift(looks.events[-1]))
        stops = np.add(found.efficacy, found.futility)
        ends = np.array([month_of(events) for events in looks.events[:-1]] + [trial.cut_off])
        if not looks.is_at_cut_off:
            ends[-1] = month_of(looks.events[-1])
        enrolled = trial.total * np.minimum(1.0, ends / trial.calendar.accrual)
        success += looks.chance * found.power
        early += looks.chance * float(stops[:-1].sum())
        patients += looks.chance * float(stops @ enrolled)
        months += looks.chance * float(stops @ ends)
    return Textbook(words, success, early, patients, months)


def chance_of_success(plan: RandomisedPlan, trial: ConstantHazards) -> float:
    """The chance that superiority is shown at any look, under constant hazards."""
    return math.fsum(
        looks.chance * look_probabilities(_bounds_of(plan, looks), trial.drift(looks.events[-1])).power
        for looks in held_looks(plan, trial)
    )


def constant_hazards(protocol: Protocol, arms: TwoArms, ratio: float, hazard: float) -> ConstantHazards:
    """The compared arms of a protocol under constant hazards. Units: hazard of the control arm [1/month]."""
    rate = protocol.enrolment.per_month * sum(arm.ratio or 1.0 for arm in (arms.experimental, arms.control))
    accrual = arms.total / rate
    last = accrual * DAYS_PER_MONTH
    follow_up = max(0.0, protocol.cut_off_days(last) - last) / DAYS_PER_MONTH
    leaving = -math.log1p(-protocol.enrolment.dropout_per_year) / 12.0
    return ConstantHazards(
        PiecewiseExponential((0.0,), (hazard,)),
        PiecewiseExponential((0.0,), (hazard * ratio,)),
        AccrualPlan(accrual, follow_up, leaving, arms.share),
        arms.patients,
        ratio,
    )


def held_looks(plan: RandomisedPlan, trial: ConstantHazards) -> Iterator[HeldLooks]:
    """The sets of looks that may be held; the chances add up to 1."""
    last = len(plan.bounds.information) - 1
    if plan.events is None:
        yield HeldLooks((last,), (trial.events_at_cut_off(),), is_at_cut_off=True, chance=1.0)
        return
    chances = trial.chances_at_cut_off()
    counts = np.arange(len(chances))
    come = np.searchsorted(plan.events, counts, side="right")
    likely = [number for number in range(last + 2) if chances[come == number].sum() > NEGLIGIBLE]
    total = sum(float(chances[come == number].sum()) for number in likely)
    for number in likely:
        own = chances[come == number]
        chance = float(own.sum())
        if number > last:
            events = tuple(map(float, plan.events))
            yield HeldLooks(tuple(range(last + 1)), events, is_at_cut_off=False, chance=chance / total)
            continue
        before = tuple(map(float, plan.events[:number]))
        seen = float(own @ counts[come == number]) / chance
        least = before[-1] * (1.0 + CLOSEST) if before else 0.0
        numbers = (*range(number), last)
        yield HeldLooks(numbers, (*before, max(seen, least)), is_at_cut_off=True, chance=chance / total)


def _bounds_of(plan: RandomisedPlan, looks: HeldLooks) -> GroupSequentialDesign:
    """The planned bounds of the looks that are held, at the information that they have."""
    most = looks.events[-1]
    shares = tuple(events / most if most > 0.0 else 1.0 for events in looks.events)
    return GroupSequentialDesign(
        shares,
        tuple(plan.bounds.efficacy[number] for number in looks.numbers),
        tuple(plan.bounds.futility[number] for number in looks.numbers),
        plan.bounds.alpha,
    )
