"""Looks at a randomised trial by hand: on which day they are held, and what is known on that day."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from operating_samples import protocol
from trialkine.design.survival_tests import AbstractSurvivalTest
from trialkine.operating.comparisons import (
    NOT_SHOWN,
    SHOWN,
    ComparedPatients,
    compared,
    end_words,
    look_days,
    seen_by,
)
from trialkine.operating.plans import randomised_plan
from trialkine.records import DAYS_PER_MONTH

NEVER = math.inf
TWO_LOOKS = {
    "experimental": "A",
    "control": "B",
    "endpoint": "overall survival",
    "events": 4,
    "looks": [0.5, 1],
}

# Six patients who come ten days apart; deaths on calendar days 30, 45, 70, 61, never, 55.
PATIENTS = ComparedPatients(
    arrival=np.array([[0.0, 10.0, 20.0, 30.0, 40.0, 50.0]]),
    is_experimental=np.array([[True, False, True, False, True, False]]),
    event_day=np.array([[30.0, 35.0, 50.0, 31.0, NEVER, 5.0]]),
    known_day=np.array([[30.0, 35.0, 50.0, 31.0, NEVER, 5.0]]),
    last_day=np.array([[30.0, 35.0, 50.0, 31.0, 500.0, 5.0]]),
    scan_days=None,
    is_usable=np.ones((1, 6), dtype=bool),
)


def plan_of(**changes: object):
    file = protocol({"randomised": {**TWO_LOOKS, **changes}}, patients=6)
    assert file.design is not None
    assert file.design.randomised is not None
    return file, randomised_plan(file.design.randomised)


def test_a_look_is_held_on_the_calendar_day_of_its_event() -> None:
    # Events in order of the calendar: days 30, 45, 55, 61, 70. Looks at 2 and 4 events.
    assert look_days(*plan_of(), PATIENTS, 0) == [(0, 45.0), (1, 61.0)]


def test_events_that_never_come_leave_the_last_look_to_the_cut_off() -> None:
    cut_off = 50.0 + 12 * DAYS_PER_MONTH
    assert look_days(*plan_of(events=6), PATIENTS, 0) == [(0, 55.0), (1, pytest.approx(cut_off))]
    file, plan = plan_of(events=8)
    short = file.model_copy(update={"follow_up": None})
    assert look_days(short, plan, PATIENTS, 0) == [(1, 50.0)]  # followed until the last patient comes


def test_an_event_of_a_patient_who_failed_or_was_lost_before_is_not_counted() -> None:
    usable = np.array([[False, True, True, True, True, True]])
    failed = ComparedPatients(**{**vars(PATIENTS), "is_usable": usable})
    assert look_days(*plan_of(), failed, 0)[0] == (0, 55.0)
    lost = ComparedPatients(**{**vars(PATIENTS), "last_day": np.array([[20.0, 35, 50, 31, 500, 5]])})
    assert look_days(*plan_of(), lost, 0)[0] == (0, 55.0)


def test_what_is_known_on_a_day_is_censored_on_that_day() -> None:
    # On day 45: patients 1 to 5 have come; 1 died at 30 days, 2 at 35; 3, 4 and 5 have 25, 15 and 5 days.
    seen = seen_by(PATIENTS, 0, 45.0)
    assert seen.days.tolist() == [30.0, 35.0, 25.0, 15.0, 5.0]
    assert seen.is_event.tolist() == [True, True, False, False, False]
    assert seen.is_experimental.tolist() == [True, False, True, False, True]


def test_a_progression_to_be_confirmed_counts_from_then_on_and_is_dated_by_its_first_scan() -> None:
    # The first two progressions, seen on calendar days 30 and 45, are confirmed on days 58 and 73.
    known = PATIENTS.event_day + np.array([[28.0, 28.0, 0.0, 0.0, 0.0, 0.0]])
    waiting = replace(PATIENTS, known_day=known, last_day=np.full((1, 6), 500.0))
    # Certain on days 55, 58, 61 and 70: the second and the fourth of these.
    assert look_days(*plan_of(), waiting, 0) == [(0, 58.0), (1, 70.0)]
    day_before = seen_by(waiting, 0, 57.0)
    assert (day_before.days[0], day_before.is_event[0]) == (57.0, False)
    that_day = seen_by(waiting, 0, 58.0)
    assert (that_day.days[0], that_day.is_event[0]) == (30.0, True)


def test_progression_free_patients_are_censored_at_their_last_adequate_scan() -> None:
    scans = np.full((1, 6, 3), NEVER)
    scans[0, :, 0] = 0.0
    scans[0, 2, 1] = 20.0
    scans[0, 2, 2] = 40.0
    scanned = ComparedPatients(**{**vars(PATIENTS), "scan_days": scans})
    seen = seen_by(scanned, 0, 45.0)
    assert seen.days.tolist() == [30.0, 35.0, 20.0, 0.0, 0.0]


def many(deaths_first: float, deaths_second: float) -> ComparedPatients:
    """Forty patients at once, the arms in turn, who die a day apart after so many days."""
    own = np.tile([True, False], 20)
    steps = np.arange(20).repeat(2) / 100.0
    days = np.where(own, deaths_first, deaths_second) + steps
    shape = np.zeros((1, 40))
    return ComparedPatients(
        arrival=shape,
        is_experimental=own[None, :],
        event_day=days[None, :],
        known_day=days[None, :],
        last_day=days[None, :],
        scan_days=None,
        is_usable=shape == 0.0,
    )


def test_a_clear_difference_stops_at_the_first_look_and_a_harm_at_the_first_for_futility() -> None:
    file, plan = plan_of(events=40, futility_power=0.8)
    found = compared(file, plan, many(100.0, 50.0), np.zeros(1, dtype=int))
    assert found.ends[int(found.end[0])] == f"{SHOWN} at look 1"
    assert found.is_success[0]
    assert found.is_early[0]
    assert found.days[0] == pytest.approx(50.19)  # the twentieth death of the control arm
    found = compared(file, plan, many(50.0, 100.0), np.zeros(1, dtype=int))
    assert found.ends[int(found.end[0])] == "stopped for futility at look 1"
    assert not found.is_success[0]


def test_without_futility_a_harm_goes_on_to_the_last_look() -> None:
    file, plan = plan_of(events=40)
    found = compared(file, plan, many(50.0, 100.0), np.zeros(1, dtype=int))
    assert found.ends[int(found.end[0])] == NOT_SHOWN
    assert not found.is_early[0]
    assert "futility" not in " ".join(end_words(plan))


def test_a_trial_that_stops_has_the_patients_enrolled_by_then() -> None:
    file, plan = plan_of()
    found = compared(file, plan, PATIENTS, np.zeros(1, dtype=int))
    assert found.patients[0] == 6  # at the last look, day 61
    spread = ComparedPatients(**{**vars(many(100.0, 50.0)), "arrival": np.arange(40.0)[None, :] * 3.0})
    file, plan = plan_of(events=20)
    found = compared(file, plan, spread, np.zeros(1, dtype=int))
    assert found.patients[0] == int(found.days[0] // 3) + 1


def test_responses_are_compared_by_fishers_test_of_what_was_seen() -> None:
    file, plan = plan_of(endpoint="response", test="fisher", events=None, looks=[1])
    responds = np.where(np.arange(40) % 2 == 0, 20.0, NEVER)
    patients = ComparedPatients(**{**vars(many(1.0, 1.0)), "event_day": responds[None, :]})
    found = compared(file, plan, patients, np.zeros(1, dtype=int))
    assert found.ends[int(found.end[0])] == SHOWN
    late = ComparedPatients(**{**vars(patients), "event_day": responds[None, :] + 1000.0})
    assert not compared(file, plan, late, np.zeros(1, dtype=int)).is_success[0]


@dataclass(frozen=True)
class FixedTest(AbstractSurvivalTest):
    """A test that always says the same."""

    says: float

    @property
    def name(self) -> str:
        return "fixed"

    def p_value(self, *_: object) -> float:
        return self.says


@pytest.mark.parametrize(
    ("p_value", "end"),
    [(0.0010, f"{SHOWN} at look 1"), (0.0020, f"{SHOWN} at look 2"), (0.0250, NOT_SHOWN)],
)
def test_each_look_has_its_own_bound(p_value: float, end: str) -> None:
    # Lan and DeMets' bounds for looks at a half and the whole: nominal one-sided levels 0.0015 and 0.0245.
    file, plan = plan_of(events=40)
    plan = replace(plan, test=FixedTest(p_value))
    found = compared(file, plan, many(100.0, 50.0), np.zeros(1, dtype=int))
    assert found.ends[int(found.end[0])] == end
