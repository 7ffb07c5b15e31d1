"""Two arms compared in calendar time, in many virtual trials: looks at events, or one at the data cut-off.

A look is held on the day of its event, counted over both arms, and no later than the data cut-off. An event
counts once it is certain: a progression that must be confirmed, from its confirmation on. Looks whose events
have not come by the cut-off are left out but for the last, which is held there with the bound it was planned
with. A trial stops at the first look whose statistic reaches its bound, or falls to the one for futility.
Patients enrolled by the day of the last look held are the trial's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from trialkine.design.two_proportions import FisherExact
from trialkine.operating.courses import Courses
from trialkine.operating.plans import RandomisedPlan

if TYPE_CHECKING:
    from trialkine.trial.protocol import Protocol

Array = np.ndarray[Any, np.dtype[Any]]
SAME_DAY = 1e-6
SHOWN, NOT_SHOWN, FUTILE = "superiority shown", "superiority not shown", "stopped for futility"


@dataclass(frozen=True)
class ComparedPatients:
    """The patients of both arms of many trials, in the order in which they come.

    Days count from enrolment, but for `arrival`, which counts from the trial's start; those of what never was
    seen are infinite. An event is dated by `event_day` and known from `known_day` on, which is later where
    progression must be confirmed. `scan_days` are None where the endpoint is not read off scans: then
    patients without an event are censored on their last day, else at their last scan. Unusable patients are
    in no look.

    Units: days [day]. Shape: (trial, patient), scan_days (trial, patient, scan).
    """

    arrival: Array
    is_experimental: Array
    event_day: Array
    known_day: Array
    last_day: Array
    scan_days: Array | None
    is_usable: Array


@dataclass(frozen=True)
class Seen:
    """The data of one look. Shape: (patient,)."""

    days: Array
    is_event: Array
    is_experimental: Array


def compared(protocol: Protocol, plan: RandomisedPlan, patients: ComparedPatients, member: Array) -> Courses:
    """The courses of trials under the plan. Shape: member (trial,)."""
    found = [_course(protocol, plan, patients, trial) for trial in range(len(patients.arrival))]
    ends = end_words(plan)
    numbers = {words: number for number, words in enumerate(ends)}
    end = np.array([numbers[words] for words, *_ in found])
    looks = np.array([look for _, look, *_ in found])
    return Courses(
        ends,
        end,
        np.array([words.startswith(SHOWN) for words, *_ in found]),
        looks + 1 < len(plan.bounds.information),
        np.array([size for *_, size, _ in found]),
        np.array([day for *_, day in found]),
        member,
    )


def end_words(plan: RandomisedPlan) -> tuple[str, ...]:
    """How a trial may end, look by look."""
    looks = len(plan.bounds.information)
    if looks == 1:
        return (SHOWN, NOT_SHOWN)
    shown = [_at_look(SHOWN, look) for look in range(looks)]
    futile = [
        _at_look(FUTILE, look) for look, bound in enumerate(plan.bounds.futility[:-1]) if np.isfinite(bound)
    ]
    return (*shown, *futile, NOT_SHOWN)


def _at_look(words: str, look: int) -> str:
    return f"{words} at look {look + 1}"


def _course(
    protocol: Protocol, plan: RandomisedPlan, patients: ComparedPatients, trial: int
) -> tuple[str, int, int, float]:
    """How one trial ends, at which look, with how many patients and on which day."""
    arrival = patients.arrival[trial]
    days = look_days(protocol, plan, patients, trial)
    last = len(plan.bounds.information) - 1
    if plan.test is None:
        p_value = _response_p_value(patients, trial, float(days[-1][1]))
        words = SHOWN if p_value <= plan.bounds.alpha * (1.0 + 1e-12) else NOT_SHOWN
        return words, last, int(patients.is_usable[trial].sum()), float(days[-1][1])
    words, look, day = NOT_SHOWN, last, float(days[-1][1])
    for number, when in days:
        p_value = _p_value(plan, seen_by(patients, trial, when))
        if p_value <= ndtr(-plan.bounds.efficacy[number]):
            words, look, day = (SHOWN if last == 0 else _at_look(SHOWN, number)), number, when
            break
        if number < last and p_value >= ndtr(-plan.bounds.futility[number]):
            words, look, day = _at_look(FUTILE, number), number, when
            break
    size = int((patients.is_usable[trial] & (arrival <= day + SAME_DAY)).sum())
    return words, look, size, day


def look_days(
    protocol: Protocol, plan: RandomisedPlan, patients: ComparedPatients, trial: int
) -> list[tuple[int, float]]:
    """The looks that are held, by number, and their days from the trial's start."""
    arrival = patients.arrival[trial]
    cut_off = max(protocol.cut_off_days(float(arrival[-1])), float(arrival[-1]))
    last = len(plan.bounds.information) - 1
    if plan.events is None:
        return [(last, cut_off)]
    is_seen = patients.is_usable[trial] & (patients.known_day[trial] <= patients.last_day[trial] + SAME_DAY)
    calendar = np.sort((arrival + patients.known_day[trial])[is_seen])
    held = []
    for number, events in enumerate(plan.events):
        if events <= len(calendar) and calendar[events - 1] <= cut_off:
            held.append((number, float(calendar[events - 1])))
    return held if held and held[-1][0] == last else [*held, (last, cut_off)]


def seen_by(patients: ComparedPatients, trial: int, day: float) -> Seen:
    """The times and events of a trial that are known by a day of its calendar."""
    followed = day - patients.arrival[trial]
    is_in = (followed >= -SAME_DAY) & patients.is_usable[trial]
    followed = np.maximum(followed, 0.0)
    is_event = patients.known_day[trial] <= np.minimum(followed, patients.last_day[trial]) + SAME_DAY
    censored = np.minimum(followed, patients.last_day[trial])
    if patients.scan_days is not None:
        scans = patients.scan_days[trial]
        is_there = scans <= censored[:, None] + SAME_DAY
        censored = np.where(is_there, scans, 0.0).max(axis=1, initial=0.0)
    times = np.where(is_event, patients.event_day[trial], censored)
    return Seen(times[is_in], is_event[is_in], patients.is_experimental[trial][is_in])


def _p_value(plan: RandomisedPlan, seen: Seen) -> float:
    """The one-sided p-value for the experimental arm; 1 where the test has no value."""
    own = seen.is_experimental
    if plan.test is None or not own.any() or own.all():
        return 1.0
    return plan.test.p_value(seen.days[own], seen.is_event[own], seen.days[~own], seen.is_event[~own])


def _response_p_value(patients: ComparedPatients, trial: int, day: float) -> float:
    """Fisher's one-sided p-value of the responses seen by a day; a response is the event here."""
    usable, own = patients.is_usable[trial], patients.is_experimental[trial]
    responded = np.isfinite(patients.event_day[trial]) & (
        patients.arrival[trial] + patients.event_day[trial] <= day + SAME_DAY
    )
    sizes = [int((usable & group).sum()) for group in (~own, own)]
    counts = [int((usable & group & responded).sum()) for group in (~own, own)]
    if not all(sizes):
        return 1.0
    return float(_fisher(sizes[0], sizes[1])[counts[0], counts[1]])


@lru_cache(maxsize=8)
def _fisher(control: int, treated: int) -> Array:
    return FisherExact().p_values(control, treated)
