"""Single-arm rules in calendar time, by hand: when the first stage is read, what enrolment does meanwhile."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from operating_samples import protocol
from trialkine.operating.plans import single_arm_plan
from trialkine.operating.single_arm import DrawnTrials, carried_out
from trialkine.records import DAYS_PER_MONTH

NEVER = math.inf
RULE = {"first_stage": 2, "stop_at_or_below": 0, "total": 4, "success_above": 1}
ARRIVAL = np.array([[0.0, 10.0, 20.0, 30.0]])
YEAR = 12 * DAYS_PER_MONTH


def courses(response: list[float], settled: list[float], arrival: np.ndarray = ARRIVAL, **design: object):
    file = protocol({"two_stage": {**RULE, **design}})
    plan = single_arm_plan(file.design)
    assert plan is not None
    drawn = DrawnTrials(arrival, np.array([response]), np.array([settled]))
    return carried_out(file, plan, drawn, np.zeros(1, dtype=int))


def end_of(found) -> str:
    return found.ends[int(found.end[0])]


def test_a_stage_without_responses_stops_on_the_day_its_last_patient_is_settled() -> None:
    # Settled on days 0 + 60 and 10 + 45: read on day 60. Enrolment has paused after two patients.
    found = courses([NEVER, NEVER, 5.0, 5.0], [60.0, 45.0, 5.0, 5.0])
    assert end_of(found) == "stopped at stage one"
    assert (found.patients[0], found.days[0]) == (2, 60.0)
    assert found.is_early[0]


def test_enrolment_that_continues_has_enrolled_more_by_the_time_of_the_stop() -> None:
    found = courses([NEVER, NEVER, 5.0, 5.0], [60.0, 15.0, 5.0, 5.0], accrual="continues")
    assert (found.patients[0], found.days[0]) == (4, 60.0)
    later = np.array([[0.0, 10.0, 20.0, 90.0]])
    found = courses([NEVER, NEVER, 5.0, 5.0], [60.0, 15.0, 5.0, 5.0], later, accrual="continues")
    assert found.patients[0] == 3


def test_a_pause_puts_off_whoever_comes_later_and_the_cut_off() -> None:
    # Read on day 60, a pause of 50 days after the second patient: the last comes on day 80.
    found = courses([30.0, NEVER, NEVER, 8.0], [30.0, 50.0, 9.0, 8.0])
    assert end_of(found) == "promising"
    assert (found.patients[0], found.days[0]) == (4, pytest.approx(80.0 + YEAR))
    found = courses([30.0, NEVER, NEVER, 8.0], [30.0, 50.0, 9.0, 8.0], accrual="continues")
    assert found.days[0] == pytest.approx(30.0 + YEAR)


def test_a_response_counts_only_when_it_was_seen_by_the_data_cut_off() -> None:
    late = 30.0 + YEAR - 30.0  # the last patient is followed until day 30 + a year, enrolled on day 30
    for day, end in ((late - 1.0, "promising"), (late + 31.0, "not promising")):
        found = courses([30.0, NEVER, NEVER, day], [30.0, 10.0, 9.0, 9.0], accrual="continues")
        assert end_of(found) == end, day


def test_a_response_seen_too_late_after_enrolment_is_none() -> None:
    for within, end in (("8 weeks", "stopped at stage one"), ("9 weeks", "not promising")):
        found = courses([60.0, NEVER, NEVER, NEVER], [60.0, 10.0, 9.0, 9.0], response_within=within)
        assert end_of(found) == end
    # The first stage is read when eight weeks are over, though the patient would be settled later.
    found = courses([NEVER, NEVER, 5.0, 5.0], [500.0, 10.0, 5.0, 5.0], response_within="8 weeks")
    assert found.days[0] == 56.0


def test_a_first_stage_without_a_second_says_whether_to_go_on() -> None:
    file = protocol({"two_stage": {"first_stage": 2, "stop_at_or_below": 0}})
    plan = single_arm_plan(file.design)
    assert plan is not None
    response = np.array([[40.0, NEVER], [NEVER, NEVER]])
    drawn = DrawnTrials(np.tile(ARRIVAL[:, :2], (2, 1)), response, np.full((2, 2), 50.0))
    found = carried_out(file, plan, drawn, np.zeros(2, dtype=int))
    assert [found.ends[end] for end in found.end] == ["goes on to stage two", "stopped at stage one"]
    assert found.is_success.tolist() == [True, False]


def test_one_look_counts_all_patients_at_the_cut_off() -> None:
    file = protocol({"single_stage": {"total": 4, "success_above": 1}})
    plan = single_arm_plan(file.design)
    assert plan is not None
    response = np.array([[5.0, NEVER, NEVER, 5.0], [5.0, NEVER, NEVER, NEVER]])
    drawn = DrawnTrials(np.tile(ARRIVAL, (2, 1)), response, np.full((2, 4), 20.0))
    found = carried_out(file, plan, drawn, np.zeros(2, dtype=int))
    assert [found.ends[end] for end in found.end] == ["promising", "not promising"]
    assert not found.is_early.any()
    assert found.days.tolist() == pytest.approx([30.0 + YEAR] * 2)


def test_a_stated_data_cut_off_is_put_off_by_the_pause() -> None:
    file = protocol({"two_stage": RULE}, follow_up=None, data_cut_off="24 months")
    plan = single_arm_plan(file.design)
    assert plan is not None
    drawn = DrawnTrials(ARRIVAL, np.array([[30.0, NEVER, 5.0, 5.0]]), np.array([[30.0, 50.0, 5.0, 5.0]]))
    paused, open_ended = (
        carried_out(file, replace(plan, pauses=pauses), drawn, np.zeros(1, dtype=int))
        for pauses in (True, False)
    )
    assert open_ended.days[0] == pytest.approx(2 * YEAR)
    assert paused.days[0] == pytest.approx(2 * YEAR + 50.0)
